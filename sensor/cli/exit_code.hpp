// SPDX-License-Identifier: Apache-2.0
// What the program's exit code says.
#pragma once

namespace weir::exit_code {

inline constexpr int done = 0;
inline constexpr int failed = 1;  ///< while running: a full disk, no rights to write
inline constexpr int usage = 2;   ///< wrong usage, config, policy or rule, unreadable input
inline constexpr int alerts = 3;  ///< done, and alerts reached --fail-on

/// Stopped by a signal, with outputs that are whole: what a shell shows for a program that dies of it (130: SIGINT, 143: SIGTERM).
[[nodiscard]] constexpr int interrupted(int signal) noexcept { return 128 + signal; }

}  // namespace weir::exit_code
