// SPDX-License-Identifier: Apache-2.0
// Octets as `0a:1b:ff`: hardware addresses, fingerprints, identifiers.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir {

/// `bytes` as lower-case pairs of digits with colons between, in `scratch`; as many as fit. Never a null pointer.
[[nodiscard]] inline Bytes colon_hex(Bytes bytes, Scratch& scratch) noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto room = scratch.take(bytes.size() * 3);
    std::size_t used = 0;
    for (const std::uint8_t byte : first_of(bytes, room.size() / 3)) {
        if (used != 0) room[used++] = ':';
        room[used++] = static_cast<std::uint8_t>(digits[byte >> 4]);
        room[used++] = static_cast<std::uint8_t>(digits[byte & 0xf]);
    }
    scratch.give_back(room.size() - used);
    return room.first(used);
}

}  // namespace weir
