// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/capture_source.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <thread>

#include "tests/support/capture_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pcap_reader.hpp"
#include "tests/support/random.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const Octets four{1, 2, 3, 4};

void write(const std::filesystem::path& path, const Octets& octets) {
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
}

/// A capture with a packet at each of these seconds.
Octets at_seconds(std::initializer_list<std::uint32_t> seconds) {
    PcapFile file;
    for (const std::uint32_t at : seconds) file.packet(at, 0, four);
    return file.octets();
}

CaptureSource from_memory(const Octets& octets) { return CaptureSource{"memory", memory_stream(octets)}; }

struct Seen {
    std::vector<Packet> packets;  ///< without data
    std::vector<Octets> data;
    std::vector<Time> burst_clocks;
    [[nodiscard]] std::vector<Time> clocks() const {
        std::vector<Time> out;
        for (const Packet& packet : packets) out.push_back(packet.clock / second);
        return out;
    }
};

/// Reads to the end, with what every source promises checked on the way.
Seen drain(CaptureSource& source) {
    Seen seen;
    Burst burst;
    Time clock = 0;
    while (source.next(burst)) {
        REQUIRE_FALSE(burst.packets.empty());
        for (const Packet& packet : burst.packets) {
            REQUIRE(packet.number == seen.packets.size() + 1);
            REQUIRE(packet.clock >= clock);
            REQUIRE(packet.data.size() <= packet.wire_length);
            REQUIRE(packet.origin < source.reports().size());
            clock = packet.clock;
            seen.data.emplace_back(packet.data.begin(), packet.data.end());
            seen.packets.push_back(packet);
            seen.packets.back().data = {};
        }
        REQUIRE(burst.clock == clock);
        seen.burst_clocks.push_back(clock);
    }
    CHECK_FALSE(source.next(burst));
    CHECK(burst.packets.empty());
    CHECK(source.packets() == seen.packets.size());
    std::uint64_t reported = 0;
    for (const CaptureReport& report : source.reports()) reported += report.packets;
    CHECK(reported == seen.packets.size());
    return seen;
}

