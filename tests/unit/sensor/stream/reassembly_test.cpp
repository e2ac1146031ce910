// SPDX-License-Identifier: Apache-2.0
#include "sensor/stream/reassembly.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/stream_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {
constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;
constexpr std::uint8_t window_scale_7[] = {2, 4, 5, 0xb4, 1, 3, 3, 7};
}  // namespace

TEST_CASE("Bytes in order reach the consumer at once, without a copy") {
    StreamDriver driver;
    driver.handshake(1000, 5000);
    driver.seen.parser = [&](Direction, Bytes bytes) {
        CHECK(bytes.data() == driver.payload_data);
        return Fed::ok(bytes.size());
    };
    driver.send({.sequence = 1001, .text = "GET / ", .acknowledgement = 5001});
    driver.send({.sequence = 1007, .text = "HTTP/1.1", .acknowledgement = 5001});
    driver.send({.direction = to_client, .sequence = 5001, .text = "200", .acknowledgement = 1015});
    CHECK(driver.data() == "GET / HTTP/1.1");
    CHECK(driver.raw() == "GET / HTTP/1.1");
    CHECK(driver.data(to_client) == "200");
    CHECK(driver.stream.bytes(driver.session, to_server) == 14);
    CHECK(driver.stream.bytes(driver.session, to_client) == 3);
    CHECK(driver.seen.events.empty());
    driver.close();
    CHECK(driver.session.stream == 0);
    CHECK(driver.metrics.memory.get() == 0);
    CHECK(driver.metrics.sessions.get() == 0);
}

TEST_CASE("What is behind a hole waits for it to be filled") {
    StreamDriver driver;
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1004, .text = "def"});
    driver.send({.sequence = 1010, .text = "jkl"});
    driver.send({.sequence = 1007, .text = "ghi"});
    CHECK(driver.raw().empty());
    driver.send({.sequence = 1001, .text = "abc"});
    CHECK(driver.raw() == "abcdefghijkl");
    CHECK(driver.metrics.out_of_order.get() == 3);
    CHECK(driver.metrics.memory.get() == 256);  // "abc" is remembered until it is acknowledged
    CHECK(driver.seen.gaps[0].empty());
}

TEST_CASE("A hole is a gap once the other end has acknowledged what lies behind it") {
    StreamDriver driver;
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1006, .text = "fgh"});
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 1004});
    CHECK(driver.raw().empty());
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 1009});
    CHECK(driver.raw() == "_____fgh");
    CHECK(driver.data() == "_____fgh");
    CHECK(driver.seen.gaps[0] == std::vector<std::uint64_t>{5});
    CHECK(driver.seen.count(StreamEvent::reassembly_seq_gap) == 1);
    driver.send({.sequence = 1001, .text = "abcde"});  // too late: what is delivered is final
    CHECK(driver.raw() == "_____fgh");
    CHECK(driver.metrics.gap_bytes.get() == 5);
}

TEST_CASE("A lie about bytes that nobody has sent yet fills no hole") {
    StreamDriver driver;
    driver.handshake(1000, 5000);
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 1009});  // nothing was sent
    driver.send({.sequence = 1006, .text = "fgh"});
    driver.send({.sequence = 1001, .text = "abcde"});
    CHECK(driver.raw() == "abcdefgh");
}

TEST_CASE("The end of the session gives up all holes") {
    StreamDriver driver;
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1003, .text = "cd"});
    driver.send({.sequence = 1007, .text = "gh"});
    driver.send({.direction = to_client, .sequence = 5002, .text = "y"});
    driver.close();
    CHECK(driver.raw() == "__cd__gh");
    CHECK(driver.raw(to_client) == "_y");
    CHECK(driver.metrics.memory.get() == 0);
}

TEST_CASE("Where nobody acknowledges, a bounded amount waits") {
    StreamConfig config = StreamDriver::small();
    SECTION("segments") {
        config.blind_ahead_segments = 4;
        StreamDriver driver{config};
        driver.send({.sequence = 99, .text = "a"});
        for (std::uint32_t i = 0; i < 4; ++i) driver.send({.sequence = 101 + 2 * i, .text = "x"});
        CHECK(driver.raw() == "a");
        driver.send({.sequence = 109, .text = "x"});
        CHECK(driver.raw() == "a_x");  // no more than it takes
        CHECK(driver.seen.count(StreamEvent::reassembly_insert_limit) == 1);
    }
    SECTION("bytes") {
        config.blind_ahead_bytes = 1000;
        StreamDriver driver{config};
        driver.send({.sequence = 99, .text = "a"});
        driver.send({.sequence = 101, .text = std::string(1000, 'x')});
        CHECK(driver.raw() == "a");
        driver.send({.sequence = 1102, .text = "y"});
        CHECK(driver.raw() == "a_" + std::string(1000, 'x'));
    }
}

