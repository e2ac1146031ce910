// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace weir::cli {
namespace {

constexpr unsigned calls_between_looks = 64;  // a look at the clock per burst would cost more than it tells
constexpr auto between_draws = std::chrono::milliseconds{200};
constexpr unsigned width = 30;

}  // namespace

Progress::Progress() : terminal_(::isatty(STDERR_FILENO) == 1), start_(Clock::now()), next_(start_ + between_draws) {}

Progress::~Progress() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::update(std::uint64_t position, std::uint64_t total, std::uint64_t packets) {
    if (!terminal_ || ++calls_ % calls_between_looks != 0) return;
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + between_draws;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    std::string line = "\r";
    if (total != 0) {
        const double share = std::min(1.0, static_cast<double>(position) / static_cast<double>(total));
        const auto filled = static_cast<unsigned>(share * width);
        line += fmt::format("[{}{}] {:3.0f} %", std::string(filled, '='), std::string(width - filled, ' '), share * 100);
        if (share > 0) line += fmt::format("  {:.0f} s left", seconds / share - seconds);
    }
    line += fmt::format("  {:.2f} million packets, {:.2f} million/s", static_cast<double>(packets) / 1e6, static_cast<double>(packets) / 1e6 / seconds);
    fmt::print(stderr, "{}\x1b[K", line);
    std::fflush(stderr);
    drawn_ = true;
}

}  // namespace weir::cli
