// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/stories.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

RecordHead finding(std::uint64_t flow, Kind kind, Judge judge, Time clock = 0) {
    RecordHead head;
    head.flow_id = flow;
    head.kind = kind;
    head.judge = judge;
    head.gid = 9000;
    head.sid = static_cast<std::uint32_t>(kind);
    head.equipment = 3;
    head.key.clock = clock;
    return head;
}
KindSet set_of(std::initializer_list<Kind> kinds) {
    KindSet out;
    for (const Kind kind : kinds) out.set(static_cast<std::size_t>(kind));
    return out;
}

}  // namespace

TEST_CASE("stories: what is held against one session goes on with its first alert, whoever holds it") {
    Stories stories{{}};
    const auto first = stories.add(finding(7, Kind::unexpected_destination, Judge::contract));
    CHECK(first.tell);
    CHECK(first.update == 0);
    CHECK(stories.add(finding(8, Kind::beacon, Judge::behavior)).update == 0);
    const auto second = stories.add(finding(7, Kind::reverse_shell, Judge::rule));
    CHECK(second.update == 1);
    CHECK(second.kinds == set_of({Kind::unexpected_destination, Kind::reverse_shell}));
    const auto third = stories.add(finding(7, Kind::interactive, Judge::behavior));
    CHECK(third.update == 2);
    CHECK(third.kinds == set_of({Kind::unexpected_destination, Kind::reverse_shell, Kind::interactive}));
    stories.end(7);
    CHECK(stories.add(finding(7, Kind::beacon, Judge::behavior)).update == 0);
}

TEST_CASE("stories: a rule is told as often as it says, weir's own finding once a session, then at powers of ten") {
    Stories stories{{}};
    for (std::uint32_t i = 0; i < 50; ++i) CHECK(stories.add(finding(1, Kind::signature, Judge::rule)).update == i);
    std::vector<std::uint64_t> counts;
    for (int i = 0; i < 250; ++i)
        if (const auto part = stories.add(finding(2, Kind::dns_tunnel, Judge::behavior)); part.tell) counts.push_back(part.count);
    CHECK(counts == std::vector<std::uint64_t>{1, 9, 90});
}

TEST_CASE("stories: a storm over many sessions is cut to its burst, and counted") {
    Stories::Limits limits;
    limits.burst = 20;
    Stories stories{limits};
    std::uint64_t flow = 0, told = 0, stood_for = 0;
    const auto storm = [&](int sessions, Time clock) {
        for (int i = 0; i < sessions; ++i) {
            const auto part = stories.add(finding(++flow, Kind::unexpected_destination, Judge::contract, clock));
            told += part.tell ? 1 : 0;
            stood_for += part.tell ? part.count : 0;
        }
    };
    storm(500, 100 * second);
    CHECK(told == 21);  // the burst, and the hundredth
    CHECK(stood_for == 100);
    storm(1, 160 * second);  // the next window tells what the last one held back
    CHECK(told == 22);
    CHECK(stood_for == 501);
    auto other = finding(++flow, Kind::unexpected_destination, Judge::contract, 100 * second);
    other.equipment = 4;
    CHECK(stories.add(other).tell);
}

TEST_CASE("stories: a fact about a device is told once, however long ago and in whatever session") {
    Stories stories{{}};
    CHECK(stories.add(finding(1, Kind::exposure, Judge::behavior, 0)).tell);
    for (std::uint64_t flow = 2; flow < 2'000; ++flow)
        CHECK_FALSE(stories.add(finding(flow, Kind::exposure, Judge::behavior, static_cast<Time>(flow) * 3600 * second)).tell);
    auto other = finding(1, Kind::exposure, Judge::behavior);
    other.sid = 77;
    CHECK(stories.add(other).tell);
}

TEST_CASE("stories: what is remembered is bounded, the least recently used is forgotten") {
    Stories::Limits limits;
    limits.sessions = 4;
    limits.findings = 2;
    Stories stories{limits};
    for (std::uint64_t flow = 1; flow <= 10; ++flow) (void)stories.add(finding(flow, Kind::signature, Judge::rule));
    CHECK(stories.size() == 4);
    CHECK(stories.forgotten() == 6);
    CHECK(stories.add(finding(10, Kind::signature, Judge::rule)).update == 1);
    CHECK(stories.add(finding(1, Kind::signature, Judge::rule)).update == 0);
    for (const Kind kind : {Kind::beacon, Kind::exfil, Kind::call_home}) (void)stories.add(finding(10, kind, Judge::behavior));
    CHECK(stories.size() == 6);
}
