// SPDX-License-Identifier: Apache-2.0
// The command line as a whole: read it, run the command, and end with an exit code that says what became of it.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace weir::cli {

/// Reads the command line and runs its command, which leaves its exit code in `code`. Wrong usage, exceptions and results that
/// standard output does not take become a sentence and their exit code.
[[nodiscard]] int run_program(CLI::App& app, int argc, const char* const* argv, const int& code);

/// What is wrong with a command line that was just refused, as a sentence that names the wrong word.
[[nodiscard]] std::string usage_sentence(const CLI::App& app, const CLI::ParseError& error);

}  // namespace weir::cli
