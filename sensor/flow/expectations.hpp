// SPDX-License-Identifier: Apache-2.0
// Sessions that others have announced (FTP data, TFTP transfers): a bounded table, looked into when a session starts.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "parsers/base/parser.hpp"
#include "sensor/flow/flow_metrics.hpp"
#include "sensor/flow/session.hpp"

namespace weir {

/// A session that is expected, with what its parent says of it.
struct Expected {
    IpAddress acceptor;               ///< who will accept it
    IpAddress opener;                 ///< who will open it; `::`: anybody
    std::uint16_t port = 0;           ///< where it will be accepted
    std::uint8_t protocol = 0;        ///< IP protocol number
    ProtocolId app = no_protocol;     ///< parser that will read it; no_protocol: identified as any other
    bool allowed = false;             ///< the parent is allowed, and this one with it
    std::uint64_t parent = 0;         ///< flow id of the session that announced it
    std::uint64_t context = 0;        ///< the parent's VLAN and tunnel context
    std::array<char, 64> label{};     ///< what it carries (a file name), zero-terminated
};

class Expectations {
public:
    static constexpr Time lifetime = 60 * second;  ///< of clock time from the announcement on

    /// Room for `capacity` announcements (1..2^20); the oldest gives way to a new one.
    Expectations(std::uint32_t capacity, FlowMetrics& metrics);

    /// Notes what a parser has announced in `parent`. A direction of the announcement is in the protocol's roles.
    void add(const Expectation& announced, const Session& parent, bool allowed, Time clock) noexcept;
    /// As above, worked out already.
    void add(const Expected& expected, Time clock) noexcept;

    struct Match {
        const Expected* expected = nullptr;  ///< valid until the next `add`; null: nobody has announced this session
        bool reversed = false;               ///< the session is held the wrong way round (its start was not seen): `reorient` it
    };
    /// Whether a session that has just started was announced. An announcement is met once.
    [[nodiscard]] Match meet(const Session& session, Time clock) noexcept;

private:
    static constexpr std::uint32_t none = 0xffff'ffff;
    struct Entry {
        Expected expected;
        Time until = 0;
        std::uint32_t next = none;  ///< in the chain of its bucket
        bool used = false;
    };

    [[nodiscard]] std::uint32_t bucket_of(std::uint8_t protocol, const IpAddress& acceptor, std::uint16_t port) const noexcept;
    [[nodiscard]] const Expected* take(const Session& session, const IpAddress& acceptor, std::uint16_t port, const IpAddress& opener, Time clock) noexcept;
    void unlink(std::uint32_t index) noexcept;
    void expire(Time clock) noexcept;

    std::vector<Entry> entries_;           ///< a ring: announcements live equally long, so the oldest is the first to go
    std::vector<std::uint32_t> buckets_;
    std::uint64_t oldest_ = 0, newest_ = 0;  ///< ever-rising positions of the ring
    FlowMetrics* metrics_;
};

}  // namespace weir
