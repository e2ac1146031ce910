// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/capture_format.hpp"

#include <algorithm>
#include <limits>

#include "tests/support/capture_file.hpp"
#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::test;
using Step = CaptureFormat::Step;

namespace {

const Octets six{1, 2, 3, 4, 5, 6};

struct Read {
    Octets data;
    std::uint32_t wire_length;
    std::uint16_t link_type;
    Time time;
    friend bool operator==(const Read&, const Read&) = default;
};

struct Outcome {
    std::vector<Read> packets;
    std::size_t left = 0;  ///< bytes behind the last record that was read
    std::string damage;
    [[nodiscard]] std::string text() const {
        std::string out = damage.empty() ? "left " + std::to_string(left) : damage;
        for (const Read& packet : packets)
            out += "; " + std::to_string(packet.data.size()) + " of " + std::to_string(packet.wire_length) + " link " +
                   std::to_string(packet.link_type) + " at " + std::to_string(packet.time);
        return out;
    }
};

/// Reads `file` through windows of `step` bytes at first, wider only where the reader asks for it; 0: all of it at once.
Outcome read_all(const Octets& file, std::size_t step = 0) {
    CaptureFormat format;
    Outcome outcome;
    std::size_t begin = 0, width = step == 0 ? file.size() : step;
    for (;;) {
        const Bytes window = first_of(Bytes{file}.subspan(begin), width);
        Packet packet;
        std::size_t consumed = ~std::size_t{0};
        switch (format.next(window, consumed, packet)) {
            case Step::packet:
                REQUIRE(packet.data.data() >= window.data());
                REQUIRE(packet.data.data() + packet.data.size() <= window.data() + window.size());
                outcome.packets.push_back({{packet.data.begin(), packet.data.end()}, packet.wire_length, packet.link_type, packet.time});
                REQUIRE(consumed > packet.data.size());
                break;
            case Step::skipped: break;
            case Step::need_more:
                REQUIRE(consumed == 0);
                REQUIRE(format.wanted() > window.size());
                REQUIRE(format.wanted() <= CaptureFormat::max_block);
                if (window.size() < width) {  // the end of the file
                    outcome.left = file.size() - begin;
                    return outcome;
                }
                width = format.wanted();
                continue;
            case Step::damaged:
                REQUIRE(consumed == 0);
                outcome.damage = format.reason();
                REQUIRE_FALSE(outcome.damage.empty());
                return outcome;
        }
        REQUIRE(consumed <= window.size());
        begin += consumed;
        width = step == 0 ? file.size() : step;
    }
}

/// As above, with the demand that windows make no difference.
Outcome read(const Octets& file) {
    const Outcome outcome = read_all(file);
    for (const std::size_t step : {1u, 24u, 100u}) CHECK(read_all(file, step).text() == outcome.text());
    return outcome;
}

Octets cut(Octets octets, std::size_t size) {
    octets.resize(size);
    return octets;
}

}  // namespace

