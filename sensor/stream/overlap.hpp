// SPDX-License-Identifier: Apache-2.0
// Which bytes survive where two segments overlap: receivers differ, and who does not do as they do can be deceived.
// After J. Novak and S. Sturges, Target-Based TCP Stream Reassembly, Sourcefire, August 2007.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

enum class OverlapPolicy : std::uint8_t { first, last, bsd, bsd_right, linux, old_linux, windows, solaris, hpux10, irix, macos, vista, count };

inline constexpr std::array<std::string_view, static_cast<std::size_t>(OverlapPolicy::count)> overlap_policy_names{
    "first", "last", "bsd", "bsd-right", "linux", "old-linux", "windows", "solaris", "hpux10", "irix", "macos", "vista"};
[[nodiscard]] constexpr std::string_view name_of(OverlapPolicy policy) noexcept { return overlap_policy_names[static_cast<std::size_t>(policy)]; }
[[nodiscard]] constexpr std::optional<OverlapPolicy> find_overlap_policy(std::string_view name) noexcept {
    for (std::size_t i = 0; i < overlap_policy_names.size(); ++i)
        if (overlap_policy_names[i] == name) return static_cast<OverlapPolicy>(i);
    return std::nullopt;
}

namespace detail {
/// How a new segment lies over an old one: where it begins, then where it ends.
enum Lie : std::uint8_t {
    before_inside = 1,   ///< begins before the old one, ends inside it
    before_covers = 2,   ///< begins before it, ends with it or behind it
    same_shorter = 4, same_equal = 8, same_longer = 16,
    after_inside = 32,   ///< begins inside it, ends inside or with it
    after_beyond = 64,   ///< begins inside it, ends behind it
};
/// Where the new segment's bytes win.
inline constexpr std::array<std::uint8_t, static_cast<std::size_t>(OverlapPolicy::count)> new_wins{
    /* first */ 0,
    /* last */ before_inside | before_covers | same_shorter | same_equal | same_longer | after_inside | after_beyond,
    /* bsd */ before_inside | before_covers,
    /* bsd_right */ same_shorter | same_equal | same_longer | after_inside | after_beyond,
    /* linux */ before_inside | before_covers | same_longer,
    /* old_linux */ before_inside | before_covers | same_equal | same_longer,
    /* windows */ before_inside | before_covers,
    /* solaris */ before_covers | same_equal | same_longer | after_beyond,
    /* hpux10 */ before_inside | before_covers | same_longer,
    /* irix */ before_inside | before_covers | same_longer,
    /* macos */ before_inside | before_covers,
    /* vista */ 0,
};
}  // namespace detail

/// A segment's place, in bytes from any common origin.
struct Extent {
    std::int64_t begin, end;
};

/// Whether the bytes of `fresh` replace those of `old` where both overlap (which they do).
[[nodiscard]] constexpr bool replaces(OverlapPolicy policy, Extent old, Extent fresh) noexcept {
    using enum detail::Lie;
    const detail::Lie lie = fresh.begin < old.begin    ? (fresh.end < old.end ? before_inside : before_covers)
                            : fresh.begin == old.begin ? (fresh.end < old.end ? same_shorter : fresh.end == old.end ? same_equal : same_longer)
                                                       : (fresh.end <= old.end ? after_inside : after_beyond);
    return (detail::new_wins[static_cast<std::size_t>(policy)] & lie) != 0;
}

}  // namespace weir
