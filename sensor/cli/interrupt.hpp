// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM during a long run: it ends soon, with outputs that are whole.
#pragma once

#include <signal.h>

#include <array>
#include <string_view>

namespace weir::cli {

/// As long as it lives, the first SIGINT or SIGTERM is remembered instead of ending the process, and standard input ends, so
/// that nobody waits for it. A second one ends the process at once. One at a time, on the main thread.
class Interrupt {
public:
    Interrupt() noexcept;
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    /// The signal that came; 0: none.
    [[nodiscard]] static int received() noexcept;
    /// `SIGINT`, `SIGTERM`.
    [[nodiscard]] static std::string_view name_of(int signal) noexcept;

private:
    static constexpr std::array signals{SIGINT, SIGTERM};
    std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace weir::cli
