// SPDX-License-Identifier: Apache-2.0
// Getters for the forms that a transaction's members usually have, beside those that `field<&Transaction::member>` knows:
// `field<as_address<&Transaction::gateway>>("x.gateway", "x.gateway", "...")`.
#pragma once

#include <optional>

#include "parsers/base/field.hpp"

namespace weir {

namespace detail {
template <auto Member>
using owner_of = typename member_of<decltype(Member)>::transaction;
}  // namespace detail

/// Bytes that are an IPv4 or IPv6 address; absent when they are null.
template <auto Member>
Value as_address(const detail::owner_of<Member>& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes wire = transaction.*Member;
    return wire.data() == nullptr ? Value::none() : Value::address(wire);
}

/// Bytes that are shown as hexadecimal; absent when they are null.
template <auto Member>
Value as_hex(const detail::owner_of<Member>& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes wire = transaction.*Member;
    return wire.data() == nullptr ? Value::none() : Value::hex(wire);
}

/// A `std::optional` of anything that a field may be.
template <auto Member>
Value if_there(const detail::owner_of<Member>& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const auto& member = transaction.*Member;
    return member ? detail::value_of(*member) : Value::none();
}

/// A flag that is shown only where it is set.
template <auto Member>
Value if_set(const detail::owner_of<Member>& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.*Member ? Value::flag(true) : Value::none();
}

/// A list: one value for each element of a span or an InlineVector.
template <auto Member>
Value each_of(const detail::owner_of<Member>& transaction, std::size_t index) noexcept {
    const auto& list = transaction.*Member;
    return index < list.size() ? detail::value_of(list[index]) : Value{};
}

}  // namespace weir
