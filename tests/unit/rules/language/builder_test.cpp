// SPDX-License-Identifier: Apache-2.0
#include "rules/language/builder.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::rules::language;

namespace {

struct Bench {
    RuleText rule_text;
    Shared shared{Classification::built_in(), rule_text};
    Rule rule;
    RuleBuilder builder{rule, shared};
};

Text text(std::string_view value) { return {value, 0}; }

}  // namespace

TEST_CASE("checks end up in the buffer that was in force, without empty groups") {
    Bench bench;
    bench.rule.sid = 1;
    bench.builder.open({BufferRef::Source::tcp_header}, false, text("tcp.hdr"));
    bench.builder.add(DataAt{}, text("isdataat"));
    bench.builder.open({BufferRef::Source::udp_header}, true, text("list"));
    bench.builder.add(DataAt{}, text("isdataat"));
    bench.builder.open({BufferRef::Source::udp_header}, true, text("list"));
    bench.builder.add(DataAt{}, text("isdataat"));
    bench.builder.open({BufferRef::Source::tcp_header}, false, text("tcp.hdr"));
    bench.builder.add(DataAt{}, text("isdataat"));
    bench.builder.finish(text(""));
    REQUIRE(bench.rule.groups.size() == 3);
    CHECK(bench.rule.groups[0].checks.size() == 2);
    CHECK(bench.rule.groups[1].checks.size() == 1);
    CHECK(bench.rule.groups[2].checks.size() == 1);
}

TEST_CASE("variables are known from where they are set on, and bounded") {
    Bench bench;
    CHECK_THROWS_AS(bench.builder.variable(text("n")), Refusal);
    CHECK(bench.builder.define_variable(text("n")) == 0);
    CHECK(bench.builder.define_variable(text("m")) == 1);
    CHECK(bench.builder.define_variable(text("n")) == 0);
    CHECK(bench.builder.number(text("m"), 0, 9).variable == 1);
    CHECK(bench.builder.number(text("7"), 0, 9).value == 7);
    CHECK_THROWS_AS(bench.builder.number(text("10"), 0, 9), Refusal);
    std::string name = "v";
    for (int i = 2; i < 127; ++i) CHECK_NOTHROW(bench.builder.define_variable(text(name += 'v')));
    CHECK_THROWS_AS(bench.builder.define_variable(text("one_more")), Refusal);
}

TEST_CASE("flowbits are numbered in order, and bounded") {
    Bench bench;
    CHECK(bench.shared.flowbits.number(text("a")) == 0);
    CHECK(bench.shared.flowbits.number(text("b")) == 1);
    CHECK(bench.shared.flowbits.number(text("a")) == 0);
    for (std::size_t i = 2; i < 65'535; ++i) (void)bench.shared.flowbits.number(text(std::to_string(i)));
    CHECK_THROWS_AS(bench.shared.flowbits.number(text("more")), Refusal);
    CHECK(bench.shared.flowbits.number(text("65534")) == 65'534);
    CHECK(bench.rule_text.flowbits.size() == 65'535);
}
