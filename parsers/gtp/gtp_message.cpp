// SPDX-License-Identifier: Apache-2.0
#include "parsers/gtp/gtp_message.hpp"

#include "parsers/base/labels.hpp"
#include "parsers/gtp/gtp_names.hpp"

namespace weir::gtp {
namespace {

constexpr std::uint8_t echo_request = 1, echo_response = 2;
constexpr unsigned max_extension_headers = 8, max_depth = 2;

bool is_echo(const Message& message) noexcept { return message.type == echo_request || message.type == echo_response; }

/// Lengths of the elements below 128, which have no length of their own (TS 29.060 table 37; version 0: TS 09.60 table 26).
/// 0: unknown, what follows cannot be read.
std::size_t fixed_length(std::uint8_t version, std::uint8_t type) noexcept {
    constexpr std::array<std::uint8_t, 30> lengths{0, 1, 8, 6, 4, 4, 3, 0, 1, 28, 0, 1, 3, 1, 1,
                                                   1, 4, 4, 5, 1, 1, 1, 9, 1, 1,  2, 2, 2, 2, 1};
    constexpr std::uint8_t flow_label_data_1 = 16, flow_label_signalling = 17, flow_label_data_2 = 18;
    constexpr std::uint8_t packet_transfer_command = 126, charging_id = 127;
    if (version == 0 && (type == flow_label_data_1 || type == flow_label_signalling)) return 2;
    if (version == 0 && type == flow_label_data_2) return 3;
    if (type < lengths.size()) return lengths[type];
    if (type == packet_transfer_command) return 1;
    return type == charging_id ? 4 : 0;
}

/// Digits of TBCD (TS 29.002 section 17.7.8), two in an octet, until a filler ends them.
Bytes digits_of(Bytes coded, Scratch& scratch) noexcept {
    return write_in(scratch, [coded](TextWriter& writer) {
        for (const std::uint8_t octet : coded)
            for (const unsigned digit : {octet & 15u, octet >> 4 & 15u}) {
                if (digit == 15) return;
                writer.put("0123456789*#abc"[digit]);
            }
    });
}

/// What an element means, whatever its number in a version. The first of its kind is kept, and every address.
enum class Meaning : std::uint8_t { none, imsi, cause, access_point, msisdn, rat, address };
void keep(Meaning meaning, Bytes value, Message& message, Scratch& scratch) noexcept {
    if (value.empty()) return;
    switch (meaning) {
        case Meaning::none: break;
        case Meaning::imsi:
            if (message.imsi.data() == nullptr) message.imsi = digits_of(value, scratch);
            break;
        case Meaning::cause:
            if (!message.cause) message.cause = value[0];
            break;
        case Meaning::access_point:
            if (message.apn.data() == nullptr) message.apn = dotted_labels(value, scratch);
            break;
        case Meaning::msisdn:
            if (message.msisdn.data() == nullptr) message.msisdn = digits_of(value, scratch);
            break;
        case Meaning::rat:
            if (message.rat.empty()) message.rat = rat_name(value[0]);
            break;
        case Meaning::address: message.addresses.add(value); break;
    }
}

Meaning meaning_1(std::uint8_t type) noexcept {
    switch (type) {
        case 1: return Meaning::cause;
        case 2: return Meaning::imsi;
        case 131: return Meaning::access_point;
        case 133: return Meaning::address;
        case 134: return Meaning::msisdn;
        case 151: return Meaning::rat;
        default: return Meaning::none;
    }
}
Meaning meaning_2(std::uint8_t type) noexcept {
    switch (type) {
        case 1: return Meaning::imsi;
        case 2: return Meaning::cause;
        case 71: return Meaning::access_point;
        case 76: return Meaning::msisdn;
        case 82: return Meaning::rat;
        default: return Meaning::none;
    }
}

/// TS 29.060 section 7.7, of versions 0 and 1.
void read_elements_1(Bytes bytes, Message& message, Scratch& scratch) noexcept {
    constexpr std::uint8_t recovery = 14;
    Cursor cursor{bytes};
    while (!cursor.empty()) {
        const std::size_t begin = cursor.position();
        const std::uint8_t type = cursor.u8();
        const std::size_t length = type < 128 ? fixed_length(message.version, type) : cursor.be16();
        const Bytes value = cursor.take(length);
        if (!cursor.ok() || length == 0) {
            message.extra += static_cast<std::uint32_t>(bytes.size() - begin);
            return;
        }
        if (is_echo(message) && type != recovery) message.extra += static_cast<std::uint32_t>(cursor.position() - begin);
        const Meaning meaning = meaning_1(type);
        keep(meaning, meaning == Meaning::msisdn ? value.subspan(1) : value, message, scratch);  // behind the nature of the address
    }
}

/// F-TEID, TS 29.274 section 8.22.
void read_tunnel_end(Bytes value, Message& message) noexcept {
    constexpr std::uint8_t has_v4 = 0x80, has_v6 = 0x40;
    Cursor cursor{value};
    const std::uint8_t flags = cursor.u8();
    cursor.skip(4);
    if ((flags & has_v4) != 0) message.addresses.add(cursor.take(4));
    if ((flags & has_v6) != 0) message.addresses.add(cursor.take(16));
}

/// TS 29.274 section 8.
void read_elements_2(Bytes bytes, Message& message, Scratch& scratch, unsigned depth) noexcept {
    constexpr std::uint8_t recovery = 3, tunnel_end = 87, bearer_context = 93, node_features = 152;
    Cursor cursor{bytes};
    while (!cursor.empty()) {
        const std::size_t begin = cursor.position();
        const std::uint8_t type = cursor.u8();
        const std::size_t length = cursor.be16();
        cursor.skip(1);  // instance
        const Bytes value = cursor.take(length);
        if (!cursor.ok()) {
            message.extra += static_cast<std::uint32_t>(bytes.size() - begin);
            return;
        }
        if (is_echo(message) && type != recovery && type != node_features)
            message.extra += static_cast<std::uint32_t>(cursor.position() - begin);
        if (type == tunnel_end)
            read_tunnel_end(value, message);
        else if (type == bearer_context && depth < max_depth)
            read_elements_2(value, message, scratch, depth + 1);
        else
            keep(meaning_2(type), value, message, scratch);
    }
}

/// Behind the first four octets of version 1: TEID, the optional octets, extension headers (TS 29.281 section 5.2.1).
void read_header_1(Cursor& cursor, std::uint8_t flags, Message& message) noexcept {
    constexpr std::uint8_t any = 0x07, has_sequence = 0x02, has_extension = 0x04;
    if ((flags & any) == 0) return;
    const std::uint16_t sequence = cursor.be16();
    cursor.skip(1);
    std::uint8_t next = cursor.u8();
    if ((flags & has_sequence) != 0) message.sequence = sequence;
    if ((flags & has_extension) == 0) return;
    for (unsigned count = 0; next != 0 && cursor.ok(); ++count) {
        const std::size_t length = cursor.u8() * std::size_t{4};
        if (length == 0 || count == max_extension_headers) {
            cursor.fail();
            return;
        }
        cursor.skip(length - 2);
        next = cursor.u8();
    }
}

}  // namespace

std::optional<Message> read_message(Bytes bytes, Scratch& scratch) noexcept {
    constexpr std::uint8_t not_charging = 0x10, short_header = 0x01, piggybacked = 0x10, has_teid = 0x08, spare_2 = 0x03,
                           charging_spare = 0x0e;
    Cursor cursor{bytes};
    const std::uint8_t flags = cursor.u8();
    Message message;
    message.version = flags >> 5;
    message.type = cursor.u8();
    message.length = cursor.be16();
    // Version 2 has no bit for the protocol; where GTP' has ones, its spare bits are zero.
    message.charging = (flags & not_charging) == 0 && (message.version != 2 || (flags & charging_spare) == charging_spare);
    std::size_t counted_from = 0;
    if (message.charging) {
        if (message.version > 2) return std::nullopt;
        message.sequence = cursor.be16();
        if (message.version == 0 && (flags & short_header) == 0) cursor.skip(14);
        counted_from = cursor.position();
    } else if (message.version == 0) {
        message.sequence = cursor.be16();
        cursor.skip(14);
        counted_from = cursor.position();
    } else if (message.version == 1) {
        message.teid = cursor.be32();
        counted_from = cursor.position();
        read_header_1(cursor, flags, message);
    } else if (message.version == 2 && (flags & spare_2) == 0) {
        counted_from = cursor.position();
        message.piggybacked = (flags & piggybacked) != 0;
        if ((flags & has_teid) != 0) message.teid = cursor.be32();
        message.sequence = cursor.be24();
        cursor.skip(1);
    } else {
        return std::nullopt;
    }
    message.size = counted_from + message.length;
    if (!cursor.ok() || message.size > bytes.size() || cursor.position() > message.size) return std::nullopt;
    const std::string_view name = message_name(message.charging ? 1 : message.version, message.type);  // GTP' counts as version 1 does
    message.operation =
        !name.empty() ? as_bytes(name) : write_in(scratch, [&](TextWriter& writer) { writer.put("type-").decimal(message.type); });
    if (message.is_user_data()) return message;
    const Bytes elements = bytes.subspan(cursor.position(), message.size - cursor.position());
    if (message.version == 2 && !message.charging)
        read_elements_2(elements, message, scratch, 0);
    else
        read_elements_1(elements, message, scratch);
    return message;
}

}  // namespace weir::gtp
