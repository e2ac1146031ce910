// SPDX-License-Identifier: Apache-2.0
// A session to write about, and lines read back as JSON.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sensor/output/eve.hpp"
#include "sensor/output/eve_schema.hpp"
#include "tests/support/schema.hpp"

namespace weir::test {

inline constexpr Time noon = 1'695'017'621 * second + 532'140'999;  // 2023-09-18T06:13:41.532140999Z

inline IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

/// 10.20.1.11:40000 opened tcp/443 on 203.0.113.50.
inline Session tcp_session() {
    Session session;
    session.key.low = ip("10.20.1.11");
    session.key.high = ip("203.0.113.50");
    session.key.low_port = 40'000;
    session.key.high_port = 443;
    session.key.protocol = ip_protocol::tcp;
    session.key.ip_version = 4;
    session.id = 1'234'567'890'123;
    session.state = SessionState::closed;
    session.opening = Opening::syn;
    session.packets = {10, 8};
    session.bytes = {1000, 4000};
    session.tcp_flags = {0x1b, 0x1a};
    session.start = noon;
    session.end = noon + 5 * second;
    return session;
}

inline std::shared_ptr<const EveNames> two_names() {
    auto names = std::make_shared<EveNames>();
    names->equipment = {{"gnb-0117", "huawei", "gnb", "north-3"}, {"olt-1", "", "", ""}};
    names->origins = {{"", ""}, {"eth0", "a.pcap"}};
    return names;
}

/// Holds an Eve and room for a line.
struct EveBench {
    explicit EveBench(const EveConfig& config = {}) : eve(config, two_names()) {}
    Eve eve;
    std::vector<char> room = std::vector<char>(Eve::max_event_size);
    [[nodiscard]] std::string text(std::size_t size) const { return {room.data(), size}; }
};

/// Parses a line and checks it against the schema; what is wrong is thrown as a sentence.
inline nlohmann::json checked(const std::string& line) {
    static const Schema schema{nlohmann::json::parse(eve_schema())};
    if (line.empty() || line.back() != '\n' || line.find('\n') + 1 != line.size()) throw std::runtime_error("not one line: " + line);
    auto json = nlohmann::json::parse(line);
    if (const std::string wrong = schema.check(json); !wrong.empty()) throw std::runtime_error(wrong + " in " + line);
    return json;
}

}  // namespace weir::test
