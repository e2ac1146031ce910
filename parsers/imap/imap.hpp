// SPDX-License-Identifier: Apache-2.0
// IMAP, RFC 3501 and RFC 9051: commands with their tagged answers.
#pragma once

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/kept_text.hpp"
#include "parsers/base/line_reader.hpp"

namespace weir::imap {

inline constexpr std::size_t max_waiting = 4;    ///< commands whose answer is awaited
inline constexpr std::size_t max_literal = 255;  ///< octets of a user or password that comes as a literal

/// A command with its answer; the greeting has neither tag nor command.
struct Transaction {
    Bytes tag{}, command{}, mailbox{};
    Bytes user{}, password{};
    Bytes status{};    ///< OK, NO, BAD, PREAUTH, BYE
    Bytes response{};  ///< what follows the status
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    struct Command {
        KeptText<16> tag, word;
        KeptText<64> mailbox;
        [[nodiscard]] bool is(std::string_view name) const noexcept { return equal_nocase(word.get(), name); }
    };
    enum class Login : std::uint8_t { none, user, password };  ///< which argument of LOGIN is awaited

    Fed client(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed server(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed command(Bytes line, std::size_t size, Emit<Transaction> emit) noexcept;
    Fed go_on(Bytes line, std::size_t size, Emit<Transaction> emit) noexcept;
    Fed login(Bytes rest, std::size_t size, Emit<Transaction> emit) noexcept;
    void answered(std::size_t index, Emit<Transaction> emit) noexcept;
    void report(Report what, Direction direction, Emit<Transaction> emit, const Command* command) noexcept;

    LineReader lines_;
    InlineVector<Command, max_waiting> waiting_;
    Login login_ = Login::none;
    std::uint16_t literal_ = 0;    ///< octets of the argument of LOGIN that comes as a literal
    bool in_literal_ = false;      ///< ... is what comes next
    bool continued_ = false;       ///< the client's next line goes on with the command, behind a literal
    bool continued_down_ = false;  ///< the server's goes on with its answer
    bool authenticating_ = false;  ///< the client's lines belong to AUTHENTICATE
    bool plain_ = false;
    KeptText<16> status_;
    KeptText<160> response_;
    KeptText<128> user_;
    KeptText<128> password_;
};

Value operation(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = imap::Transaction;
    using State = imap::State;
    static constexpr std::string_view name = "imap";
    static constexpr std::string_view doc = "Internet Message Access Protocol, RFC 3501 and RFC 9051";
    static constexpr std::array hints{Hint::tcp(143)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::tag>("imap.tag", "imap.tag", "Tag of the command, RFC 9051 section 2.2.1"),
        field<&Transaction::command>("imap.command", "imap.command", "Command word, RFC 9051 section 6"),
        field<&operation>("imap.operation", "", "Command word for contracts: login, select, fetch, append, ..."),
        field<&Transaction::mailbox>("imap.mailbox", "imap.mailbox", "Mailbox that is selected, examined or appended to"),
        field<&Transaction::status>("imap.status", "imap.status",
                                    "How the command was answered: OK, NO, BAD; the greeting: OK, PREAUTH, BYE"),
        field<&Transaction::response>("imap.response", "imap.response", "Text of the answer"),
        field<&Transaction::user>("imap.user", "imap.user", "User that logs in"),
        secret(field<&Transaction::password>("imap.password", "imap.password", "Password of the login")),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "line_too_long", "A line that is longer than the parser reads"},
        Anomaly{2, "invalid_command", "A line from the client without tag and command"},
        Anomaly{3, "invalid_response", "A line from the server that begins with neither a mark nor a known tag"},
    };
};

}  // namespace weir::imap
