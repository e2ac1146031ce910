// SPDX-License-Identifier: Apache-2.0
#include "parsers/dns/dns_name.hpp"

namespace weir::dns {
namespace {

constexpr std::uint8_t pointer_bits = 0xc0;
constexpr bool is_pointer(std::uint8_t octet) noexcept { return (octet & pointer_bits) == pointer_bits; }
constexpr bool is_label(std::uint8_t octet) noexcept { return (octet & pointer_bits) == 0; }

/// The text of a name while it is being read: at most `max_name` octets of scratch memory.
class Text {
public:
    explicit Text(Scratch& scratch) noexcept : scratch_(scratch), room_(scratch.take(max_name)) {}
    /// Appends a label; false when it does not fit.
    bool append(Bytes label) noexcept {
        const std::size_t dot = used_ == 0 ? 0 : 1;
        if (label.size() + dot > room_.size() - used_) return false;
        if (dot != 0) room_[used_++] = '.';
        std::memcpy(room_.data() + used_, label.data(), label.size());
        used_ += label.size();
        return true;
    }
    /// Whether a label did not fit for want of scratch memory rather than by the protocol's limit.
    [[nodiscard]] bool starved() const noexcept { return room_.size() < max_name; }
    /// Gives back what was not used.
    [[nodiscard]] Bytes close() noexcept {
        scratch_.give_back(room_.size() - used_);
        return room_.first(used_);
    }

private:
    Scratch& scratch_;
    std::span<std::uint8_t> room_;
    std::size_t used_ = 0;
};

}  // namespace

Name read_name(Cursor& cursor, Scratch& scratch) noexcept {
    Text text{scratch};
    Name name;
    Cursor labels = cursor;  // runs ahead and follows the pointers; `cursor` stays in the record
    bool jumped = false;
    std::size_t segment = cursor.position();  // where the labels being read began: pointers must go below it
    for (unsigned pointers = 0; name.fault == NameFault::none || name.fault == NameFault::too_long;) {
        const std::uint8_t octet = labels.u8();
        if (!labels.ok() || (!is_label(octet) && !is_pointer(octet))) {
            name.fault = NameFault::overrun;
        } else if (octet == 0) {
            break;
        } else if (is_label(octet)) {
            const Bytes label = labels.take(octet);
            if (!labels.ok()) {
                name.fault = NameFault::overrun;
            } else if (name.fault == NameFault::none && !text.append(label)) {
                name.fault = text.starved() ? NameFault::no_room : NameFault::too_long;
            }
        } else {
            const std::size_t target = static_cast<std::size_t>(octet & ~pointer_bits) << 8 | labels.u8();
            if (!labels.ok()) {
                name.fault = NameFault::overrun;
            } else if (target >= segment || ++pointers > max_pointers) {
                name.fault = NameFault::loop;
            } else {
                if (!jumped) cursor = labels;
                jumped = true;
                segment = target;
                labels = Cursor{cursor.all()};
                labels.skip(target);
            }
        }
    }
    name.text = text.close();
    if (name.fault != NameFault::none && name.fault != NameFault::too_long)
        cursor.fail();
    else if (!jumped)
        cursor = labels;
    return name;
}

void skip_name(Cursor& cursor) noexcept {
    while (cursor.ok()) {
        const std::uint8_t octet = cursor.u8();
        if (octet == 0) return;
        if (is_pointer(octet)) return cursor.skip(1);
        if (!is_label(octet)) return cursor.fail();
        cursor.skip(octet);
    }
}

bool is_plain_name(Cursor& cursor) noexcept {
    const std::size_t start = cursor.position();
    while (cursor.ok() && cursor.position() - start < max_name) {
        const std::uint8_t octet = cursor.u8();
        if (octet == 0) return cursor.ok();
        if (!is_label(octet)) return false;
        cursor.skip(octet);
    }
    return false;
}

}  // namespace weir::dns
