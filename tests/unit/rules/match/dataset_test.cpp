// SPDX-License-Identifier: Apache-2.0
#include "rules/match/dataset.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/no_alloc.hpp"
#include "tests/support/rule_text.hpp"

using namespace weir;
using namespace weir::rules;
using Op = DatasetCheck::Op;

TEST_CASE("a set changes within its bounds, without the heap") {
    const RuleText text = test::rules_from("alert ntp any any -> any any (ntp.reference_id; dataset:set,d,type string; sid:1;)\n"
                                           "alert ntp any any -> any any (ntp.reference_id; dataset:isset,e,type string; sid:2;)\n");
    DatasetTable table(text, 2);
    const auto ask = [&](Op op, std::string_view value, std::uint16_t set = 0) { return table.check({op, set, {}}, as_bytes(value)); };
    bool as_expected = true;
    {
        const test::NoAlloc guard;
        as_expected = ask(Op::isnotset, "a") && !ask(Op::isset, "a") && ask(Op::set, "a") && !ask(Op::set, "a") && ask(Op::isset, "a");
        as_expected = as_expected && !ask(Op::isset, "a", 1);  // another set
        as_expected = as_expected && ask(Op::unset, "a") && !ask(Op::unset, "a") && ask(Op::isnotset, "a");
        as_expected = as_expected && ask(Op::set, "b") && !ask(Op::set, "c") && !ask(Op::isset, "c") && table.refused() == 1;
        as_expected = as_expected && ask(Op::set, "a");  // its place is kept
    }
    CHECK(as_expected);
}

TEST_CASE("without a rule that changes sets nothing is held") {
    const RuleText text = test::rules_from("alert ntp any any -> any any (ntp.reference_id; dataset:isset,d,type string; sid:1;)\n");
    DatasetTable table(text, 1000);
    CHECK_FALSE(table.check({Op::isset, 0, {}}, as_bytes("a")));
    CHECK(table.check({Op::isnotset, 0, {}}, as_bytes("a")));
}
