// SPDX-License-Identifier: Apache-2.0
// Syslog, RFC 5424 and what RFC 3164 describes, over UDP (RFC 5426) and TCP (RFC 6587).
#pragma once

#include "parsers/base/parser.hpp"
#include "parsers/syslog/syslog_message.hpp"

namespace weir::syslog {

inline constexpr std::size_t max_message = 8192;  ///< octets of one message that are looked at over TCP
inline constexpr std::size_t max_logged = 1024;   ///< octets of the text that are shown; rules see all of it

struct Transaction {
    Message message{};
};

class State {
public:
    void begin(Transport transport) noexcept { transport_ = transport; }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    /// A last message without its line end, or with less than was counted.
    void end(Direction direction, Bytes unconsumed, Emit<Transaction> emit) noexcept;

private:
    Fed feed_stream(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    /// One message of `length` octets behind a count of `head` octets.
    Fed counted(Direction direction, std::size_t head, std::size_t length, Bytes rest, Emit<Transaction> emit) noexcept;
    /// One message that a line end closes.
    Fed line(Direction direction, Bytes rest, Emit<Transaction> emit) noexcept;
    void report(Direction direction, Bytes message, Emit<Transaction> emit) noexcept;

    Transport transport_ = Transport::udp;
    bool counted_ = false;      ///< the stream counts octets: after a gap there is no way back into step
    bool to_line_end_ = false;  ///< what comes before the next line end belongs to a message that was cut or lost
};

namespace fields {
Value facility(const Transaction& transaction, std::size_t index) noexcept;
Value severity(const Transaction& transaction, std::size_t index) noexcept;
Value facility_text(const Transaction& transaction, std::size_t index) noexcept;
Value severity_text(const Transaction& transaction, std::size_t index) noexcept;
Value version(const Transaction& transaction, std::size_t index) noexcept;
Value logged(const Transaction& transaction, std::size_t index) noexcept;
template <Bytes Message::*Member>
Value text(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? detail::value_of(transaction.message.*Member) : Value{};
}
}  // namespace fields

struct Parser {
    using Transaction = syslog::Transaction;
    using State = syslog::State;
    static constexpr std::string_view name = "syslog";
    static constexpr std::string_view doc = "Syslog, RFC 5424, RFC 3164 and Cisco's layout, over UDP and TCP";
    static constexpr std::array hints{Hint::udp(514), Hint::tcp(514), Hint::tcp(601)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&fields::facility>("syslog.facility", "", "Facility, 0 to 23, RFC 5424 section 6.2.1", FieldKind::number),
        field<&fields::severity>("syslog.severity", "", "Severity, 0 (emergency) to 7 (debug), RFC 5424 section 6.2.1", FieldKind::number),
        field<&fields::facility_text>("", "syslog.facility", "Facility by name"),
        field<&fields::severity_text>("", "syslog.severity", "Severity by name"),
        field<&fields::version>("", "syslog.version", "Version of RFC 5424", FieldKind::number),
        field<&fields::text<&Message::timestamp>>("", "syslog.timestamp", "Time stamp as written"),
        field<&fields::text<&Message::hostname>>("syslog.hostname", "syslog.hostname", "Who says that it wrote the message"),
        field<&fields::text<&Message::app_name>>("syslog.app_name", "syslog.app_name", "Program: the application name or the tag"),
        field<&fields::text<&Message::procid>>("", "syslog.procid", "Process identifier"),
        field<&fields::text<&Message::msgid>>("syslog.msgid", "syslog.msgid", "Kind of message; Cisco's mnemonic"),
        field<&fields::text<&Message::structured_data>>("syslog.structured_data", "syslog.structured_data",
                                                        "Structured data as written, RFC 5424 section 6.3"),
        field<&fields::text<&Message::text>>("syslog.message", "", "The text"),
        field<&fields::logged>("", "syslog.message", "The first 1024 octets of the text"),
    };
    enum AnomalyId : unsigned { missing_priority = 1, message_too_long, bad_octet_count };
    static constexpr std::array anomalies{
        Anomaly{missing_priority, "missing_priority", "No priority from 0 to 191 in angle brackets at the start"},
        Anomaly{message_too_long, "message_too_long", "More than 8192 octets in one message over TCP: the rest is not looked at"},
        Anomaly{bad_octet_count, "bad_octet_count", "A count of octets over TCP that is none, RFC 6587 section 3.4.1"},
    };
};

}  // namespace weir::syslog
