// SPDX-License-Identifier: Apache-2.0
// The bodies of TACACS+ packets, RFC 8907 sections 5 to 7, as far as they are sent in clear.
#pragma once

#include <optional>

#include "parsers/base/bytes.hpp"
#include "parsers/base/inline_vector.hpp"

namespace weir::tacacs {

inline constexpr std::size_t max_arguments = 255;  ///< their count is one octet, RFC 8907 sections 6.1 and 7.1

/// Packet types, RFC 8907 section 4.1.
enum class Type : std::uint8_t { authentication = 1, authorization, accounting };

/// Views into the body; absent where this kind of body does not have it.
struct Body {
    std::optional<std::uint8_t> action{};  ///< of an authentication: 1 login, 2 change of password, 4 outbound
    std::optional<std::uint8_t> authentication_type{};
    std::optional<std::uint8_t> service{};
    std::optional<std::uint8_t> privilege{};         ///< 0 to 15
    std::optional<std::uint8_t> accounting_flags{};  ///< 2 start, 4 stop, 8 watchdog
    std::optional<std::uint8_t> status{};            ///< of a reply
    Bytes user{}, port{}, remote_address{};
    Bytes server_message{};
    Bytes secret{};                                  ///< what the user proves himself with
    InlineVector<Bytes, max_arguments> arguments{};  ///< `cmd=configure`, `priv-lvl=15`
};

/// Takes a body apart; nothing where its lengths do not fit. `first`: the packet opens its session (sequence number 1).
[[nodiscard]] std::optional<Body> read_body(Type type, bool from_client, bool first, Bytes bytes) noexcept;

/// Name of a reply's status by the packet's type (`pass`, `fail`, `getpass`, ...); empty where none is assigned.
[[nodiscard]] std::string_view status_name(Type type, std::uint8_t status) noexcept;

}  // namespace weir::tacacs
