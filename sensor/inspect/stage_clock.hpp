// SPDX-License-Identifier: Apache-2.0
// Cycles per stage, for `--profile` and the benchmark. Costs one branch per mark when it is off.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace weir {

enum class Stage : std::uint8_t { decode, lookup, flow, rules_packet, parse, behavior, output, count };
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Stage::count)> stage_names{
    "decode", "lookup", "flow", "rules on packets", "streams, parsers, their rules", "behavior", "events"};

/// Adds up what passes between marks. Stages do not nest: a mark ends the stage before it.
class StageClock {
public:
    explicit StageClock(bool on) noexcept : on_(on) {}
    void start() noexcept {
        if (on_) last_ = now();
    }
    void end(Stage stage) noexcept {
        if (!on_) return;
        const std::uint64_t at = now();
        cycles_[static_cast<std::size_t>(stage)] += at - last_;
        last_ = at;
    }
    [[nodiscard]] bool on() const noexcept { return on_; }
    [[nodiscard]] std::uint64_t cycles(Stage stage) const noexcept { return cycles_[static_cast<std::size_t>(stage)]; }

private:
    static std::uint64_t now() noexcept {
#if defined(__x86_64__)
        return __rdtsc();
#elif defined(__aarch64__)
        std::uint64_t ticks;
        asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
        return ticks;
#else
        return 0;
#endif
    }
    bool on_;
    std::uint64_t last_ = 0;
    std::array<std::uint64_t, static_cast<std::size_t>(Stage::count)> cycles_{};
};

}  // namespace weir
