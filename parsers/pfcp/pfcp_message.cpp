// SPDX-License-Identifier: Apache-2.0
#include "parsers/pfcp/pfcp_message.hpp"

#include <algorithm>

#include "parsers/base/code_name.hpp"
#include "parsers/base/labels.hpp"

namespace weir::pfcp {
namespace {

constexpr unsigned max_depth = 3;  // Create PDR, PDI, what stands in it

/// Elements that hold elements (TS 29.244 table 8.1.2-1), as far as addresses may stand in them.
bool is_group(std::uint16_t type) noexcept {
    constexpr std::array<std::uint16_t, 14> groups{1, 2, 3, 4, 5, 8, 9, 10, 11, 83, 99, 105, 127, 128};
    return std::ranges::find(groups, type) != groups.end();
}

/// Section 8.2.38.
void read_node_id(Bytes value, Message& message, Scratch& scratch) noexcept {
    constexpr std::uint8_t v4 = 0, v6 = 1, name = 2;
    if (value.empty() || message.node_name.data() != nullptr || message.node_address.data() != nullptr) return;
    const Bytes rest = value.subspan(1);
    const std::uint8_t type = value[0] & 0x0f;
    if (type == name) message.node_name = dotted_labels(rest, scratch);
    if ((type == v4 && rest.size() == 4) || (type == v6 && rest.size() == 16)) message.node_address = rest;
}

/// F-SEID, section 8.2.37.
void read_session_end(Bytes value, Message& message) noexcept {
    constexpr std::uint8_t has_v6 = 1, has_v4 = 2;
    Cursor cursor{value};
    const std::uint8_t flags = cursor.u8();
    const std::uint64_t session = cursor.be64();
    if (cursor.ok() && !message.session) message.session = session;
    if ((flags & has_v4) != 0) message.session_ends.add(cursor.take(4));
    if ((flags & has_v6) != 0) message.session_ends.add(cursor.take(16));
}

/// F-TEID, section 8.2.3; one that the other end is to choose has no addresses.
void read_tunnel_end(Bytes value, Message& message) noexcept {
    constexpr std::uint8_t has_v4 = 1, has_v6 = 2, choose = 4;
    Cursor cursor{value};
    const std::uint8_t flags = cursor.u8();
    if ((flags & choose) != 0) return;
    cursor.skip(4);
    if ((flags & has_v4) != 0) message.tunnel_ends.add(cursor.take(4));
    if ((flags & has_v6) != 0) message.tunnel_ends.add(cursor.take(16));
}

/// Outer Header Creation, section 8.2.56.
void read_outer_header(Bytes value, Message& message) noexcept {
    constexpr std::uint16_t gtpu_v4 = 0x0100, gtpu_v6 = 0x0200, udp_v4 = 0x0400, udp_v6 = 0x0800, plain_v4 = 0x1000, plain_v6 = 0x2000;
    Cursor cursor{value};
    const std::uint16_t description = cursor.be16();
    if ((description & (gtpu_v4 | gtpu_v6)) != 0) cursor.skip(4);  // TEID
    if ((description & (gtpu_v4 | udp_v4 | plain_v4)) != 0) message.tunnel_ends.add(cursor.take(4));
    if ((description & (gtpu_v6 | udp_v6 | plain_v6)) != 0) message.tunnel_ends.add(cursor.take(16));
}

/// UE IP Address, section 8.2.62.
void read_user_address(Bytes value, Message& message) noexcept {
    constexpr std::uint8_t has_v6 = 1, has_v4 = 2;
    Cursor cursor{value};
    const std::uint8_t flags = cursor.u8();
    if ((flags & has_v4) != 0) message.user_addresses.add(cursor.take(4));
    if ((flags & has_v6) != 0) message.user_addresses.add(cursor.take(16));
}

/// Redirect Information, section 8.2.20: kind, then a length of two octets and the address or URL as text.
Bytes read_redirect(Bytes value) noexcept {
    Cursor cursor{value};
    cursor.skip(1);
    const std::size_t length = cursor.be16();
    return cursor.take(length);
}

void read_elements(Bytes bytes, Message& message, Scratch& scratch, unsigned depth) noexcept {
    constexpr std::uint16_t cause = 19, tunnel_end = 21, network_instance = 22, redirect = 38, session_end = 57, node_id = 60,
                            outer_header = 84, user_address = 93;
    Cursor cursor{bytes};
    while (!cursor.empty()) {
        const std::size_t begin = cursor.position();
        const std::uint16_t type = cursor.be16();
        const std::size_t length = cursor.be16();
        const Bytes value = cursor.take(length);
        if (!cursor.ok()) {
            message.extra += static_cast<std::uint32_t>(bytes.size() - begin);
            return;
        }
        switch (type) {
            case cause:
                if (depth == 0 && !value.empty() && !message.cause) message.cause = value[0];
                break;
            case tunnel_end: read_tunnel_end(value, message); break;
            case network_instance:
                if (message.network_instance.data() == nullptr && !value.empty()) message.network_instance = value;
                break;
            case redirect:
                if (message.redirect.data() == nullptr) message.redirect = read_redirect(value);
                break;
            case session_end: read_session_end(value, message); break;
            case node_id: read_node_id(value, message, scratch); break;
            case outer_header: read_outer_header(value, message); break;
            case user_address: read_user_address(value, message); break;
            default:
                if (is_group(type) && depth < max_depth) read_elements(value, message, scratch, depth + 1);
                break;
        }
    }
}

/// Table 7.3-1; null where unknown.
std::string_view message_name(std::uint8_t type) noexcept {
    constexpr std::array names{
        CodeName{1, "heartbeat-request"},
        CodeName{2, "heartbeat-response"},
        CodeName{3, "pfd-management-request"},
        CodeName{4, "pfd-management-response"},
        CodeName{5, "association-setup-request"},
        CodeName{6, "association-setup-response"},
        CodeName{7, "association-update-request"},
        CodeName{8, "association-update-response"},
        CodeName{9, "association-release-request"},
        CodeName{10, "association-release-response"},
        CodeName{11, "version-not-supported-response"},
        CodeName{12, "node-report-request"},
        CodeName{13, "node-report-response"},
        CodeName{14, "session-set-deletion-request"},
        CodeName{15, "session-set-deletion-response"},
        CodeName{16, "session-set-modification-request"},
        CodeName{17, "session-set-modification-response"},
        CodeName{50, "session-establishment-request"},
        CodeName{51, "session-establishment-response"},
        CodeName{52, "session-modification-request"},
        CodeName{53, "session-modification-response"},
        CodeName{54, "session-deletion-request"},
        CodeName{55, "session-deletion-response"},
        CodeName{56, "session-report-request"},
        CodeName{57, "session-report-response"},
    };
    return name_of(names, type);
}

}  // namespace

std::optional<Message> read_message(Bytes bytes, Scratch& scratch) noexcept {
    constexpr std::uint8_t spare = 0x18, follows = 0x04, has_seid = 0x01;
    constexpr std::size_t counted_from = 4;
    Cursor cursor{bytes};
    const std::uint8_t flags = cursor.u8();
    Message message;
    message.version = flags >> 5;
    message.type = cursor.u8();
    message.length = cursor.be16();
    message.followed = (flags & follows) != 0;
    if ((flags & has_seid) != 0) message.seid = cursor.be64();
    message.sequence = cursor.be24();
    cursor.skip(1);  // message priority
    message.size = counted_from + message.length;
    if (!cursor.ok() || message.version != 1 || (flags & spare) != 0 || message.size > bytes.size() || cursor.position() > message.size)
        return std::nullopt;
    const std::string_view name = message_name(message.type);
    message.operation =
        !name.empty() ? as_bytes(name) : write_in(scratch, [&](TextWriter& writer) { writer.put("type-").decimal(message.type); });
    read_elements(bytes.subspan(cursor.position(), message.size - cursor.position()), message, scratch, 0);
    return message;
}

}  // namespace weir::pfcp
