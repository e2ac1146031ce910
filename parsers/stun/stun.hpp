// SPDX-License-Identifier: Apache-2.0
// STUN (RFC 8489, RFC 3489) with the methods and attributes of TURN (RFC 8656) and ICE (RFC 8445), over UDP and TCP.
#pragma once

#include <optional>

#include "parsers/base/parser.hpp"

namespace weir::stun {

enum class Class : std::uint8_t { request, indication, success, error };

/// An address as an attribute holds it, unmasked.
struct Address {
    std::array<std::uint8_t, 16> octets{};
    std::uint8_t size = 0;  ///< 4 or 16; 0: absent
    std::uint16_t port = 0;
};

struct Transaction {
    std::uint16_t method = 0;
    Class kind = Class::request;
    bool classic = false;  ///< without the magic cookie: RFC 3489
    Bytes identifier{};    ///< transaction ID: 12 octets, 16 without the cookie
    Bytes username{}, realm{}, software{};
    Address mapped{}, relayed{}, peer{}, alternate{};
    std::optional<std::uint16_t> error{};
    std::optional<std::uint32_t> lifetime{};  ///< seconds
    std::optional<std::uint8_t> transport{};  ///< IP protocol that a relay is asked for
};

struct State {
    bool over_tcp = false;

    void begin(Transport transport) noexcept { over_tcp = transport == Transport::tcp; }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
};

Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value kind(const Transaction& transaction, std::size_t index) noexcept;
Value identifier(const Transaction& transaction, std::size_t index) noexcept;
Value error(const Transaction& transaction, std::size_t index) noexcept;
Value lifetime(const Transaction& transaction, std::size_t index) noexcept;
Value transport(const Transaction& transaction, std::size_t index) noexcept;
Value address_value(const Address& address, std::size_t index) noexcept;
Value port_value(const Address& address, std::size_t index) noexcept;

template <Address Transaction::*Member>
Value address(const Transaction& transaction, std::size_t index) noexcept {
    return address_value(transaction.*Member, index);
}
template <Address Transaction::*Member>
Value port(const Transaction& transaction, std::size_t index) noexcept {
    return port_value(transaction.*Member, index);
}

struct Parser {
    using Transaction = stun::Transaction;
    using State = stun::State;
    static constexpr std::string_view name = "stun";
    static constexpr std::string_view doc = "STUN and TURN, RFC 8489 and RFC 8656: addresses seen from outside, and relays";
    static constexpr std::array hints{Hint::udp(3478), Hint::tcp(3478), Hint::udp(19302), Hint::udp(5349)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&operation>("stun.operation", "stun.method",
                          "Method: binding, allocate, refresh, send, data, create-permission, channel-bind, ..."),
        field<&kind>("stun.class", "stun.class", "request, indication, success or error, RFC 8489 section 5"),
        field<&identifier>("", "stun.transaction_id", "Transaction ID, as hexadecimal"),
        field<&Transaction::username>("stun.username", "stun.username", "Attribute USERNAME"),
        field<&Transaction::realm>("stun.realm", "stun.realm", "Attribute REALM"),
        field<&Transaction::software>("stun.software", "stun.software", "Attribute SOFTWARE"),
        field<&address<&Transaction::mapped>>("", "stun.mapped_address",
                                              "Address of the client as the server sees it, (XOR-)MAPPED-ADDRESS"),
        field<&port<&Transaction::mapped>>("", "stun.mapped_port", "Port of that address", FieldKind::number),
        field<&address<&Transaction::relayed>>("", "stun.relayed_address",
                                               "Address that a relay opened for the client, XOR-RELAYED-ADDRESS"),
        field<&port<&Transaction::relayed>>("", "stun.relayed_port", "Port of that address", FieldKind::number),
        field<&address<&Transaction::peer>>("", "stun.peer_address",
                                            "Whom the client talks to through the relay, the first XOR-PEER-ADDRESS"),
        field<&port<&Transaction::peer>>("", "stun.peer_port", "Port of that address", FieldKind::number),
        field<&address<&Transaction::alternate>>("", "stun.alternate_server", "Another server to ask, ALTERNATE-SERVER"),
        field<&error>("stun.error_code", "stun.error_code", "Attribute ERROR-CODE, RFC 8489 section 14.8", FieldKind::number),
        field<&lifetime>("stun.lifetime", "stun.lifetime", "Attribute LIFETIME: seconds that a relay stays open; 0 closes it",
                         FieldKind::number),
        field<&transport>("", "stun.requested_transport", "IP protocol that a relay is asked for, REQUESTED-TRANSPORT", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "invalid_message", "A message whose length or attributes do not fit"},
    };
};

}  // namespace weir::stun
