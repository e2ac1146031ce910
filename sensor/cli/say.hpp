// SPDX-License-Identifier: Apache-2.0
// What the program says to the person at the terminal beside its results: on standard error, a sentence a line.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

namespace weir::cli {

/// Says why there is no result. Several lines are several sentences.
inline void say_error(std::string_view text) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::string said = "weir: " + std::string{line} + '\n';
        std::fwrite(said.data(), 1, said.size(), stderr);  // where even this cannot be written, the exit code must do
    }
}

/// Says what is odd about a result that there is nevertheless.
inline void say_warning(std::string_view sentence) { say_error("warning: " + std::string{sentence}); }

}  // namespace weir::cli
