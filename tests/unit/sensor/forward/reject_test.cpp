// SPDX-License-Identifier: Apache-2.0
// What the ends of a refused session are told, read back by the decoder with its checksums on; and who is told nothing.
#include "sensor/forward/reject.hpp"

#include <array>
#include <random>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/decode_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10;

Frame answer_to(const Frame& frame, RejectTo to) {
    std::array<std::uint8_t, reject_size> out{};
    const std::size_t size = reject(frame, to, out);
    REQUIRE(size <= out.size());
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

PacketBuilder start(bool v6, std::uint16_t vlan = 0) {
    PacketBuilder out;
    out.ethernet();
    if (vlan != 0) out.vlan(vlan);
    return v6 ? out.ipv6("2001:db8::1", "2001:db8::2") : out.ipv4("10.0.0.1", "10.0.0.2");
}

Frame tcp(bool v6, std::uint8_t flags, std::string_view text, std::uint16_t vlan = 0) {
    return start(v6, vlan).tcp({.source_port = 4000, .destination_port = 23, .flags = flags, .sequence = 1000, .acknowledgement = 7000}).payload(text).bytes();
}

/// The answer's headers; its checksums must be right.
Layers read_back(DecodeDriver& driver, const Frame& frame) {
    const Decoded& decoded = driver.decode(frame);
    REQUIRE(decoded.count == 1);
    CHECK_FALSE(decoded.layers[0].bad_checksum);
    return decoded.layers[0];
}

DecodeDriver strict() { return DecodeDriver{DecoderConfig{.checksums = true, .defrag = {}}}; }

}  // namespace

TEST_CASE("reject: TCP is reset with numbers that both ends believe (RFC 9293 section 3.5.2)") {
    struct Row {
        const char* what;
        std::uint8_t flags;
        const char* text;
        RejectTo to;
        std::uint32_t sequence, acknowledgement;
        std::uint8_t expected;
    };
    for (const Row& row : {Row{"a SYN, to its sender", syn, "", RejectTo::sender, 0, 1001, rst | ack},
                           Row{"data with ACK, to its sender", psh | ack, "hello", RejectTo::sender, 7000, 0, rst},
                           Row{"a FIN without ACK, to its sender", fin, "xy", RejectTo::sender, 0, 1003, rst | ack},
                           Row{"data with ACK, to the receiver", psh | ack, "hello", RejectTo::receiver, 1000, 7000, rst | ack},
                           Row{"a SYN, to the receiver", syn, "", RejectTo::receiver, 1000, 7000, rst}}) {
        for (const bool v6 : {false, true}) {
            INFO(row.what << (v6 ? ", IPv6" : ", IPv4"));
            DecodeDriver driver = strict();
            const Frame answer = answer_to(tcp(v6, row.flags, row.text), row.to);
            const Layers layer = read_back(driver, answer);
            const bool back = row.to == RejectTo::sender;
            CHECK(layer.source == *IpAddress::parse(v6 ? (back ? "2001:db8::2" : "2001:db8::1") : (back ? "10.0.0.2" : "10.0.0.1")));
            CHECK(layer.source_port == (back ? 23 : 4000));
            CHECK(layer.destination_port == (back ? 4000 : 23));
            CHECK(layer.tcp.flags == row.expected);
            CHECK(layer.tcp.sequence == row.sequence);
            CHECK(layer.tcp.acknowledgement == row.acknowledgement);
            CHECK(layer.payload.empty());
            CHECK(answer[0] == 2);
            CHECK(answer[5] == (back ? 1 : 2));  // the MAC addresses have changed places on the way back
        }
    }
}

TEST_CASE("reject: the answer has the VLAN tags of the packet") {
    DecodeDriver driver = strict();
    const Layers layer = read_back(driver, answer_to(tcp(false, syn, "", 42), RejectTo::sender));
    CHECK(layer.vlan_count == 1);
    CHECK(layer.vlan[0] == 42);
}

TEST_CASE("reject: what is not TCP is told to its sender by ICMP, with the beginning of the datagram") {
    for (const bool v6 : {false, true}) {
        DecodeDriver driver = strict();
        const Frame frame = start(v6).udp(4000, 161).payload("some bytes of a datagram").bytes();
        const Layers layer = read_back(driver, answer_to(frame, RejectTo::sender));
        CHECK(layer.icmp_type == (v6 ? 1 : 3));
        CHECK(layer.icmp_code == (v6 ? 1 : 13));
        REQUIRE(layer.has_quoted);
        CHECK(layer.quoted.source_port == 4000);
        CHECK(layer.quoted.destination_port == 161);
        CHECK(answer_to(frame, RejectTo::receiver).empty());
    }
}

TEST_CASE("reject: nobody is told about errors, fragments, multicast, and what cannot be read") {
    const Frame whole = tcp(false, syn, "");
    const std::array silent{
        tcp(false, rst, ""),
        start(false).icmp(8, 0).payload("ping").bytes(),
        PacketBuilder{}.ethernet().ipv4({.more_fragments = true}).tcp({}).payload("x").bytes(),
        PacketBuilder{}.ethernet().ipv4("10.0.0.1", "224.0.0.5").udp(1, 2).payload("x").bytes(),
        PacketBuilder{}.ethernet({.source = {2, 0, 0, 0, 0, 1}, .destination = {1, 0, 0x5e, 0, 0, 5}}).ipv4().udp(1, 2).payload("x").bytes(),
        shortened(whole, 1),
        Frame{1, 2, 3},
        Frame{},
    };
    for (std::size_t i = 0; i < silent.size(); ++i) {
        INFO("row " << i);
        CHECK(answer_to(silent[i], RejectTo::sender).empty());
        CHECK(answer_to(silent[i], RejectTo::receiver).empty());
    }
}

TEST_CASE("reject: any bytes give an answer that fits, or none") {
    std::mt19937 random{7};
    const std::array starts{tcp(false, psh | ack, "hello"), tcp(true, syn, ""), start(true).udp(1, 2).payload("hello").bytes()};
    for (int round = 0; round < 20'000; ++round) {
        Frame frame = starts[random() % starts.size()];
        frame.resize(random() % (frame.size() + 1));
        for (std::size_t i = random() % 6; i-- > 0 && !frame.empty();) frame[random() % frame.size()] = static_cast<std::uint8_t>(random());
        for (const RejectTo to : {RejectTo::sender, RejectTo::receiver}) (void)answer_to(frame, to);
    }
}
