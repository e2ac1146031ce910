// SPDX-License-Identifier: Apache-2.0
// Sets that rules look buffers up in: what files gave them, which all workers share, and what rules have changed since.
#pragma once

#include <optional>
#include <vector>

#include "parsers/base/bytes.hpp"
#include "rules/language/dataset_file.hpp"
#include "rules/rule.hpp"

namespace weir::rules {

/// One per engine. Members are kept as digests, so that a table of fixed size holds values of any length.
class DatasetTable {
public:
    /// `changes`: members that rules may add or take out, at most; beyond, a change is not made (counted).
    DatasetTable(const RuleText& text, std::size_t changes);

    /// Whether the check holds for the buffer; `set` and `unset` change the set and hold when they changed something.
    [[nodiscard]] bool check(const DatasetCheck& check, Bytes buffer) noexcept;
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

private:
    struct Change {
        DatasetMember member;
        bool used = false, present = false;
    };
    [[nodiscard]] std::size_t place_of(const DatasetMember& member) const noexcept;

    const RuleText& text_;
    std::vector<Change> changes_;  ///< open addressing; never more than `most_` used
    std::size_t used_ = 0, most_;
    std::uint64_t refused_ = 0;
};

}  // namespace weir::rules
