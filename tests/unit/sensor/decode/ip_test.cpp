// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/ip.hpp"

#include "tests/support/decode_driver.hpp"
#include "tests/support/hex.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("ipv4: header fields and options") {
    DecodeDriver driver;
    const Layers& layer = innermost(driver.decode(PacketBuilder{}
                                                      .ethernet()
                                                      .ipv4({.source = "192.0.2.1",
                                                             .destination = "198.51.100.2",
                                                             .ttl = 7,
                                                             .tos = 0xb8,
                                                             .id = 0x1234,
                                                             .dont_fragment = true,
                                                             .options = {0x94, 4, 0, 0}})
                                                      .udp(1, 2)));
    CHECK(tuple(layer) == "192.0.2.1:1>198.51.100.2:2/17");
    CHECK(layer.ip_version == 4);
    CHECK(layer.ttl == 7);
    CHECK(layer.tos == 0xb8);
    CHECK(layer.ip_id == 0x1234);
    CHECK(layer.dont_fragment);
    CHECK_FALSE(layer.more_fragments);
    CHECK_FALSE(layer.reserved_bit);
    CHECK_FALSE(layer.fragment);
    CHECK(layer.ip_header.size() == 24);
    CHECK(layer.depth == 0);
    CHECK(layer.tunnel == Tunnel::none);
}

TEST_CASE("ipv6: header fields and extension headers") {
    DecodeDriver driver;
    const Layers& layer =
        innermost(driver.decode(PacketBuilder{}
                                    .ethernet()
                                    .ipv6({.source = "2001:db8::a", .destination = "2001:db8::b", .hop_limit = 9, .traffic_class = 0xb8})
                                    .extension(0)
                                    .extension(43, Frame(14))
                                    .extension(60)
                                    .tcp(1000, 22)
                                    .payload("x")));
    CHECK(tuple(layer) == "2001:db8::a:1000>2001:db8::b:22/6");
    CHECK(layer.ttl == 9);
    CHECK(layer.tos == 0xb8);
    CHECK(layer.ip_header.size() == 40 + 8 + 16 + 8);
    CHECK(as_text(layer.payload) == "x");
}

TEST_CASE("ipv6: AH is walked, ESP is a transport") {
    DecodeDriver driver;
    Frame ah = "11 04 0000 00000001 00000001 000000000000000000000000"_hex;  // 24 bytes, UDP behind
    CHECK(tuple(innermost(driver.decode(PacketBuilder{}.ethernet().ipv6({.next_header = 51}).header(ah).udp(1, 2)))) ==
          "2001:db8::1:1>2001:db8::2:2/17");
    const Layers& esp = innermost(driver.decode(PacketBuilder{}.ethernet().ipv6({.next_header = 50}).payload(32, 7)));
    CHECK(esp.protocol == ip_protocol::esp);
    CHECK(esp.payload.size() == 32);
}

TEST_CASE("ipv6: a fragment that is the whole datagram is no fragment (RFC 6946)") {
    DecodeDriver driver;
    const Layers& layer = innermost(driver.decode(PacketBuilder{}.ethernet().ipv6().fragment(0, false, 77).udp(1, 2).payload("x")));
    CHECK(tuple(layer) == "2001:db8::1:1>2001:db8::2:2/17");
    CHECK_FALSE(layer.fragment);
}

TEST_CASE("ip: padding behind the datagram is not payload") {
    DecodeDriver driver;
    for (const PacketBuilder& builder : {PacketBuilder{}.ethernet().ipv4().tcp(1, 2), PacketBuilder{}.ethernet().ipv6().tcp(1, 2)}) {
        Frame frame = builder.bytes();
        frame.resize(frame.size() + 6);
        const Layers& layer = innermost(driver.decode(frame));
        CHECK(layer.payload.empty());
        CHECK(layer.transport.size() == 20);
        CHECK_FALSE(layer.cut);
    }
}

