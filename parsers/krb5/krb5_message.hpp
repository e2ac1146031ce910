// SPDX-License-Identifier: Apache-2.0
// One message between a Kerberos client and its KDC, RFC 4120 section 5.4, or the KDC's error, section 5.9.1.
#pragma once

#include <optional>

#include "parsers/base/ber.hpp"
#include "parsers/base/inline_vector.hpp"

namespace weir::krb5 {

inline constexpr std::size_t max_name_parts = 8;  ///< components shown of a principal's name
inline constexpr std::size_t max_etypes = 16;     ///< encryption types shown of those that a client offers

/// Message types, which are the application tags too, RFC 4120 section 5.10.
enum class Type : std::uint8_t { as_req = 10, as_rep = 11, tgs_req = 12, tgs_rep = 13, error = 30 };

using Name = InlineVector<Bytes, max_name_parts>;

/// Views into the wire; what a message does not have is absent.
struct Message {
    Type type{};
    Bytes realm{};  ///< of the client in responses, of the server in requests and errors
    Name client{}, server{};
    InlineVector<std::int32_t, max_etypes> offered{};  ///< encryption types that the client takes, the best first
    std::optional<std::int32_t> encryption{};          ///< of the response
    std::optional<std::int32_t> ticket_encryption{};   ///< of the ticket
    std::optional<std::uint32_t> error{};
    Bytes error_text{};
    bool preauthenticated = false;  ///< a request that proves who sends it
};

[[nodiscard]] constexpr bool is_request(Type type) noexcept { return type == Type::as_req || type == Type::tgs_req; }

/// Whether `data` can be the beginning of a message, as far as it goes.
[[nodiscard]] bool may_begin(Bytes data) noexcept;
/// Reads the message that fills `wire`; nothing where its layout is broken.
[[nodiscard]] std::optional<Message> read_message(Bytes wire) noexcept;

/// Suricata's names: `KRB_AS_REQ`, ...
[[nodiscard]] std::string_view type_name(Type type) noexcept;
/// In one word, for policies: `as-req`, `as-rep`, `tgs-req`, `tgs-rep`, `error`.
[[nodiscard]] std::string_view operation_name(Type type) noexcept;
/// Names of RFC 4120 section 7.5.9 and RFC 4556 section 3.1.3; null where none is assigned.
[[nodiscard]] std::string_view error_name(std::uint32_t error) noexcept;
/// Suricata's names: `AES256_CTS_HMAC_SHA1_96`, ...; null where none is assigned.
[[nodiscard]] std::string_view encryption_name(std::int32_t type) noexcept;
/// Everything but AES and Camellia.
[[nodiscard]] bool is_weak(std::int32_t type) noexcept;

}  // namespace weir::krb5
