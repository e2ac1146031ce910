// SPDX-License-Identifier: Apache-2.0
#include "rules/match/host_bits.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/no_alloc.hpp"

using namespace weir;
using namespace weir::rules;
using Key = HostBits::Key;

TEST_CASE("marks on addresses and pairs, until they expire") {
    HostBits bits(64);
    const IpAddress a = IpAddress::v4(1), b = IpAddress::v4(2);
    bits.set(Key::of(a, 1), 100, 30);
    CHECK(bits.is_set(Key::of(a, 1), 130));
    CHECK_FALSE(bits.is_set(Key::of(a, 1), 131));
    CHECK_FALSE(bits.is_set(Key::of(a, 2), 100));
    CHECK_FALSE(bits.is_set(Key::of(b, 1), 100));
    bits.set(Key::of(a, b, 1), 100, 5);
    CHECK(bits.is_set(Key::of(b, a, 1), 105));
    bits.set(Key::of(a, b, 1), 105, 5);
    CHECK(bits.is_set(Key::of(a, b, 1), 110));
    bits.unset(Key::of(b, a, 1));
    CHECK_FALSE(bits.is_set(Key::of(a, b, 1), 105));
    CHECK(bits.is_set(Key::of(a, 1), 105));
}

TEST_CASE("a full table drops what would expire first, and counts it") {
    HostBits bits(8);
    for (std::uint32_t i = 0; i < 8; ++i) bits.set(Key::of(IpAddress::v4(i), 0), 100, 10 + i);
    CHECK(bits.evicted() == 0);
    {
        const test::NoAlloc watch;
        bits.set(Key::of(IpAddress::v4(100), 0), 100, 50);
    }
    CHECK(bits.evicted() == 1);
    CHECK_FALSE(bits.is_set(Key::of(IpAddress::v4(0), 0), 100));
    CHECK(bits.is_set(Key::of(IpAddress::v4(1), 0), 100));
    bits.set(Key::of(IpAddress::v4(101), 0), 200, 50);  // what has expired is no loss
    CHECK(bits.evicted() == 1);
    HostBits none(0);
    none.set(Key::of(IpAddress::v4(1), 0), 1, 1);
    CHECK_FALSE(none.is_set(Key::of(IpAddress::v4(1), 0), 1));
}
