// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/transport.hpp"

#include "tests/support/decode_driver.hpp"
#include "tests/support/hex.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("tcp: fields, options, payload") {
    DecodeDriver driver;
    const Layers& layer = innermost(driver.decode(PacketBuilder{}
                                                      .ethernet()
                                                      .ipv4()
                                                      .tcp({.source_port = 40000,
                                                            .destination_port = 830,
                                                            .flags = tcp_flag::syn | tcp_flag::ece,
                                                            .sequence = 0xfffffff0,
                                                            .acknowledgement = 7,
                                                            .window = 1024,
                                                            .options = {2, 4, 5, 0xb4, 1, 3, 3, 7}})
                                                      .payload("<hello>")));
    CHECK(tuple(layer) == "10.0.0.1:40000>10.0.0.2:830/6");
    CHECK(layer.tcp.sequence == 0xfffffff0);
    CHECK(layer.tcp.acknowledgement == 7);
    CHECK(layer.tcp.window == 1024);
    CHECK(layer.tcp.flags == (tcp_flag::syn | tcp_flag::ece));
    CHECK(layer.tcp.options.size() == 8);
    CHECK(layer.tcp.options[0] == 2);
    CHECK(as_text(layer.payload) == "<hello>");
}

TEST_CASE("udp: its own length counts where it is shorter than the datagram") {
    DecodeDriver driver;
    const Layers& layer = innermost(driver.decode(PacketBuilder{}.ethernet().ipv4().udp({.length = 11}).payload("abcdef")));
    CHECK(as_text(layer.payload) == "abc");
    CHECK(layer.transport.size() == 11);
}

TEST_CASE("icmp: type, code, and the packet that an error is about") {
    DecodeDriver driver;
    const Layers& echo = innermost(driver.decode(PacketBuilder{}.ethernet().ipv4().icmp(8, 0, 0x00010002).payload("ping")));
    CHECK(echo.icmp_type == 8);
    CHECK_FALSE(echo.has_quoted);
    CHECK(as_text(echo.payload) == "ping");

    const Frame quoted = PacketBuilder{}.ipv4("192.0.2.1", "192.0.2.2").udp(5000, 161).payload(100, 0).bytes();
    const Layers& error = innermost(driver.decode(PacketBuilder{}.ethernet().ipv4().icmp(3, 3).payload(Bytes{quoted}.first(28))));
    CHECK(error.icmp_code == 3);
    REQUIRE(error.has_quoted);
    CHECK(error.quoted.source.text() == "192.0.2.1");
    CHECK(error.quoted.destination.text() == "192.0.2.2");
    CHECK(error.quoted.source_port == 5000);
    CHECK(error.quoted.destination_port == 161);
    CHECK(error.quoted.protocol == 17);

    const Frame quoted6 = PacketBuilder{}.ipv6("2001:db8::9", "2001:db8::8").extension(60).tcp(5000, 22).bytes();
    const Layers& error6 = innermost(driver.decode(PacketBuilder{}.ethernet().ipv6().icmpv6(1, 4).payload(quoted6)));
    REQUIRE(error6.has_quoted);
    CHECK(error6.quoted.source.text() == "2001:db8::9");
    CHECK(error6.quoted.destination_port == 22);
    CHECK(error6.quoted.protocol == 6);

    for (std::size_t length = 0; length < quoted6.size(); ++length) {
        const Layers& cut = innermost(driver.decode(PacketBuilder{}.ethernet().ipv6().icmpv6(1, 4).payload(Bytes{quoted6}.first(length))));
        CHECK(cut.has_quoted == (length >= 40));
        CHECK((cut.quoted.destination_port == 22) == (cut.has_quoted && length >= 52));
    }
    const Frame later = PacketBuilder{}.ipv4({.fragment_offset = 80, .protocol = 17}).payload(8, 0xff).bytes();
    const Layers& of_fragment = innermost(driver.decode(PacketBuilder{}.ethernet().ipv4().icmp(11).payload(later)));
    REQUIRE(of_fragment.has_quoted);
    CHECK(of_fragment.quoted.source_port == 0);
}

