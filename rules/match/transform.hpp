// SPDX-License-Identifier: Apache-2.0
// Transforms of a buffer before it is searched.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "parsers/base/bytes.hpp"
#include "rules/compile/regex.hpp"
#include "rules/match/pcre_runner.hpp"
#include "rules/rule.hpp"

namespace weir::rules {

/// Applies chains of transforms in memory of its own. A buffer is cut at `longest` bytes before its first transform.
class Transformer {
public:
    static constexpr std::size_t longest = 16 * 1024;

    /// `regexes`: those that `capture` names; they outlive this.
    explicit Transformer(std::span<const Regex> regexes = {}) : regexes_(regexes) {}

    /// `bytes` transformed, in the rule's order; valid until the next call. Without transforms: `bytes` itself.
    [[nodiscard]] Bytes apply(const std::vector<Transform>& transforms, Bytes bytes) noexcept;

private:
    std::size_t transform(const Transform& kind, Bytes in, std::uint8_t* out) noexcept;

    std::span<const Regex> regexes_;
    PcreRunner runner_;
    std::array<std::array<std::uint8_t, longest + 1>, 2> memory_;  // one is read while the other is written; dotprefix adds a byte
};

}  // namespace weir::rules
