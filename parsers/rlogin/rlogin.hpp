// SPDX-License-Identifier: Apache-2.0
// rlogin, RFC 1282: who logs in as whom.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::rlogin {

struct Transaction {
    Bytes client_user{}, server_user{};
    Bytes terminal{};  ///< `xterm/38400`
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
};

struct Parser {
    using Transaction = rlogin::Transaction;
    using State = rlogin::State;
    static constexpr std::string_view name = "rlogin";
    static constexpr std::string_view doc = "BSD remote login, RFC 1282";
    static constexpr std::array hints{Hint::tcp(513)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::client_user>("rlogin.client_user", "rlogin.client_user", "User on the client"),
        field<&Transaction::server_user>("rlogin.server_user", "rlogin.server_user", "User that is to be on the server"),
        field<&Transaction::terminal>("rlogin.terminal", "rlogin.terminal", "Terminal type and speed"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_start", "First bytes from the client that are none of rlogin"},
    };
};

}  // namespace weir::rlogin
