// SPDX-License-Identifier: Apache-2.0
// WireGuard: the handshake messages, and the indexes by which both ends name the session. All else is encrypted.
// Source: "WireGuard: Next Generation Kernel Network Tunnel", J. A. Donenfeld, section 5.4.
#pragma once

#include <optional>

#include "parsers/base/parser.hpp"

namespace weir::wireguard {

enum class Type : std::uint8_t { initiation = 1, response, cookie_reply, data };

struct Transaction {
    Type type = Type::data;
    std::optional<std::uint32_t> sender{}, receiver{};  ///< indexes
    bool has_mac2 = false;                              ///< the sender proves a cookie: the other end is under load
};

struct State {
    bool reported = false;  ///< something of this session

    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
};

Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value sender(const Transaction& transaction, std::size_t index) noexcept;
Value receiver(const Transaction& transaction, std::size_t index) noexcept;
Value mac2(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = wireguard::Transaction;
    using State = wireguard::State;
    static constexpr std::string_view name = "wireguard";
    static constexpr std::string_view doc = "WireGuard tunnels: handshakes and indexes";
    static constexpr std::array hints{Hint::udp(51820)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::type>("wireguard.type", "wireguard.type", "Message type: 1 initiation, 2 response, 3 cookie reply, 4 data"),
        field<&operation>("wireguard.operation", "wireguard.operation", "Message type as a word: initiation, response, cookie-reply, data"),
        field<&sender>("wireguard.sender", "wireguard.sender_index", "Index by which the sender knows the session", FieldKind::number),
        field<&receiver>("wireguard.receiver", "wireguard.receiver_index", "Index by which the receiver knows the session",
                         FieldKind::number),
        field<&mac2>("", "wireguard.mac2", "The handshake message carries a cookie: the other end is under load", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "invalid_message", "A datagram that is none of WireGuard's messages"},
    };
};

}  // namespace weir::wireguard
