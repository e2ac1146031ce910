// SPDX-License-Identifier: Apache-2.0
// OpenVPN over UDP and TCP: the hard resets that open a session, with its identifiers and how the control channel is protected.
// Source: "OpenVPN Wire Protocol", draft-openvpn-wire-protocol, and ssl_pkt.h of OpenVPN.
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/parser.hpp"

namespace weir::openvpn {

enum class Opcode : std::uint8_t {
    hard_reset_client_v1 = 1,
    hard_reset_server_v1,
    soft_reset_v1,
    control_v1,
    ack_v1,
    data_v1,
    hard_reset_client_v2,
    hard_reset_server_v2,
    data_v2,
    hard_reset_client_v3,
    control_wkc_v1,
};

/// How the control channel's packets are protected.
enum class Protection : std::uint8_t { unknown, none, tls_auth, tls_crypt, tls_crypt_v2 };

/// The opening of a session, as far as it is known.
struct Transaction {
    std::uint8_t opcode = 0;                   ///< of the packet that is reported
    Bytes client_session{}, server_session{};  ///< 8 octets
    Protection protection = Protection::unknown;
};

class State {
public:
    void begin(Transport transport) noexcept { over_tcp_ = transport == Transport::tcp; }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    void packet(Direction direction, Bytes packet, Emit<Transaction> emit) noexcept;
    [[nodiscard]] Transaction known() const noexcept;

    bool over_tcp_ = false;
    bool logged_ = false;
    std::uint8_t opcode_ = 0;  ///< of the latest hard reset
    Protection protection_ = Protection::unknown;
    std::array<KeptText<8>, 2> sessions_;
};

Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value client_session(const Transaction& transaction, std::size_t index) noexcept;
Value server_session(const Transaction& transaction, std::size_t index) noexcept;
Value protection(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = openvpn::Transaction;
    using State = openvpn::State;
    static constexpr std::string_view name = "openvpn";
    static constexpr std::string_view doc = "OpenVPN: the opening of its sessions";
    static constexpr std::array hints{Hint::udp(1194), Hint::tcp(1194), Hint::tcp(443)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::opcode>("openvpn.opcode", "openvpn.opcode", "Opcode of the hard reset: 7 and 10 of a client, 8 of a server"),
        field<&operation>("openvpn.operation", "openvpn.operation", "Opcode as a word: hard-reset-client-v2, hard-reset-server-v2, ..."),
        field<&client_session>("openvpn.client_session", "openvpn.client_session", "Session identifier of the client, as hexadecimal"),
        field<&server_session>("openvpn.server_session", "openvpn.server_session", "Session identifier of the server, as hexadecimal"),
        field<&protection>("openvpn.protection", "openvpn.protection",
                           "What protects the control channel: none, tls-auth, tls-crypt, tls-crypt-v2"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "invalid_packet", "A packet with an opcode or length that does not exist"},
    };
};

}  // namespace weir::openvpn
