// SPDX-License-Identifier: Apache-2.0
// Numbers out of a buffer, as byte_test and its kin read them.
#pragma once

#include <optional>

#include "parsers/base/bytes.hpp"
#include "rules/rule.hpp"

namespace weir::rules {

struct ReadNumber {
    std::uint64_t value = 0;
    std::size_t size = 0;  ///< bytes that it took: in text, up to the last digit
};

/// The number in the `count` bytes at `at`; nothing where they reach past the end, or hold no digit.
[[nodiscard]] std::optional<ReadNumber> read_number(Bytes bytes, std::size_t at, std::size_t count, const ByteSource& source) noexcept;

}  // namespace weir::rules