TEST_CASE("sctp: ports and chunks; others have neither") {
    DecodeDriver driver;
    const Layers& sctp = innermost(driver.decode(PacketBuilder{}.ethernet().ipv4().sctp(38412, 38412, 9).payload("chunk")));
    CHECK(tuple(sctp) == "10.0.0.1:38412>10.0.0.2:38412/132");
    CHECK(as_text(sctp.payload) == "chunk");
    for (const std::uint8_t protocol :
         {ip_protocol::igmp, ip_protocol::esp, ip_protocol::ah, ip_protocol::ospf, ip_protocol::pim, ip_protocol::vrrp}) {
        const Layers& other = innermost(driver.decode(PacketBuilder{}.ethernet().ipv4({.protocol = protocol}).payload("abcdefgh")));
        CHECK(other.protocol == protocol);
        CHECK(other.source_port == 0);
        CHECK(as_text(other.payload) == "abcdefgh");
    }
}

TEST_CASE("transport: broken headers have their reason") {
    const auto ip = [](std::uint8_t protocol, std::size_t bytes) {
        return PacketBuilder{}.ethernet().ipv4({.protocol = protocol}).payload(bytes, 0);
    };
    const std::pair<PacketBuilder, const char*> cases[] = {
        {ip(6, 19), "transport_truncated"},
        {ip(17, 7), "transport_truncated"},
        {ip(1, 7), "transport_truncated"},
        {ip(58, 7), "transport_truncated"},
        {ip(132, 11), "transport_truncated"},
        {PacketBuilder{}.ethernet().ipv4().tcp({.data_offset = 4}), "transport_malformed"},
        {PacketBuilder{}.ethernet().ipv4().tcp({.data_offset = 6}), "transport_malformed"},
        {PacketBuilder{}.ethernet().ipv4().udp({.length = 7}), "transport_malformed"},
        {PacketBuilder{}.ethernet().ipv4().udp({.length = 9}), "transport_malformed"},
    };
    for (const auto& [builder, drop] : cases) {
        DecodeDriver driver;
        CHECK(drop_name(driver.decode(builder)) == drop);
    }
    DecodeDriver driver;
    Frame cut = PacketBuilder{}.ethernet().ipv4().tcp({.options = Frame(20)}).payload("x").bytes();
    cut.resize(14 + 20 + 30);
    CHECK(drop_name(driver.decode(cut, 1, 0, 11)) == "transport_truncated");  // the options are what the capture lacks
}

TEST_CASE("checksums are verified where the config says so") {
    const PacketBuilder good[] = {
        PacketBuilder{}.ethernet().ipv4().tcp(1, 2).payload("odd"),
        PacketBuilder{}.ethernet().ipv4().udp(1, 2).payload("odd"),
        PacketBuilder{}.ethernet().ipv4().icmp(8).payload("odd"),
        PacketBuilder{}.ethernet().ipv6().tcp(1, 2).payload("odd"),
        PacketBuilder{}.ethernet().ipv6().udp(1, 2).payload("odd"),
        PacketBuilder{}.ethernet().ipv6().icmpv6(128).payload("odd"),
        PacketBuilder{}.ethernet().ipv4().sctp(1, 2).payload("odd"),
        PacketBuilder{}.ethernet().ipv4({.options = Frame(4)}).udp(1, 2).payload("even"),
    };
    for (const PacketBuilder& builder : good) {
        DecodeDriver verifying{{.checksums = true}}, trusting;
        Frame frame = builder.bytes();
        CHECK_FALSE(innermost(verifying.decode(frame)).bad_checksum);
        frame.back() ^= 1;
        CHECK(innermost(verifying.decode(frame)).bad_checksum);
        CHECK_FALSE(innermost(trusting.decode(frame)).bad_checksum);
    }
    DecodeDriver driver{{.checksums = true}};
    CHECK(innermost(driver.decode(PacketBuilder{}.ethernet().ipv4({.checksum = 1}).udp(1, 2))).bad_checksum);
    CHECK_FALSE(innermost(driver.decode(PacketBuilder{}.ethernet().ipv4().udp({.checksum = 0}).payload("none"))).bad_checksum);
    Frame cut = PacketBuilder{}.ethernet().ipv4().udp(1, 2).payload("cut short").bytes();
    cut.pop_back();
    CHECK_FALSE(innermost(driver.decode(cut, 1, 0, 1)).bad_checksum);  // cannot be told
}