TEST_CASE("Sequence numbers wrap") {
    StreamDriver driver;
    driver.handshake(0xffff'fffc, 0xffff'ffff);
    driver.send({.sequence = 2, .text = "fgh"});
    driver.send({.sequence = 0xffff'fffd, .text = "abcde"});
    CHECK(driver.raw() == "abcdefgh");
    driver.send({.direction = to_client, .sequence = 0, .text = "z", .acknowledgement = 5});
    CHECK(driver.raw(to_client) == "z");
    CHECK(driver.seen.events.empty());
}

TEST_CASE("Data in the SYN is part of the stream") {
    StreamDriver driver;
    driver.send({.sequence = 1000, .text = "abc", .flags = tcp_flag::syn});
    driver.send({.direction = to_client, .sequence = 5000, .flags = tcp_flag::syn | tcp_flag::ack, .acknowledgement = 1004});
    driver.send({.sequence = 1004, .text = "def", .acknowledgement = 5001});
    CHECK(driver.raw() == "abcdef");
    CHECK(driver.seen.events.empty());
}

TEST_CASE("A stream is picked up in the middle") {
    StreamDriver driver;
    driver.send({.direction = to_client, .sequence = 5000, .acknowledgement = 777});  // an empty segment shows no place to begin
    CHECK(driver.session.stream == 0);
    driver.send({.sequence = 777, .text = "abc", .acknowledgement = 5000});
    driver.send({.direction = to_client, .sequence = 5000, .text = "xyz", .acknowledgement = 780});
    CHECK(driver.raw() == "abc");
    CHECK(driver.raw(to_client) == "xyz");
    CHECK(driver.seen.events.empty());
}

TEST_CASE("Keep-alives and window probes do no harm") {
    StreamDriver driver;
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1001, .text = "abc", .acknowledgement = 5001});
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 1004, .window = 0});
    driver.send({.sequence = 1003, .text = std::string_view("\0", 1), .acknowledgement = 5001});
    driver.send({.sequence = 1003, .acknowledgement = 5001});
    CHECK(driver.seen.events.empty());
    driver.send({.sequence = 1004, .text = "d", .acknowledgement = 5001});  // a probe of the closed window
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 1004, .window = 500});
    driver.send({.sequence = 1004, .text = "def", .acknowledgement = 5001});
    CHECK(driver.raw() == "abcdef");
    CHECK(driver.seen.events.empty());
}

TEST_CASE("A repetition with other bytes is an event as long as nobody has acknowledged them") {
    StreamDriver driver;
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1001, .text = "abcdef", .acknowledgement = 5001});
    driver.send({.sequence = 1001, .text = "abcdef", .acknowledgement = 5001});
    CHECK(driver.seen.events.empty());
    driver.send({.sequence = 1003, .text = "cXef", .acknowledgement = 5001});
    CHECK(driver.seen.count(StreamEvent::reassembly_overlap_different_data) == 1);
    driver.send({.sequence = 1006, .text = "fghi", .acknowledgement = 5001});
    CHECK(driver.raw() == "abcdefghi");
    CHECK(driver.seen.count(StreamEvent::reassembly_overlap_different_data) == 1);
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 1004});
    driver.send({.sequence = 1001, .text = "XXX", .acknowledgement = 5001});  // acknowledged: no longer held against it
    CHECK(driver.seen.count(StreamEvent::reassembly_overlap_different_data) == 1);
    driver.send({.sequence = 1002, .text = "XXdeXX", .acknowledgement = 5001});
    CHECK(driver.seen.count(StreamEvent::reassembly_overlap_different_data) == 2);
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 1010});
    CHECK(driver.metrics.memory.get() == 0);
    CHECK(driver.metrics.retransmitted.get() == 5);
}

TEST_CASE("What waits is compared, too") {
    StreamDriver driver;
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1004, .text = "def"});
    driver.send({.sequence = 1004, .text = "def"});
    CHECK(driver.seen.events.empty());
    CHECK(driver.metrics.overlaps.get() == 1);
    driver.send({.sequence = 1003, .text = "cdX"});
    CHECK(driver.seen.count(StreamEvent::reassembly_overlap_different_data) == 1);
}

TEST_CASE("The history of a direction ends at its depth") {
    StreamConfig config = StreamDriver::small();
    config.history_depth = 8;
    StreamDriver driver{config};
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1001, .text = "abcdef"});
    driver.send({.sequence = 1007, .text = "ghijkl"});
    driver.send({.sequence = 1009, .text = "XXXX"});
    CHECK(driver.seen.events.empty());
    driver.send({.sequence = 1005, .text = "efgX"});
    CHECK(driver.seen.count(StreamEvent::reassembly_overlap_different_data) == 1);
}

