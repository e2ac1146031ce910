// SPDX-License-Identifier: Apache-2.0
#include "parsers/usp/usp.hpp"

#include "parsers/base/protobuf.hpp"

namespace weir::usp {
namespace {

/// Fields of a record (usp-record-1-3.proto); from `first_kind` on, one of them says what it is.
constexpr std::uint32_t version_field = 1, to_field = 2, from_field = 3, security_field = 4, first_kind = 7;
constexpr std::array<std::string_view, 7> kinds{"no-session",    "session",    "websocket-connect", "mqtt-connect",
                                                "stomp-connect", "disconnect", "uds-connect"};
constexpr std::string_view no_session = kinds[0];
constexpr std::array<std::string_view, 2> securities{"plaintext", "tls12"};

/// Header.MsgType (usp-msg-1-3.proto), by number.
constexpr std::array<std::string_view, 23> message_types{
    "error",        "get",         "get-resp",      "notify",           "set",
    "set-resp",     "operate",     "operate-resp",  "add",              "add-resp",
    "delete",       "delete-resp", "get-supported-dm", "get-supported-dm-resp", "get-instances",
    "get-instances-resp", "notify-resp", "get-supported-proto", "get-supported-proto-resp", "register",
    "register-resp", "deregister", "deregister-resp"};

/// `1.0` to `1.9`.
bool is_version(Bytes text) noexcept { return text.size() == 3 && text[0] == '1' && text[1] == '.' && text[2] >= '0' && text[2] <= '9'; }

/// An endpoint identifier: an authority scheme, perhaps an authority, an instance, each behind a colon (TR-369 section 2.1).
bool is_endpoint(Bytes text) noexcept {
    constexpr std::size_t longest = 256;
    if (text.size() > longest || as_text(text).find(':') == std::string_view::npos) return false;
    for (const std::uint8_t byte : text)
        if (byte <= 0x20 || byte >= 0x7f) return false;
    return true;
}

/// Message { header { msg_id, msg_type } ... }: field 1 of field 1.
void read_message(Bytes message, Transaction& transaction) noexcept {
    ProtobufField field;
    ProtobufReader outer{message};
    if (!outer.next(field) || field.number != 1 || field.wire != ProtobufField::Wire::bytes) return;
    ProtobufReader header{field.bytes};
    std::uint64_t type = 0;  // an enumeration's first value is left out on the wire
    while (header.next(field)) {
        if (field.number == 1 && field.wire == ProtobufField::Wire::bytes) transaction.message_id = field.bytes;
        if (field.number == 2 && field.wire == ProtobufField::Wire::varint) type = field.value;
    }
    if (!header.ok() || type >= message_types.size()) return;
    transaction.message_type = static_cast<std::uint32_t>(type);
    transaction.operation = message_types[type];
}

/// False where the bytes are no record.
bool read_record(Bytes bytes, Transaction& transaction) noexcept {
    ProtobufReader reader{bytes};
    transaction.security = securities[0];
    for (ProtobufField field; reader.next(field);) {
        const bool is_bytes = field.wire == ProtobufField::Wire::bytes;
        if (is_bytes != (field.number != security_field) || field.number >= first_kind + kinds.size()) return false;
        switch (field.number) {
            case version_field: transaction.version = field.bytes; break;
            case to_field: transaction.to = field.bytes; break;
            case from_field: transaction.from = field.bytes; break;
            case security_field:
                if (field.value >= securities.size()) return false;
                transaction.security = securities[field.value];
                break;
            default:
                if (field.number < first_kind) break;  // signature and certificate
                transaction.record = kinds[field.number - first_kind];
                transaction.operation = transaction.record;
                if (ProtobufField payload; transaction.record == no_session && ProtobufReader{field.bytes}.next(payload) && payload.number == 2)
                    read_message(payload.bytes, transaction);
        }
        if (reader.cut()) break;
    }
    return reader.ok() && is_version(transaction.version) && is_endpoint(transaction.from) && !transaction.record.empty();
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::inside) return Probe::no();
    Transaction transaction;
    return read_record(offer.data, transaction) ? Probe::yes() : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    if (read_record(bytes, transaction)) emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    return Fed::ok(bytes.size());
}

}  // namespace weir::usp
