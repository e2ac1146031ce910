// SPDX-License-Identifier: Apache-2.0
// SMTP, RFC 5321: commands with their replies, and mails: who says hello, from whom, to whom.
#pragma once

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/kept_text.hpp"
#include "parsers/base/line_reader.hpp"

namespace weir::smtp {

inline constexpr std::size_t max_recipients = 16;        ///< shown of a mail
inline constexpr std::size_t max_recipient_text = 640;  ///< of all of them together
inline constexpr std::size_t max_waiting = 16;           ///< pipelined commands whose reply is awaited

/// What a mail or, before one, the session has shown, with the command or reply that is reported.
struct Transaction {
    Bytes helo{}, mail_from{};
    std::span<const Bytes> recipients{};
    std::string_view command{};  ///< in lower case; empty: none, or one that is unknown
    Bytes argument{};            ///< what follows the command
    std::uint16_t code = 0;      ///< of the reply; 0: none yet
    Bytes reply{};               ///< the reply's last line behind its code
    std::string_view mechanism{};
    Bytes user{}, password{};
    bool starttls = false;
    std::uint64_t size = 0;  ///< octets of the mail's text
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

    enum class Verb : std::uint8_t {
        other,
        helo,
        ehlo,
        lhlo,
        mail,
        rcpt,
        data,
        bdat,
        rset,
        starttls,
        auth,
        quit,
        noop,
        vrfy,
        expn,
        help,
        text
    };

private:
    enum class Auth : std::uint8_t { none, plain, login_user, login_password, other };

    Fed client(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed server(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed command(Bytes line, std::size_t size, Emit<Transaction> emit) noexcept;
    void credentials(Bytes line, Emit<Transaction> emit) noexcept;
    void begin_auth(Bytes argument, Emit<Transaction> emit) noexcept;
    void answered(Verb verb, std::uint16_t code, Emit<Transaction> emit) noexcept;
    [[nodiscard]] bool add_recipient(Bytes path) noexcept;
    void report(Report what, Direction direction, Emit<Transaction> emit) noexcept;
    void forget_mail() noexcept;

    struct Recipient {
        std::uint16_t begin, length;
    };

    LineReader lines_;
    DotText text_;
    InlineVector<Verb, max_waiting> waiting_;  ///< the oldest first
    InlineVector<Recipient, max_recipients> recipients_;
    std::uint16_t recipient_used_ = 0;
    std::uint16_t code_ = 0;
    Verb verb_ = Verb::other;  ///< of the command or reply that is reported
    Auth auth_ = Auth::none;   ///< what the client's next line is
    std::uint8_t mechanism_ = 0;
    bool in_text_ = false;  ///< the client sends a mail's text
    bool starttls_ = false;
    bool crowded_ = false;  ///< more recipients came than are kept
    bool upgraded_ = false;
    bool unlogged_ = false;  ///< there is something to tell that no event has told
    bool logged_ = false;
    std::uint64_t size_ = 0;
    KeptText<255> helo_;
    KeptText<255> mail_from_;
    KeptText<160> argument_;
    KeptText<128> reply_;
    KeptText<64> user_;
    KeptText<64> password_;
    std::array<std::uint8_t, max_recipient_text> recipient_text_;
};

Value command(const Transaction& transaction, std::size_t index) noexcept;
Value recipients(const Transaction& transaction, std::size_t index) noexcept;
Value code(const Transaction& transaction, std::size_t index) noexcept;
Value mechanism(const Transaction& transaction, std::size_t index) noexcept;
Value starttls(const Transaction& transaction, std::size_t index) noexcept;
Value size(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = smtp::Transaction;
    using State = smtp::State;
    static constexpr std::string_view name = "smtp";
    static constexpr std::string_view doc = "Simple Mail Transfer Protocol, RFC 5321";
    static constexpr std::array hints{Hint::tcp(25), Hint::tcp(587), Hint::tcp(2525), Hint::tcp(24)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::helo>("smtp.helo", "smtp.helo", "How the client names itself, RFC 5321 section 4.1.1.1"),
        field<&Transaction::mail_from>("smtp.mail_from", "smtp.mail_from", "Sender of the mail's envelope, in angle brackets"),
        field<&recipients>("smtp.rcpt_to", "smtp.rcpt_to[]", "Recipients of the mail's envelope, in angle brackets"),
        field<&command>("smtp.operation", "", "The command, in lower case: helo, ehlo, mail, rcpt, data, starttls, auth, ..."),
        field<&Transaction::argument>("smtp.argument", "", "What follows the command word; nothing of AUTH"),
        field<&code>("smtp.reply_code", "weir.smtp.reply_code", "Code of the reply, RFC 5321 section 4.2", FieldKind::number),
        field<&Transaction::reply>("smtp.reply", "weir.smtp.reply", "The last line of the reply, behind its code"),
        field<&mechanism>("smtp.auth", "weir.smtp.auth", "Login mechanism: plain, login, other; RFC 4954"),
        field<&Transaction::user>("smtp.user", "weir.smtp.user", "User that logs in"),
        secret(field<&Transaction::password>("smtp.password", "weir.smtp.password", "Password of the login")),
        field<&starttls>("smtp.starttls", "weir.smtp.starttls", "STARTTLS was accepted, RFC 3207", FieldKind::number),
        field<&size>("smtp.size", "weir.smtp.size", "Octets of the mail's text", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "command_line_too_long", "A command line that is longer than the parser reads"},
        Anomaly{2, "reply_line_too_long", "A reply line that is longer than the parser reads"},
        Anomaly{3, "invalid_reply", "A line from the server that does not begin with a reply code"},
        Anomaly{4, "too_many_recipients", "More recipients than are shown"},
        Anomaly{5, "tls_rejected", "The server refuses STARTTLS"},
    };
};

}  // namespace weir::smtp
