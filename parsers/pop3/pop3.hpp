// SPDX-License-Identifier: Apache-2.0
// POP3, RFC 1939: commands with their answers.
#pragma once

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/kept_text.hpp"
#include "parsers/base/line_reader.hpp"

namespace weir::pop3 {

inline constexpr std::size_t max_waiting = 4;  ///< pipelined commands whose answer is awaited

/// A command with its answer; the greeting has no command.
struct Transaction {
    Bytes command{}, argument{};
    Bytes user{}, password{};
    Bytes header{};  ///< the answer's first line behind its status
    bool answered = false, success = false;
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    struct Command {
        KeptText<16> word;
        KeptText<64> argument;
        [[nodiscard]] bool is(std::string_view name) const noexcept { return equal_nocase(word.get(), name); }
        [[nodiscard]] bool many_lines() const noexcept;
    };
    Fed client(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed server(Bytes bytes, Emit<Transaction> emit) noexcept;
    void command(Bytes line, Emit<Transaction> emit) noexcept;
    void credentials(Bytes line, Emit<Transaction> emit) noexcept;
    void answered(Emit<Transaction> emit) noexcept;
    void report(Report what, Direction direction, Emit<Transaction> emit, const Command* command) noexcept;

    LineReader lines_;
    DotText text_;
    bool in_text_ = false;                        ///< the rest of an answer of many lines
    bool in_auth_ = false;                        ///< the client's lines belong to a login
    bool plain_ = false;                          ///< ... of SASL PLAIN
    bool success_ = false;                        ///< the latest answer
    InlineVector<Command, max_waiting> waiting_;  ///< for an answer, the oldest first
    KeptText<128> user_;
    KeptText<128> password_;
    KeptText<160> header_;
};

Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value argument(const Transaction& transaction, std::size_t index) noexcept;
Value success(const Transaction& transaction, std::size_t index) noexcept;
Value status(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = pop3::Transaction;
    using State = pop3::State;
    static constexpr std::string_view name = "pop3";
    static constexpr std::string_view doc = "Post Office Protocol, version 3, RFC 1939";
    static constexpr std::array hints{Hint::tcp(110)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::command>("pop3.command", "pop3.request.command", "Command word, RFC 1939 section 3"),
        field<&argument>("pop3.argument", "pop3.request.args[]", "What follows the command word; nothing of PASS, APOP and AUTH"),
        field<&operation>("pop3.operation", "", "Command word for contracts: user, retr, dele, ..."),
        field<&success>("", "pop3.response.success", "The answer is +OK", FieldKind::number),
        field<&status>("pop3.status", "pop3.response.status", "OK or ERR"),
        field<&Transaction::header>("pop3.response", "pop3.response.header", "First line of the answer, behind its status"),
        field<&Transaction::user>("pop3.user", "weir.pop3.user", "User that logs in"),
        secret(field<&Transaction::password>("pop3.password", "weir.pop3.password", "Password of the login")),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "line_too_long", "A line that is longer than the parser reads"},
        Anomaly{2, "unknown_command", "A line from the client that is no command of POP3"},
        Anomaly{3, "invalid_response", "A line from the server that begins with neither +OK nor -ERR"},
    };
};

}  // namespace weir::pop3
