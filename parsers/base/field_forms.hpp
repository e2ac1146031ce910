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

/// A value that stands there once, perhaps, or several times.
template <class M>
Value form_value(const M& member, std::size_t index) noexcept {
    if constexpr (requires { member.has_value(); }) {
        if (index != 0) return {};
        return member ? value_of(*member) : Value::none();
    } else if constexpr (std::is_same_v<M, Bytes> || std::is_same_v<M, std::string_view> || !requires { member.size(); }) {
        return index == 0 ? value_of(member) : Value{};
    } else {
        return index < member.size() ? value_of(member[index]) : Value{};
    }
}
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

/// A flag that is shown only where it is set.
template <auto Member>
Value if_set(const detail::owner_of<Member>& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.*Member ? Value::flag(true) : Value::none();
}

/// An optional value, or a list (a span, an InlineVector): one value for each of its elements.
template <auto Member>
Value form_of(const detail::owner_of<Member>& transaction, std::size_t index) noexcept {
    return detail::form_value(transaction.*Member, index);
}

/// A member of what another member is, or points to (absent where that is null): `inside<&Transaction::message, &Message::id>`.
template <auto Outer, auto Inner>
Value inside(const detail::owner_of<Outer>& transaction, std::size_t index) noexcept {
    const auto& outer = transaction.*Outer;
    if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(outer)>>)
        return outer != nullptr ? detail::form_value(outer->*Inner, index) : Value{};
    else
        return detail::form_value(outer.*Inner, index);
}

}  // namespace weir
