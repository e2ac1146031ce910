// SPDX-License-Identifier: Apache-2.0
// One LDAP message from its BER, RFC 4511 section 4:
//
//   SEQUENCE { messageID, operation by its application tag, [0] controls }
#pragma once

#include <optional>

#include "parsers/base/ber.hpp"
#include "parsers/base/inline_vector.hpp"

namespace weir::ldap {

inline constexpr std::size_t max_attributes = 64;  ///< attribute types shown of one message

/// Operations by the number of their application tag.
enum class Op : std::uint8_t {
    bind_request = 0,
    bind_response = 1,
    unbind_request = 2,
    search_request = 3,
    search_result_entry = 4,
    search_result_done = 5,
    modify_request = 6,
    modify_response = 7,
    add_request = 8,
    add_response = 9,
    del_request = 10,
    del_response = 11,
    mod_dn_request = 12,
    mod_dn_response = 13,
    compare_request = 14,
    compare_response = 15,
    abandon_request = 16,
    search_result_reference = 19,
    extended_request = 23,
    extended_response = 24,
    intermediate_response = 25,
};

/// How a client says who it is, RFC 4513 sections 5.1 and 5.2.
enum class Authentication : std::uint8_t { none, anonymous, unauthenticated, simple, sasl, ntlm };

inline constexpr std::string_view start_tls = "1.3.6.1.4.1.1466.20037";  // RFC 4511 section 4.14.1

/// What the first octets of a message say.
struct Head {
    enum class State : std::uint8_t { none, more, read };
    State state = State::none;  ///< more: it can still become a message
    Op op{};
    std::uint32_t id = 0;
    std::uint64_t size = 0;  ///< octets of the whole message
};
[[nodiscard]] Head read_head(Bytes data) noexcept;

/// Views into the wire; what an operation does not have is absent.
struct Message {
    std::uint32_t id = 0;
    Op op{};
    Bytes dn{};  ///< who binds; where is searched; what is changed, added, deleted; whose entry it is; how far a name was found
    // A bind
    std::optional<std::uint32_t> version{};
    Authentication authentication = Authentication::none;
    Bytes mechanism{};  ///< of SASL
    Bytes password{};   ///< of a simple bind
    // A search
    std::optional<std::uint32_t> scope{}, aliases{}, size_limit{}, time_limit{};
    Bytes filter{};  ///< the filter's element
    // Searches, changes, entries
    InlineVector<Bytes, max_attributes> attributes{};
    // A response
    std::optional<std::uint32_t> result{};
    Bytes text{};  ///< diagnostic message
    // An extended operation
    Bytes oid{};
};

/// Reads the message at the start of `data`, which holds all of it; nothing where its layout is broken.
[[nodiscard]] std::optional<Message> read_message(Bytes data) noexcept;

[[nodiscard]] constexpr bool is_request(Op op) noexcept {
    switch (op) {
        case Op::bind_request:
        case Op::unbind_request:
        case Op::search_request:
        case Op::modify_request:
        case Op::add_request:
        case Op::del_request:
        case Op::mod_dn_request:
        case Op::compare_request:
        case Op::abandon_request:
        case Op::extended_request: return true;
        default: return false;
    }
}
/// Whether more responses to the same request follow this one.
[[nodiscard]] constexpr bool is_partial(Op op) noexcept {
    return op == Op::search_result_entry || op == Op::search_result_reference || op == Op::intermediate_response;
}
[[nodiscard]] constexpr bool has_answer(Op request) noexcept { return request != Op::unbind_request && request != Op::abandon_request; }

/// Suricata's names: `bind_request`, `search_result_done`, ...
[[nodiscard]] std::string_view op_name(Op op) noexcept;
/// What a request does, in one word, for policies: `bind`, `search`, `modify`, `add`, `delete`, `rename`, ...; null for responses.
[[nodiscard]] std::string_view operation_name(Op op) noexcept;
/// Result codes by the names of RFC 4511 section 4.1.9, as Suricata writes them; null where none is assigned.
[[nodiscard]] std::string_view result_name(std::uint32_t result) noexcept;
/// Null for none.
[[nodiscard]] std::string_view authentication_name(Authentication authentication) noexcept;

}  // namespace weir::ldap
