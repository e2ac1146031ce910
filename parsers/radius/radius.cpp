// SPDX-License-Identifier: Apache-2.0
#include "parsers/radius/radius.hpp"

#include <algorithm>

#include "parsers/base/code_name.hpp"
#include "parsers/base/cursor.hpp"

namespace weir::radius {
namespace {

constexpr std::size_t header_size = 20, max_packet = 4096;  // RFC 2865 section 3
constexpr std::uint32_t cisco = 9, microsoft = 311;         // IANA enterprise numbers
constexpr std::uint8_t cisco_pair = 1;
constexpr std::uint8_t mschap_response = 1, mschap2_response = 25;  // RFC 2548 sections 2.1.3 and 2.3.2

/// IANA: Radius Attribute Types.
enum Attribute : std::uint8_t {
    user_name = 1,
    user_password = 2,
    chap_password = 3,
    nas_ip_address = 4,
    nas_port = 5,
    service_type = 6,
    framed_ip_address = 8,
    reply_message = 18,
    vendor_specific = 26,
    called_station_id = 30,
    calling_station_id = 31,
    nas_identifier = 32,
    acct_status_type = 40,
    acct_input_octets = 42,
    acct_output_octets = 43,
    acct_session_id = 44,
    acct_session_time = 46,
    acct_terminate_cause = 49,
    nas_port_type = 61,
    eap_message = 79,
    message_authenticator = 80,
    nas_port_id = 87,
    nas_ipv6_address = 95,
    error_cause = 101,
};

constexpr CodeName named(Code code, std::string_view name) noexcept { return {static_cast<std::uint32_t>(code), name}; }
constexpr std::array operations{
    named(Code::access_request, "access-request"),
    named(Code::access_accept, "access-accept"),
    named(Code::access_reject, "access-reject"),
    named(Code::accounting_request, "accounting-request"),
    named(Code::accounting_response, "accounting-response"),
    named(Code::access_challenge, "access-challenge"),
    named(Code::status_server, "status-server"),
    named(Code::status_client, "status-client"),
    named(Code::disconnect_request, "disconnect-request"),
    named(Code::disconnect_ack, "disconnect-ack"),
    named(Code::disconnect_nak, "disconnect-nak"),
    named(Code::coa_request, "coa-request"),
    named(Code::coa_ack, "coa-ack"),
    named(Code::coa_nak, "coa-nak"),
};
std::string_view operation_name(Code code) noexcept { return name_of(operations, static_cast<std::uint32_t>(code)); }

/// RFC 2866 section 5.1; 15: RFC 2867 section 3.1.
constexpr std::array status_names{CodeName{1, "start"},         CodeName{2, "stop"},           CodeName{3, "interim-update"},
                                  CodeName{7, "accounting-on"}, CodeName{8, "accounting-off"}, CodeName{15, "failed"}};

constexpr bool is_request(Code code) noexcept {
    return code == Code::access_request || code == Code::accounting_request || code == Code::status_server ||
           code == Code::disconnect_request || code == Code::coa_request;
}

struct Header {
    Code code;
    std::uint8_t identifier;
    Bytes attributes;
};
/// The header of a packet whose length can be; octets behind that length are padding (RFC 2865 section 3).
std::optional<Header> read_header(Bytes datagram) noexcept {
    Cursor cursor{datagram};
    Header header{};
    header.code = Code{cursor.u8()};
    header.identifier = cursor.u8();
    const std::size_t length = cursor.be16();
    cursor.skip(header_size - cursor.position());
    if (!cursor.ok() || length < header_size || length > max_packet || operation_name(header.code).empty()) return std::nullopt;
    header.attributes = cursor.take(length - header_size);
    return cursor.ok() ? std::optional{header} : std::nullopt;
}

struct Tlv {
    std::uint8_t type = 0;
    Bytes value{};
};
Tlv next_attribute(Cursor& cursor) noexcept {
    Tlv attribute;
    attribute.type = cursor.u8();
    const std::uint8_t length = cursor.u8();
    if (length < 2) cursor.fail();
    attribute.value = cursor.take(cursor.ok() ? length - 2u : 0u);
    return attribute;
}

/// Whether the attributes fill their room one behind the other, and none has the type that there is not.
bool are_attributes(Bytes room) noexcept {
    Cursor cursor{room};
    while (!cursor.empty())
        if (next_attribute(cursor).type == 0) return false;
    return cursor.ok();
}

void keep_number(Bytes value, std::optional<std::uint32_t>& number) noexcept {
    Cursor cursor{value};
    const std::uint32_t read = cursor.be32();
    if (cursor.ok() && cursor.empty()) number = read;
}
void keep_sized(Bytes value, std::size_t size, Bytes& kept) noexcept {
    if (value.size() == size) kept = value;
}

/// RFC 2865 section 5.26. False when a list is full.
bool vendor_attribute(Bytes value, Transaction& transaction) noexcept {
    Cursor cursor{value};
    const std::uint32_t vendor = cursor.be32();
    const bool listed = std::ranges::find(transaction.vendors, vendor) != transaction.vendors.end();
    bool room = !cursor.ok() || listed || transaction.vendors.push_back(vendor);
    while ((vendor == cisco || vendor == microsoft) && !cursor.empty()) {
        const Tlv inner = next_attribute(cursor);
        if (!cursor.ok()) break;
        if (vendor == cisco && inner.type == cisco_pair) room = transaction.cisco_pairs.push_back(inner.value) && room;
        if (vendor == microsoft && (inner.type == mschap_response || inner.type == mschap2_response)) transaction.method = "mschap";
    }
    return room;
}

/// False when a list is full.
bool keep(const Tlv& attribute, Transaction& transaction) noexcept {
    const Bytes value = attribute.value;
    switch (attribute.type) {
        case user_name: transaction.user_name = value; break;
        case user_password: transaction.method = "pap"; break;
        case chap_password: transaction.method = "chap"; break;
        case eap_message: transaction.method = "eap"; break;
        case message_authenticator: transaction.message_authenticator = true; break;
        case nas_ip_address: keep_sized(value, 4, transaction.nas_ip); break;
        case nas_ipv6_address: keep_sized(value, 16, transaction.nas_ipv6); break;
        case nas_identifier: transaction.nas_identifier = value; break;
        case nas_port: keep_number(value, transaction.nas_port); break;
        case nas_port_id: transaction.nas_port_id = value; break;
        case nas_port_type: keep_number(value, transaction.nas_port_type); break;
        case service_type: keep_number(value, transaction.service_type); break;
        case framed_ip_address: keep_sized(value, 4, transaction.framed_ip); break;
        case called_station_id: transaction.called_station = value; break;
        case calling_station_id: transaction.calling_station = value; break;
        case acct_status_type: keep_number(value, transaction.status_type); break;
        case acct_session_id: transaction.session_id = value; break;
        case acct_session_time: keep_number(value, transaction.session_time); break;
        case acct_terminate_cause: keep_number(value, transaction.terminate_cause); break;
        case acct_input_octets: keep_number(value, transaction.input_octets); break;
        case acct_output_octets: keep_number(value, transaction.output_octets); break;
        case error_cause: keep_number(value, transaction.error_cause); break;
        case reply_message: return transaction.replies.push_back(value);
        case vendor_specific: return vendor_attribute(value, transaction);
        default: break;
    }
    return true;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp) return Probe::no();
    const auto header = read_header(offer.data);
    if (!header || !are_attributes(header->attributes)) return Probe::no();
    // Elsewhere than on its ports the packet must fill the datagram and say something.
    const bool filled = header->attributes.size() + header_size == offer.data.size() && !header->attributes.empty();
    if (!offer.port_matches && !filled) return Probe::no();
    return Probe::yes(is_request(header->code) ? Probe::Sender::client : Probe::Sender::server);
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    const auto header = read_header(datagram);
    if (!header) {
        emit.anomaly(Parser::malformed_data, direction);
        return Fed::ok(datagram.size());
    }
    Transaction transaction;
    transaction.code = header->code;
    transaction.identifier = header->identifier;
    bool room = true;
    Cursor cursor{header->attributes};
    while (!cursor.empty()) {
        const Tlv attribute = next_attribute(cursor);
        if (cursor.ok()) room = keep(attribute, transaction) && room;
    }
    if (!cursor.ok()) emit.anomaly(Parser::malformed_attribute, direction);
    if (!room) emit.anomaly(Parser::too_many_attributes, direction);
    emit(transaction, (is_request(header->code) ? Report::request : Report::response) | Report::log, direction);
    return Fed::ok(datagram.size());
}

namespace fields {

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(operation_name(transaction.code)) : Value{};
}
Value status_name(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.status_type ? detail::value_of(name_of(status_names, *transaction.status_type)) : Value::none();
}

}  // namespace fields
}  // namespace weir::radius
