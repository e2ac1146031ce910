// SPDX-License-Identifier: Apache-2.0
// What an Eve works out once: a plan per protocol, the DNS writer of version 2, and the Community IDs of recent sessions.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "sensor/output/app_plan.hpp"
#include "sensor/output/community_id.hpp"
#include "sensor/output/eve.hpp"
#include "sensor/output/eve_dns_v2.hpp"

namespace weir {

/// `to_server`, `to_client`, as EVE prints them.
[[nodiscard]] constexpr std::string_view name_of(Direction direction) noexcept {
    return direction == Direction::to_server ? "to_server" : "to_client";
}

/// The members of `flow` that its event and an alert share: packets, bytes, start.
void write_flow_counts(JsonWriter& json, const Session& session) noexcept;

struct Eve::Plans {
    explicit Plans(const EveConfig& config) {
        by_protocol.reserve(protocols().size());
        for (const ParserInfo& parser : protocols()) by_protocol.emplace_back(parser.fields, config.secrets);
        if (const ProtocolId id = find_protocol("dns"); config.dns_version == 2 && id != no_protocol) dns_v2.emplace(protocols()[id]);
    }
    /// The writer that replaces this protocol's plan, or null.
    [[nodiscard]] const DnsV2* special(const ParserInfo& parser) const noexcept {
        return dns_v2 && &parser == &dns_v2->parser() ? &*dns_v2 : nullptr;
    }
    std::vector<AppPlan> by_protocol;
    std::optional<DnsV2> dns_v2;
};

/// A session's lines come close together: its Community ID is worked out for the first one and kept for the others.
struct Eve::CommunityIds {
    struct Entry {
        std::uint64_t flow_id = 0;
        CommunityId id;
    };
    [[nodiscard]] std::string_view of(const Session& session, std::uint16_t seed) noexcept;

private:
    std::array<Entry, 1024> entries_{};
};

}  // namespace weir
