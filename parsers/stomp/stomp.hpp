// SPDX-License-Identifier: Apache-2.0
// STOMP 1.0 to 1.2: frames of a text protocol for messages.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::stomp {

inline constexpr std::size_t max_head = 8192;  ///< command and header lines
inline constexpr std::size_t max_body = 4096;  ///< octets of a frame's body that rules see

/// One frame.
struct Transaction {
    Bytes command{};
    Bytes host{}, login{}, passcode{}, version{}, destination{}, content_type{}, message{}, reply_to{}, server{};
    Bytes body{};
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

private:
    Fed frame(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

    struct Side {
        bool in_body = false;        ///< a body without a length goes on behind what was shown
        std::uint32_t searched = 0;  ///< octets known not to hold the head's end
    };
    std::array<Side, 2> sides_{};
};

Value operation(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = stomp::Transaction;
    using State = stomp::State;
    static constexpr std::string_view name = "stomp";
    static constexpr std::string_view doc = "STOMP, versions 1.0 to 1.2";
    static constexpr std::array hints{Hint::tcp(61613)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::command>("stomp.command", "stomp.command", "Command of the frame"),
        field<&operation>("stomp.operation", "", "Command for contracts: connect, send, subscribe, message, ..."),
        field<&Transaction::host>("stomp.host", "stomp.host", "Virtual host that the client asks for"),
        field<&Transaction::version>("stomp.version", "stomp.version", "Versions that the client accepts, or the one agreed on"),
        field<&Transaction::login>("stomp.login", "stomp.login", "User that logs in"),
        secret(field<&Transaction::passcode>("stomp.passcode", "stomp.passcode", "Password of the login")),
        field<&Transaction::destination>("stomp.destination", "stomp.destination", "Where a message goes or comes from"),
        field<&Transaction::content_type>("stomp.content_type", "stomp.content_type", "Type of the body"),
        field<&Transaction::reply_to>("stomp.reply_to", "stomp.reply_to", "Where answers are to go (reply-to, reply-to-dest)"),
        field<&Transaction::server>("stomp.server", "stomp.server", "How the server names itself"),
        field<&Transaction::message>("stomp.message", "stomp.message", "Short text of an ERROR"),
        field<&Transaction::body>("stomp.body", "", "Start of the body"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_frame", "A frame whose command is unknown, or whose header lines are none"},
        Anomaly{2, "head_too_long", "Command and header lines that are longer than the parser reads"},
    };
};

}  // namespace weir::stomp
