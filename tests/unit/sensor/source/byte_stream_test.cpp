// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/byte_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <tuple>

#include "tests/support/capture_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Bytes that compress to about half: blocks and windows of the formats matter.
Octets sample(std::size_t size) {
    Random random{size};
    Octets out(size);
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random.below(16));
    return out;
}

struct ReadBack {
    Octets bytes;
    std::string error;
};

/// Everything in a stream, asked for in pieces of `piece` bytes; demands that short pieces come at the end only.
ReadBack drain(ByteStream& stream, std::size_t piece) {
    ReadBack back;
    Octets buffer(piece);
    for (;;) {
        const std::size_t got = stream.read(buffer);
        REQUIRE(got <= piece);
        back.bytes.insert(back.bytes.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got));
        if (got == piece) continue;
        CHECK(stream.read(buffer) == 0);
        back.error = stream.error();
        return back;
    }
}
ReadBack drain_memory(const Octets& octets, std::size_t piece = 65'536) { return drain(*memory_stream(octets), piece); }

void write(const std::filesystem::path& path, const Octets& octets) {
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
}

/// Standard input comes from `descriptor` as long as this lives.
class Input {
public:
    explicit Input(int descriptor) : kept_(::dup(STDIN_FILENO)) { ::dup2(descriptor, STDIN_FILENO); }
    ~Input() {
        ::dup2(kept_, STDIN_FILENO);
        ::close(kept_);
    }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

private:
    int kept_;
};

}  // namespace

