// SPDX-License-Identifier: Apache-2.0
// IPFIX (RFC 7011, over UDP and TCP) and its ancestors NetFlow 9 (RFC 3954) and NetFlow 5: who exports what to whom. The flow
// records are passed over.
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/ipfix/ipfix_message.hpp"

namespace weir::ipfix {

inline constexpr std::size_t max_known = 64;    ///< sources and templates of one session that are known to have been written
inline constexpr std::size_t max_read = 32768;  ///< octets of a message over TCP that are waited for and read

struct Transaction {
    const Message* message = nullptr;  ///< never null
    std::uint64_t messages = 0;        ///< of the session, up to and with this one
};

class State {
public:
    void begin(Transport transport) noexcept { transport_ = transport; }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    Fed element(Direction direction, Bytes rest, Emit<Transaction> emit) noexcept;
    /// Whether this is new; remembers it.
    [[nodiscard]] bool is_new(std::uint64_t key) noexcept;
    void report(Direction direction, const Message& message, Emit<Transaction> emit) noexcept;

    Transport transport_ = Transport::udp;
    std::array<bool, 2> lost_{};  ///< by Direction: bytes are missing, so that what follows need not begin with a message
    bool unwritten_ = false;      ///< the latest message has made no event
    std::uint64_t messages_ = 0;
    Message latest_{};
    InlineVector<std::uint64_t, max_known> known_{};  ///< keys of sources and templates
};

namespace fields {
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value template_id(const Transaction& transaction, std::size_t index) noexcept;
Value template_fields(const Transaction& transaction, std::size_t index) noexcept;
Value template_options(const Transaction& transaction, std::size_t index) noexcept;
}  // namespace fields

struct Parser {
    using Transaction = ipfix::Transaction;
    using State = ipfix::State;
    static constexpr std::string_view name = "ipfix";
    static constexpr std::string_view doc = "IPFIX, RFC 7011; NetFlow 9, RFC 3954; NetFlow 5";
    static constexpr std::array hints{Hint::udp(4739), Hint::udp(2055), Hint::udp(9995), Hint::udp(9996), Hint::tcp(4739)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<inside<&Transaction::message, &Message::version>>("ipfix.version", "ipfix.version",
                                                                "5 or 9 (NetFlow) or 10 (IPFIX), RFC 7011 section 3.1", FieldKind::number),
        field<&fields::operation>("ipfix.operation", "ipfix.operation", "What the message brings: template, or only data"),
        field<inside<&Transaction::message, &Message::source>>(
            "ipfix.source_id", "ipfix.source_id", "Observation domain, RFC 7011 section 3.1; NetFlow 5: engine type and engine",
            FieldKind::number),
        field<inside<&Transaction::message, &Message::sequence>>("ipfix.sequence", "ipfix.sequence",
                                                                 "Sequence number, RFC 7011 section 3.1", FieldKind::number),
        field<inside<&Transaction::message, &Message::export_time>>("ipfix.export_time", "ipfix.export_time",
                                                                    "When it was exported, seconds since 1970", FieldKind::number),
        field<inside<&Transaction::message, &Message::uptime>>("", "ipfix.uptime", "NetFlow: milliseconds since the exporter started",
                                                               FieldKind::number),
        field<inside<&Transaction::message, &Message::count>>("ipfix.count", "ipfix.count",
                                                              "NetFlow: records in the message, templates among them", FieldKind::number),
        field<inside<&Transaction::message, &Message::sampling>>("ipfix.sampling", "ipfix.sampling",
                                                                 "NetFlow 5: one of so many packets is sampled", FieldKind::number),
        field<inside<&Transaction::message, &Message::data_sets>>("ipfix.data_sets", "ipfix.data_sets",
                                                                  "Sets of flow records in the message", FieldKind::number),
        field<&fields::template_id>("ipfix.template", "ipfix.templates[].id", "Templates in the message, RFC 7011 section 3.4.1",
                                    FieldKind::number),
        field<&fields::template_fields>("", "ipfix.templates[].fields", "Fields of a template; 0: it is withdrawn", FieldKind::number),
        field<&fields::template_options>("", "ipfix.templates[].options", "A template of options, RFC 7011 section 3.4.2",
                                         FieldKind::number),
        field<inside<&Transaction::message, &Message::enterprises>>("ipfix.enterprise", "ipfix.enterprises[]",
                                                                    "Enterprises whose own fields the templates hold, RFC 7011 section 3.2",
                                                                    FieldKind::number),
        field<&Transaction::messages>("ipfix.messages", "ipfix.messages", "Messages of the session so far"),
    };
    enum AnomalyId : unsigned { malformed_data = 1, message_too_long };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "A version, a length, a set or a template that cannot be"},
        Anomaly{message_too_long, "message_too_long", "A message over TCP that is longer than what is read"},
    };
};

}  // namespace weir::ipfix