TEST_CASE("Segments beyond the receiver's window are ignored") {
    StreamDriver driver;
    driver.handshake(1000, 5000, window_scale_7);
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 1001, .window = 1000});  // 128,000 bytes
    driver.send({.sequence = 1001 + 300'000, .text = "x"});
    CHECK(driver.seen.count(StreamEvent::est_packet_out_of_window) == 1);
    CHECK(driver.metrics.ignored.get() == 1);
    driver.send({.sequence = 1001 + 100'000, .text = "x"});
    CHECK(driver.seen.count(StreamEvent::est_packet_out_of_window) == 1);
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 1001 + 500'000, .window = 1000});
    CHECK(driver.seen.count(StreamEvent::pkt_invalid_ack) == 1);
}

TEST_CASE("A RST ends nothing, and one outside the window is suspicious") {
    StreamDriver driver;
    driver.handshake(1000, 5000);
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 1001, .window = 1000});
    driver.send({.sequence = 900'000, .flags = tcp_flag::rst});
    CHECK(driver.seen.count(StreamEvent::suspected_rst_inject) == 1);
    driver.send({.sequence = 1001, .text = "abc"});
    CHECK(driver.seen.count(StreamEvent::suspected_rst_inject) == 1);
    driver.send({.sequence = 1004, .text = "not data", .flags = tcp_flag::rst});
    driver.send({.sequence = 1004, .text = "def"});
    CHECK(driver.seen.count(StreamEvent::suspected_rst_inject) == 2);
    CHECK(driver.raw() == "abcdef");
}

TEST_CASE("Of several SYNs the one that is answered counts") {
    StreamDriver driver;
    driver.send({.sequence = 1000, .flags = tcp_flag::syn});
    driver.send({.sequence = 7777, .flags = tcp_flag::syn});
    driver.send({.sequence = 9999, .flags = tcp_flag::syn});
    driver.send({.direction = to_client, .sequence = 42, .flags = tcp_flag::syn | tcp_flag::ack, .acknowledgement = 1001});
    driver.send({.sequence = 8888, .flags = tcp_flag::syn});
    CHECK(driver.seen.count(StreamEvent::est_syn_resend_diff_seq) == 1);
    driver.send({.sequence = 1001, .text = "abc", .acknowledgement = 43});
    CHECK(driver.raw() == "abc");
}

TEST_CASE("A SYN that nobody answers hides no data") {
    for (const std::uint32_t real : {0u, 1000u - 500'000, 1000u + 50'000'000}) {
        StreamDriver driver;
        driver.send({.sequence = 1000, .flags = tcp_flag::syn});
        driver.send({.sequence = real, .text = "abc", .acknowledgement = 5001});
        driver.send({.sequence = real + 3, .text = "def", .acknowledgement = 5001});
        CHECK(driver.raw() == "abcdef");
        CHECK(driver.seen.events.empty());
    }
    StreamDriver driver;
    driver.send({.sequence = 1000, .flags = tcp_flag::syn});
    driver.send({.sequence = 1004, .text = "def"});
    driver.send({.sequence = 1001, .text = "abc"});
    CHECK(driver.raw() == "abcdef");
}

TEST_CASE("A SYN-ACK that its receiver must refuse decides nothing") {
    StreamDriver driver;
    driver.send({.sequence = 1000, .flags = tcp_flag::syn});
    driver.send({.direction = to_client, .sequence = 900, .flags = tcp_flag::syn | tcp_flag::ack, .acknowledgement = 5});
    CHECK(driver.seen.count(StreamEvent::pkt_invalid_ack) == 1);
    driver.send({.direction = to_client, .sequence = 42, .flags = tcp_flag::syn | tcp_flag::ack, .acknowledgement = 1001});
    driver.send({.direction = to_client, .sequence = 43, .text = "abc", .acknowledgement = 1001});
    CHECK(driver.raw(to_client) == "abc");
}

TEST_CASE("An acknowledgement number without its flag is broken") {
    StreamDriver driver;
    driver.send({.sequence = 1000, .flags = tcp_flag::syn, .acknowledgement = 5});
    CHECK(driver.seen.count(StreamEvent::pkt_broken_ack) == 1);
}

TEST_CASE("A snap length that cuts payload leaves a gap") {
    StreamDriver driver;
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1001, .text = "abc", .acknowledgement = 5001, .cut = 4});
    driver.send({.sequence = 1008, .text = "hij", .acknowledgement = 5001});
    CHECK(driver.raw() == "abc____hij");
    driver.send({.sequence = 1011, .acknowledgement = 5001, .cut = 3});
    CHECK(driver.raw() == "abc____hij___");
    driver.send({.sequence = 1011, .text = "k", .acknowledgement = 5001, .cut = 4});  // repeats 3, adds 2
    CHECK(driver.raw() == "abc____hij_____");
    driver.send({.sequence = 1017, .text = "q"});
    driver.send({.sequence = 1016, .acknowledgement = 5001, .cut = 9});  // what waits is not lost
    CHECK(driver.raw() == "abc____hij______q");
}

TEST_CASE("Rules see a stream up to the depth, parsers beyond it") {
    StreamConfig config = StreamDriver::small();
    config.depth = 4;
    StreamDriver driver{config};
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1001, .text = "abcdef"});
    driver.send({.sequence = 1007, .text = "ghi"});
    CHECK(driver.raw() == "abcd");
    CHECK(driver.data() == "abcdefghi");
    CHECK(driver.seen.count(StreamEvent::reassembly_depth_reached) == 1);
}