/// 300 MB of records, made as they are read.
class Endless final : public ByteStream {
public:
    std::size_t read(std::span<std::uint8_t> out) override {
        std::size_t done = 0;
        while (done < out.size() && given_ < total) {
            const Bytes piece =
                given_ < header_.size() ? Bytes{header_}.subspan(given_) : Bytes{record_}.subspan((given_ - header_.size()) % per_record);
            const Bytes taken = first_of(piece, out.size() - done);
            std::copy(taken.begin(), taken.end(), out.begin() + static_cast<std::ptrdiff_t>(done));
            done += taken.size();
            given_ += taken.size();
        }
        return done;
    }
    [[nodiscard]] const std::string& error() const override { return error_; }
    [[nodiscard]] std::uint64_t position() const override { return given_; }
    static constexpr std::size_t per_record = 60'016, records = 5'000, total = 24 + per_record * records;

private:
    Octets header_ = PcapFile{}.octets();
    Octets record_ = [] {
        const Octets whole = PcapFile{}.packet(1, 0, Octets(60'000)).octets();
        return Octets(whole.begin() + 24, whole.end());
    }();
    std::size_t given_ = 0;
    std::string error_;
};

std::string error_of(const std::vector<std::string>& names) {
    const auto found = find_captures(names);
    return found ? std::string{} : found.error();
}

}  // namespace

TEST_CASE("find captures: files, folders in order of path, standard input") {
    const TemporaryFolder folder;
    const Octets capture = at_seconds({1});
    std::filesystem::create_directories(folder / "in/deeper");
    std::filesystem::create_directories(folder / "other");
    for (const char* const name : {"in/b.pcap", "in/a.pcap", "in/deeper/c", "other/z.pcap"}) write(folder / name, capture);
    write(folder / "in/d.pcap.gz", gzip(capture));
    write(folder / "in/e.pcap.zst", zstd(PcapngFile{}.octets()));
    write(folder / "in/notes.txt", {'n', 'o', 't', 'e', 's'});
    write(folder / "in/notes.txt.gz", gzip(Octets(100, 'n')));
    write(folder / "in/empty", {});
    std::filesystem::create_symlink("nowhere", folder / "in/dangling");
    std::filesystem::create_symlink("b.pcap", folder / "in/link");
    std::filesystem::create_directory_symlink(folder / "other", folder / "in/others");  // not followed: it might lead back

    const std::string in = folder / "in", z = folder / "other/z.pcap";
    const auto found = find_captures({"-", z, in, z});
    REQUIRE(found.has_value());
    CHECK(*found == std::vector<std::string>{"-", z, in + "/a.pcap", in + "/b.pcap", in + "/d.pcap.gz", in + "/deeper/c",
                                             in + "/e.pcap.zst", in + "/link", z});
    CHECK(find_captures({})->empty());
}

TEST_CASE("find captures: what is refused, with a sentence that begins with its name") {
    const TemporaryFolder folder;
    const std::string capture = folder / "a.pcap", text = folder / "notes.txt", empty = folder / "empty", bare = folder / "bare";
    write(capture, at_seconds({1}));
    write(text, {'n', 'o', 't', 'e', 's'});
    write(empty, {});
    std::filesystem::create_directories(bare + "/below");
    const std::string expected = ", expected pcap or pcapng";
    CHECK(error_of({capture, ""}) == "an empty name, expected a capture file, a folder or -");
    CHECK(error_of({"-", capture, "-"}) == "-: named twice, but it can be read only once");
    CHECK(error_of({text}) == text + ": not a capture" + expected + " (plain, .gz, .zst)");
    CHECK(error_of({empty}).starts_with(empty + ": not a capture"));
    CHECK(error_of({"/dev/null"}).starts_with("/dev/null: not a capture"));
    CHECK(error_of({bare}) == bare + ": no capture in this folder" + expected + " files (plain, .gz, .zst)");
    CHECK(error_of({capture + "x"}) == capture + "x: No such file or directory");
    CHECK(error_of({"/proc/self/mem"}).starts_with("/proc/self/mem: "));

    Octets damaged = gzip(at_seconds({1}));
    std::fill(damaged.begin() + 10, damaged.end(), std::uint8_t{0xff});
    write(folder / "damaged.gz", damaged);
    CHECK(error_of({folder / "damaged.gz"}).ends_with("damaged.gz: the gzip data is damaged"));
    CHECK(error_of({folder.path()}).ends_with("damaged.gz: the gzip data is damaged"));  // not passed over in silence
    if (::geteuid() != 0) {                                                              // root may read everything
        std::filesystem::permissions(capture, std::filesystem::perms::none);
        CHECK(error_of({capture}) == capture + ": Permission denied");
        std::filesystem::permissions(bare, std::filesystem::perms::none);
        CHECK(error_of({bare}) == bare + ": Permission denied");
    }
}

TEST_CASE("find captures: a pipe is not looked into, so that nothing of it is lost") {
    const TemporaryFolder folder;
    const std::string pipe = folder / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(find_captures({pipe}).value() == std::vector{pipe});  // opening it would wait for a writer
    CHECK(error_of({pipe, pipe}) == pipe + ": named twice, but it can be read only once");
    std::thread writer{[&] { write(pipe, at_seconds({1, 2, 3})); }};
    CaptureSource source{{pipe}};
    CHECK(drain(source).packets.size() == 3);
    CHECK(source.total() == 0);
    writer.join();
}

TEST_CASE("capture source: every dress of a capture gives the same packets") {
    PcapFile plain;
    for (std::uint32_t i = 0; i < 3000; ++i) plain.packet(1000 + i, i, Octets(i % 500, static_cast<std::uint8_t>(i)), 500);
    const TemporaryFolder folder;
    write(folder / "plain", plain.octets());
    write(folder / "gzip", gzip(plain.octets()));
    write(folder / "zstd", zstd(plain.octets()));
    for (const char* const name : {"plain", "gzip", "zstd"}) {
        CAPTURE(name);
        CaptureSource source{{folder / name}};
        const std::uint64_t size = std::filesystem::file_size(folder / name);
        CHECK(source.total() == size);
        const Seen seen = drain(source);
        REQUIRE(seen.packets.size() == 3000);
        bool same = true;
        for (std::uint32_t i = 0; i < 3000; ++i) {
            const Packet& packet = seen.packets[i];
            same = same && seen.data[i] == Octets(i % 500, static_cast<std::uint8_t>(i)) && packet.wire_length == 500 &&
                   packet.link_type == 1 && packet.origin == 0 && packet.time == (1000 + Time{i}) * second + i * 1000 &&
                   packet.clock == packet.time;
        }
        CHECK(same);
        CHECK(source.position() == size);
        const CaptureReport& report = source.reports().at(0);
        CHECK(report.name == folder / name);
        CHECK(report.first == 1000 * second);
        CHECK(report.last == 3999 * second + 2'999'000);
        CHECK(report.bytes == 3000 / 500 * (499 * 500 / 2));
        CHECK(report.snapped == 3000);
        CHECK(source.metrics().snapped.get() == 3000);
        CHECK((report.recognised && !report.cut_off && report.damage.empty()));
    }
}

TEST_CASE("capture source: standard input") {
    const TemporaryFolder folder;
    write(folder / "input", at_seconds({1, 2}));
    const int kept = ::dup(STDIN_FILENO), descriptor = ::open((folder / "input").c_str(), O_RDONLY);
    ::dup2(descriptor, STDIN_FILENO);
    CaptureSource source{{"-"}};
    CHECK(drain(source).packets.size() == 2);
    CHECK(source.reports().at(0).name == "-");
    ::dup2(kept, STDIN_FILENO);
    ::close(kept);
    ::close(descriptor);
}

TEST_CASE("capture source: time that runs backwards is counted, and the clock waits") {
    const Octets octets = at_seconds({10, 12, 11, 5, 12, 13});
    CaptureSource source = from_memory(octets);
    const Seen seen = drain(source);
    CHECK(seen.clocks() == std::vector<Time>{10, 12, 12, 12, 12, 13});
    CHECK(seen.packets[3].time == 5 * second);
    CHECK(source.reports()[0].time_backwards == 2);
    CHECK(source.metrics().time_backwards.get() == 2);
    CHECK(source.reports()[0].first == 5 * second);
    CHECK(source.reports()[0].last == 13 * second);
}

TEST_CASE("capture source: a packet without a time has its predecessor's") {
    const Octets octets = PcapngFile{}.interface().simple_packet(four).packet(0, 7'000'000, four).simple_packet(four).octets();
    CaptureSource source = from_memory(octets);
    const Seen seen = drain(source);
    CHECK(seen.clocks() == std::vector<Time>{0, 7, 7});
    CHECK(seen.packets[2].time == 7 * second);
    CHECK(source.reports()[0].time_backwards == 0);
}

TEST_CASE("capture source: several captures, one behind the other, on one clock") {
    struct Case {
        const char* name;
        std::vector<Octets> captures;
        std::vector<Time> clocks;
        std::uint64_t backwards = 0;
    };
    const Time hour = 3600;
    const std::vector<Case> cases{
        {"rotated", {at_seconds({1000, 2000}), at_seconds({2000, 3000})}, {1000, 2000, 2000, 3000}},
        {"rotated with an overlap", {at_seconds({1000, 2000}), at_seconds({1500, 3000})}, {1000, 2000, 2000, 3000}},
        {"later", {at_seconds({1000}), at_seconds({9000})}, {1000, 9000}},
        {"of another day",
         {at_seconds({9000, 9001}), at_seconds({100, 150, 120, 160})},
         {9000, 9001, 9001 + hour, 9051 + hour, 9051 + hour, 9061 + hour},
         1},
        {"of another day, in two files",
         {at_seconds({9000}), at_seconds({100, 200}), at_seconds({250})},
         {9000, 9000 + hour, 9100 + hour, 9150 + hour}},
        {"of another day, and of one before",
         {at_seconds({9000}), at_seconds({5000}), at_seconds({100})},
         {9000, 9000 + hour, 9000 + 2 * hour}},
        {"of another day, and then in order",
         {at_seconds({9000}), at_seconds({100}), at_seconds({20'000, 20'001})},
         {9000, 9000 + hour, 20'000, 20'001}},
        {"empty ones between", {at_seconds({1000}), at_seconds({}), at_seconds({1001})}, {1000, 1001}},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        const TemporaryFolder folder;
        std::vector<std::string> names;
        for (const Octets& octets : one.captures) write(names.emplace_back(folder / std::to_string(names.size())), octets);
        CaptureSource source{names};
        const Seen seen = drain(source);
        CHECK(seen.clocks() == one.clocks);
        CHECK(seen.packets.back().origin == names.size() - 1);
        CHECK(source.metrics().captures.get() == names.size());
        CHECK(source.reports().size() == names.size());
        CHECK(source.position() == source.total());
        CHECK(source.metrics().time_backwards.get() == one.backwards);
    }
}

TEST_CASE("capture source: times at the end of what can be held do not turn the clock over") {
    const Octets far = PcapngFile{}.interface({.resolution = 0}).packet(0, 1, four).packet(0, ~0ull, four).octets();
    const TemporaryFolder folder;
    std::vector<std::string> names;
    for (int i = 0; i < 4; ++i) write(names.emplace_back(folder / std::to_string(i)), far);
    CaptureSource source{names};
    CHECK(drain(source).packets.back().clock == latest_time);
}

TEST_CASE("capture source: what is wrong with a capture is reported, and the next one read") {
    const Octets good = at_seconds({100, 200});
    Octets cut_record = good, cut_header = good, only_magic = good;
    cut_record.resize(good.size() - 1);
    cut_header.resize(good.size() - 10);
    only_magic.resize(10);
    Octets noise(1000);  // does not compress: a cut in the file is one in the packet
    Random random{1};
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random.next());
    Octets cut_gzip = gzip(PcapFile{}.packet(100, 0, four).packet(200, 0, noise).octets());
    cut_gzip.resize(cut_gzip.size() - 100);
    PcapngFile cut_block;
    Octets cut_block_octets = cut_block.interface().packet(0, 100'000'000, four).packet(0, 200'000'000, four).octets();
    cut_block_octets.resize(cut_block_octets.size() - 4);
    struct Case {
        const char* name;
        Octets octets;
        std::uint64_t packets;
        bool recognised, cut_off;
        std::string damage;
    };
    const std::vector<Case> cases{
        {"whole", good, 2, true, false, ""},
        {"without packets", at_seconds({}), 0, true, false, ""},
        {"cut inside a record", cut_record, 1, true, true, ""},
        {"cut inside a record's header", cut_header, 1, true, true, ""},
        {"cut inside a block", cut_block_octets, 1, true, true, ""},
        {"cut inside its first header", only_magic, 0, false, true, ""},
        {"empty", {}, 0, false, false, ""},
        {"of something else", Octets(100, 'x'), 0, false, false, "neither a pcap nor a pcapng header"},
        {"cut gzip", cut_gzip, 1, true, false, "the gzip data ends too early"},
        {"with a record of 4 GiB", PcapFile{}.packet(100, 0, four).record(1, 0, ~0u, ~0u, four).packet(101, 0, four).octets(), 1, true,
         false, "a record claims more than 262144 bytes"},
    };
    const TemporaryFolder folder;
    std::vector<std::string> names;
    for (const Case& one : cases) write(names.emplace_back(folder / one.name), one.octets);
    names.push_back(folder / "absent");
    write(names.emplace_back(folder / "last"), good);
    CaptureSource source{names};
    drain(source);
    REQUIRE(source.reports().size() == names.size());
    std::uint64_t cut_off = 0, damaged = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const CaptureReport& report = source.reports()[i];
        CAPTURE(report.name);
        CHECK(report.packets == cases[i].packets);
        CHECK(report.recognised == cases[i].recognised);
        CHECK(report.cut_off == cases[i].cut_off);
        CHECK(report.damage == cases[i].damage);
        cut_off += cases[i].cut_off;
        damaged += !cases[i].damage.empty();
    }
    const CaptureReport& absent = source.reports()[cases.size()];
    CHECK((absent.damage == "No such file or directory" && !absent.recognised));
    CHECK(source.reports().back().packets == 2);
    CHECK(source.metrics().cut_off.get() == cut_off);
    CHECK(source.metrics().damaged.get() == damaged + 1);
}

