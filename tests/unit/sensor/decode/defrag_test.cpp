// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/defrag.hpp"

#include <algorithm>
#include <numeric>

#include "tests/support/decode_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// A UDP datagram whose payload bytes tell their place, in pieces of IPv4 or IPv6.
struct Pieces {
    Frame transport;
    bool v6 = false;
    std::uint16_t id = 77;

    explicit Pieces(std::size_t payload, bool with_v6 = false) : v6(with_v6) {
        Frame bytes(payload);
        std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
        const Frame whole = (v6 ? PacketBuilder{}.ipv6() : PacketBuilder{}.ipv4()).udp(40000, 53).payload(bytes).bytes();
        transport.assign(whole.begin() + (v6 ? 40 : 20), whole.end());
    }
    /// Bytes [begin, end) as a fragment.
    [[nodiscard]] Frame operator()(std::size_t begin, std::size_t end) const {
        return raw(begin, Bytes{transport}.subspan(begin, end - begin), end < transport.size());
    }
    [[nodiscard]] Frame raw(std::size_t offset, Bytes data, bool more) const {
        const auto at = static_cast<std::uint16_t>(offset);
        if (v6) return PacketBuilder{}.ethernet().ipv6().extension(0).fragment(at, more, id, std::uint8_t{17}).payload(data).bytes();
        return PacketBuilder{}
            .ethernet()
            .ipv4({.ttl = 9, .id = id, .more_fragments = more, .fragment_offset = at, .options = Frame(4, 1), .protocol = 17})
            .payload(data)
            .bytes();
    }
};

bool is_whole(const Decoded& decoded, const Pieces& pieces) {
    return decoded.count == 1 && !decoded.layers[0].incomplete_fragment && decoded.layers[0].fragment &&
           std::ranges::equal(decoded.layers[0].transport, pieces.transport);
}
bool is_held(const Decoded& decoded) {
    return decoded.count == 1 && decoded.layers[0].incomplete_fragment && decoded.layers[0].payload.empty();
}

}  // namespace

