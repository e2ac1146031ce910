// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "sensor/cli/terminal.hpp"

namespace weir::cli {
namespace {

constexpr auto between_draws = std::chrono::milliseconds{200};
constexpr std::size_t widest_bar = 30, narrowest_bar = 5, usual_columns = 80;

/// 1234567 as `1.23 million`.
std::string amount(double value) {
    constexpr std::array<std::string_view, 4> units{"", " thousand", " million", " billion"};
    std::size_t unit = 0;
    for (; value >= 1000 && unit + 1 < units.size(); ++unit) value /= 1000;
    return fmt::format("{:.{}f}{}", value, unit == 0 ? 0 : 2, units[unit]);
}

std::string duration(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::min(std::ceil(seconds), 1e9));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string progress_line(std::uint64_t position, std::uint64_t total, std::uint64_t packets, double seconds, std::size_t columns) {
    const auto count = static_cast<double>(packets);
    std::string text = fmt::format("{} packets, {}/s", amount(count), amount(seconds > 0 ? count / seconds : 0));
    if (total != 0 && position != 0) {
        const double share = std::min(1.0, static_cast<double>(position) / static_cast<double>(total));
        text = fmt::format("{:3.0f} %  {} left  {}", std::floor(share * 100), duration(seconds / share - seconds), text);
        constexpr std::size_t frame = 3;  // its brackets, and the blank behind it
        if (columns >= text.size() + frame + narrowest_bar) {
            const std::size_t width = std::min(widest_bar, columns - text.size() - frame);
            const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
            text = fmt::format("[{}{}] {}", std::string(filled, '='), std::string(width - filled, ' '), text);
        }
    }
    return text.substr(0, columns);
}

Progress::Progress() : terminal_(is_terminal(STDERR_FILENO)), start_(Clock::now()), next_(start_ + between_draws) {}

Progress::~Progress() {
    if (!drawn_) return;
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
}

void Progress::update(std::uint64_t position, std::uint64_t total, std::uint64_t packets) {
    if (!terminal_) return;
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + between_draws;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const std::size_t columns = columns_of(STDERR_FILENO, usual_columns) - 1;  // the cursor stands behind the text, on the same line
    const std::string line = '\r' + progress_line(position, total, packets, seconds, columns) + "\x1b[K";
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
}

}  // namespace weir::cli
