// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/address_set.hpp"

#include <algorithm>
#include <random>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

std::vector<AddressRange> ranges(std::initializer_list<const char*> texts) {
    std::vector<AddressRange> out;
    std::string reason;
    for (const char* text : texts) REQUIRE(AddressRange::parse(text, out, reason));
    return out;
}
std::string text_of(const char* text) {
    const auto list = ranges({text});
    return list.front().text();
}

}  // namespace

TEST_CASE("address range: written and read again") {
    for (const char* text : {"10.0.0.1", "10.0.0.0/24", "10.0.0.5-10.0.0.9", "0.0.0.0/0", "2001:db8::/32", "2001:db8::1", "::1-::9",
                             "128.0.0.0/1", "2001:db8::/63", "2001:db8::/64", "2001:db8::/65", "10.0.0.0-10.0.0.6"})
        CHECK(text_of(text) == text);
    CHECK(text_of("10.0.0.0-10.0.0.255") == "10.0.0.0/24");
    CHECK(ranges({"::/0"}).size() == 2);  // around the IPv4 addresses
}

TEST_CASE("address range: keys order as addresses do") {
    for (const char* text : {"0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8:0:1::8000:0"}) {
        const IpAddress address = *IpAddress::parse(text);
        CHECK(AddressKey::of(address).address() == address);
    }
    CHECK(AddressKey{0, ~0ull}.next() == AddressKey{1, 0});
    CHECK(AddressKey{~0ull, ~0ull}.next() == AddressKey{0, 0});
}

TEST_CASE("address ranges: those that overlap or touch are joined") {
    auto list = ranges({"10.0.0.128/25", "10.0.0.0/25", "10.0.1.0-10.0.1.5", "10.0.1.3", "192.0.2.1"});
    normalise(list);
    REQUIRE(list.size() == 2);
    CHECK(list[0].text() == "10.0.0.0-10.0.1.5");
    CHECK(list[1].text() == "192.0.2.1");
}

TEST_CASE("set index: finds what a plain search finds") {
    std::mt19937 random{7};
    for (int round = 0; round < 50; ++round) {
        std::vector<SetIndex::Row> rows;
        for (unsigned i = random() % 60; i > 0; --i) {
            const std::uint64_t first = random() % 1000, length = random() % (i % 5 == 0 ? 600 : 20);
            rows.push_back({{{0, first}, {0, first + length}}, {}, i});
        }
        SetIndex::build(rows);
        for (std::uint64_t low = 0; low < 1700; low += 3) {
            std::vector<std::uint32_t> found, expected;
            SetIndex::visit(rows, AddressKey{0, low}, [&](std::uint32_t set) {
                found.push_back(set);
                return true;
            });
            for (const SetIndex::Row& row : rows)
                if (row.range.first.low <= low && low <= row.range.last.low) expected.push_back(row.set);
            REQUIRE(found == expected);
        }
    }
}
