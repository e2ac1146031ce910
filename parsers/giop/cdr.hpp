// SPDX-License-Identifier: Apache-2.0
// Reads CDR (OMG CORBA 3.4 part 2, section 9.3): either byte order, numbers on their natural boundaries.
#pragma once

#include "parsers/base/cursor.hpp"

namespace weir::giop {

/// Fails for good, as Cursor does. Boundaries count from the first byte it was made over.
class Cdr {
public:
    Cdr(Bytes bytes, bool little_endian) noexcept : cursor_(bytes), little_(little_endian) {}

    [[nodiscard]] bool ok() const noexcept { return cursor_.ok(); }
    [[nodiscard]] std::size_t position() const noexcept { return cursor_.position(); }
    [[nodiscard]] Bytes rest() const noexcept { return cursor_.rest(); }
    [[nodiscard]] bool little_endian() const noexcept { return little_; }
    void skip(std::size_t count) noexcept { cursor_.skip(count); }
    void align(std::size_t boundary) noexcept { cursor_.skip((boundary - cursor_.position() % boundary) % boundary); }

    std::uint8_t octet() noexcept { return cursor_.u8(); }
    std::uint16_t number16() noexcept {
        align(2);
        return little_ ? cursor_.le16() : cursor_.be16();
    }
    std::uint32_t number32() noexcept {
        align(4);
        return little_ ? cursor_.le32() : cursor_.be32();
    }
    /// sequence<octet>, and any encapsulation.
    Bytes octets() noexcept { return cursor_.take(number32()); }
    /// A string without the NUL that ends it.
    Bytes string() noexcept {
        const Bytes text = octets();
        if (text.empty() || text.back() != 0) {
            cursor_.fail();
            return {};
        }
        return text.first(text.size() - 1);
    }

private:
    Cursor cursor_;
    bool little_;
};

}  // namespace weir::giop
