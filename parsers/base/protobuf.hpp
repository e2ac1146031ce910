// SPDX-License-Identifier: Apache-2.0
// Fields of a Protocol Buffers message as they stand on the wire (protobuf.dev/programming-guides/encoding).
#pragma once

#include "parsers/base/cursor.hpp"

namespace weir {

/// One field: a number, or the bytes of a text, a message or a packed list.
struct ProtobufField {
    enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };
    std::uint32_t number = 0;
    Wire wire = Wire::varint;
    std::uint64_t value = 0;  ///< of a varint
    Bytes bytes{};            ///< of the others
};

class ProtobufReader {
public:
    explicit ProtobufReader(Bytes message) noexcept : cursor_(message) {}

    /// The next field; false at the end, and where what follows is none (`ok()` tells which).
    [[nodiscard]] bool next(ProtobufField& field) noexcept {
        if (!ok_ || cursor_.remaining() == 0) return false;
        const std::uint64_t key = varint();
        constexpr std::uint64_t most_numbers = (1u << 29) - 1;
        field = {};
        field.number = static_cast<std::uint32_t>(key >> 3);
        field.wire = static_cast<ProtobufField::Wire>(key & 7);
        ok_ = ok_ && field.number != 0 && key >> 3 <= most_numbers;
        switch (field.wire) {
            case ProtobufField::Wire::varint: field.value = varint(); break;
            case ProtobufField::Wire::fixed64: field.bytes = cursor_.take(8); break;
            case ProtobufField::Wire::fixed32: field.bytes = cursor_.take(4); break;
            case ProtobufField::Wire::bytes: {
                const std::uint64_t size = varint();
                cut_ = size > cursor_.remaining();
                field.bytes = cursor_.take(static_cast<std::size_t>(size < cursor_.remaining() ? size : cursor_.remaining()));
                break;
            }
            default: ok_ = false;
        }
        ok_ = ok_ && cursor_.ok();
        return ok_;
    }
    [[nodiscard]] bool ok() const noexcept { return ok_; }
    /// The latest field is longer than what is there.
    [[nodiscard]] bool cut() const noexcept { return cut_; }

private:
    std::uint64_t varint() noexcept {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t byte = cursor_.u8();
            value |= std::uint64_t{byte & 0x7fu} << shift;
            if ((byte & 0x80) == 0) return value;
        }
        ok_ = false;
        return 0;
    }

    Cursor cursor_;
    bool ok_ = true, cut_ = false;
};

}  // namespace weir
