// SPDX-License-Identifier: Apache-2.0
// NETCONF in clear text (RFC 6241): both framings of RFC 6242, hellos, operations with their replies, notifications (RFC 5277).
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/outstanding.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/base/xml_scan.hpp"

namespace weir::netconf {

inline constexpr std::size_t max_capabilities = 24;       ///< shown of one hello
inline constexpr std::size_t max_capability_text = 1024;  ///< octets of them
inline constexpr std::size_t max_outstanding = 4;         ///< operations that wait for their reply

struct Transaction {
    std::string_view type{}, framing{};
    Bytes operation{}, xmlns{}, message_id{}, datastore{}, source{}, url{}, stream{};
    Bytes session_id{};
    std::string_view version{};
    std::optional<std::uint32_t> capability_count{};
    InlineVector<Bytes, max_capabilities> capabilities{};
    Bytes result{}, error_tag{}, error_type{}, error_severity{}, error_message{};
    Bytes event{}, event_time{};
};

/// What an rpc asks for.
struct Operation {
    KeptText<64> message_id;
    KeptText<48> name;
    KeptText<96> xmlns;
    KeptText<24> datastore, source;
    KeptText<96> url;
    KeptText<48> stream;
    KeptText<12> session_id;  ///< of the session that is to end
    bool chunked = false;
};

/// One message, element by element.
class Message {
public:
    enum class Type : std::uint8_t { none, hello, rpc, rpc_reply, notification, other };

    void open(std::uint32_t depth, const StartTag& tag) noexcept;
    void close(std::uint32_t depth, Bytes text) noexcept;
    void read(std::uint8_t byte) noexcept { scan_.read(byte, *this); }
    /// Nothing that is still to come is of interest.
    [[nodiscard]] bool enough() const noexcept { return enough_; }
    void reset() noexcept;

    Type type = Type::none;
    Operation operation;
    bool base_11 = false;
    std::uint32_t capability_count = 0;
    struct Piece {
        std::uint16_t begin, size;
    };
    InlineVector<Piece, max_capabilities> capabilities;
    std::array<std::uint8_t, max_capability_text> capability_text;
    KeptText<48> result;
    KeptText<32> error_tag;
    KeptText<16> error_type, error_severity;
    KeptText<128> error_message;
    KeptText<64> event;
    KeptText<40> event_time;

private:
    void add_capability(Bytes text) noexcept;
    void open_in_rpc(std::uint32_t depth, Bytes name, const StartTag& tag) noexcept;

    XmlScan scan_;
    KeptText<32> second_, third_;  ///< names of the open elements of depth 2 and 3
    std::uint16_t capability_used_ = 0;
    bool enough_ = false;
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    /// RFC 6242 section 4.2 (chunks) and 4.3 (the end mark).
    enum class Step : std::uint8_t { start, chunk_hash, chunk_size_first, chunk_size, chunk_data, chunk_end_lf, last_lf, marked };
    struct Side {
        Step step = Step::start;
        std::uint8_t marked = 0;  ///< bytes of the end mark that have just been read
        bool after_lf = false;
        std::uint32_t chunk_left = 0;
        Message message;
    };
    /// False: the framing is broken.
    bool framing(Side& side, Direction direction, std::uint8_t byte, Emit<Transaction> emit) noexcept;
    void end_of_message(Side& side, Direction direction, bool chunked, Emit<Transaction> emit) noexcept;
    void show_roles(const Message& message, Direction direction, Emit<Transaction> emit) noexcept;

    std::array<Side, 2> sides_;
    Outstanding<Operation, max_outstanding> outstanding_;
    bool roles_shown_ = false;
};

struct Parser {
    using Transaction = netconf::Transaction;
    using State = netconf::State;
    static constexpr std::string_view name = "netconf";
    static constexpr std::string_view doc = "NETCONF in clear text, RFC 6241 and RFC 6242";
    static constexpr std::array hints{Hint::tcp(830)};
    static constexpr bool late_roles = true;
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::type>("netconf.type", "netconf.type", "Message: hello, rpc (with its reply), notification"),
        field<&Transaction::framing>("", "netconf.framing", "Framing of the request: end-of-message or chunked, RFC 6242 section 4"),
        field<&Transaction::operation>(
            "netconf.operation", "netconf.operation",
            "Operation by its element: get, get-config, edit-config, ..., RFC 6241 section 7; or hello, notification"),
        field<&Transaction::xmlns>("netconf.namespace", "netconf.namespace", "Namespace that the operation's element declares"),
        field<&Transaction::message_id>("", "netconf.message_id", "Message identifier of an rpc, RFC 6241 section 4.1"),
        field<&Transaction::datastore>("netconf.datastore", "netconf.datastore",
                                       "Datastore that the operation is about (its target): running, candidate, startup, url"),
        field<&Transaction::source>("netconf.source", "netconf.source", "Datastore that the operation reads (its source)"),
        field<&Transaction::url>("netconf.url", "netconf.url",
                                 "URL that stands for a datastore, without user and password, RFC 6241 section 8.8"),
        field<&Transaction::stream>("netconf.stream", "netconf.stream", "Event stream that is subscribed to, RFC 5277 section 2.1.1"),
        field<&Transaction::session_id>("netconf.session_id", "netconf.session_id",
                                        "Session identifier: in a hello its own, in kill-session the other's"),
        field<&Transaction::version>("netconf.version", "netconf.version", "Highest base version that a hello offers: 1.0 or 1.1"),
        field<form_of<&Transaction::capability_count>>("netconf.capability_count", "netconf.capability_count", "Capabilities of a hello",
                                                        FieldKind::number),
        field<form_of<&Transaction::capabilities>>("netconf.capability", "netconf.capabilities[]",
                                                   "Capabilities of a hello, the first 24 that fit into 1024 octets, RFC 6241 section 8.1"),
        field<&Transaction::result>("netconf.result", "netconf.result", "What a reply holds: ok, data, rpc-error, ..."),
        field<&Transaction::error_tag>("netconf.error.tag", "netconf.error.tag", "Error tag, RFC 6241 section 4.3"),
        field<&Transaction::error_type>("", "netconf.error.type", "Layer of the error"),
        field<&Transaction::error_severity>("", "netconf.error.severity", "error or warning"),
        field<&Transaction::error_message>("netconf.error.message", "netconf.error.message", "Text of the error, its first 128 octets"),
        field<&Transaction::event>("netconf.event", "netconf.event",
                                   "What a notification is about, by its element, RFC 5277 section 2.2.1"),
        field<&Transaction::event_time>("", "netconf.event_time", "When it happened, as written"),
    };
    enum AnomalyId : unsigned { broken_framing = 1, unexpected_message };
    static constexpr std::array anomalies{
        Anomaly{broken_framing, "broken_framing", "Neither a chunk nor XML where a message begins, or a broken chunk, RFC 6242 section 4"},
        Anomaly{unexpected_message, "unexpected_message", "A message that is no hello, rpc, rpc-reply or notification"},
    };
};

}  // namespace weir::netconf
