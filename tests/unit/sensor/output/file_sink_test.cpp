// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/file_sink.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("file sink: lines of any size come out in order") {
    const TemporaryFolder folder;
    std::string expected;
    {
        auto sink = FileSink::create(folder / "a", 1000);
        REQUIRE(sink);
        for (int i = 0; i < 500; ++i) {
            const std::string line(static_cast<std::size_t>(i * 7 % 2500), static_cast<char>('a' + i % 26));
            CHECK(sink->append({line, "\n"}));
            expected += line + '\n';
        }
        CHECK(sink->bytes() == expected.size());
    }
    CHECK(read_file(folder / "a") == expected);
}

TEST_CASE("file sink: a folder that is not there, or no file, is a sentence") {
    const TemporaryFolder folder;
    const auto sink = FileSink::create(folder / "none" / "a");
    REQUIRE(!sink);
    CHECK(sink.error() == "cannot create " + (folder / "none" / "a").string() + ": No such file or directory");
    CHECK(!FileSink::create(folder.path()));
}

TEST_CASE("file sink: a disk that is full leaves whole lines and a sentence") {
    const TemporaryFolder folder;
    const FileSizeLimit limit{5000};
    auto sink = FileSink::create(folder / "a", 1024);
    REQUIRE(sink);
    const std::string line = std::string(98, 'x') + '\n';  // 99 bytes: the limit falls into a line
    bool good = true;
    for (int i = 0; i < 100; ++i) good = sink->append(line);
    CHECK(!good);
    REQUIRE(sink->error());
    CHECK(*sink->error() == "cannot write " + (folder / "a").string() + ": File too large");
    CHECK(!sink->append(line));
    const std::string text = read_file(folder / "a");
    CHECK(text.size() == 5000 / 99 * 99);
    CHECK(text.back() == '\n');
}

TEST_CASE("file sink: what is there is gone on with, whole lines only; a file that was moved away is begun anew") {
    const TemporaryFolder folder;
    const std::filesystem::path path = folder / "log";
    std::ofstream{path} << ("one\ntwo\nhalf a li");
    auto sink = FileSink::go_on(path);
    REQUIRE(sink);
    CHECK(sink->append("three\n"));
    CHECK(sink->reopen());
    CHECK(read_file(path) == "one\ntwo\nthree\n");
    std::filesystem::rename(path, folder / "log.1");
    CHECK(sink->append("four\n"));
    CHECK(sink->reopen());
    CHECK(sink->append("five\n"));
    CHECK(sink->flush());
    CHECK(read_file(folder / "log.1") == "one\ntwo\nthree\nfour\n");
    CHECK(read_file(path) == "five\n");
}

TEST_CASE("file sink: write_file replaces at once, or leaves the old content") {
    const TemporaryFolder folder;
    CHECK(!write_file(folder / "m", "one\n"));
    CHECK(read_file(folder / "m") == "one\n");
    {
        const FileSizeLimit limit{100};
        const auto wrong = write_file(folder / "m", std::string(200, 'x'));
        REQUIRE(wrong);
        CHECK(wrong->find("File too large") != std::string::npos);
    }
    CHECK(read_file(folder / "m") == "one\n");
    CHECK(!std::filesystem::exists(folder / "m.tmp"));
    CHECK(write_file(folder / "none" / "m", "x"));
}

TEST_CASE("file sink: folders are made, and a file in the way is a sentence") {
    const TemporaryFolder folder;
    CHECK(!make_folder(folder / "a" / "b"));
    CHECK(!make_folder(folder / "a" / "b"));
    CHECK(!write_file(folder / "f", "x"));
    CHECK(make_folder(folder / "f"));
    CHECK(make_folder(folder / "f" / "g"));
}
