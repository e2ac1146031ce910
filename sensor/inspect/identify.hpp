// SPDX-License-Identifier: Apache-2.0
// Which application protocol is it? Every parser's probe is asked about the first payload of each direction, those whose
// port fits first; the answer is kept in the session.
#pragma once

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
    /// Offers the first payload of `direction`: TCP, all bytes from its start; UDP, one datagram. Updates app, app_status,
    /// app_reversed and probe_left of the session.
    Outcome offer(Session& session, Direction direction, Bytes data, Transport transport) const noexcept;

private:
    [[nodiscard]] ProtocolSet hinted(const Session& session, Transport transport) const noexcept;

    struct PortHint {
        std::uint16_t port;
        ProtocolSet protocols;
    };
    std::vector<PortHint> tcp_, udp_;  ///< sorted by port
    ProtocolSet over_tcp_, over_udp_;
};

}  // namespace weir