TEST_CASE("byte stream: what goes in comes out, whatever it is wrapped in and however it is asked for") {
    const auto size = GENERATE(as<std::size_t>{}, 1, 3, 4, 5, 1000, 600'000);
    const auto piece = GENERATE(as<std::size_t>{}, 1, 3, 4096, 131'072, 262'144, 1'000'000);
    if (size / piece > 10'000) return;  // a million reads of a byte prove no more than a thousand
    const Octets plain = sample(size);
    const Octets half = sample(size / 2), skippable{0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'p', 'z', 's'};
    struct Case {
        const char* name;
        Octets wrapped, expected;
    };
    const std::vector<Case> cases{
        {"plain", plain, plain},
        {"gzip", gzip(plain), plain},
        {"gzip, two members", joined_octets({gzip(plain), gzip(half)}), joined_octets({plain, half})},
        {"gzip, an empty member between", joined_octets({gzip(plain), gzip({}), gzip(half)}), joined_octets({plain, half})},
        {"zstd", zstd(plain), plain},
        {"zstd, two frames", joined_octets({zstd(plain), zstd(half)}), joined_octets({plain, half})},
        {"zstd, a frame to skip first", joined_octets({skippable, zstd(plain)}), plain},
        {"zstd, a frame to skip last", joined_octets({zstd(plain), skippable}), plain},
        {"gzip in gzip is unwrapped once", gzip(gzip(plain)), gzip(plain)},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name, size, piece);
        const ReadBack back = drain_memory(one.wrapped, piece);
        CHECK(back.error.empty());
        CHECK((back.bytes == one.expected));
    }
}

TEST_CASE("byte stream: compressed data that is cut gives what there is of it, in pieces of any size, and says so") {
    const Octets plain = sample(400'000);
    const auto [name, wrapped, sentence] = GENERATE_COPY(table<std::string, Octets, std::string>({
        {"gzip", gzip(plain), "the gzip data ends too early"},
        {"zstd", zstd(plain), "the zstd data ends too early"},
    }));
    Random random{7};
    for (int i = 0; i < 40; ++i) {
        Octets cut = wrapped;
        cut.resize(4 + random.below(wrapped.size() - 4));
        CAPTURE(name, cut.size());
        const ReadBack whole = drain_memory(cut, 1'000'000);
        CHECK(whole.error == sentence);
        CHECK((whole.bytes.size() < plain.size() && std::equal(whole.bytes.begin(), whole.bytes.end(), plain.begin())));
        for (const std::size_t piece : {777u, 131'072u}) {
            const ReadBack pieces = drain_memory(cut, piece);
            CHECK(pieces.error == sentence);
            CHECK((pieces.bytes == whole.bytes));
        }
    }
}

TEST_CASE("byte stream: a cut between two units is no damage, one in the middle of the second is") {
    const Octets plain = sample(1000);
    for (const auto& unit : {gzip(plain), zstd(plain)}) {
        Octets two = joined_octets({unit, unit});
        CHECK(drain_memory(unit).error.empty());
        two.resize(unit.size() + 1);
        const ReadBack back = drain_memory(two);
        CHECK((back.bytes == plain));
        CHECK(back.error.ends_with("data ends too early"));
    }
}

TEST_CASE("byte stream: damaged compression is a sentence, and what came before it is kept") {
    const Octets plain = sample(300'000);
    struct Case {
        const char* name;
        Octets wrapped;
        std::string sentence;
    };
    Octets checksum = gzip(plain);
    checksum[checksum.size() - 6] ^= 1;
    Octets middle = gzip(plain);
    for (std::size_t i = 0; i < 64; ++i) middle[middle.size() / 2 + i] = 0xff;
    Octets frame = zstd(plain);
    frame[9] |= 6;  // its first block is of the reserved type
    const std::vector<Case> cases{
        {"a wrong checksum", checksum, "the gzip data is damaged"},
        {"a hole in it", middle, "the gzip data is damaged"},
        {"behind a member something else", joined_octets({gzip(plain), {'x', 'y', 'z'}}), "the gzip data is damaged"},
        {"an unknown method", {0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0}, "the gzip data is damaged"},
        {"a block of no known type", frame, "the zstd data is damaged: "},
        {"behind a frame something else", joined_octets({zstd(plain), {'w', 'x', 'y', 'z'}}), "the zstd data is damaged: "},
        {"a window of 2^28 bytes", {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x90, 0x01, 0x00, 0x00}, "the zstd data is damaged: "},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        const ReadBack back = drain_memory(one.wrapped);
        CHECK(back.error.starts_with(one.sentence));
        const auto sound = static_cast<std::ptrdiff_t>(std::min(back.bytes.size(), plain.size()) / 4);  // before the hole
        CHECK(std::equal(plain.begin(), plain.begin() + sound, back.bytes.begin()));
    }
}

TEST_CASE("byte stream: zstd blocks before the damage are kept, however they are asked for") {
    // RFC 8878 section 3.1.1: a frame of 37,120 bytes; a block that is a byte repeated 32,768 times; one of the reserved type.
    const Octets frame{0x28, 0xb5, 0x2f, 0xfd, 0x60, 0x00, 0x90, 0x02, 0x00, 0x04, 'x', 0xff, 0xff, 0xff};
    for (const std::size_t piece : {1u, 4097u, 32'768u, 65'536u}) {
        CAPTURE(piece);
        const ReadBack back = drain_memory(frame, piece);
        CHECK(back.error.starts_with("the zstd data is damaged: "));
        CHECK((back.bytes == Octets(32'768, 'x')));
    }
}

TEST_CASE("byte stream: files, by content and not by name") {
    const TemporaryFolder folder;
    const Octets plain = sample(100'000), packed = gzip(plain);
    write(folder / "plain.gz", plain);
    write(folder / "packed.txt", packed);
    write(folder / "empty", {});
    for (const auto& [name, expected, size] :
         {std::tuple{"plain.gz", plain, plain.size()}, {"packed.txt", plain, packed.size()}, {"empty", Octets{}, 0}}) {
        CAPTURE(name);
        const std::string path = folder / name;
        auto stream = open_stream(path);
        REQUIRE(stream.has_value());
        CHECK((drain(**stream, 1000).bytes == expected));
        CHECK((*stream)->error().empty());
        CHECK((*stream)->position() == size);
        CHECK(file_size(path) == size);
    }
}

TEST_CASE("byte stream: what cannot be opened is a sentence") {
    const TemporaryFolder folder;
    const auto error_of = [](const std::string& path) {
        const auto stream = open_stream(path);
        return stream ? std::string{} : stream.error();
    };
    CHECK(error_of("") == "No such file or directory");
    CHECK(error_of(folder / "absent") == "No such file or directory");
    CHECK(error_of(folder.path()) == "is a folder");
    write(folder / "file", {1});
    CHECK(error_of(folder / "file/below") == "Not a directory");
    for (const std::string& path : {(folder / "absent").string(), folder.path().string(), std::string{"/dev/null"}})
        CHECK_FALSE(file_size(path));
    if (::geteuid() != 0) {  // root may read everything
        std::filesystem::permissions(folder / "file", std::filesystem::perms::none);
        CHECK(error_of(folder / "file") == "Permission denied");
    }
}

TEST_CASE("byte stream: an error while reading ends the stream with a sentence") {
    auto stream = open_stream("/proc/self/mem");  // opens, but nothing is mapped at its start
    if (!stream) return;
    const ReadBack back = drain(**stream, 100);
    CHECK(back.bytes.empty());
    CHECK(back.error == "reading failed: Input/output error");
}

TEST_CASE("byte stream: standard input, plain and packed, stays open") {
    const Octets plain = sample(50'000);
    const TemporaryFolder folder;
    for (const Octets& content : {plain, gzip(plain), zstd(plain)}) {
        write(folder / "input", content);
        const int descriptor = ::open((folder / "input").c_str(), O_RDONLY);
        {
            const Input input{descriptor};
            auto stream = open_stream("-");
            REQUIRE(stream.has_value());
            CHECK((drain(**stream, 4096).bytes == plain));
            CHECK((*stream)->position() == content.size());
            stream->reset();
            CHECK(::fcntl(STDIN_FILENO, F_GETFD) != -1);
        }
        ::close(descriptor);
    }
}

TEST_CASE("byte stream: a pipe gives whole pieces, however small those are that it gets") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const Octets plain = sample(3000);
    for (std::size_t at = 0; at < plain.size(); at += 7)
        REQUIRE(::write(ends[1], plain.data() + at, std::min<std::size_t>(7, plain.size() - at)) > 0);
    ::close(ends[1]);
    const Input input{ends[0]};
    auto stream = open_stream("-");
    REQUIRE(stream.has_value());
    CHECK((drain(**stream, 1024).bytes == plain));
    ::close(ends[0]);
}
