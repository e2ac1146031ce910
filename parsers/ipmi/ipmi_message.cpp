// SPDX-License-Identifier: Apache-2.0
#include "parsers/ipmi/ipmi_message.hpp"

#include "parsers/base/cursor.hpp"
#include "parsers/ipmi/ipmi_names.hpp"

namespace weir::ipmi {
namespace {

constexpr std::uint8_t rmcp_version = 6, class_asf = 6, class_ipmi = 7, acknowledgement_bit = 0x80;
constexpr std::uint32_t asf_enterprise = 4542;
constexpr std::uint8_t auth_none = 0, auth_rmcp_plus = 6;
constexpr std::uint8_t payload_ipmi = 0, payload_oem = 2, open_session_request = 0x10, open_session_response = 0x11, rakp_1 = 0x12,
                       rakp_4 = 0x15, first_set_up = 0x10;
constexpr std::size_t max_user = 16;

/// IPMI 2.0 section 13.8: both sums come out as zero.
bool checksum_right(Bytes bytes) noexcept {
    std::uint8_t sum = 0;
    for (const std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum + byte);
    return sum == 0;
}

/// Section 13.8, an IPMI message over LAN.
bool read_command(Bytes payload, bool exact, Message& message) noexcept {
    constexpr std::size_t first_part = 3, smallest = 7;
    if (payload.size() < smallest || !checksum_right(payload.first(first_part))) return false;
    if (exact && !checksum_right(payload.subspan(first_part))) return false;
    const auto network_function = static_cast<std::uint8_t>(payload[1] >> 2);
    message.has_command = true;
    message.is_response = (network_function & 1) != 0;
    message.network_function = network_function & 0x3e;
    message.command = payload[5];
    message.data = payload.subspan(6, payload.size() - smallest);
    if (!message.is_response) return true;
    if (message.data.empty()) return false;
    message.completion_code = message.data[0];
    message.data = message.data.subspan(1);
    return true;
}

/// Three records of eight octets: type, reserved, length, algorithm (section 13.17).
Algorithms read_algorithms(Cursor& cursor) noexcept {
    Algorithms algorithms;
    for (std::uint8_t* const algorithm : {&algorithms.authentication, &algorithms.integrity, &algorithms.confidentiality}) {
        cursor.skip(4);
        *algorithm = cursor.u8() & 0x3f;
        cursor.skip(3);
    }
    return algorithms;
}

/// Sections 13.17 to 13.24.
bool read_set_up(Bytes payload, Message& message) noexcept {
    constexpr std::size_t random_size = 16;
    Cursor cursor{payload};
    message.is_response = (message.payload_type & 1) != 0;
    cursor.skip(1);  // message tag
    switch (message.payload_type) {
        case open_session_request:
            message.privilege = cursor.u8() & 0x0f;
            cursor.skip(2);
            message.session_id = cursor.le32();
            message.algorithms = read_algorithms(cursor);
            break;
        case open_session_response:
            message.status = cursor.u8();
            message.privilege = cursor.u8() & 0x0f;
            cursor.skip(1);
            message.session_id = cursor.le32();
            if (message.status != 0) break;  // the rest is there only where the session is opened
            cursor.skip(4);                  // the managed system's identifier
            message.algorithms = read_algorithms(cursor);
            break;
        case rakp_1: {
            cursor.skip(3);
            message.session_id = cursor.le32();
            cursor.skip(random_size);
            message.privilege = cursor.u8() & 0x0f;
            cursor.skip(2);
            const std::size_t length = cursor.u8();
            message.user = cursor.take(length);
            if (length > max_user) return false;
            break;
        }
        default:  // RAKP messages 2, 3 and 4
            message.status = cursor.u8();
            cursor.skip(2);
            message.session_id = cursor.le32();
            break;
    }
    return cursor.ok();
}

bool read_version_15(Cursor& cursor, bool exact, Message& message) noexcept {
    cursor.skip(4);  // session sequence number
    message.session_id = cursor.le32();
    if (message.auth_type != auth_none) message.auth_code = cursor.take(16);
    message.authenticated = message.auth_type != auth_none;
    const std::size_t length = cursor.u8();
    const Bytes payload = cursor.take(length);
    // Section 13.6: some datagrams have an octet more, so that no controller meets a length that it cannot send.
    if (exact && cursor.remaining() > 1) return false;
    return cursor.ok() && read_command(payload, exact, message);
}

bool read_version_20(Cursor& cursor, bool exact, Message& message) noexcept {
    constexpr std::size_t oem_size = 6;
    const std::uint8_t type = cursor.u8();
    message.encrypted = (type & 0x80) != 0;
    message.authenticated = (type & 0x40) != 0;
    message.payload_type = type & 0x3f;
    if (message.payload_type == payload_oem) cursor.skip(oem_size);
    message.session_id = cursor.le32();
    cursor.skip(4);  // session sequence number
    const std::size_t length = cursor.le16();
    const Bytes payload = cursor.take(length);
    if (!cursor.ok()) return false;
    const bool set_up = message.payload_type >= first_set_up && message.payload_type <= rakp_4;
    if (exact &&
        (payload_name(message.payload_type).empty() || (!message.authenticated && !cursor.empty()) || (set_up && *message.session_id != 0)))
        return false;
    if (message.encrypted) return true;
    if (set_up) return read_set_up(payload, message);
    return message.payload_type != payload_ipmi || read_command(payload, exact, message);
}

}  // namespace

std::optional<Message> read_message(Bytes datagram, bool exact) noexcept {
    Cursor cursor{datagram};
    const std::uint8_t version = cursor.u8(), reserved = cursor.u8();
    cursor.skip(1);  // sequence number
    const std::uint8_t message_class = cursor.u8();
    if (!cursor.ok() || version != rmcp_version || reserved != 0) return std::nullopt;
    Message message;
    if ((message_class & acknowledgement_bit) != 0) {
        message.kind = Kind::acknowledgement;
        message.is_response = true;
        return cursor.empty() ? std::optional{message} : std::nullopt;
    }
    if (message_class == class_asf) {
        message.kind = Kind::asf;
        const std::uint32_t enterprise = cursor.be32();
        message.asf_type = cursor.u8();
        cursor.skip(2);  // tag, reserved
        const std::size_t length = cursor.u8();
        message.data = cursor.take(length);
        message.is_response = message.asf_type >= 0x40 && message.asf_type < 0x80;
        return cursor.ok() && enterprise == asf_enterprise && (!exact || cursor.empty()) ? std::optional{message} : std::nullopt;
    }
    if (message_class != class_ipmi) return std::nullopt;
    message.auth_type = cursor.u8() & 0x0f;
    message.kind = message.auth_type == auth_rmcp_plus ? Kind::ipmi_20 : Kind::ipmi_15;
    if (!cursor.ok() || (exact && auth_type_name(message.auth_type).empty())) return std::nullopt;
    const bool good = message.kind == Kind::ipmi_20 ? read_version_20(cursor, exact, message) : read_version_15(cursor, exact, message);
    return good ? std::optional{message} : std::nullopt;
}

}  // namespace weir::ipmi
