// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/shared_memory.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using Access = SharedMemory::Access;

namespace {
constexpr std::size_t page = SharedMemory::page;
bool all_zero(const SharedMemory& memory) {
    return std::all_of(memory.data(), memory.data() + memory.size(), [](std::byte byte) { return byte == std::byte{0}; });
}
}  // namespace

TEST_CASE("shared memory: one writes, the other reads") {
    const test::TemporaryFolder folder;
    const std::string file = (folder / "memory").string();
    const auto made = SharedMemory::create(file, 3 * page);
    REQUIRE(made);
    CHECK(made->size() == 3 * page);
    CHECK(all_zero(*made));
    const auto seen = SharedMemory::open(file, Access::read);
    REQUIRE(seen);
    CHECK(seen->size() == 3 * page);
    made->data()[page + 5] = std::byte{7};
    CHECK(seen->data()[page + 5] == std::byte{7});
    const auto part = SharedMemory::open(file, Access::write, page, page);
    REQUIRE(part);
    CHECK(part->size() == page);
    CHECK(part->data()[5] == std::byte{7});
    part->data()[6] = std::byte{8};
    CHECK(seen->data()[page + 6] == std::byte{8});
    const auto rest = SharedMemory::open(file, Access::read, page);
    REQUIRE(rest);
    CHECK(rest->size() == 2 * page);
}

TEST_CASE("shared memory: nobody else may look, and what is for reading stays so") {
    const test::TemporaryFolder folder;
    const std::string file = (folder / "memory").string();
    const auto made = SharedMemory::create(file, page);
    REQUIRE(made);
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const auto seen = SharedMemory::open(file, Access::read);
    REQUIRE(seen);
    CHECK(::mprotect(seen->data(), seen->size(), PROT_READ | PROT_WRITE) == -1);
    CHECK(errno == EACCES);
}

TEST_CASE("shared memory: a file made anew leaves the old one to those who have it") {
    const test::TemporaryFolder folder;
    const std::string file = (folder / "memory").string();
    const auto before = SharedMemory::create(file, page);
    REQUIRE(before);
    before->data()[0] = std::byte{1};
    const auto after = SharedMemory::create(file, page);
    REQUIRE(after);
    CHECK(all_zero(*after));
    CHECK(before->data()[0] == std::byte{1});
}

TEST_CASE("shared memory: a child does not get what its parent has mapped") {
    // Inspectors are forks of the supervisor, which has everybody's memory.
    const test::TemporaryFolder folder;
    const std::string file = (folder / "memory").string();
    const auto made = SharedMemory::create(file, page);
    const auto opened = SharedMemory::open(file, Access::write);
    REQUIRE((made && opened));
    const pid_t child = ::fork();
    if (child == 0) {
        unsigned char there = 0;
        const auto gone = [&](const SharedMemory& memory) { return ::mincore(memory.data(), page, &there) == -1 && errno == ENOMEM; };
        ::_exit(gone(*made) && gone(*opened) ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(all_zero(*made));
}

TEST_CASE("shared memory: what cannot be mapped is told in a sentence") {
    const test::TemporaryFolder folder;
    const std::string file = (folder / "memory").string(), link = (folder / "link").string(), empty = (folder / "empty").string();
    REQUIRE(SharedMemory::create(file, 2 * page));
    std::filesystem::create_symlink(file, link);
    std::ofstream{empty};
    struct Case {
        std::string file;
        std::size_t offset, size;
        const char* says;
    };
    for (const Case& c : {Case{(folder / "none").string(), 0, 0, "cannot be opened"}, Case{link, 0, 0, "cannot be opened"}, Case{empty, 0, 0, "smaller"},
                          Case{file, 0, 3 * page, "smaller"}, Case{file, page, 2 * page, "smaller"}, Case{file, 3 * page, 0, "smaller"},
                          Case{file, ~std::size_t{0}, 2, "smaller"}, Case{file, 2 * page, 0, "smaller"}, Case{file, 100, page, "cannot be mapped"}}) {
        INFO(c.file << " from " << c.offset << ", " << c.size << " bytes");
        const auto refused = SharedMemory::open(c.file, Access::read, c.offset, c.size);
        REQUIRE(!refused);
        CHECK(refused.error().find(c.says) != std::string::npos);
        CHECK(refused.error().starts_with(c.file));
    }
    const auto nowhere = SharedMemory::create((folder / "no" / "folder").string(), page);
    REQUIRE(!nowhere);
    CHECK(nowhere.error().find("cannot be made") != std::string::npos);
    const test::FileSizeLimit full{page};
    const auto too_large = SharedMemory::create((folder / "large").string(), 10 * page);
    REQUIRE(!too_large);
    CHECK(too_large.error().find("cannot be given its size") != std::string::npos);
}

TEST_CASE("shared memory: moves, and is one's only") {
    const test::TemporaryFolder folder;
    auto made = SharedMemory::create((folder / "memory").string(), page);
    REQUIRE(made);
    std::byte* const data = made->data();
    SharedMemory moved = *std::move(made);
    CHECK(moved.data() == data);
    CHECK(!*made);
    SharedMemory other;
    CHECK(!other);
    other = std::move(moved);
    CHECK(other.data() == data);
    CHECK(other.size() == page);
    CHECK(!moved);
}
