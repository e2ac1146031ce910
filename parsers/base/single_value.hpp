// SPDX-License-Identifier: Apache-2.0
// What getters of fields answer: single values at index 0 or nothing, the end behind it; elements of lists.
#pragma once

#include <optional>

#include "parsers/base/field.hpp"

namespace weir {

[[nodiscard]] inline Value single(std::size_t index, bool present, Value value) noexcept {
    if (index != 0) return {};
    return present ? value : Value::none();
}
template <class Number>
[[nodiscard]] Value single(std::size_t index, const std::optional<Number>& number) noexcept {
    return single(index, number.has_value(), Value::of(static_cast<std::uint64_t>(number.value_or(0))));
}
/// Text; absent where null.
[[nodiscard]] inline Value single(std::size_t index, Bytes text) noexcept { return single(index, text.data() != nullptr, Value::of(text)); }
/// Octets as hexadecimal; absent where there are none.
[[nodiscard]] inline Value single_hex(std::size_t index, Bytes octets) noexcept {
    return single(index, !octets.empty(), Value::hex(octets));
}
/// Shown only where it holds.
[[nodiscard]] inline Value single_flag(std::size_t index, bool holds) noexcept { return single(index, holds, Value::flag(true)); }
/// An element of a list of texts.
[[nodiscard]] inline Value element(std::span<const Bytes> list, std::size_t index) noexcept {
    return index < list.size() ? detail::value_of(list[index]) : Value{};
}

}  // namespace weir
