// SPDX-License-Identifier: Apache-2.0
// Domain names as they stand in a message: labels and compression pointers, RFC 1035 section 4.1.4.
#pragma once

#include "parsers/base/cursor.hpp"
#include "parsers/base/parser.hpp"

namespace weir::dns {

inline constexpr std::size_t max_name = 255;  ///< octets of text kept; RFC 1035 section 2.3.4 allows 255 on the wire
inline constexpr unsigned max_pointers = 64;  ///< compression pointers followed in one name

enum class NameFault : std::uint8_t {
    none,
    overrun,   ///< reaches past the message, or a label of a type that does not exist
    loop,      ///< a pointer that does not point backwards, or too many of them
    too_long,  ///< more than 255 octets: `text` is the beginning
    no_room,   ///< the scratch memory is used up
};

/// A name in presentation form: labels joined by dots, no dot at the end, octets as they are (the writer escapes them).
/// The root is empty.
struct Name {
    Bytes text{};
    NameFault fault = NameFault::none;
};

/// Reads the name at `cursor`, which runs over the whole message, and leaves the cursor behind it; the text lives in
/// `scratch`. Any fault but `too_long` fails the cursor.
[[nodiscard]] Name read_name(Cursor& cursor, Scratch& scratch) noexcept;

/// Steps over a name without following its pointer; fails the cursor at what is no name.
void skip_name(Cursor& cursor) noexcept;

/// Whether the name at `cursor` is one that a first question may hold: no pointer, 255 octets at most. Leaves the cursor
/// behind the name; fails it where the bytes end early or are no name.
[[nodiscard]] bool is_plain_name(Cursor& cursor) noexcept;

}  // namespace weir::dns
