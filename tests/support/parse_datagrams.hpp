// SPDX-License-Identifier: Apache-2.0
// One parser over the UDP sessions of a capture, with what it reported of each packet: for comparing packet by packet.
#pragma once

#include "tests/support/parse_capture.hpp"

namespace weir::test {

struct Datagram {
    std::vector<Outcome::Transaction> transactions;
    std::vector<std::string> anomalies;
};

/// What `P` reported of each datagram of `file`, by frame number (from 1). Sessions that it does not recognise have no entry.
template <ParserType P>
std::map<std::uint64_t, Datagram> parse_datagrams(const std::filesystem::path& file) {
    std::map<std::uint64_t, Datagram> seen;
    for (const CapturedSession& session : read_capture(file)) {
        if (session.transport != Transport::udp) continue;
        const bool port_matches = std::any_of(P::hints.begin(), P::hints.end(), [&](const Hint& hint) {
            return hint.transport == Transport::udp && (hint.port == session.client_port || hint.port == session.server_port);
        });
        std::optional<ParserDriver<P>> driver;
        bool turned = false;
        for (const Chunk& chunk : session.chunks) {
            if (!driver) {
                const Probe probe = P::probe(Offer{chunk.bytes, Transport::udp, chunk.direction, port_matches});
                if (probe.answer != Probe::Answer::match) continue;
                turned = probe.sender == (chunk.direction == Direction::to_server ? Probe::Sender::server : Probe::Sender::client);
                driver.emplace();
            }
            const Outcome& outcome = driver->outcome();
            const std::size_t transactions = outcome.transactions.size(), anomalies = outcome.anomalies.size();
            driver->datagram(turned ? opposite(chunk.direction) : chunk.direction, chunk.bytes);
            Datagram& datagram = seen[chunk.frame];
            datagram.transactions.assign(outcome.transactions.begin() + static_cast<std::ptrdiff_t>(transactions),
                                         outcome.transactions.end());
            datagram.anomalies.assign(outcome.anomalies.begin() + static_cast<std::ptrdiff_t>(anomalies), outcome.anomalies.end());
        }
    }
    return seen;
}

}  // namespace weir::test
