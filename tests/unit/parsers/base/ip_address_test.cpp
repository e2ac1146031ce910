// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/ip_address.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace weir;

namespace {

IpAddress address(std::string_view text) {
    const auto parsed = IpAddress::parse(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

/// What `<=>` and `==` have to agree with: the bytes, one after the other.
std::strong_ordering by_bytes(const IpAddress& left, const IpAddress& right) { return left.bytes() <=> right.bytes(); }

/// The same address but for the byte at `at`.
IpAddress with_byte(const IpAddress& address, std::size_t at, std::uint8_t value) {
    auto bytes = address.bytes();
    bytes[at] = value;
    return IpAddress::from_wire(bytes);
}

}  // namespace

TEST_CASE("ip address: text goes in and comes out in its one form") {
    const auto [text, printed] = GENERATE(table<std::string, std::string>({
        {"10.0.0.1", "10.0.0.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"::", "::"},
        {"::1", "::1"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"2001:0db8:0000:0001:0000:0000:0000:0001", "2001:db8:0:1::1"},
        {"::ffff:10.0.0.1", "10.0.0.1"},  // the mapped form is how IPv4 is kept
        {"fe80::1", "fe80::1"},
    }));
    CAPTURE(text);
    CHECK(address(text).text() == printed);
    CHECK(address(printed) == address(text));
}

TEST_CASE("ip address: what is none is refused") {
    const auto text = GENERATE(as<std::string>{}, "", " ", "10.0.0", "10.0.0.256", "10.0.0.1.1", "010.0.0.1", "1.2.3.4 ", " 1.2.3.4", "::g",
                               ":::", "2001:db8::1::2", "10.0.0.1/8", "fe80::1%eth0", "0000:0000:0000:0000:0000:ffff:255.255.255.2555");
    CAPTURE(text);
    CHECK_FALSE(IpAddress::parse(text));
    CHECK_FALSE(IpAddress::parse(std::string_view{"10.0.0.1\0", 9}));
}

TEST_CASE("ip address: four and sixteen bytes from the wire, no other number") {
    const std::vector<std::uint8_t> wire{10, 20, 30, 40, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
    const Bytes bytes{wire};
    CHECK(IpAddress::from_wire(bytes.first(4)) == address("10.20.30.40"));
    CHECK(IpAddress::from_wire(bytes.first(4)) == IpAddress::v4(0x0a141e28));
    CHECK(IpAddress::from_wire(bytes.first(16)) == address("a14:1e28:506:708:90a:b0c:d0e:f10"));
    for (const std::size_t count : {0u, 1u, 3u, 5u, 15u, 17u}) CHECK(IpAddress::from_wire(bytes.first(count)) == IpAddress{});
}

TEST_CASE("ip address: what kind it is") {
    struct Kind {
        const char* text;
        bool v4, multicast, link_local;
    };
    const auto kind = GENERATE(values<Kind>({
        {"10.0.0.1", true, false, false},
        {"223.255.255.255", true, false, false},
        {"224.0.0.0", true, true, false},
        {"239.255.255.255", true, true, false},
        {"240.0.0.0", true, false, false},
        {"169.254.1.1", true, false, true},
        {"169.253.1.1", true, false, false},
        {"255.0.0.1", true, false, false},
        {"::", false, false, false},
        {"ff02::1", false, true, false},
        {"fe80::1", false, false, true},
        {"febf::1", false, false, true},
        {"fec0::1", false, false, false},
        {"::fffe:10.0.0.1", false, false, false},
        {"::1:ffff:a00:1", false, false, false},
        {"8000::ffff:a00:1", false, false, false},
    }));
    CAPTURE(kind.text);
    CHECK(address(kind.text).is_v4() == kind.v4);
    CHECK(address(kind.text).is_multicast() == kind.multicast);
    CHECK(address(kind.text).is_link_local() == kind.link_local);
    if (kind.v4) CHECK(IpAddress::v4(address(kind.text).v4_value()) == address(kind.text));
}

TEST_CASE("ip address: every byte counts in a comparison, and the first that differs decides") {
    const IpAddress middle = address("7f7f:7f7f:7f7f:7f7f:7f7f:7f7f:7f7f:7f7f");
    for (std::size_t at = 0; at < 16; ++at) {
        CAPTURE(at);
        const IpAddress lower = with_byte(middle, at, 0x7e), upper = with_byte(middle, at, 0xff);  // signed, 0xff would be less
        CHECK_FALSE(lower == middle);
        CHECK(lower < middle);
        CHECK(middle < upper);
        if (at == 15) continue;
        CHECK(with_byte(lower, at + 1, 0xff) < middle);
        CHECK(with_byte(upper, at + 1, 0x00) > middle);
    }
    CHECK(middle == with_byte(middle, 3, 0x7f));
    CHECK((middle <=> middle) == std::strong_ordering::equal);
}

TEST_CASE("ip address: the order is that of the bytes") {
    test::Random random{1};
    std::vector<IpAddress> all{address("::"), address("0.0.0.0"), address("255.255.255.255"), address("::1:0:0:0"), address("ff02::1")};
    for (int i = 0; i < 200; ++i) {
        std::array<std::uint8_t, 16> bytes{};
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(3) * 0x7f);  // few values: many common beginnings
        all.push_back(IpAddress::from_wire(bytes));
    }
    bool same = true;
    for (const IpAddress& left : all)
        for (const IpAddress& right : all)
            same = same && (left <=> right) == by_bytes(left, right) && (left == right) == (left.bytes() == right.bytes());
    CHECK(same);
    std::sort(all.begin(), all.end());
    CHECK(std::is_sorted(all.begin(), all.end(), [](const IpAddress& a, const IpAddress& b) { return a.bytes() < b.bytes(); }));
}

TEST_CASE("ip address: comparisons are known to the compiler") {
    static_assert(IpAddress::v4(1) == IpAddress::v4(1));
    static_assert(IpAddress::v4(0x0a000001) < IpAddress::v4(0x0a000100));
    static_assert(IpAddress{} < IpAddress::v4(0));
    static_assert(IpAddress::v4(0).is_v4() && !IpAddress{}.is_v4());
    SUCCEED();
}

TEST_CASE("ip prefix: text goes in and comes out") {
    const auto [text, printed, length] = GENERATE(table<std::string, std::string, unsigned>({
        {"10.0.0.0/8", "10.0.0.0/8", 104},
        {"10.1.2.3", "10.1.2.3", 128},
        {"10.1.2.3/32", "10.1.2.3", 128},
        {"0.0.0.0/0", "0.0.0.0/0", 96},
        {"2001:db8::/32", "2001:db8::/32", 32},
        {"::/0", "::/0", 0},
        {"::1", "::1", 128},
    }));
    CAPTURE(text);
    const auto prefix = IpPrefix::parse(text);
    REQUIRE(prefix.has_value());
    CHECK(prefix->text() == printed);
    CHECK(prefix->length == length);
    CHECK(prefix->contains(prefix->address));
}

TEST_CASE("ip prefix: what is none is refused") {
    const auto text = GENERATE(as<std::string>{}, "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/8/8",
                               "10.0.0.1/8", "::/129", "::1/127", "10.0.0.0/99999999999", "10.0.0.0/ 8");
    CAPTURE(text);
    CHECK_FALSE(IpPrefix::parse(text));
}

TEST_CASE("ip prefix: what lies in it") {
    const auto [prefix, inside, outside] = GENERATE(table<std::string, std::string, std::string>({
        {"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
        {"10.20.16.0/20", "10.20.31.255", "10.20.32.0"},
        {"10.20.30.40", "10.20.30.40", "10.20.30.41"},
        {"0.0.0.0/0", "255.255.255.255", "::1"},
        {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"},
        {"::/0", "10.0.0.1", ""},
    }));
    CAPTURE(prefix, inside, outside);
    CHECK(IpPrefix::parse(prefix)->contains(address(inside)));
    if (!outside.empty()) CHECK_FALSE(IpPrefix::parse(prefix)->contains(address(outside)));
}