TEST_CASE("capture source: a chunk stays as it is while somebody holds it") {
    // More than all chunks together, each packet telling its number.
    PcapFile file;
    constexpr std::uint32_t count = 4000, length = 1000;
    for (std::uint32_t i = 0; i < count; ++i) file.packet(i + 1, 0, Octets(length, static_cast<std::uint8_t>(i * 7)));
    CaptureSource source = from_memory(file.octets());
    const auto intact = [](const Packet& packet) {
        const auto value = static_cast<std::uint8_t>((packet.number - 1) * 7);
        return packet.data.size() == length &&
               std::all_of(packet.data.begin(), packet.data.end(), [value](std::uint8_t byte) { return byte == value; });
    };
    // Another thread keeps what it gets for a while, as a worker with a long queue does.
    struct Kept {
        Burst burst;
        std::size_t chunk = 0;
    };
    std::array<Kept, 64> queue;
    std::atomic<std::size_t> written{0}, taken{0};
    std::atomic<bool> done{false}, sound{true};
    std::thread worker{[&] {
        for (std::size_t next = 0;; ++next) {
            while (written.load() == next)
                if (done.load() && written.load() == next) return;
            const Kept& kept = queue[next % queue.size()];
            for (const Packet& packet : kept.burst.packets)
                if (!intact(packet)) sound = false;
            source.release(kept.chunk);
            taken = next + 1;
        }
    }};
    std::uint64_t seen = 0;
    Burst burst;
    while (source.next(burst)) {
        while (written.load() - taken.load() == queue.size()) std::this_thread::yield();
        seen += burst.packets.size();
        source.hold(source.chunk());
        queue[written % queue.size()] = {burst, source.chunk()};
        ++written;
    }
    done = true;
    worker.join();
    CHECK(seen == count);
    CHECK(sound);
}

