// SPDX-License-Identifier: Apache-2.0
// FTP control sessions, RFC 959 with RFC 2428 (EPSV, EPRT): each command with its replies, and the data sessions that
// PASV, EPSV, PORT and EPRT announce.
#pragma once

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::ftp {

inline constexpr std::size_t max_command = 16;
inline constexpr std::size_t max_argument = 256;
inline constexpr std::size_t max_replies = 16;
inline constexpr std::size_t max_reply_text = 768;

/// A command with the replies to it; the server's greeting has no command.
struct Transaction {
    Bytes command{}, argument{};
    std::span<const Bytes> replies{}, codes{};
    std::uint16_t dynamic_port = 0;
    std::string_view mode{};     ///< `active` or `passive`, for commands about data sessions
    bool reply_received = false;
};

/// A text of bounded length that outlives the bytes it came from.
template <std::size_t Size>
struct Text {
    std::array<std::uint8_t, Size> bytes;
    std::uint16_t length = 0;
    void assign(Bytes from) noexcept {
        length = static_cast<std::uint16_t>(from.size() < Size ? from.size() : Size);
        std::memcpy(bytes.data(), from.data(), length);
    }
    [[nodiscard]] Bytes view() const noexcept { return Bytes{bytes.data(), length}; }
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    struct Reply {
        std::array<std::uint8_t, 3> code;
        std::uint16_t begin, length;  ///< in reply_text_
    };
    void command_line(Bytes line, Emit<Transaction> emit) noexcept;
    void reply_line(Bytes line, Emit<Transaction> emit) noexcept;
    void add_reply(Bytes code, Bytes text) noexcept;
    void data_session(Bytes code, Bytes text, Emit<Transaction> emit) noexcept;
    void report(Emit<Transaction> emit, Report what, Direction direction) noexcept;
    void forget() noexcept;
    [[nodiscard]] bool has_command() const noexcept { return command_.length != 0; }

    Text<max_command> command_;
    Text<max_argument> argument_;
    std::array<std::uint8_t, max_reply_text> reply_text_;
    InlineVector<Reply, max_replies> replies_;
    std::uint16_t reply_used_ = 0;
    std::array<std::uint8_t, 3> multi_line_{};  ///< code of a multi-line reply that is still open; 0: none
    IpAddress active_address_{};          ///< what PORT or EPRT named; `::`: the client's own
    std::uint16_t dynamic_port_ = 0;
    bool active_ = false;                 ///< the latest data session is opened by the server
    bool answering_ = false;              ///< a preliminary reply to the current command was reported
    bool about_data_ = false;             ///< the current command negotiates or uses a data session
    bool encrypted_ = false;              ///< AUTH TLS was accepted: nothing readable follows
    std::array<std::uint32_t, 2> searched_{};  ///< by Direction: bytes of an unfinished line known to hold no LF
};

Value argument_for_log(const Transaction& transaction, std::size_t index) noexcept;
Value replies(const Transaction& transaction, std::size_t index) noexcept;
Value codes(const Transaction& transaction, std::size_t index) noexcept;
Value dynamic_port(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = ftp::Transaction;
    using State = ftp::State;
    static constexpr std::string_view name = "ftp";
    static constexpr std::string_view doc = "File Transfer Protocol, control session, RFC 959";
    static constexpr std::array hints{Hint::tcp(21), Hint::tcp(2121)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::command>("ftp.command", "ftp.command", "Command word, RFC 959 section 4.1"),
        field<&argument_for_log>("", "ftp.command_data", "What follows the command word"),
        secret(field<&Transaction::argument>("ftp.command_data", "ftp.command_data", "The same, where it is a password: PASS, ACCT, ADAT")),
        field<&replies>("ftp.reply", "ftp.reply[]", "Reply texts, RFC 959 section 4.2"),
        field<&codes>("ftp.completion_code", "ftp.completion_code[]", "Reply codes, RFC 959 section 4.2"),
        field<&dynamic_port>("ftp.dynamic_port", "ftp.dynamic_port", "Port of the data session that was agreed on", FieldKind::number),
        field<&Transaction::mode>("ftp.mode", "ftp.mode", "Who opens the data session: active (the server) or passive (the client)"),
        field<&Transaction::reply_received>("ftp.reply_received", "ftp.reply_received", "Whether a reply to the command was seen"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "request_command_too_long", "A command line that is longer than the parser keeps"},
        Anomaly{2, "response_command_too_long", "A reply line that is longer than the parser keeps"},
        Anomaly{3, "invalid_reply", "A line from the server that does not begin with a reply code"},
    };
};

}  // namespace weir::ftp
