// SPDX-License-Identifier: Apache-2.0
// One row per field of a protocol. The rule engine (keywords), the EVE writer (paths) and the reference page all walk
// these rows; nothing else names a field.
#pragma once

#include <span>
#include <type_traits>

#include "parsers/base/bytes.hpp"

namespace weir {

/// What a field holds in one transaction, at one index.
struct Value {
    enum class Kind : std::uint8_t {
        end,      ///< no such index: a list ends here (a single value has index 0 only)
        none,     ///< absent in this transaction (in a list: this element lacks it)
        number,   ///< `number`
        boolean,  ///< `number` is 0 or 1
        text,     ///< `bytes`, shown as an escaped string
        address,  ///< `bytes` are 4 or 16 octets, shown as an IP address
        mac,      ///< `bytes` are 6 octets, shown as aa:bb:cc:dd:ee:ff
        hex,      ///< `bytes`, shown as lower-case hexadecimal
    };
    Kind kind = Kind::end;
    std::uint64_t number = 0;
    Bytes bytes{};

    static constexpr Value none() noexcept { return {Kind::none, 0, {}}; }
    static constexpr Value of(std::uint64_t value) noexcept { return {Kind::number, value, {}}; }
    static constexpr Value flag(bool value) noexcept { return {Kind::boolean, value ? 1u : 0u, {}}; }
    static Value of(std::string_view value) noexcept { return {Kind::text, 0, as_bytes(value)}; }
    static constexpr Value of(Bytes value) noexcept { return {Kind::text, 0, value}; }
    static constexpr Value address(Bytes wire) noexcept { return {Kind::address, 0, wire}; }
    static constexpr Value mac(Bytes wire) noexcept { return {Kind::mac, 0, wire}; }
    static constexpr Value hex(Bytes wire) noexcept { return {Kind::hex, 0, wire}; }
};

/// What a rule does with a field: compares an integer, or searches a buffer.
enum class FieldKind : std::uint8_t { number, buffer };

/// A row of a protocol's field table.
///
/// `path` is the EVE path below the event, with `[]` behind a name that is a list: rows of one list stand together and
/// are zipped by index into objects (`dns.answers[].rrname`, `dns.answers[].ttl`); a path that ends in `[]` is a list of
/// plain values (`tls.client_alpns[]`). An empty `path` is for rules only; an empty `keyword` for EVE only.
struct Field {
    std::string_view keyword;  ///< rule keyword, Suricata's where it has one; empty: not for rules
    std::string_view path;     ///< EVE path; empty: not in EVE
    std::string_view doc;      ///< one sentence with its source
    FieldKind kind;
    Value (*get)(const void* transaction, std::size_t index) noexcept;
    std::span<const std::string_view> values{};  ///< every text that it may hold, where that is a closed list; else empty
    bool secret = false;  ///< a credential: rules see it; what is written is a salted hash and its length, unless the user wants more
};

/// A row whose texts are a closed list, so that who asks for another one can be told.
[[nodiscard]] constexpr Field one_of(Field row, std::span<const std::string_view> values) noexcept {
    row.values = values;
    return row;
}

/// A row whose texts are credentials: communities, passwords, keys, and commands that hold them.
[[nodiscard]] constexpr Field secret(Field row) noexcept {
    row.secret = true;
    return row;
}

namespace detail {
template <class>
struct member_of;
template <class T, class M>
struct member_of<M T::*> {
    using transaction = T;
    using type = M;
};
template <class>
struct getter_of;
template <class T>
struct getter_of<Value (*)(const T&, std::size_t) noexcept> {
    using transaction = T;
};

/// A member as a Value: `bool` is a flag, integers and enums are numbers, Bytes and string_view are text (absent when
/// empty with no data pointer).
template <class M>
Value value_of(const M& member) noexcept {
    if constexpr (std::is_same_v<M, bool>) {
        return Value::flag(member);
    } else if constexpr (std::is_integral_v<M> || std::is_enum_v<M>) {
        return Value::of(static_cast<std::uint64_t>(member));
    } else if constexpr (std::is_same_v<M, Bytes>) {
        return member.data() == nullptr ? Value::none() : Value::of(member);
    } else {
        static_assert(std::is_same_v<M, std::string_view>, "fields are integers, bool, Bytes or string_view");
        return member.data() == nullptr ? Value::none() : Value::of(member);
    }
}
}  // namespace detail

/// A row whose value is a member of the transaction: `field<&Transaction::code>("radius.code", "radius.code", "...")`.
template <auto Source>
    requires std::is_member_object_pointer_v<decltype(Source)>
[[nodiscard]] constexpr Field field(std::string_view keyword, std::string_view path, std::string_view doc) noexcept {
    using Traits = detail::member_of<decltype(Source)>;
    using Member = typename Traits::type;
    constexpr bool number = std::is_integral_v<Member> || std::is_enum_v<Member>;
    return {keyword, path, doc, number ? FieldKind::number : FieldKind::buffer,
            [](const void* transaction, std::size_t index) noexcept -> Value {
                if (index != 0) return {};
                return detail::value_of(static_cast<const typename Traits::transaction*>(transaction)->*Source);
            }};
}

/// A row whose value a function works out: lists, computed texts, values that may be absent. The function is
/// `Value f(const Transaction&, std::size_t index) noexcept` and returns `Value{}` past the end.
template <auto Getter>
    requires(!std::is_member_object_pointer_v<decltype(Getter)>)
[[nodiscard]] constexpr Field field(std::string_view keyword, std::string_view path, std::string_view doc,
                                    FieldKind kind = FieldKind::buffer) noexcept {
    using Transaction = typename detail::getter_of<decltype(Getter)>::transaction;
    return {keyword, path, doc, kind, [](const void* transaction, std::size_t index) noexcept -> Value {
                return Getter(*static_cast<const Transaction*>(transaction), index);
            }};
}

}  // namespace weir
