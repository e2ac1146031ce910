// SPDX-License-Identifier: Apache-2.0
#include "parsers/l2tp/l2tp.hpp"

#include "parsers/base/cursor.hpp"
#include "parsers/base/single_value.hpp"

namespace weir::l2tp {
namespace {

// The first two octets, RFC 2661 section 3.1, RFC 3931 section 3.2.1: type, length and sequence bits are set in control messages.
constexpr std::uint16_t control_bits = 0xc800, version_mask = 0x000f, control_bit = 0x8000;
constexpr std::size_t avp_header_size = 6;
constexpr std::size_t first_avp_size = 8;
constexpr std::uint16_t hidden_bit = 0x4000, avp_length_mask = 0x03ff;
constexpr std::uint16_t ietf = 0;

constexpr std::uint16_t sccrq = 1, sccrp = 2, hello = 6;
constexpr std::array<std::string_view, 21> names{"unknown", "sccrq", "sccrp", "scccn", "stopccn", "unknown", "hello",
                                                 "ocrq",    "ocrp",  "occn",  "icrq",  "icrp",    "iccn",    "unknown",
                                                 "cdn",     "wen",   "sli",   "mdmst", "msrq",    "msrp",    "ack"};

namespace attribute {
constexpr std::uint16_t message_type = 0, result_code = 1, host_name = 7, vendor_name = 8, assigned_tunnel = 9, challenge = 11,
                        assigned_session = 14, called_number = 21, calling_number = 22, proxy_name = 30, assigned_connection = 61,
                        local_session = 63, remote_end = 66;
}

struct Header {
    std::uint16_t length = 0;
    std::uint8_t version = 0;
    std::uint32_t tunnel = 0;
    std::optional<std::uint16_t> session{};
    Bytes avps{};
};

/// flags, version | length | tunnel, session (v2) or connection (v3) | Ns | Nr
bool read_header(Bytes datagram, Header& header) noexcept {
    Cursor cursor{datagram};
    const std::uint16_t flags = cursor.be16();
    header.version = static_cast<std::uint8_t>(flags & version_mask);
    header.length = cursor.be16();
    if (header.version == 2) {
        header.tunnel = cursor.be16();
        header.session = cursor.be16();
    } else {
        header.tunnel = cursor.be32();
    }
    cursor.skip(4);
    if (!cursor.ok() || (flags & ~version_mask) != control_bits || header.version < 2 || header.version > 3) return false;
    if (header.length < cursor.position() || header.length > datagram.size()) return false;
    header.avps = cursor.take(header.length - cursor.position());
    return true;
}

struct Avp {
    std::uint16_t vendor = 0, type = 0;
    bool hidden = false;
    Bytes value{};
};
bool read_avp(Cursor& cursor, Avp& avp) noexcept {
    const std::uint16_t head = cursor.be16();
    const std::size_t size = head & avp_length_mask;
    avp.hidden = (head & hidden_bit) != 0;
    avp.vendor = cursor.be16();
    avp.type = cursor.be16();
    if (size < avp_header_size) cursor.fail();
    avp.value = cursor.take(size - avp_header_size);
    return cursor.ok();
}

/// A number of two octets in version 2, of four in version 3.
void read_number(Bytes value, std::optional<std::uint32_t>& into) noexcept {
    Cursor cursor{value};
    const std::uint32_t number = value.size() == 2 ? cursor.be16() : cursor.be32();
    if (cursor.ok()) into = number;
}

void read_value(const Avp& avp, Transaction& message) noexcept {
    if (avp.vendor != ietf || avp.hidden) return;
    Cursor cursor{avp.value};
    switch (avp.type) {
        case attribute::message_type: message.type = cursor.be16(); break;
        case attribute::host_name: message.host_name = avp.value; break;
        case attribute::vendor_name: message.vendor_name = avp.value; break;
        case attribute::called_number: message.called_number = avp.value; break;
        case attribute::calling_number: message.calling_number = avp.value; break;
        case attribute::proxy_name: message.proxy_name = avp.value; break;
        case attribute::remote_end: message.remote_end = avp.value; break;
        case attribute::challenge: message.challenge = true; break;
        case attribute::assigned_tunnel:
        case attribute::assigned_connection: read_number(avp.value, message.assigned_tunnel); break;
        case attribute::assigned_session:
        case attribute::local_session: read_number(avp.value, message.assigned_session); break;
        case attribute::result_code: {
            const std::uint16_t code = cursor.be16();
            if (!cursor.ok()) break;
            message.result = code;
            if (cursor.remaining() > 2) message.error_message = cursor.rest().subspan(2);  // behind the error code
            break;
        }
        default: break;
    }
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    Header header;
    if (offer.transport != Transport::udp || !read_header(offer.data, header) || header.length != offer.data.size()) return Probe::no();
    if (header.avps.empty()) return offer.port_matches ? Probe::yes() : Probe::no();  // an acknowledgement
    Cursor cursor{header.avps};
    Avp first;
    if (!read_avp(cursor, first) || first.vendor != ietf || first.type != attribute::message_type || first.hidden ||
        first.value.size() + avp_header_size != first_avp_size)
        return Probe::no();
    Transaction message;
    read_value(first, message);
    if (message.type == 0 || message.type >= names.size()) return Probe::no();
    return Probe::yes(message.type == sccrq   ? Probe::Sender::client
                      : message.type == sccrp ? Probe::Sender::server
                                              : Probe::Sender::unknown);
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    const Fed read = Fed::ok(datagram.size());
    if (datagram.empty() || (datagram[0] << 8 & control_bit) == 0) return read;  // data
    Header header;
    if (!read_header(datagram, header)) {
        emit.anomaly(1, direction);
        return read;
    }
    if (header.avps.empty()) return read;
    Transaction message;
    message.version = header.version;
    message.tunnel = header.tunnel;
    message.session = header.session;
    for (Cursor cursor{header.avps}; !cursor.empty();) {
        Avp avp;
        if (!read_avp(cursor, avp)) {
            emit.anomaly(2, direction);
            break;
        }
        read_value(avp, message);
    }
    const Report report = direction == Direction::to_server ? Report::request : Report::response;
    emit(message, message.type == hello ? report : report | Report::log, direction);
    return read;
}

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(names[transaction.type < names.size() ? transaction.type : 0]) : Value{};
}
Value session(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.session); }
Value assigned_tunnel(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.assigned_tunnel); }
Value assigned_session(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.assigned_session); }
Value result(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.result); }
Value challenge(const Transaction& transaction, std::size_t index) noexcept { return single_flag(index, transaction.challenge); }

}  // namespace weir::l2tp
