// SPDX-License-Identifier: Apache-2.0
// The progress bar of a replay on a terminal: how far, how fast, how much longer.
#pragma once

#include <chrono>
#include <cstdint>

namespace weir::cli {

/// Draws on standard error, a few times a second; nothing where that is no terminal.
class Progress {
public:
    Progress();
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    /// `position` of `total` bytes read (total 0: not known), `packets` so far. Cheap when it is not time to draw.
    void update(std::uint64_t position, std::uint64_t total, std::uint64_t packets);

private:
    using Clock = std::chrono::steady_clock;
    bool terminal_;
    bool drawn_ = false;
    unsigned calls_ = 0;
    Clock::time_point start_, next_;
};

}  // namespace weir::cli