TEST_CASE("defrag: pieces in every order make the datagram") {
    for (const bool v6 : {false, true}) {
        const Pieces pieces{3000, v6};
        std::vector<Frame> fragments{pieces(0, 1480), pieces(1480, 1488), pieces(1488, 2960), pieces(2960, pieces.transport.size())};
        std::vector<std::size_t> order{0, 1, 2, 3};
        do {
            DecodeDriver driver;
            for (std::size_t i = 0; i < 3; ++i) CHECK(is_held(driver.decode(fragments[order[i]])));
            const Decoded& decoded = driver.decode(fragments[order[3]]);
            CHECK(is_whole(decoded, pieces));
            CHECK(decoded.layers[0].source_port == 40000);
            CHECK(decoded.layers[0].payload.size() == 3000);
            CHECK(decoded.layers[0].ip_header.size() == (v6 ? 48u : 24u));
            CHECK(decoded.layers[0].more_fragments);
            CHECK(driver.metrics().reassembled.get() == 1);
            CHECK(driver.metrics().fragments.get() == 4);
            CHECK(driver.metrics().datagrams.get() == 0);
            CHECK(driver.metrics().fragment_bytes.get() == 0);
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

TEST_CASE("defrag: the greatest datagram, in pieces of every MTU") {
    for (const std::size_t step : {std::size_t{552}, std::size_t{1480}, std::size_t{8952}, std::size_t{32768}}) {
        const Pieces pieces{65535 - 24 - 8};
        DecodeDriver driver;
        for (std::size_t at = 0; at < pieces.transport.size(); at += step) {
            const Frame fragment = pieces(at, std::min(at + step, pieces.transport.size()));
            const Decoded& decoded = driver.decode(fragment);
            CHECK((at + step < pieces.transport.size() ? is_held(decoded) : is_whole(decoded, pieces)));
        }
    }
}

TEST_CASE("defrag: datagrams are kept apart by ends, identification, protocol and VLAN") {
    const Pieces pieces{100};
    Pieces other = pieces;
    other.id = 78;
    DecodeDriver driver;
    CHECK(is_held(driver.decode(pieces(0, 64))));
    CHECK(is_held(driver.decode(other(64, 108))));
    CHECK(
        is_held(driver.decode(PacketBuilder{}.ethernet().vlan(9).ipv4({.id = 77, .fragment_offset = 64, .protocol = 17}).payload(44, 0))));
    CHECK(is_held(driver.decode(PacketBuilder{}.ethernet().ipv4({.id = 77, .fragment_offset = 64, .protocol = 6}).payload(44, 0))));
    CHECK(is_held(driver.decode(
        PacketBuilder{}.ethernet().ipv4({.source = "10.0.0.9", .id = 77, .fragment_offset = 64, .protocol = 17}).payload(44, 0))));
    CHECK(driver.metrics().datagrams.get() == 5);
    CHECK(is_whole(driver.decode(pieces(64, 108)), pieces));
}

TEST_CASE("defrag: complete datagrams stay readable until the next advance, all of a burst") {
    DecodeDriver driver;
    const Pieces pieces{1000};
    std::vector<Frame> kept;
    std::vector<Bytes> seen;
    for (std::uint16_t i = 0; i < burst_size; ++i) {
        Pieces mine = pieces;
        mine.id = i;
        kept.push_back(mine(0, 800));
        (void)driver.decode(kept.back());
        kept.push_back(mine(800, 1008));
        seen.push_back(innermost(driver.decode(kept.back())).transport);
    }
    for (const Bytes bytes : seen) CHECK(std::ranges::equal(bytes, pieces.transport));
    for (int burst = 0; burst < 100; ++burst) {
        driver.decoder().advance(0);
        for (std::size_t i = 0; i < kept.size(); i += 2) {
            (void)driver.decode(kept[i]);
            CHECK(is_whole(driver.decode(kept[i + 1]), pieces));
        }
    }
}

TEST_CASE("defrag: overlapping IPv4 fragments by policy") {
    // Old: A at 0-23 and B at 40-63; new: N by case; then what is missing comes as filler F where nothing else stands.
    struct Case {
        FragmentOverlap policy;
        const char* left;    ///< N at 16-31 over A at 0-23: blocks 0..3
        const char* inside;  ///< N at 8-15 inside A at 0-23: blocks 0..2
        const char* around;  ///< N at 32-71 around B at 40-63: blocks 4..8
        const char* same;    ///< N at 40-63 over B at 40-63: blocks 5..7
        const char* flush;   ///< N at 32-63 over B at 40-63, both end alike: blocks 4..7
        const char* begin;   ///< N at 32-47 over the beginning of B: blocks 4..7
    };
    CHECK_FALSE(find_fragment_overlap("irix"));
    CHECK(find_fragment_overlap("bsd-right") == FragmentOverlap::bsd_right);
    CHECK(find_fragment_overlap("solaris") == FragmentOverlap::solaris);
    const Case cases[] = {
        {FragmentOverlap::first, "AAAN", "AAA", "NBBBN", "BBB", "NBBB", "NBBB"},
        {FragmentOverlap::last, "AANN", "ANA", "NNNNN", "NNN", "NNNN", "NNBB"},
        {FragmentOverlap::bsd, "AAAN", "AAA", "NNNNN", "BBB", "NNNN", "NNBB"},
        {FragmentOverlap::bsd_right, "AANN", "ANA", "NBBBN", "NNN", "NBBB", "NBBB"},
        {FragmentOverlap::linux_, "AAAN", "AAA", "NNNNN", "NNN", "NNNN", "NNBB"},
        {FragmentOverlap::windows, "AAAN", "AAA", "NNNNN", "BBB", "NBBB", "NBBB"},
        {FragmentOverlap::solaris, "AAAN", "AAA", "NNNNN", "BBB", "NNNN", "NBBB"},
    };
    const auto result = [](FragmentOverlap policy, std::size_t begin, std::size_t end, std::size_t from, std::size_t to) {
        DecoderConfig config;
        config.defrag.overlap = policy;
        DecodeDriver driver{config};
        const auto send = [&](std::size_t first, std::size_t last, std::uint8_t fill, bool more = true) -> const Decoded& {
            return driver.decode(
                PacketBuilder{}
                    .ethernet()
                    .ipv4({.id = 1, .more_fragments = more, .fragment_offset = static_cast<std::uint16_t>(first), .protocol = 253})
                    .payload(last - first, fill));
        };
        (void)send(0, 24, 'A');
        (void)send(40, 64, 'B');
        CHECK(event_names(send(begin, end, 'N')) == "ipv4.frag_overlap ");
        std::string held(80, '-');
        std::fill(held.begin(), held.begin() + 24, 'x');
        std::fill(held.begin() + 40, held.begin() + 64, 'x');
        std::fill(held.begin() + static_cast<std::ptrdiff_t>(begin), held.begin() + static_cast<std::ptrdiff_t>(end), 'x');
        const Decoded* decoded = nullptr;
        for (std::size_t at = 0; at < 80; at += 8)
            if (held[at] == '-') decoded = &send(at, at + 8, 'F', at != 72);
        REQUIRE(decoded->count == 1);
        REQUIRE(decoded->layers[0].payload.size() == 80);
        std::string blocks;
        for (std::size_t at = from; at < to; at += 8) {
            const Bytes block = decoded->layers[0].payload.subspan(at, 8);
            CHECK(std::ranges::all_of(block, [&](std::uint8_t byte) { return byte == block[0]; }));
            blocks += static_cast<char>(block[0]);
        }
        return blocks;
    };
    for (const Case& each : cases) {
        INFO(static_cast<int>(each.policy));
        CHECK(result(each.policy, 16, 32, 0, 32) == each.left);
        CHECK(result(each.policy, 8, 16, 0, 24) == each.inside);
        CHECK(result(each.policy, 32, 72, 32, 72) == each.around);
        CHECK(result(each.policy, 40, 64, 40, 64) == each.same);
        CHECK(result(each.policy, 32, 64, 32, 64) == each.flush);
        CHECK(result(each.policy, 32, 48, 32, 64) == each.begin);
    }
}

TEST_CASE("defrag: a fragment seen before, byte for byte, changes nothing") {
    for (const bool v6 : {false, true}) {
        const Pieces pieces{4000, v6};
        DecodeDriver driver;
        const Frame first = pieces(0, 2000), second = pieces(2000, 4008);
        CHECK(is_held(driver.decode(first)));
        const Decoded& again = driver.decode(first);
        CHECK(is_held(again));
        CHECK(event_names(again).empty());
        CHECK(driver.metrics().fragments_duplicate.get() == 1);
        CHECK(is_whole(driver.decode(second), pieces));
    }
}

TEST_CASE("defrag: overlapping IPv6 fragments spoil the datagram (RFC 5722)") {
    const Pieces pieces{200, true};
    DecodeDriver driver;
    CHECK(is_held(driver.decode(pieces(0, 104))));
    CHECK(drop_name(driver.decode(pieces(96, 160))) == "fragment_overlap");
    CHECK(drop_name(driver.decode(pieces(104, 208))) == "fragment_overlap");  // those to come, too
    CHECK(driver.metrics().fragment_bytes.get() == 0);
    driver.decoder().advance(30 * second);
    CHECK(driver.metrics().datagrams.get() == 0);
    CHECK(driver.metrics().timed_out.get() == 0);  // it was refused, not lost
}

TEST_CASE("defrag: impossible fragments are refused") {
    for (const bool v6 : {false, true}) {
        const Pieces pieces{100, v6};
        const Frame bytes(64, 1);
        const auto refused = [&](std::initializer_list<Frame> before, const Frame& fragment) {
            DecodeDriver driver;
            for (const Frame& frame : before) CHECK(is_held(driver.decode(frame)));
            return std::string{drop_name(driver.decode(fragment))};
        };
        CHECK(refused({}, pieces.raw(0, Bytes{bytes}.first(63), true)) == "fragment_malformed");               // not a multiple of 8
        CHECK(refused({}, pieces.raw(8, Bytes{bytes}.first(0), true)) == "fragment_malformed");                // empty
        CHECK(refused({}, pieces.raw(65528, Bytes{bytes}, false)) == "fragment_malformed");                    // ping of death
        CHECK(refused({pieces.raw(16, bytes, false)}, pieces.raw(80, bytes, true)) == "fragment_malformed");   // behind the end
        CHECK(refused({pieces.raw(16, bytes, false)}, pieces.raw(80, bytes, false)) == "fragment_malformed");  // a second end
        CHECK(refused({pieces.raw(64, bytes, true)}, pieces.raw(16, Bytes{bytes}.first(8), false)) ==
              "fragment_malformed");  // an end before what came
    }
}

TEST_CASE("defrag: teardrop") {
    DecodeDriver driver;
    const auto send = [&](std::uint16_t offset, std::size_t size, bool more) -> const Decoded& {
        return driver.decode(PacketBuilder{}
                                 .ethernet()
                                 .ipv4({.id = 242, .more_fragments = more, .fragment_offset = offset, .protocol = 17})
                                 .payload(size, 0));
    };
    CHECK(is_held(send(0, 40, true)));
    CHECK(drop_name(send(24, 4, false)) == "fragment_malformed");
}

TEST_CASE("defrag: what waits too long is given up, on packet time") {
    const Pieces pieces{100};
    DecodeDriver driver;
    CHECK(is_held(driver.decode(pieces(0, 64), 1, 1000 * second)));
    driver.decoder().advance(1029 * second);
    CHECK(driver.metrics().timed_out.get() == 0);
    driver.decoder().advance(1030 * second);
    CHECK(driver.metrics().timed_out.get() == 1);
    CHECK(driver.metrics().datagrams.get() == 0);
    CHECK(is_held(driver.decode(pieces(64, 108), 1, 1030 * second)));
    CHECK(is_held(driver.decode(pieces(0, 64), 1, 1060 * second)));  // a burst's own clock counts as well
    CHECK(driver.metrics().timed_out.get() == 2);
}

TEST_CASE("defrag: a full table lets its oldest datagram go") {
    DecoderConfig config;
    config.defrag.datagrams = 4;
    DecodeDriver driver{config};
    Pieces pieces{100};
    for (pieces.id = 0; pieces.id < 6; ++pieces.id) CHECK(is_held(driver.decode(pieces(0, 64))));
    CHECK(driver.metrics().evicted.get() == 2);
    CHECK(driver.metrics().datagrams.get() == 4);
    CHECK(driver.metrics().datagram_limit.get() == 4);
    pieces.id = 5;
    CHECK(is_whole(driver.decode(pieces(64, 108)), pieces));
    pieces.id = 0;
    CHECK(is_held(driver.decode(pieces(64, 108))));  // was evicted
}

TEST_CASE("defrag: full memory lets the oldest datagrams go; what does not fit at all is refused") {
    DecoderConfig config;
    config.defrag.memory = 8 * 1024;
    DecodeDriver driver{config};
    Pieces pieces{5000};
    CHECK(is_held(driver.decode(pieces(0, 4000))));
    ++pieces.id;
    CHECK(is_held(driver.decode(pieces(0, 4000))));
    CHECK(driver.metrics().evicted.get() == 1);
    CHECK(driver.metrics().fragment_bytes.get() <= driver.metrics().fragment_byte_limit.get());
    CHECK(is_whole(driver.decode(pieces(4000, 5008)), pieces));
    const Pieces large{20000};
    CHECK(drop_name(driver.decode(large(0, 16000))) == "fragment_table_full");
    CHECK(driver.metrics().datagrams.get() == 0);
}

TEST_CASE("defrag: the pieces of one datagram are bounded") {
    const Pieces pieces{8 * 600};
    DecodeDriver driver;
    std::size_t held = 0;
    for (std::size_t at = 0; at < 8 * 600; at += 8) held += is_held(driver.decode(pieces(at, at + 8))) ? 1 : 0;
    CHECK(held == 512);
    CHECK(driver.metrics().dropped[static_cast<std::size_t>(DropReason::fragment_table_full)].get() == 600 - 512);
}

TEST_CASE("defrag: a fragment that the capture has cut is counted, not put together") {
    const Pieces pieces{100};
    DecodeDriver driver;
    Frame cut = pieces(0, 64);
    cut = shortened(std::move(cut), 10);
    const Decoded& decoded = driver.decode(cut, 1, 0, 10);
    CHECK(is_held(decoded));
    CHECK(decoded.layers[0].cut);
    CHECK(driver.metrics().datagrams.get() == 0);
}

TEST_CASE("defrag: fragments inside tunnels, and tunnels in fragments") {
    const Frame inside = PacketBuilder{}.ipv4("10.9.0.1", "10.9.0.2").udp(7, 9).payload(200, 'x').bytes();
    DecodeDriver driver;
    const auto piece = [&](std::size_t begin, std::size_t end) {
        return PacketBuilder{}
            .ipv4({.source = "10.9.0.1",
                   .destination = "10.9.0.2",
                   .id = 5,
                   .more_fragments = end < 208,
                   .fragment_offset = static_cast<std::uint16_t>(begin),
                   .protocol = 17})
            .payload(Bytes{inside}.subspan(20 + begin, end - begin))
            .bytes();
    };
    const Decoded& held = driver.decode(PacketBuilder{}.ethernet().ipv4().gre({}, 0x0800).payload(piece(0, 104)));
    REQUIRE(held.count == 2);
    CHECK(held.layers[1].incomplete_fragment);
    const Decoded& whole = driver.decode(PacketBuilder{}.ethernet().ipv4().gre({}, 0x0800).payload(piece(104, 208)));
    REQUIRE(whole.count == 2);
    CHECK(tuple(whole.layers[1]) == "10.9.0.1:7>10.9.0.2:9/17");
    CHECK(whole.layers[1].fragment);

    const auto outer = [&](std::size_t begin, std::size_t end) {
        return PacketBuilder{}
            .ethernet()
            .ipv4({.id = 6, .more_fragments = end < inside.size(), .fragment_offset = static_cast<std::uint16_t>(begin), .protocol = 4})
            .payload(Bytes{inside}.subspan(begin, end - begin));
    };
    CHECK(is_held(driver.decode(outer(0, 120))));
    const Decoded& through = driver.decode(outer(120, inside.size()));
    REQUIRE(through.count == 2);
    CHECK(tuple(through.layers[1]) == "10.9.0.1:7>10.9.0.2:9/17");
    CHECK(through.layers[1].payload.size() == 200);
}
