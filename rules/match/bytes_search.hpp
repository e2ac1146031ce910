// SPDX-License-Identifier: Apache-2.0
// Searching bytes, with and without regard to ASCII case.
#pragma once

#include <optional>
#include <string_view>

#include "parsers/base/bytes.hpp"

namespace weir::rules {

/// Whether `bytes` at `at` are `pattern` (which is in lower case where `nocase`). The range must fit.
[[nodiscard]] inline bool equal_at(Bytes bytes, std::size_t at, std::string_view pattern, bool nocase) noexcept {
    if (!nocase) return std::memcmp(bytes.data() + at, pattern.data(), pattern.size()) == 0;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (to_lower(bytes[at + i]) != static_cast<std::uint8_t>(pattern[i])) return false;
    return true;
}

/// Where `pattern` first stands wholly within [from, to) of `bytes`.
[[nodiscard]] inline std::optional<std::size_t> find(Bytes bytes, std::size_t from, std::size_t to, std::string_view pattern,
                                                     bool nocase) noexcept {
    if (to > bytes.size()) to = bytes.size();
    if (from > to || to - from < pattern.size()) return std::nullopt;
    if (pattern.empty()) return from;
    if (!nocase) {
        const void* const found = memmem(bytes.data() + from, to - from, pattern.data(), pattern.size());
        if (found == nullptr) return std::nullopt;
        return static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
    }
    const auto first = static_cast<std::uint8_t>(pattern.front()), last = static_cast<std::uint8_t>(pattern.back());
    for (std::size_t at = from; at + pattern.size() <= to; ++at)
        if (to_lower(bytes[at]) == first && to_lower(bytes[at + pattern.size() - 1]) == last && equal_at(bytes, at, pattern, true))
            return at;
    return std::nullopt;
}

}  // namespace weir::rules
