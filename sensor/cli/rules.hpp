// SPDX-License-Identifier: Apache-2.0
// `weir rules check|explain|keywords`, and how a replay finds and loads its rules.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "rules/language/parser.hpp"
#include "sensor/config/config.hpp"

namespace CLI {
class App;
}

namespace weir::cli {

/// Adds the commands; they leave their exit code in `code`.
void add_rules(CLI::App& app, int& code);

/// Names every rule that is refused, by the parser or when it is compiled, on `out` as `file:line: reason`, then how many were
/// loaded. Gives the exit code: 2 if any was refused, or a file cannot be read.
[[nodiscard]] int check_rules(const std::vector<std::string>& names, std::ostream& out, std::ostream& err);

/// Rules with the texts that they came from.
struct LoadedRules {
    rules::LoadResult result;
    std::vector<std::string> files;  ///< names, in the order of loading
};

/// What `$NAME` stands for in rules: the stock groups, the configuration's over them, and $EQUIPMENT.
[[nodiscard]] rules::Variables rule_variables(const Config& config, const std::vector<std::string>& equipment_addresses);

/// Loads rule files and folders of them (`*.rules`, in order of name); without any, the packs that ship with weir. The error
/// is a sentence: a file or folder that cannot be read, a variable of the configuration that is no list.
[[nodiscard]] Result<LoadedRules, std::string> load_rules(const std::vector<std::string>& names, const Config& config,
                                                          const std::vector<std::string>& equipment_addresses);

}  // namespace weir::cli
