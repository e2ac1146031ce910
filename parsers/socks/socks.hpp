// SPDX-License-Identifier: Apache-2.0
// SOCKS 4, 4a and 5 (RFC 1928, RFC 1929): who asks a proxy for which target, and what the proxy answers.
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/parser.hpp"

namespace weir::socks {

/// What a session has shown so far. Numbers are -1 where that part was not seen.
struct Transaction {
    std::uint8_t version = 0;
    Bytes methods{};  ///< version 5: that the client offers, one octet each
    int method = -1;  ///< version 5: that the server has chosen
    Bytes user{}, password{};
    int command = -1;
    Bytes host{};  ///< a domain name, or an address of 4 or 16 octets
    bool host_is_name = false;
    std::uint16_t port = 0;
    int reply = -1;        ///< as on the wire: version 4 counts from 90, version 5 from 0
    bool refused = false;  ///< method, login or request
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    Fed client(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed request_v4(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed request_v5(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed login(Bytes bytes) noexcept;
    Fed server(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed answered(std::size_t size, bool granted, Bytes address, std::uint16_t port, Emit<Transaction> emit) noexcept;
    Fed refused(std::size_t size, Emit<Transaction> emit) noexcept;
    Fed broken(Direction direction, Emit<Transaction> emit) noexcept;
    void report(Report what, Direction direction, Emit<Transaction> emit) noexcept;

    std::uint8_t version_ = 0;  ///< 0: nothing seen
    bool greeted_ = false;      ///< version 5: the client's methods were seen
    bool host_is_name_ = false;
    bool refused_ = false;
    bool logged_ = false;
    bool bound_ = false;  ///< `bind`: the first of two answers was seen
    std::uint16_t port_ = 0;
    std::int16_t method_ = -1, command_ = -1, reply_ = -1;
    KeptText<16> methods_;
    KeptText<255> host_;
    KeptText<255> user_;
    KeptText<255> password_;
};

Value methods(const Transaction& transaction, std::size_t index) noexcept;
Value method(const Transaction& transaction, std::size_t index) noexcept;
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value host(const Transaction& transaction, std::size_t index) noexcept;
Value port(const Transaction& transaction, std::size_t index) noexcept;
Value reply(const Transaction& transaction, std::size_t index) noexcept;
Value status(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = socks::Transaction;
    using State = socks::State;
    static constexpr std::string_view name = "socks";
    static constexpr std::string_view doc = "SOCKS proxy, versions 4, 4a and 5, RFC 1928";
    static constexpr std::array hints{Hint::tcp(1080)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::version>("socks.version", "socks.version", "Version: 4 (also 4a) or 5"),
        field<&methods>("socks.methods", "socks.methods[]", "Login methods that the client offers, RFC 1928 section 3", FieldKind::number),
        field<&method>("socks.auth", "socks.auth", "Login method that the server has chosen: none, gssapi, password, refused, other"),
        field<&Transaction::user>("socks.user", "socks.user", "User name, RFC 1929 section 2; user id of version 4"),
        secret(field<&Transaction::password>("socks.password", "socks.password", "Password, RFC 1929 section 2")),
        field<&operation>("socks.operation", "socks.operation", "Command: connect, bind, udp-associate, resolve, resolve-ptr"),
        field<&host>("socks.host", "socks.host", "Target of the request: a domain name or an address"),
        field<&port>("socks.port", "socks.port", "Port of the target", FieldKind::number),
        field<&reply>("socks.reply", "socks.reply",
                      "The server's answer to the request as a number: 0 (version 5) or 90 (version 4) grants it", FieldKind::number),
        field<&status>("socks.status", "socks.status", "What became of it: granted, failed, login-refused"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_request", "Bytes from the client that are no greeting, login or request"},
        Anomaly{2, "malformed_reply", "Bytes from the server that are no answer to the client's"},
    };
};

}  // namespace weir::socks
