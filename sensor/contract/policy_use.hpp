// SPDX-License-Identifier: Apache-2.0
// What became of a policy's lines in a run: which were used, which have ended or will soon.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sensor/contract/policy.hpp"

namespace weir {

enum class LineState : std::uint8_t { used, unused, ending, expired };
[[nodiscard]] constexpr std::string_view name_of(LineState state) noexcept {
    constexpr std::array<std::string_view, 4> names{"used", "unused", "ending", "expired"};
    return names[static_cast<std::size_t>(state)];
}

struct LineUse {
    LineId line = no_line;
    std::uint64_t sessions = 0;  ///< that it allowed
    LineState state = LineState::used;
};

/// So long before its end a line is said to be ending.
inline constexpr Time ending_soon = 30 * 86'400 * second;

/// Every line of the contracts that equipment has, in file order, as of `now` on the packets' clock; `uses` by LineId, as workers
/// count them. Lines under `deny` are not among them: that none was needed is what they are for.
[[nodiscard]] std::vector<LineUse> use_of_lines(const Policy& policy, std::span<const std::uint64_t> uses, Time now);

/// The same for people: a sentence per line that a person should look at, at most `most` of each sort and how many more: expired ones
/// first, then those that end soon, `ignore` entries that have ended, and lines that were never used.
[[nodiscard]] std::vector<std::string> policy_notes(const Policy& policy, std::span<const std::uint64_t> uses, Time now, std::size_t most = 8);

}  // namespace weir
