// SPDX-License-Identifier: Apache-2.0
// What there is at the other end of an output: a person's terminal, and how wide it is, or a file.
#pragma once

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

namespace weir::cli {

[[nodiscard]] inline bool is_terminal(int descriptor) noexcept { return ::isatty(descriptor) == 1; }

/// Columns of the terminal; `otherwise` where there is none, or it does not say.
[[nodiscard]] inline std::size_t columns_of(int descriptor, std::size_t otherwise) noexcept {
    winsize size{};
    return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 ? size.ws_col : otherwise;
}

/// Colours: on a terminal, unless NO_COLOR asks for none (no-color.org).
[[nodiscard]] inline bool wants_color(int descriptor) noexcept {
    const char* const none = std::getenv("NO_COLOR");
    return is_terminal(descriptor) && (none == nullptr || *none == '\0');
}

}  // namespace weir::cli
