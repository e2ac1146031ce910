// SPDX-License-Identifier: Apache-2.0
// GIOP over TCP (IIOP), versions 1.0 to 1.2: what CORBA management interfaces (TMF 814, 3GPP IRP) are called with.
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/kept_text.hpp"
#include "parsers/base/outstanding.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/giop/giop_message.hpp"

namespace weir::giop {

inline constexpr std::size_t max_seen = 8192;      ///< octets of a message that are looked at
inline constexpr std::size_t max_outstanding = 8;  ///< requests that wait for their reply
inline constexpr std::size_t max_kept_references = 2;

struct Transaction {
    std::string_view type{}, version{};
    Bytes operation{}, object_key{};
    std::optional<std::uint32_t> request_id{};
    bool oneway = false;
    std::string_view status{};
    Bytes exception{};
    References references{}, reply_references{};
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    struct KeptReference {
        KeptText<64> host;
        std::uint16_t port = 0;
    };
    struct Request {
        Direction direction = Direction::to_server;
        Type type = Type::request;
        std::uint8_t minor = 0;
        bool oneway = false;
        std::uint32_t id = 0;
        KeptText<48> operation;
        KeptText<64> object_key;
        InlineVector<KeptReference, max_kept_references> references;
    };
    void report(Direction direction, const Header& header, const Message& message, Emit<Transaction> emit) noexcept;
    static void describe(const Request& request, Transaction& transaction) noexcept;

    Outstanding<Request, max_outstanding> outstanding_;
};

namespace fields {
template <auto List>
Value host(const Transaction& transaction, std::size_t index) noexcept {
    const References& list = transaction.*List;
    return index < list.size() ? Value::of(list[index].host) : Value{};
}
template <auto List>
Value port(const Transaction& transaction, std::size_t index) noexcept {
    const References& list = transaction.*List;
    return index < list.size() ? Value::of(list[index].port) : Value{};
}
}  // namespace fields

struct Parser {
    using Transaction = giop::Transaction;
    using State = giop::State;
    static constexpr std::string_view name = "giop";
    static constexpr std::string_view doc = "CORBA's GIOP over TCP (IIOP), versions 1.0 to 1.2";
    static constexpr std::array hints{Hint::tcp(683), Hint::tcp(900), Hint::tcp(1050), Hint::tcp(2809)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::version>("giop.version", "giop.version", "Version: 1.0 to 1.3"),
        field<&Transaction::type>(
            "giop.type", "giop.type",
            "Message: request, locate-request (each with its reply), cancel-request, close-connection, message-error"),
        field<&Transaction::operation>("giop.operation", "giop.operation",
                                       "Operation that a request invokes; `locate` for a locate request"),
        field<&Transaction::object_key>("giop.object_key", "giop.object_key",
                                        "Object that it is invoked on, the first 64 octets of its key"),
        field<form_of<&Transaction::request_id>>("", "giop.request_id", "Request identifier", FieldKind::number),
        field<if_set<&Transaction::oneway>>("giop.oneway", "giop.oneway", "No reply is expected", FieldKind::number),
        field<&Transaction::status>(
            "giop.reply_status", "giop.reply.status",
            "no-exception, user-exception, system-exception, location-forward, ...; of a locate request object-here, ..."),
        field<&Transaction::exception>("giop.exception", "giop.reply.exception", "Repository identifier of the exception"),
        field<&fields::host<&Transaction::references>>("giop.ior.host", "giop.ior[].host",
                                                       "Hosts in object references that a request hands over, the first two"),
        field<&fields::port<&Transaction::references>>("giop.ior.port", "giop.ior[].port", "Ports beside them", FieldKind::number),
        field<&fields::host<&Transaction::reply_references>>("giop.reply_ior.host", "giop.reply.ior[].host",
                                                             "Hosts in object references that a reply hands over, the first four"),
        field<&fields::port<&Transaction::reply_references>>("giop.reply_ior.port", "giop.reply.ior[].port", "Ports beside them",
                                                             FieldKind::number),
    };
    enum AnomalyId : unsigned { invalid_header = 1, malformed_data };
    static constexpr std::array anomalies{
        Anomaly{invalid_header, "invalid_header", "No GIOP header where a message must begin"},
        Anomaly{malformed_data, "malformed_data", "A message whose header members do not fit into it"},
    };
};

}  // namespace weir::giop
