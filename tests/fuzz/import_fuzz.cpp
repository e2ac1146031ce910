// SPDX-License-Identifier: Apache-2.0
// Any bytes as each of the foreign files: either every error has a reason and a sensible line, or what was made of it loads as a
// part of a policy, with all that is for review accepted.
#include <cstdio>
#include <cstdlib>

#include "sensor/contract/inventory.hpp"
#include "sensor/contract/matrix.hpp"
#include "sensor/contract/mud.hpp"
#include "sensor/contract/policy.hpp"

namespace {

using namespace weir;
using import::review_mark;

void demand(bool kept, const char* promise, const std::string& about = {}) {
    if (kept) return;
    std::fprintf(stderr, "broken promise: %s\n%s\n", promise, about.c_str());
    std::abort();
}

/// The text with all review lines accepted whose peer has a name.
std::string accepted(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.size(), text.find('\n', at));
        const std::string_view line{text.data() + at, end - at};
        out.append(line.starts_with(review_mark) ? line.substr(review_mark.size()) : line).append("\n");
        at = end + 1;
    }
    return out;
}

void check(const import::Outcome& outcome, const std::string& head, bool accept) {
    if (!outcome) {
        demand(!outcome.error().empty(), "a refusal has a reason");
        for (const FileError& error : outcome.error()) demand(!error.reason.empty(), "an error has a reason");
        return;
    }
    for (const std::string& text : {outcome->text, accept ? accepted(outcome->text) : outcome->text}) {
        const auto policy = load_policy("imported", head + text);
        demand(policy.has_value(), "what is imported loads", policy ? std::string{} : head + text + policy.error()[0].text());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = as_text({data, size});
    const auto peers = import::PeerNames::load("peers", text);
    const import::PeerNames none;
    check(import::import_mud("mud", text, peers ? *peers : none), "contracts:\n", true);
    check(import::import_matrix("matrix", text, "gNB", peers ? *peers : none), "contracts:\n", false);
    const import::Outcome inventory = import::import_inventory("inventory", text);
    // A contract that an inventory names is the policy's.
    if (!inventory || inventory->text.find(", contract: ") == std::string::npos) check(inventory, "", false);
    return 0;
}
