// SPDX-License-Identifier: Apache-2.0
// The progress bar of a replay on a terminal: how far, how fast, how much longer.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace weir::cli {

/// The bar as text, at most `columns` wide: `position` of `total` bytes read (total 0: not known), `packets` in `seconds`.
[[nodiscard]] std::string progress_line(std::uint64_t position, std::uint64_t total, std::uint64_t packets, double seconds,
                                        std::size_t columns);

/// Draws on standard error, a few times a second, and wipes the bar out at its end; nothing where that is no terminal.
class Progress {
public:
    Progress();
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    /// As `progress_line`. Cheap when it is not time to draw: meant to be called for every burst.
    void update(std::uint64_t position, std::uint64_t total, std::uint64_t packets);

private:
    using Clock = std::chrono::steady_clock;
    bool terminal_;
    bool drawn_ = false;
    Clock::time_point start_, next_;
};

}  // namespace weir::cli
