// SPDX-License-Identifier: Apache-2.0
// TL1, Telcordia GR-831 (messages) and GR-199 (commands): each command with its response, and what the equipment says of itself.
//
//   input       VERB[-MOD[-MOD]]:[TID]:[AID]:[CTAG]:[GENERAL]:[PAYLOAD];
//   response    SID DATE TIME / M  CTAG COMPLD|DENY|PRTL|DELAY|RTRV / text lines / ; (or > where more follows)
//   autonomous  SID DATE TIME / *C|**|*|A  ATAG VERB [MOD [MOD]] / text lines / ;
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/kept_text.hpp"
#include "parsers/base/outstanding.hpp"
#include "parsers/base/text_streams.hpp"

namespace weir::tl1 {

inline constexpr std::size_t max_command = 2048;    ///< octets of a command that are looked at
inline constexpr std::size_t max_line = 1024;       ///< octets of a line of a response that are looked at
inline constexpr std::size_t max_outstanding = 4;   ///< commands that wait for their response
inline constexpr std::size_t max_parameters = 256;  ///< octets of a command's payload that are shown
inline constexpr std::size_t max_text = 384;        ///< octets of a response's text that are shown

struct Transaction {
    Bytes operation{};                                    ///< the verb, in lower case
    Bytes command{}, tid{}, aid{}, ctag{}, parameters{};  ///< parameters: null where they hold a secret
    Bytes user{}, password{};
    bool withheld = false;  ///< the command has parameters, and they hold a secret
    Bytes sid{}, completion{}, error{};
    Bytes event{}, atag{};  ///< of an autonomous message
    std::string_view alarm{};
    Bytes text{};
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    struct Command {
        KeptText<32> code;
        KeptText<40> tid;
        KeptText<64> aid;
        KeptText<16> ctag;
        KeptText<max_parameters> parameters;
        bool about_user = false, secret = false;
    };
    /// What a response has shown so far.
    struct Response {
        bool headed = false;      ///< its first line was seen
        bool identified = false;  ///< its second line was seen
        std::string_view alarm{};
        KeptText<40> sid;
        KeptText<16> tag;
        KeptText<32> code;  ///< completion code, or the words of an autonomous message
        KeptText<4> error;
        std::uint16_t text_size = 0;
        std::array<std::uint8_t, max_text> text;
    };
    void command(Bytes text, Emit<Transaction> emit) noexcept;
    bool response_mark(std::uint8_t byte, Emit<Transaction> emit) noexcept;
    void response_line(Bytes line) noexcept;
    void identify(Bytes line) noexcept;
    void add_text(Bytes line) noexcept;
    void end_of_response(Emit<Transaction> emit) noexcept;
    static void describe(const Command& command, Transaction& transaction, Scratch& scratch) noexcept;

    Outstanding<Command, max_outstanding> outstanding_;
    Response response_;
    CommandStream<max_command> commands_;
    LineStream<max_line> lines_;
};

Value text_for_log(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = tl1::Transaction;
    using State = tl1::State;
    static constexpr std::string_view name = "tl1";
    static constexpr std::string_view doc = "TL1, the man-machine language of transport equipment, Telcordia GR-831";
    static constexpr std::array hints{Hint::tcp(2361), Hint::tcp(3081), Hint::tcp(3082), Hint::tcp(3083), Hint::tcp(3116)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::operation>("tl1.operation", "tl1.operation",
                                       "Verb of the command or of the autonomous message, in lower case: act, rtrv, ed, rept, ..."),
        field<&Transaction::command>("tl1.command", "tl1.command", "Command code: verb and modifiers as sent, GR-831"),
        field<&Transaction::tid>("tl1.tid", "tl1.tid", "Target identifier: the equipment that the command is for"),
        field<&Transaction::aid>("tl1.aid", "tl1.aid", "Access identifier: the part of it, or the user"),
        field<&Transaction::ctag>("tl1.ctag", "tl1.ctag", "Correlation tag of command and response"),
        field<&Transaction::parameters>("tl1.parameters", "tl1.parameters",
                                        "Payload of the command, its first 256 octets; absent where it holds a secret"),
        field<&Transaction::user>("tl1.user", "tl1.user", "User that a command such as ACT-USER names"),
        secret(field<&Transaction::password>("tl1.password", "tl1.password",
                                             "Payload of a command that holds a secret: of ACT-USER, the password")),
        field<if_set<&Transaction::withheld>>("", "tl1.redacted", "The payload holds a secret and is withheld", FieldKind::number),
        field<&Transaction::sid>("tl1.sid", "tl1.sid", "Source identifier: the name by which the equipment answers"),
        field<&Transaction::completion>("tl1.completion", "tl1.completion", "Completion code: COMPLD, DENY, PRTL, DELAY, RTRV"),
        field<&Transaction::error>("tl1.error", "tl1.error", "Error code of a command that was denied, GR-831"),
        field<&Transaction::event>("tl1.event", "tl1.event", "Verb and modifiers of an autonomous message: REPT ALM T3"),
        field<&Transaction::atag>("", "tl1.atag", "Tag of an autonomous message"),
        field<&Transaction::alarm>("tl1.alarm", "tl1.alarm", "Alarm code of an autonomous message: critical, major, minor, none"),
        field<&text_for_log>("", "tl1.text", "Text of the response or autonomous message, its first 384 octets"),
        secret(field<&Transaction::text>("tl1.text", "tl1.text", "The same, where it names a password, a community or another secret")),
    };
    enum AnomalyId : unsigned { invalid_command = 1, command_too_long };
    static constexpr std::array anomalies{
        Anomaly{invalid_command, "invalid_command", "What a client sent is no command: no code with a colon behind it"},
        Anomaly{command_too_long, "command_too_long", "A command that does not end within 2048 octets"},
    };
};

}  // namespace weir::tl1
