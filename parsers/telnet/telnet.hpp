// SPDX-License-Identifier: Apache-2.0
// Telnet, RFC 854 and RFC 855: what the two ends negotiate, and the lines that pass, one transaction each.
#pragma once

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::telnet {

inline constexpr std::size_t max_line = 256;
inline constexpr std::size_t max_negotiations = 64;  ///< told at once; real clients need up to 40

/// One IAC WILL/WONT/DO/DONT option.
struct Negotiation {
    std::uint8_t verb, option;
    Direction direction;
};

struct Transaction {
    std::span<const Negotiation> negotiations{};  ///< reported once, when the first line is typed or the session ends
    Bytes line{};                                 ///< without its end, editing done
    Bytes prompt{};                               ///< what the server had shown on the line that the client then typed
    bool secret = false;                          ///< the prompt asked for a password
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    enum class Step : std::uint8_t { data, command, option, sub, sub_command };
    struct Side {
        Step step = Step::data;
        std::uint8_t verb = 0;
        bool after_cr = false;
        std::uint16_t length = 0;
        std::array<std::uint8_t, max_line> line;
    };
    void byte(Direction direction, std::uint8_t byte, Emit<Transaction> emit) noexcept;
    void text(Direction direction, std::uint8_t byte, Emit<Transaction> emit) noexcept;
    void end_of_line(Direction direction, Emit<Transaction> emit) noexcept;
    void report_negotiations(Emit<Transaction> emit, Direction direction) noexcept;

    std::array<Side, 2> sides_{};
    InlineVector<Negotiation, max_negotiations> negotiations_;
    std::array<std::uint8_t, max_line> prompt_;
    std::uint16_t prompt_length_ = 0;
    bool typing_ = false;  ///< the client has begun a line: what the server shows now is its echo
};

Value negotiation(const Transaction& transaction, std::size_t index) noexcept;
Value option(const Transaction& transaction, std::size_t index) noexcept;
Value sender(const Transaction& transaction, std::size_t index) noexcept;
Value password(const Transaction& transaction, std::size_t index) noexcept;
Value line_for_log(const Transaction& transaction, std::size_t index) noexcept;
Value redacted(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = telnet::Transaction;
    using State = telnet::State;
    static constexpr std::string_view name = "telnet";
    static constexpr std::string_view doc = "Telnet, RFC 854";
    static constexpr std::array hints{Hint::tcp(23), Hint::tcp(2323)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&sender>("", "telnet.negotiations[].sender", "Who sent it: client or server"),
        field<&negotiation>("", "telnet.negotiations[].command", "WILL, WONT, DO or DONT, RFC 854"),
        field<&option>("telnet.option", "telnet.negotiations[].option", "Option number, IANA telnet options", FieldKind::number),
        field<&Transaction::prompt>("telnet.prompt", "telnet.prompt", "What the server had shown when the line was typed"),
        field<&Transaction::line>("telnet.line", "", "A line, from either end, editing done"),
        field<&line_for_log>("", "telnet.line", "The line that the client typed"),
        secret(field<&password>("telnet.password", "telnet.password", "The line that the client typed where a password was asked for")),
        field<&redacted>("", "telnet.redacted", "The line was a password and is withheld", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "line_too_long", "A line that is longer than the parser keeps; its start is reported"},
    };
};

}  // namespace weir::telnet
