// SPDX-License-Identifier: Apache-2.0
#include "sensor/forward/steering.hpp"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;

namespace {
IpAddress ip(const char* text) { return *IpAddress::parse(text); }
Steering::Range range(const char* first, const char* last) { return {ip(first), ip(last)}; }
}  // namespace

TEST_CASE("steering: an address is equipment from the first to the last of a range") {
    const Steering steering{{range("10.0.0.8", "10.0.0.15"), range("2001:db8::", "2001:db8::ffff"), range("10.0.0.1", "10.0.0.1"), range("10.0.0.10", "10.0.0.20"),
                             range("10.0.0.12", "10.0.0.13")}};
    struct Case {
        const char* address;
        bool equipment;
    };
    for (const Case& c : {Case{"10.0.0.0", false}, Case{"10.0.0.1", true}, Case{"10.0.0.2", false}, Case{"10.0.0.7", false}, Case{"10.0.0.8", true}, Case{"10.0.0.14", true},
                          Case{"10.0.0.20", true}, Case{"10.0.0.21", false}, Case{"255.255.255.255", false}, Case{"2001:db7:ffff::", false}, Case{"2001:db8::", true},
                          Case{"2001:db8::ffff", true}, Case{"2001:db8::1:0", false}, Case{"::", false}, Case{"::a00:8", false}}) {
        INFO(c.address);
        CHECK(steering.contains(ip(c.address)) == c.equipment);
    }
    CHECK(steering.ranges() == std::vector{range("10.0.0.1", "10.0.0.1"), range("10.0.0.8", "10.0.0.20"), range("2001:db8::", "2001:db8::ffff")});
    CHECK(!Steering{}.contains(ip("10.0.0.1")));
}

TEST_CASE("steering: what is written is read again") {
    const test::TemporaryFolder folder;
    const std::string file = (folder / "equipment").string();
    for (const Steering& steering : {Steering{{range("10.0.0.1", "10.0.0.9"), range("fe80::", "fe80::1")}}, Steering{}}) {
        CHECK(!steering.write(file));
        const auto read = Steering::read(file);
        REQUIRE(read);
        CHECK(read->ranges() == steering.ranges());
    }
    CHECK(!std::filesystem::exists(folder / "equipment.new"));
}

TEST_CASE("steering: a file that is none, and one that cannot be") {
    const test::TemporaryFolder folder;
    const std::string file = (folder / "equipment").string();
    const auto none = Steering::read(file);
    REQUIRE(!none);
    CHECK(none.error() == file + ": cannot be read");
    std::ofstream{file} << "not ranges";
    const auto damaged = Steering::read(file);
    REQUIRE(!damaged);
    CHECK(damaged.error() == file + ": not a list of address ranges");
    CHECK(Steering{}.write((folder / "no" / "folder").string()));
    std::filesystem::create_directories(folder / "taken" / "by");
    CHECK(Steering{}.write((folder / "taken").string()));
}
