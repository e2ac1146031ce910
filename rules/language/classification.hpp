// SPDX-License-Identifier: Apache-2.0
// What a rule's `classtype` means (classification.config), and which `reference` systems there are (reference.config).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/base/result.hpp"

namespace weir::rules {

/// Class types by short name: the sentence for people, and the priority of rules that give none.
class Classification {
public:
    struct Row {
        std::string text;
        std::uint8_t priority = 3;  ///< 1 is the most severe
    };

    /// The table that weir ships with.
    [[nodiscard]] static const Classification& built_in();
    /// The text of rules/classification.config, which `built_in` is made of.
    [[nodiscard]] static std::string_view built_in_text() noexcept;

    /// Adds the rows of a classification.config (`config classification: name,Sentence,priority`); a name that is known already
    /// is replaced. Returns what was not understood.
    std::vector<FileError> load(std::string_view file, std::string_view text);

    /// The row of that name (case does not count), or null.
    [[nodiscard]] const Row* find(std::string_view name) const;
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

private:
    std::map<std::string, Row, std::less<>> rows_;
};

/// What stands before a reference's id to make an address of it (`https://` for `url`); null for a system that is not known.
[[nodiscard]] const std::string_view* reference_prefix(std::string_view system);
/// The text of rules/reference.config, from the same table.
[[nodiscard]] std::string reference_config_text();

}  // namespace weir::rules
