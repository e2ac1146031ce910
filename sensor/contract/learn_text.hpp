// SPDX-License-Identifier: Apache-2.0
// A proposal as a policy file that a person reads: every line with how often, by how many and when it was seen.
#pragma once

#include <string>
#include <vector>

#include "sensor/contract/learn_contracts.hpp"

namespace weir::learn {

/// What stands in front of a line that a person has to accept. Without it, the line is part of the policy.
inline constexpr std::string_view review_mark = "#?";

struct TextInput {
    std::vector<std::string> captures;
    std::uint64_t packets = 0;
    std::string policy;  ///< file whose equipment and contracts these are additions to; empty: none
};

/// The file. Loads as it is, and with every `review_mark` taken out.
[[nodiscard]] std::string policy_text(const Proposal& proposal, const Survey& survey, const TextInput& input);

}  // namespace weir::learn
