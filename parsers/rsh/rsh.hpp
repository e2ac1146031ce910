// SPDX-License-Identifier: Apache-2.0
// rsh (BSD's shell service): who runs which command as whom.
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/parser.hpp"

namespace weir::rsh {

struct Transaction {
    std::uint16_t error_port = 0;  ///< where the client awaits the error output; 0: none
    Bytes client_user{}, server_user{}, command{};
    int status = -1;  ///< the server's first octet: 0 accepted; -1: not seen
    Bytes error{};
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    void report(Report what, Direction direction, Emit<Transaction> emit) noexcept;

    bool port_seen_ = false, asked_ = false, logged_ = false;
    std::int16_t status_ = -1;
    std::uint16_t error_port_ = 0;
    KeptText<32> client_user_, server_user_;
    KeptText<255> command_;
    KeptText<160> error_;
};

Value error_port(const Transaction& transaction, std::size_t index) noexcept;
Value accepted(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = rsh::Transaction;
    using State = rsh::State;
    static constexpr std::string_view name = "rsh";
    static constexpr std::string_view doc = "BSD remote shell";
    static constexpr std::array hints{Hint::tcp(514)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::client_user>("rsh.client_user", "rsh.client_user", "User on the client"),
        field<&Transaction::server_user>("rsh.server_user", "rsh.server_user", "User that is to run the command"),
        field<&Transaction::command>("rsh.command", "rsh.command", "The command, or its first 255 octets"),
        field<&error_port>("rsh.stderr_port", "rsh.stderr_port", "Port on which the client awaits the error output", FieldKind::number),
        field<&accepted>("", "rsh.accepted", "The server runs it", FieldKind::number),
        field<&Transaction::error>("rsh.error", "rsh.error", "Why the server does not"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_start", "First bytes from the client that are none of rsh"},
    };
};

}  // namespace weir::rsh