TEST_CASE("Directions follow a session that is turned round") {
    StreamDriver driver;
    driver.send({.direction = to_server, .sequence = 100, .text = "abc"});
    driver.session.client_is_low = false;
    driver.send({.direction = to_client, .sequence = 103, .text = "def"});
    CHECK(driver.raw(to_server) == "abc");
    CHECK(driver.data(to_client) == "def");
    CHECK(driver.stream.bytes(driver.session, to_client) == 6);
}

TEST_CASE("A full table gives up sessions without data first") {
    StreamConfig config = StreamDriver::small();
    config.max_sessions = 2;
    StreamDriver driver{config};
    driver.send({.sequence = 100, .text = "abc"});
    Session other = make_session(), third = make_session();
    Layers syn{};
    syn.tcp = {1, 0, 100, tcp_flag::syn, {}};
    driver.stream.segment(other, to_server, syn, driver.seen);
    CHECK(other.stream != 0);
    driver.stream.segment(third, to_server, syn, driver.seen);
    CHECK(other.stream == 0);
    CHECK(third.stream != 0);
    CHECK(driver.metrics.sessions_evicted.get() == 1);
    const std::uint8_t byte = 'x';
    Layers data{};
    data.tcp = {2, 0, 100, 0, {}};
    data.payload = {&byte, 1};
    driver.stream.segment(third, to_server, data, driver.seen);
    driver.session.last = 1;
    third.last = 2;
    driver.stream.segment(other, to_server, syn, driver.seen);
    CHECK(driver.session.stream == Reassembler::evicted);
    driver.send({.sequence = 103, .text = "def"});
    CHECK(driver.metrics.unreassembled.get() == 1);
    driver.close();
    CHECK(driver.session.stream == 0);
}

TEST_CASE("Without memory, holes are given up and nothing else") {
    StreamConfig config = StreamDriver::small();
    config.memory = SegmentPool::max_block;
    config.ahead_bytes = 1 << 20;
    config.blind_ahead_bytes = 1 << 20;
    config.blind_ahead_segments = 1000;
    StreamDriver driver{config};
    driver.handshake(1000, 5000);
    const std::string block(4000, 'x');
    for (std::uint32_t i = 0; i < 16; ++i) driver.send({.sequence = 1002 + i * 4000, .text = block});
    CHECK(driver.raw().empty());
    driver.send({.sequence = 1002 + 16 * 4000, .text = "yz"});
    CHECK(driver.seen.count(StreamEvent::reassembly_insert_memcap) == 1);
    CHECK(driver.metrics.memory_refusals.get() == 1);
    CHECK(driver.raw().size() == 1 + 16 * 4000);
    driver.send({.sequence = 1004 + 16 * 4000, .text = "!"});
    driver.close();
    CHECK(driver.raw().substr(driver.raw().size() - 4) == "x__!");  // what found no memory is a gap
    CHECK(driver.metrics.memory.get() == 0);
}

TEST_CASE("Memory that others hold is taken back") {
    StreamConfig config = StreamDriver::small();
    config.memory = SegmentPool::max_block;
    StreamDriver driver{config};
    Session other = make_session();
    StreamRecorder unseen;
    const std::string block(30'000, 'x');
    Layers layers{};
    layers.tcp = {100, 0, 0, tcp_flag::syn, {}};
    driver.stream.segment(other, to_server, layers, unseen);
    layers.tcp = {102, 0, 0, 0, {}};
    layers.payload = as_bytes(block);
    driver.stream.segment(other, to_server, layers, unseen);
    CHECK(driver.metrics.memory.get() == 32 * 1024);
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1002, .text = "b"});
    CHECK(driver.metrics.memory_evictions.get() == 1);
    driver.send({.sequence = 1001, .text = "a"});
    CHECK(driver.raw() == "ab");
    driver.stream.close(other, unseen);
    CHECK(unseen.raw_text[0].empty());
}
