// SPDX-License-Identifier: Apache-2.0
// Writes text into memory of a fixed size, as Cursor reads from it: what does not fit fails the writer for good.
#pragma once

#include <charconv>

#include "parsers/base/parser.hpp"

namespace weir {

class TextWriter {
public:
    explicit TextWriter(std::span<std::uint8_t> memory) noexcept : memory_(memory) {}

    /// Whether everything so far did fit.
    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] bool empty() const noexcept { return used_ == 0; }
    /// What was written; no bytes and a null pointer (an absent value) once failed.
    [[nodiscard]] Bytes text() const noexcept { return ok_ ? Bytes{memory_.data(), used_} : Bytes{}; }

    TextWriter& put(Bytes bytes) noexcept {
        if (!ok_ || bytes.size() > memory_.size() - used_) {
            ok_ = false;
        } else if (!bytes.empty()) {
            std::memcpy(memory_.data() + used_, bytes.data(), bytes.size());
            used_ += bytes.size();
        }
        return *this;
    }
    TextWriter& put(std::string_view text) noexcept { return put(as_bytes(text)); }
    TextWriter& put(char character) noexcept { return put(std::string_view{&character, 1}); }
    TextWriter& decimal(std::uint64_t number) noexcept {
        char digits[20];
        return put(std::string_view{digits, static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, number).ptr - digits)});
    }
    /// Two digits per byte; `upper` for A to F instead of a to f.
    TextWriter& hex(std::uint8_t byte, bool upper = false) noexcept {
        const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
        return put(digits[byte >> 4]).put(digits[byte & 15]);
    }
    TextWriter& hex(std::uint16_t number) noexcept {
        return hex(static_cast<std::uint8_t>(number >> 8)).hex(static_cast<std::uint8_t>(number));
    }
    /// RFC 4648 section 4, without padding.
    TextWriter& base64(Bytes bytes) noexcept {
        constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::uint32_t group = 0;
        unsigned bits = 0;
        for (const std::uint8_t byte : bytes) {
            group = group << 8 | byte;
            for (bits += 8; bits >= 6; bits -= 6) put(alphabet[group >> (bits - 6) & 63]);
        }
        return bits == 0 ? *this : put(alphabet[group << (6 - bits) & 63]);
    }

private:
    std::span<std::uint8_t> memory_;
    std::size_t used_ = 0;
    bool ok_ = true;
};

/// Writes a text straight into scratch memory: `write` gets a TextWriter over all that is left, what it did not use is given
/// back. Absent (null) when it does not fit.
template <class Write>
[[nodiscard]] Bytes write_in(Scratch& scratch, Write&& write) noexcept {
    const auto memory = scratch.take(scratch.remaining());
    TextWriter writer{memory};
    write(writer);
    const Bytes text = writer.text();
    scratch.give_back(memory.size() - text.size());
    return text;
}

}  // namespace weir
