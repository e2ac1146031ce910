// SPDX-License-Identifier: Apache-2.0
// One TCP session through a Reassembler, written as segments; everything that its consumer was given is written down.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/stream/reassembly.hpp"

namespace weir::test {

/// Takes everything down. The parser is a function; by default it consumes all that it sees.
struct StreamRecorder {
    std::function<Fed(Direction, Bytes)> parser = [](Direction, Bytes bytes) { return Fed::ok(bytes.size()); };
    std::function<Fed(Direction, std::uint64_t)> gap_parser = [](Direction, std::uint64_t) { return Fed::ok(0); };
    std::array<bool, 2> raw_on{true, true};

    std::array<std::string, 2> raw_text, data_text;  ///< '_' for each byte of a gap
    std::array<std::vector<std::uint64_t>, 2> gaps;
    std::vector<std::pair<StreamEvent, Direction>> events;
    std::size_t calls = 0;
    const std::uint8_t* last_data = nullptr;

    Fed data(Direction direction, Bytes bytes) noexcept {
        ++calls;
        last_data = bytes.data();
        const Fed fed = parser(direction, bytes);
        data_text[index(direction)] += as_text(bytes.first(fed.consumed));
        return fed;
    }
    Fed gap(Direction direction, std::uint64_t missing) noexcept {
        gaps[index(direction)].push_back(missing);
        data_text[index(direction)] += std::string(missing < 100 ? missing : 100, '_');
        return gap_parser(direction, missing);
    }
    void raw(Direction direction, Bytes bytes, std::uint64_t offset) noexcept {
        if (offset != raw_end[index(direction)]) events.emplace_back(StreamEvent::count, direction);  // a promise broken: no test expects it
        raw_end[index(direction)] = offset + bytes.size();
        raw_text[index(direction)] += as_text(bytes);
    }
    void raw_gap(Direction direction, std::uint64_t missing) noexcept {
        raw_end[index(direction)] += missing;
        raw_text[index(direction)] += std::string(missing < 100 ? missing : 100, '_');
    }
    bool raw_wanted(Direction direction) noexcept { return raw_on[index(direction)]; }
    void event(StreamEvent event, Direction direction) noexcept { events.emplace_back(event, direction); }

    [[nodiscard]] std::size_t count(StreamEvent event) const {
        std::size_t found = 0;
        for (const auto& [seen, direction] : events) found += seen == event ? 1 : 0;
        return found;
    }
    static std::size_t index(Direction direction) { return static_cast<std::size_t>(direction); }

    std::array<std::uint64_t, 2> raw_end{};
};

/// A segment as a test writes it. Sequence numbers are absolute.
struct Segment {
    Direction direction = Direction::to_server;
    std::uint32_t sequence = 0;
    std::string_view text{};
    std::uint8_t flags = tcp_flag::ack;
    std::uint32_t acknowledgement = 0;
    std::uint16_t window = 65535;
    std::uint32_t cut = 0;
    Bytes options{};
};

inline Session make_session(bool client_is_low = true, std::uint8_t ip_version = 4) {
    Session session;
    session.key.low = IpAddress::v4(0x0a000001);
    session.key.high = IpAddress::v4(0x0a000002);
    session.key.low_port = 40000;
    session.key.high_port = 80;
    session.key.protocol = ip_protocol::tcp;
    session.key.ip_version = ip_version;
    session.client_is_low = client_is_low;
    return session;
}

class StreamDriver {
public:
    explicit StreamDriver(const StreamConfig& config = small()) : stream(config, metrics), session(make_session()) {}

    /// Without an acknowledgement number, nothing is acknowledged (the ACK flag goes too).
    void send(const Segment& segment) {
        Layers layers{};
        layers.protocol = ip_protocol::tcp;
        layers.tcp = {segment.sequence, segment.acknowledgement, segment.window, segment.flags, segment.options};
        if (segment.acknowledgement == 0) layers.tcp.flags &= static_cast<std::uint8_t>(~tcp_flag::ack);
        // A copy of exactly the size: the address sanitizer sees a read past its end.
        const std::vector<std::uint8_t> payload(segment.text.begin(), segment.text.end());
        layers.payload = payload;
        layers.payload_missing = segment.cut;
        payload_data = payload.data();
        stream.segment(session, segment.direction, layers, seen);
    }
    /// SYN, SYN-ACK, ACK with these initial sequence numbers; data begins one behind them.
    void handshake(std::uint32_t client, std::uint32_t server, Bytes options = {}) {
        send({.sequence = client, .flags = tcp_flag::syn, .options = options});
        send({.direction = Direction::to_client, .sequence = server, .flags = tcp_flag::syn | tcp_flag::ack, .acknowledgement = client + 1, .options = options});
        send({.sequence = client + 1, .acknowledgement = server + 1});
    }
    void close() { stream.close(session, seen); }
    [[nodiscard]] const std::string& raw(Direction direction = Direction::to_server) const { return seen.raw_text[StreamRecorder::index(direction)]; }
    [[nodiscard]] const std::string& data(Direction direction = Direction::to_server) const { return seen.data_text[StreamRecorder::index(direction)]; }

    static StreamConfig small() {
        StreamConfig config;
        config.max_sessions = 16;
        config.memory = std::size_t{1} << 20;
        return config;
    }

    StreamMetrics metrics;
    Reassembler stream;
    Session session;
    StreamRecorder seen;
    const std::uint8_t* payload_data = nullptr;
};

}  // namespace weir::test
