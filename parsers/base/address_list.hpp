// SPDX-License-Identifier: Apache-2.0
// Addresses that a message carries in many of its elements: a bounded list, and its field.
#pragma once

#include "parsers/base/field.hpp"
#include "parsers/base/inline_vector.hpp"

namespace weir {

/// Views of 4 or 16 octets each, the first `Capacity`.
template <std::size_t Capacity>
class AddressList {
public:
    /// Appends `wire` where it is an address and there is room.
    void add(Bytes wire) noexcept {
        if (wire.size() == 4 || wire.size() == 16) (void)list_.push_back(wire);
    }
    [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }
    [[nodiscard]] Bytes operator[](std::size_t index) const noexcept { return list_[index]; }

private:
    InlineVector<Bytes, Capacity> list_;
};

/// `field<each_address_of<&Transaction::peers>>("x.peer", "x.peers[]", "...")`.
template <auto Member>
Value each_address_of(const typename detail::member_of<decltype(Member)>::transaction& transaction, std::size_t index) noexcept {
    const auto& list = transaction.*Member;
    return index < list.size() ? Value::address(list[index]) : Value{};
}

}  // namespace weir
