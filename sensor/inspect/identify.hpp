// SPDX-License-Identifier: Apache-2.0
// Which application protocol is it? Every parser's probe is asked about the first payload of each direction, those whose
// port fits first; the answer is kept in the session.
#pragma once

#include <array>
#include <vector>

#include "parsers/protocol_set.hpp"
#include "sensor/flow/session.hpp"

namespace weir {

/// Immutable; shared by workers.
class Identifier {
public:
    Identifier();

    enum class Outcome : std::uint8_t {
        known,    ///< session.app is set, and app_reversed where the protocol's roles are the other way round
        waiting,  ///< no probe matches yet, some may with more bytes
        unknown,  ///< every probe of both directions has said no, or enough was seen
    };
    /// Offers the first payload of `direction`: TCP, all bytes from its start; others, one datagram or message. Updates app,
    /// app_status, app_reversed, probe_left and look of the session.
    Outcome offer(Session& session, Direction direction, Bytes data, Transport transport, std::uint32_t payload_protocol = 0) const noexcept;

    /// The protocol of a message that stands inside a transaction of `outer`; `no_protocol` where it is none of those that may.
    [[nodiscard]] ProtocolId inside(ProtocolId outer, Direction direction, Bytes message) const noexcept;

    /// Whether any parser reads what stands right behind IP with this protocol number.
    [[nodiscard]] bool reads(std::uint8_t ip_protocol) const noexcept;

private:
    [[nodiscard]] ProtocolSet hinted(const Session& session, Transport transport) const noexcept;

    struct PortHint {
        std::uint16_t port;
        ProtocolSet protocols;
    };
    /// What may come over a transport.
    struct Candidates {
        std::vector<PortHint> hints;  ///< sorted by port
        ProtocolSet all;
    };
    [[nodiscard]] const Candidates& over(Transport transport) const noexcept { return over_[static_cast<std::size_t>(transport)]; }
    std::array<Candidates, transport_names.size()> over_;
    std::vector<ProtocolSet> inside_;  ///< by ProtocolId: what may stand inside it
};

}  // namespace weir