TEST_CASE("ip: a snap length that cuts the payload is said, not punished") {
    for (const PacketBuilder& builder :
         {PacketBuilder{}.ethernet().ipv4().tcp(1, 2).payload(100, 'a'), PacketBuilder{}.ethernet().ipv6().tcp(1, 2).payload(100, 'a')}) {
        DecodeDriver driver;
        Frame frame = builder.bytes();
        frame = shortened(std::move(frame), 60);
        const Layers& layer = innermost(driver.decode(frame, 1, 0, 60));
        CHECK(layer.cut);
        CHECK(layer.payload.size() == 40);
        CHECK(layer.payload_missing == 60);
    }
}

TEST_CASE("ip: a length of 0 is left to the card: as long as the frame") {
    DecodeDriver driver;
    const Layers& v4 = innermost(driver.decode(PacketBuilder{}.ethernet().ipv4({.total_length = 0}).tcp(1, 2).payload("large")));
    CHECK(as_text(v4.payload) == "large");
    const Layers& v6 = innermost(driver.decode(PacketBuilder{}.ethernet().ipv6({.payload_length = 0}).tcp(1, 2).payload("large")));
    CHECK(as_text(v6.payload) == "large");
    const Layers& nothing = innermost(driver.decode(PacketBuilder{}.ethernet().ipv6({.next_header = 59})));
    CHECK(nothing.payload.empty());
}

TEST_CASE("ip: broken headers have their reason") {
    PacketBuilder many = PacketBuilder{}.ethernet().ipv6();
    for (std::size_t i = 0; i < max_ipv6_extensions + 1; ++i) many.extension(60);
    Frame wrong_version4 = PacketBuilder{}.ethernet().ipv4().udp(1, 2).bytes();
    wrong_version4[14] = 0x55;
    Frame short_header = wrong_version4;
    short_header[14] = 0x44;
    Frame long_header = PacketBuilder{}.ethernet().ipv4({.protocol = 59}).bytes();
    long_header[14] = 0x4f;
    Frame wrong_version6 = PacketBuilder{}.ethernet().ipv6().udp(1, 2).bytes();
    wrong_version6[14] = 0x40;
    struct Case {
        const char* name;
        Frame frame;
        const char* drop;
    };
    const Case cases[] = {
        {"19 bytes", PacketBuilder{}.ethernet({.type = 0x0800}).payload(19, 0x45).bytes(), "ipv4_truncated"},
        {"header longer than the frame", long_header, "ipv4_truncated"},
        {"version 5", wrong_version4, "ipv4_malformed"},
        {"header of 16 bytes", short_header, "ipv4_malformed"},
        {"total length below the header", PacketBuilder{}.ethernet().ipv4({.total_length = 19}).udp(1, 2).bytes(), "ipv4_malformed"},
        {"total length past the wire", PacketBuilder{}.ethernet().ipv4({.total_length = 99}).udp(1, 2).bytes(), "ipv4_malformed"},
        {"39 bytes", PacketBuilder{}.ethernet({.type = 0x86dd}).payload(39, 0x60).bytes(), "ipv6_truncated"},
        {"version 4 as IPv6", wrong_version6, "ipv6_malformed"},
        {"payload length past the wire", PacketBuilder{}.ethernet().ipv6({.payload_length = 99}).udp(1, 2).bytes(), "ipv6_malformed"},
        {"extension header overruns", PacketBuilder{}.ethernet().ipv6({.next_header = 60}).payload("1109 0000 00000000"_hex).bytes(),
         "ipv6_malformed"},
        {"one byte of extension header", PacketBuilder{}.ethernet().ipv6({.next_header = 0}).payload("11"_hex).bytes(), "ipv6_malformed"},
        {"two fragment headers", PacketBuilder{}.ethernet().ipv6().fragment(0, false, 1).fragment(0, false, 1).udp(1, 2).bytes(),
         "ipv6_malformed"},
        {"nine extension headers", many.udp(1, 2).bytes(), "ipv6_extension_nesting"},
    };
    for (const Case& each : cases) {
        INFO(each.name);
        DecodeDriver driver;
        CHECK(drop_name(driver.decode(each.frame)) == each.drop);
    }
    DecodeDriver driver;
    Frame cut = PacketBuilder{}.ethernet().ipv6().extension(60, Frame(22)).udp(1, 2).bytes();
    cut.resize(14 + 40 + 10);
    CHECK(drop_name(driver.decode(cut, 1, 0, 22)) == "ipv6_truncated");  // the capture ends, not the packet
}
