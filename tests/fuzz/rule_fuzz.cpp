// SPDX-License-Identifier: Apache-2.0
// Any bytes as a rule file: no crash, every refusal has a place inside the file and a reason, what is loaded can be described,
// and a rule that was loaded loads again from its own text.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "rules/language/describe.hpp"
#include "rules/language/parser.hpp"

namespace {

[[noreturn]] void broken_promise(const char* what) {
    std::fprintf(stderr, "the rule language broke a promise: %s\n", what);
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir::rules;
    static const Variables variables = Variables::defaults();
    const RuleFile file{"fuzz.rules", {reinterpret_cast<const char*>(data), size}};
    const LoadResult loaded = load({&file, 1}, variables, Classification::built_in());

    const auto lines = static_cast<unsigned>(std::count(file.text.begin(), file.text.end(), '\n')) + 1;
    for (const auto* list : {&loaded.errors, &loaded.warnings})
        for (const weir::FileError& error : *list)
            if (error.reason.empty() || error.line == 0 || error.line > lines) broken_promise("a refusal without reason or place");
    for (const Rule& rule : loaded.rules.rules) {
        if (!loaded.rules.datasets.empty()) break;  // an earlier rule may have said of what type a set is
        const std::string text = describe(rule, loaded.rules);
        const RuleFile own{"own.rules", rule.text};
        const LoadResult again = load({&own, 1}, variables, Classification::built_in());
        if (again.rules.rules.size() != 1) broken_promise("a loaded rule does not load from its own text");
        if (describe(again.rules.rules[0], again.rules) != text) broken_promise("a rule reads differently from its own text");
    }
    return 0;
}
