// SPDX-License-Identifier: Apache-2.0
// Community ID version 1: one name for a flow across tools (github.com/corelight/community-id-spec).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "parsers/base/ip_address.hpp"

namespace weir {

/// The end points as one packet of the flow shows them, in either direction.
struct CommunityTuple {
    IpAddress source, destination;
    std::uint16_t source_port = 0, destination_port = 0;  ///< ICMP: type and code
    std::uint8_t protocol = 0;
    std::uint8_t ip_version = 4;
};

struct CommunityId {
    static constexpr std::size_t length = 30;  ///< "1:" and 20 bytes in base64
    std::array<char, length> characters{};
    bool valid = false;                        ///< false where the platform refuses SHA-1
    [[nodiscard]] std::string_view text() const noexcept { return valid ? std::string_view{characters.data(), length} : std::string_view{}; }
};

[[nodiscard]] CommunityId community_id(const CommunityTuple& tuple, std::uint16_t seed) noexcept;

}  // namespace weir
