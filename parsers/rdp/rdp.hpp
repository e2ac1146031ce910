// SPDX-License-Identifier: Apache-2.0
// RDP, MS-RDPBCGR: negotiation, and the client's settings (GCC conference create request).
#pragma once

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::rdp {

inline constexpr std::size_t max_channels = 31;  ///< MS-RDPBCGR section 2.2.1.3.4

enum class Event : std::uint8_t { initial_request, initial_response, connect_request, connect_response };

/// One message of the handshake. Numbers are -1 where it has none.
struct Transaction {
    Event event{};
    Bytes cookie{}, token{};
    int request_flags = -1;
    std::int64_t requested = -1;  ///< protocols that the client offers, as bits
    std::int64_t selected = -1;   ///< protocol that the server chooses
    int response_flags = -1;
    std::int64_t error = -1;
    bool has_client = false;
    std::uint32_t version = 0, build = 0, keyboard_layout = 0;
    std::uint16_t desktop_width = 0, desktop_height = 0;
    Bytes client_name{};
    std::span<const Bytes> channels{};
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

private:
    Fed message(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

    std::array<bool, 2> negotiated_{};  ///< by Direction: the connection request, the confirm
};

namespace fields {
template <auto Member>
Value client(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.has_client ? detail::value_of(transaction.*Member) : Value::none();
}
Value event(const Transaction& transaction, std::size_t index) noexcept;
Value flags(const Transaction& transaction, std::size_t index) noexcept;
Value server_supports(const Transaction& transaction, std::size_t index) noexcept;
Value requested(const Transaction& transaction, std::size_t index) noexcept;
Value protocol(const Transaction& transaction, std::size_t index) noexcept;
Value error_code(const Transaction& transaction, std::size_t index) noexcept;
Value reason(const Transaction& transaction, std::size_t index) noexcept;
Value version(const Transaction& transaction, std::size_t index) noexcept;
Value channels(const Transaction& transaction, std::size_t index) noexcept;
}  // namespace fields

struct Parser {
    using Transaction = rdp::Transaction;
    using State = rdp::State;
    static constexpr std::string_view name = "rdp";
    static constexpr std::string_view doc = "Remote Desktop Protocol, MS-RDPBCGR";
    static constexpr std::array hints{Hint::tcp(3389)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&fields::event>("rdp.event_type", "rdp.event_type", "initial_request, initial_response, connect_request, connect_response"),
        field<&Transaction::cookie>("rdp.cookie", "rdp.cookie", "Cookie of the request (mstshash): mostly the user name, cut"),
        field<&Transaction::token>("rdp.routing_token", "weir.rdp.routing_token", "Routing token of the request, for load balancers"),
        field<&fields::flags>("", "rdp.flags[]", "Flags of the negotiation request, section 2.2.1.1.1"),
        field<&fields::requested>("rdp.requested_protocols", "weir.rdp.requested_protocols", "Protocols that the client offers, as bits",
                                  FieldKind::number),
        field<&fields::protocol>("rdp.protocol", "rdp.protocol", "Protocol chosen: rdp, ssl, hybrid, rds_tls, hybrid_ex"),
        field<&fields::server_supports>("", "rdp.server_supports[]", "Flags of the negotiation response, section 2.2.1.2.1"),
        field<&fields::error_code>("rdp.error_code", "rdp.error_code", "Why negotiation failed, section 2.2.1.2.2", FieldKind::number),
        field<&fields::reason>("", "rdp.reason", "Why negotiation failed, in words"),
        field<&fields::version>("", "rdp.client.version", "Version of the client, section 2.2.1.3.2"),
        field<&fields::client<&Transaction::desktop_width>>("", "rdp.client.desktop_width", "Width of the desktop", FieldKind::number),
        field<&fields::client<&Transaction::desktop_height>>("", "rdp.client.desktop_height", "Height of the desktop", FieldKind::number),
        field<&fields::client<&Transaction::keyboard_layout>>("rdp.keyboard_layout", "weir.rdp.keyboard_layout",
                                                              "Keyboard layout of the client", FieldKind::number),
        field<&fields::client<&Transaction::build>>("rdp.build", "weir.rdp.build", "Build number of the client", FieldKind::number),
        field<&fields::client<&Transaction::client_name>>("rdp.client_name", "rdp.client.client_name", "Computer name of the client"),
        field<&fields::channels>("rdp.channel", "rdp.channels[]", "Channels that the client asks for, section 2.2.1.3.4"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_message", "Bytes that the handshake of RDP does not have there"},
    };
};

}  // namespace weir::rdp
