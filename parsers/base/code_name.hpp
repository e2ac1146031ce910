// SPDX-License-Identifier: Apache-2.0
// Names of numbers that a protocol assigns here and there, where a plain array would be mostly empty.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace weir {

struct CodeName {
    std::uint32_t code;
    std::string_view name;
};

/// The name of `code` in `names`; empty (and null: an absent value) where none is assigned.
template <std::size_t Size>
[[nodiscard]] constexpr std::string_view name_of(const std::array<CodeName, Size>& names, std::uint32_t code) noexcept {
    for (const CodeName& row : names)
        if (row.code == code) return row.name;
    return {};
}

}  // namespace weir
