// SPDX-License-Identifier: Apache-2.0
// Sessions as a worker tells them to a survey, for the tests of learning.
#pragma once

#include "sensor/contract/learn_survey.hpp"
#include "tests/support/catch.hpp"

namespace weir::test {

struct Seen {
    std::string_view client, server;
    std::uint16_t port = 0;
    std::string_view app{};  ///< empty: nothing was recognised; `?`: something unknown was spoken
    std::uint8_t protocol = ip_protocol::tcp;
    unsigned sessions = 5;
    bool answered = true;
    bool reversed = false;
    Mac client_mac{}, server_mac{};
    bool alerted = false;
};

inline constexpr Time survey_start = 1'785'326'400 * second;  // 2026-07-29 12:00 UTC
inline constexpr Time between_sessions = 60 * second;

inline Session session_of(const Seen& seen, unsigned number = 0) {
    Session session;
    const IpAddress client = IpAddress::parse(seen.client).value(), server = IpAddress::parse(seen.server).value();
    session.client_is_low = client < server;
    session.key.low = session.client_is_low ? client : server;
    session.key.high = session.client_is_low ? server : client;
    (session.client_is_low ? session.key.high_port : session.key.low_port) = seen.port;
    (session.client_is_low ? session.key.low_port : session.key.high_port) = static_cast<std::uint16_t>(40000 + number);
    session.key.protocol = seen.protocol;
    session.opening = Opening::syn;
    session.packets = {3, seen.answered ? 3u : 0u};
    session.payload_packets = {1, static_cast<std::uint8_t>(seen.answered ? 1 : 0)};
    session.app_status = seen.app.empty() ? AppStatus::unseen : seen.app == "?" ? AppStatus::unknown : AppStatus::known;
    if (session.app_status == AppStatus::known) session.app = find_protocol(seen.app);
    session.app_reversed = seen.reversed;
    session.mac = {seen.client_mac, seen.server_mac};
    session.alerted = seen.alerted;
    session.start = survey_start + number * between_sessions;
    session.end = session.last = session.start + second;
    return session;
}

inline void add(learn::Survey& survey, const Seen& seen) {
    for (unsigned i = 0; i < seen.sessions; ++i) survey.session_ended(session_of(seen, i));
}

/// What two pieces of equipment, their management and a stranger do.
inline void add_network(learn::Survey& survey) {
    for (const std::string_view device : {"10.1.0.1", "10.1.0.2"}) {
        add(survey, {"10.9.0.1", device, 161, "snmp", ip_protocol::udp});
        add(survey, {device, "10.9.0.1", 162, "snmp", ip_protocol::udp});
        add(survey, {device, "10.9.0.2", 514, "syslog", ip_protocol::udp, 5, false});
        add(survey, {"10.9.0.3", device, 22, "ssh"});
    }
}

}  // namespace weir::test