TEST_CASE("capture format: pcap, both byte orders and every magic number") {
    const auto order = GENERATE(Order::little, Order::big);
    const auto [magic, nanoseconds] =
        GENERATE(table<std::uint32_t, Time>({{0xa1b2c3d4, 123'456'000}, {0xa1b23c4d, 123'456}, {0xa1b2cd34, 123'456'000}}));
    CAPTURE(order == Order::big, magic);
    PcapFile file{{.order = order, .magic = magic, .link_type = 113}};
    file.packet(1'700'000'000, 123'456, six).packet(1'700'000'001, 0, {}).packet(0xffff'ffff, 123'456, six, 1500);
    CHECK(CaptureFormat::recognise(file.octets()));
    const Outcome outcome = read(file.octets());
    CHECK(outcome.damage.empty());
    CHECK(outcome.left == 0);
    const std::vector<Read> expected{{six, 6, 113, 1'700'000'000 * second + nanoseconds},
                                     {{}, 0, 113, 1'700'000'001 * second},
                                     {six, 1500, 113, 4'294'967'295 * second + nanoseconds}};
    CHECK((outcome.packets == expected));
}

TEST_CASE("capture format: a pcap's oddities") {
    SECTION("the frame check sequence's length beside the link type") {
        for (const Order order : {Order::little, Order::big}) {
            PcapFile file{{.order = order, .link_type = 0x5400'0001}};
            CHECK(read(file.packet(1, 0, six).octets()).packets.at(0).link_type == 1);
        }
    }
    SECTION("a wire length below the captured one is not believed") {
        CHECK(read(PcapFile{}.packet(1, 0, six, 2).octets()).packets.at(0).wire_length == 6);
    }
    SECTION("a fraction of more than a second") {
        CHECK(read(PcapFile{}.packet(1, 0xffff'ffff, six).octets()).packets.at(0).time == second + 0xffff'ffffll * 1000);
        CHECK(read(PcapFile{}.packet(0xffff'ffff, 0xffff'ffff, six).octets()).packets.at(0).time <= latest_time);
    }
    SECTION("a packet of the largest size, and one beyond") {
        const Octets large(CaptureFormat::max_packet), larger(CaptureFormat::max_packet + 1);
        CHECK(read_all(PcapFile{}.packet(1, 0, large).octets()).packets.at(0).data.size() == large.size());
        CHECK(read(PcapFile{}.packet(1, 0, six).packet(1, 0, larger).octets()).text() ==
              "a record claims more than 262144 bytes; 6 of 6 link 1 at 1000000000");
    }
    SECTION("a record that claims 4 GiB") {
        CHECK(read(PcapFile{}.record(1, 0, 0xffff'ffff, 6, six).octets()).damage == "a record claims more than 262144 bytes");
    }
}

TEST_CASE("capture format: link types pass through") {
    // Ethernet, null, PPP, raw IP by its names of OpenBSD and DLT, Linux cooked, PPP over Ethernet, loop, IPv4, IPv6, cooked v2
    for (const std::uint16_t link_type : {1, 0, 9, 12, 14, 101, 113, 51, 108, 228, 229, 276, 147, 65535}) {
        CAPTURE(link_type);
        CHECK(read(PcapFile{{.link_type = link_type}}.packet(1, 0, six).octets()).packets.at(0).link_type == link_type);
        CHECK(read(PcapngFile{}.interface({.link_type = link_type}).packet(0, 1, six).octets()).packets.at(0).link_type == link_type);
    }
}

TEST_CASE("capture format: pcapng, several interfaces with their own time") {
    const auto order = GENERATE(Order::little, Order::big);
    CAPTURE(order == Order::big);
    PcapngFile file{order};
    file.interface()                                             // microseconds, where nothing is said
        .interface({.link_type = 101, .resolution = 9})          // nanoseconds
        .interface({.link_type = 113, .resolution = 0x80 | 10})  // 1/1024 s
        .interface({.resolution = 3, .offset = 1'700'000'000})   // milliseconds since then
        .interface({.resolution = 0, .offset = -10})             // seconds
        .packet(0, 1'700'000'000'000'001, six)
        .packet(1, 1'700'000'000'000'000'002, six, 9000)
        .packet(2, 1'700'000'000ull * 1024 + 512, six)
        .packet(3, 1'500, six)
        .packet(4, 1'700'000'010, {})
        .obsolete_packet(1, 7, six);
    CHECK(CaptureFormat::recognise(file.octets()));
    const Outcome outcome = read(file.octets());
    const Time start = 1'700'000'000 * second;
    const std::vector<Read> expected{{six, 6, 1, start + 1000},          {six, 9000, 101, start + 2}, {six, 6, 113, start + 500'000'000},
                                     {six, 6, 1, start + 1'500'000'000}, {{}, 0, 1, start},           {six, 6, 101, 7}};
    CHECK(outcome.text().starts_with("left 0"));
    CHECK((outcome.packets == expected));
}

TEST_CASE("capture format: time resolutions, decimal and binary, with what they can hold") {
    struct Case {
        std::uint8_t resolution;
        std::uint64_t ticks;
        std::int64_t offset;
        Time time;
    };
    const auto one = GENERATE(values<Case>({
        {0, 5, 0, 5 * second},
        {6, 5, 0, 5000},
        {9, 5, 0, 5},
        {12, 5999, 0, 5},  // picoseconds are cut off
        {18, 3'000'000'000'000'000'000, 0, 3 * second},
        {0x80, 5, 0, 5 * second},
        {0x80 | 1, 3, 0, 1'500'000'000},
        {0x80 | 32, (7ull << 32) + (1ull << 31), 0, 7'500'000'000},
        {0x80 | 62, ~0ull, 0, 3'999'999'999},
        {0, ~0ull, 0, latest_time},  // beyond what can be held
        {6, 0, std::numeric_limits<std::int64_t>::max(), latest_time},
        {0, ~0ull, std::numeric_limits<std::int64_t>::min(), latest_time},
        {6, 5, std::numeric_limits<std::int64_t>::min(), 0},
        {0, 100, -101, 0},  // before 1970
    }));
    CAPTURE(unsigned{one.resolution}, one.ticks, one.offset);
    for (const Order order : {Order::little, Order::big}) {
        PcapngFile file{order};
        file.interface({.resolution = one.resolution, .offset = one.offset}).packet(0, one.ticks, six);
        CHECK(read(file.octets()).packets.at(0).time == one.time);
    }
}

TEST_CASE("capture format: simple packets have no time, and the first interface's snap length") {
    PcapngFile file;
    file.interface({.link_type = 101, .snap_length = 4}).interface().simple_packet(Octets{1, 2, 3, 4}, 6).simple_packet(Octets{1, 2});
    CHECK(read(file.octets()).text() == "left 0; 4 of 6 link 101 at 0; 2 of 2 link 101 at 0");
    CHECK(read(PcapngFile{}.interface().simple_packet(six, 60).octets()).text() ==
          "left 0; 8 of 60 link 1 at 0");  // the padding cannot be told apart
}

TEST_CASE("capture format: what is no packet is passed over") {
    PcapngFile file;
    file.interface({.resolution = 9});
    for (const std::uint32_t type : {4u, 5u, 10u, 0xbadu, 0x8000'0001u}) file.block(type, file.body().u64(1).u32(2));
    file.block(5, file.body()).packet(0, 1, six);
    CHECK(read(file.octets()).text() == "left 0; 6 of 6 link 1 at 1");
}

TEST_CASE("capture format: a new section forgets interfaces and may turn the byte order") {
    PcapngFile file{Order::little};
    file.interface({.link_type = 101}).packet(0, 1, six);
    file.section(Order::big).interface({.link_type = 113, .resolution = 9}).packet(0, 2, six);
    CHECK(read(file.octets()).text() == "left 0; 6 of 6 link 101 at 1000; 6 of 6 link 113 at 2");
    file.section(Order::little).packet(0, 3, six);
    CHECK(read(file.octets()).damage == "a pcapng packet names an interface that was not described");
}

TEST_CASE("capture format: options that are cut or strange do no harm") {
    PcapngFile file;
    const auto described = [&] { return file.body().u16(1).u16(0).u32(0); };
    file.block(1, described().u16(9).u16(1000));                   // longer than the block
    file.block(1, described().u16(9).u16(2).u8(9).u8(9).pad());    // a resolution of two octets
    file.block(1, described().u16(14).u16(4).u32(77));             // an offset of four
    file.block(1, described().u16(9));                             // half an option
    file.block(1, described().u16(0).u16(0).u16(9).u16(1).u8(0));  // behind the end of options
    for (std::uint32_t i = 0; i < 4; ++i) file.packet(i, 1, six);
    CHECK(read(file.octets()).text() == "a pcapng block has an impossible length");  // the last interface: 21 octets
    PcapngFile ended;
    ended.block(1, ended.body().u16(1).u16(0).u32(0).u16(0).u16(0).u16(9).u16(1).u8(0).pad()).packet(0, 1, six);
    CHECK(read(ended.octets()).text() == "left 0; 6 of 6 link 1 at 1000");
}

TEST_CASE("capture format: pcapng that makes no sense is a sentence") {
    PcapngFile file;
    file.interface();
    const auto with = [&](const Writer& octets) { return PcapngFile{file}.raw(octets).octets(); };
    const auto block = [&](std::uint32_t type, const Writer& content) { return PcapngFile{file}.block(type, content).octets(); };
    const auto body = [&] { return file.body(); };
    struct Case {
        Octets file;
        std::string damage;
    };
    PcapngFile crowd;
    for (std::size_t i = 0; i <= CaptureFormat::max_interfaces; ++i) crowd.interface();
    const std::vector<Case> cases{
        {with(body().u32(6).u32(0).u32(0)), "a pcapng block has an impossible length"},
        {with(body().u32(6).u32(8).u32(8)), "a pcapng block has an impossible length"},
        {with(body().u32(6).u32(13).u64(0)), "a pcapng block has an impossible length"},
        {with(body().u32(6).u32(0xffff'fffc).u32(0)), "a pcapng block claims more than 16 MiB"},
        {with(body().u32(5).u32(16).u32(0).u32(20)), "a pcapng block's two lengths differ"},
        {with(body().u32(PcapngFile::section_type).u32(28).u32(0x1234'5678).bytes(Octets(16))),
         "a pcapng section without its byte-order magic"},
        {with(body().u32(PcapngFile::section_type).u32(16).u32(0x1a2b3c4d).u32(16)), "a pcapng section header is too short"},
        {block(1, body().u32(1)), "a pcapng interface block is too short"},
        {block(1, body().u16(1).u16(0).u32(0).u16(9).u16(1).u8(19).pad()), "a pcapng interface has a time resolution finer than 10^-18 s"},
        {block(1, body().u16(1).u16(0).u32(0).u16(9).u16(1).u8(0x80 | 63).pad()),
         "a pcapng interface has a time resolution finer than 2^-62 s"},
        {block(6, body().u64(0).u64(0)), "a pcapng packet block is too short"},
        {block(2, body().u64(0).u64(0)), "a pcapng packet block is too short"},
        {block(3, body()), "a pcapng packet block is too short"},
        {block(6, file.packet_body(1, 0, 6, 6, six)), "a pcapng packet names an interface that was not described"},
        {block(6, file.packet_body(0xffff'ffff, 0, 6, 6, six)), "a pcapng packet names an interface that was not described"},
        {block(6, file.packet_body(0, 0, 9, 9, six)), "a pcapng packet is longer than its block"},
        {block(6, file.packet_body(0, 0, 0xffff'ffff, 0xffff'ffff, six)), "a pcapng packet is longer than its block"},
        {block(6, file.packet_body(0, 0, CaptureFormat::max_packet + 1, 1, Octets(CaptureFormat::max_packet + 1))),
         "a pcapng packet is longer than 262144 bytes"},
        {block(3, body().u32(CaptureFormat::max_packet + 1).bytes(Octets(CaptureFormat::max_packet + 4))),
         "a pcapng packet is longer than 262144 bytes"},
        {PcapngFile{}.simple_packet(six).octets(), "a pcapng packet names an interface that was not described"},
        {crowd.octets(), "more than 4096 interfaces in one pcapng section"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.damage);
        CHECK(read_all(one.file).damage == one.damage);
        CHECK(read_all(one.file, 24).damage == one.damage);
    }
}

TEST_CASE("capture format: a file that is cut anywhere gives the packets before the cut") {
    PcapngFile ng;
    ng.interface({.resolution = 9}).packet(0, 1, six).block(5, ng.body().u64(0)).packet(0, 2, six);
    for (const Octets& whole : {Octets{PcapFile{}.packet(1, 0, six).packet(2, 0, six).octets()}, ng.octets()}) {
        const Outcome all = read(whole);
        REQUIRE(all.packets.size() == 2);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CAPTURE(size);
            const Outcome outcome = read_all(cut(whole, size));
            CHECK(outcome.damage.empty());
            CHECK(outcome.packets.size() < 2);
            CHECK(std::equal(outcome.packets.begin(), outcome.packets.end(), all.packets.begin()));
        }
    }
}

TEST_CASE("capture format: what is no capture is told by its first bytes") {
    const Octets pcap = PcapFile{}.octets(), pcapng = PcapngFile{}.octets();
    CHECK(CaptureFormat::recognise(pcap));
    CHECK(CaptureFormat::recognise(cut(pcapng, CaptureFormat::magic_size)));
    CHECK_FALSE(CaptureFormat::recognise(cut(pcap, 23)));
    CHECK_FALSE(CaptureFormat::recognise({}));
    Octets wrong_order = pcapng;
    wrong_order[8] ^= 0xff;
    const Octets text(64, 'x'), zeros(64), middle_endian{0xb2, 0xa1, 0xd4, 0xc3};
    for (const Octets& octets : {wrong_order, text, zeros, cut(middle_endian, 64)}) {
        CHECK_FALSE(CaptureFormat::recognise(octets));
        CHECK(read(octets).text() == "neither a pcap nor a pcapng header");
    }
    CHECK(read({}).text() == "left 0");
    CHECK(read(Octets(23)).text() == "left 23");
    CHECK(read(pcap).text() == "left 0");
}