TEST_CASE("capture source: the chunk before stays until the next call, however much is passed over in between") {
    PcapngFile file;
    file.interface().packet(0, 1, four);
    const Writer filler = Writer{Order::little}.bytes(Octets(100'000, 0xee));
    for (int i = 0; i < 60; ++i) file.block(5, filler);  // several rounds of all chunks
    file.packet(0, 2, {});
    CaptureSource source = from_memory(file.octets());
    Burst burst, later;
    REQUIRE(source.next(burst));
    const std::size_t chunk = source.chunk();
    REQUIRE(source.next(later));
    CHECK(source.chunk() == (chunk + 1) % CaptureSource::chunks);
    CHECK(std::equal(four.begin(), four.end(), burst.packets[0].data.begin()));
    CHECK(later.packets[0].time == 2000);
}

TEST_CASE("capture source: records larger than a chunk, and blocks of the largest size") {
    const Octets large(CaptureFormat::max_packet, 0x5a);
    PcapngFile file;
    file.interface();
    for (std::uint32_t i = 1; i <= 20; ++i) file.packet(0, i, i % 2 == 0 ? large : four);
    file.block(5, Writer{Order::little}.bytes(Octets(CaptureFormat::max_block - 12))).packet(0, 21, large);
    CaptureSource source = from_memory(file.octets());
    const Seen seen = drain(source);
    REQUIRE(seen.data.size() == 21);
    for (std::size_t i = 0; i < 21; ++i) CHECK((seen.data[i] == (i % 2 == 1 || i == 20 ? large : four)));
    CHECK(source.reports()[0].damage.empty());
}

TEST_CASE("capture source: memory does not grow with the capture") {
    rusage before{}, after{};
    ::getrusage(RUSAGE_SELF, &before);
    CaptureSource source{"endless", std::make_unique<Endless>()};
    Burst burst;
    while (source.next(burst)) {
    }
    ::getrusage(RUSAGE_SELF, &after);
    CHECK(source.packets() == Endless::records);
    CHECK(after.ru_maxrss - before.ru_maxrss < 32 * 1024);  // KiB
}

TEST_CASE("capture source: real captures, packet by packet as libpcap reads them") {
    if (captures().empty()) WARN("no captures in " << capture_folder << ": nothing compared");
    for (const std::filesystem::path& path : captures()) {
        if (path.parent_path().filename() == "malformed") continue;  // hostile times, which libpcap takes for negative ones
        CAPTURE(path.string());
        CaptureSource source{{path.string()}};
        const Seen seen = drain(source);
        std::size_t count = 0;
        bool same = true;
        for_each_packet(path, [&](const Packet& packet) {
            same = same && count < seen.packets.size() && std::ranges::equal(packet.data, seen.data[count]) &&
                   packet.wire_length == seen.packets[count].wire_length && (packet.time == 0 || packet.time == seen.packets[count].time);
            ++count;
        });
        CHECK(same);
        if (path.extension() == ".pcap") CHECK(count == seen.packets.size());  // in pcapng it stops at an interface unlike the first
        CHECK(source.reports()[0].recognised);
    }
}
