// SPDX-License-Identifier: Apache-2.0
#include "sensor/stream/overlap.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/stream_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Placed {
    std::uint32_t at;
    std::string_view text;
};

std::string reassemble(OverlapPolicy policy, std::span<const Placed> segments) {
    StreamConfig config = StreamDriver::small();
    config.overlap_ipv4 = policy;
    StreamDriver driver{config};
    driver.handshake(999, 4999);
    for (const Placed& placed : segments) driver.send({.sequence = 1001 + placed.at, .text = placed.text});
    CHECK(driver.raw().empty());
    driver.send({.sequence = 1000, .text = "."});  // until now, the first byte was missing
    return driver.raw().substr(1);
}

}  // namespace

TEST_CASE("The overlap figure of the literature comes out as it should under every policy") {
    // Novak and Sturges' model: 2 and 4, 1 and 4 overlap in part, 3 and 5 wholly.
    constexpr std::array figure{Placed{0, "111"}, Placed{4, "22"}, Placed{6, "333"}, Placed{1, "4444"}, Placed{6, "555"}, Placed{9, "666"}};
    const auto [policy, expected] = GENERATE(table<OverlapPolicy, std::string>({
        {OverlapPolicy::first, "111422333666"},
        {OverlapPolicy::last, "144442555666"},
        {OverlapPolicy::bsd, "111442333666"},
        {OverlapPolicy::bsd_right, "144422555666"},
        {OverlapPolicy::linux, "111442333666"},
        {OverlapPolicy::old_linux, "111442555666"},
        {OverlapPolicy::windows, "111442333666"},
        {OverlapPolicy::solaris, "144422555666"},
        {OverlapPolicy::hpux10, "111442333666"},
        {OverlapPolicy::irix, "111442333666"},
        {OverlapPolicy::macos, "111442333666"},
        {OverlapPolicy::vista, "111422333666"},
    }));
    INFO(name_of(policy));
    CHECK(reassemble(policy, figure) == expected);
}

TEST_CASE("Two segments in every position: whose bytes stay") {
    struct Row {
        std::string_view lie;
        Placed old, fresh;
        std::string_view old_stays, fresh_stays;
        std::string_view fresh_wins;  ///< policies
    };
    const auto row = GENERATE(values<Row>({
        {"begins before, ends inside", {2, "oooo"}, {0, "nnnn"}, "nnoooo", "nnnnoo", "last bsd linux old-linux windows hpux10 irix macos"},
        {"begins before, ends with", {2, "oo"}, {0, "nnnn"}, "nnoo", "nnnn", "last bsd linux old-linux windows solaris hpux10 irix macos"},
        {"begins before, ends behind", {1, "oo"}, {0, "nnnn"}, "noon", "nnnn", "last bsd linux old-linux windows solaris hpux10 irix macos"},
        {"begins with, ends inside", {0, "oooo"}, {0, "nn"}, "oooo", "nnoo", "last bsd-right"},
        {"the same place", {0, "oooo"}, {0, "nnnn"}, "oooo", "nnnn", "last bsd-right old-linux solaris"},
        {"begins with, ends behind", {0, "oo"}, {0, "nnnn"}, "oonn", "nnnn", "last bsd-right linux old-linux solaris hpux10 irix"},
        {"begins inside, ends inside", {0, "oooo"}, {1, "nn"}, "oooo", "onno", "last bsd-right"},
        {"begins inside, ends with", {0, "oooo"}, {2, "nn"}, "oooo", "oonn", "last bsd-right"},
        {"begins inside, ends behind", {0, "oooo"}, {2, "nnnn"}, "oooonn", "oonnnn", "last bsd-right solaris"},
    }));
    for (std::size_t i = 0; i < overlap_policy_names.size(); ++i) {
        const auto policy = static_cast<OverlapPolicy>(i);
        const std::string padded = " " + std::string(row.fresh_wins) + " ";
        const bool wins = padded.find(" " + std::string(name_of(policy)) + " ") != std::string::npos;
        INFO(row.lie << ", " << name_of(policy));
        CHECK(reassemble(policy, std::array{row.old, row.fresh}) == (wins ? row.fresh_stays : row.old_stays));
    }
}

TEST_CASE("A segment over several others") {
    constexpr std::array segments{Placed{1, "aa"}, Placed{5, "bb"}, Placed{8, "c"}, Placed{0, "nnnnnnnnnn"}};
    CHECK(reassemble(OverlapPolicy::first, segments) == "naannbbncn");
    CHECK(reassemble(OverlapPolicy::bsd, segments) == "nnnnnnnnnn");
}

TEST_CASE("Every policy is found by its name") {
    for (std::size_t i = 0; i < overlap_policy_names.size(); ++i)
        CHECK(find_overlap_policy(overlap_policy_names[i]) == static_cast<OverlapPolicy>(i));
    CHECK_FALSE(find_overlap_policy("beos"));
}

TEST_CASE("IPv6 has a policy of its own") {
    StreamConfig config = StreamDriver::small();
    config.overlap_ipv4 = OverlapPolicy::last;
    config.overlap_ipv6 = OverlapPolicy::first;
    for (const std::uint8_t version : {4, 6}) {
        StreamDriver driver{config};
        driver.session.key.ip_version = version;
        driver.handshake(999, 4999);
        driver.send({.sequence = 1001, .text = "old"});
        driver.send({.sequence = 1001, .text = "new"});
        driver.send({.sequence = 1000, .text = "."});
        CHECK(driver.raw() == (version == 4 ? ".new" : ".old"));
    }
}
