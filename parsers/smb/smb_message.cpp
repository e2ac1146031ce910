// SPDX-License-Identifier: Apache-2.0
#include "parsers/smb/smb_message.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/utf16.hpp"

namespace weir::smb {
namespace {

constexpr std::uint8_t v1_negotiate = 0x72, v1_session_setup = 0x73, v1_tree_connect = 0x75;
constexpr std::uint8_t v2_negotiate = 0, v2_session_setup = 1, v2_tree_connect = 3;
constexpr std::uint8_t v1_reply_flag = 0x80;
constexpr std::uint16_t v1_unicode_flag = 0x8000;
constexpr std::uint32_t v2_reply_flag = 1, v2_async_flag = 2;

Kind kind_of(std::uint8_t command, std::array<std::uint8_t, 3> told) noexcept {
    constexpr std::array kinds{Kind::negotiate, Kind::session_setup, Kind::tree_connect};
    for (std::size_t i = 0; i < told.size(); ++i)
        if (command == told[i]) return kinds[i];
    return Kind::other;
}

std::string_view dialect_name(std::uint16_t dialect) noexcept {  // Suricata's names
    switch (dialect) {
        case 0x0202: return "2.02";
        case 0x0210: return "2.10";
        case 0x0222: return "2.22";
        case 0x0224: return "2.24";
        case 0x02ff: return "2.??";
        case 0x0300: return "3.00";
        case 0x0302: return "3.02";
        case 0x0310: return "3.10";
        case 0x0311: return "3.11";
        default: return "unknown";
    }
}

/// The name that a field of NTLM's third message points to (MS-NLMP section 2.2.1.3).
Bytes ntlm_name(Bytes blob, std::size_t field, bool unicode, Scratch& scratch) noexcept {
    Cursor cursor{blob.subspan(field)};
    const std::size_t size = cursor.le16();
    cursor.skip(2);
    const std::size_t offset = cursor.le32();
    if (size == 0 || offset > blob.size() || size > blob.size() - offset) return {};
    const Bytes name = blob.subspan(offset, size);
    return unicode ? read_utf16(name, scratch) : name;
}

/// User, domain and host of NTLM's third message, wherever in the security blob it stands.
void read_ntlm(Bytes blob, Message& message, Scratch& scratch) noexcept {
    using namespace std::string_view_literals;
    constexpr std::string_view signature = "NTLMSSP\0\3\0\0\0"sv;
    constexpr std::size_t domain = 28, user = 36, host = 44, flags = 60, size = 64;
    const auto found = std::search(blob.begin(), blob.end(), signature.begin(), signature.end(),
                                   [](std::uint8_t byte, char wanted) { return byte == static_cast<std::uint8_t>(wanted); });
    const Bytes ntlm = blob.subspan(static_cast<std::size_t>(found - blob.begin()));
    if (ntlm.size() < size) return;
    const bool unicode = (ntlm[flags] & 1) != 0;
    message.domain = ntlm_name(ntlm, domain, unicode, scratch);
    message.user = ntlm_name(ntlm, user, unicode, scratch);
    message.host = ntlm_name(ntlm, host, unicode, scratch);
}

/// Strings of version 1: UTF-16 on even offsets from the head on, or ASCII; a 0 ends each, or the message does.
class Strings {
public:
    Strings(Bytes message, std::size_t at, std::size_t end, bool unicode) noexcept
        : bytes_(first_of(message, end)), at_(std::min(at, bytes_.size())), unicode_(unicode) {}
    Bytes next(Scratch& scratch) noexcept {
        if (unicode_ && at_ % 2 != 0) ++at_;
        if (at_ >= bytes_.size()) return {};
        const std::size_t step = unicode_ ? 2 : 1;
        std::size_t end = at_;
        while (end + step <= bytes_.size() && (bytes_[end] != 0 || (unicode_ && bytes_[end + 1] != 0))) end += step;
        const Bytes text = bytes_.subspan(at_, std::min(end, bytes_.size()) - at_);
        at_ = std::min(end + step, bytes_.size());
        return unicode_ ? read_utf16(text, scratch) : text;
    }

private:
    Bytes bytes_;
    std::size_t at_;
    bool unicode_;
};

bool read_v1(Bytes bytes, Message& message, Scratch& scratch) noexcept {
    const bool unicode = (Cursor{bytes.subspan(10)}.le16() & v1_unicode_flag) != 0;
    Cursor cursor{bytes};
    cursor.skip(head_v1);
    const std::size_t word_count = cursor.u8();
    Cursor words = cursor.sub(word_count * 2);
    const std::size_t byte_count = cursor.le16();
    if (!cursor.ok()) return false;
    const std::size_t begin = cursor.position(), end = std::min(bytes.size(), begin + byte_count);
    if (message.response && word_count == 0) return true;  // an error
    if (message.kind == Kind::negotiate) {
        if (message.response) {
            message.dialect_index = words.le16();
            return words.ok();
        }
        Cursor list{bytes.subspan(begin, end - begin)};
        while (list.ok() && !list.empty()) {
            if (list.u8() != 2) return false;  // a string follows
            const Bytes rest = list.rest();
            const Bytes name = list.take(static_cast<std::size_t>(std::find(rest.begin(), rest.end(), 0) - rest.begin()));
            list.skip(1);
            if (list.ok() && message.dialect_count < max_dialects) message.dialects[message.dialect_count++] = name;
        }
        return list.ok();
    }
    words.skip(4);  // the command that follows within
    if (message.kind == Kind::tree_connect) {
        if (message.response) {
            Strings strings{bytes, begin, end, false};
            const Bytes service = strings.next(scratch);
            message.share_type = as_text(service) == "IPC" ? "PIPE" : starts_with(service, "LPT") ? "PRINT" : "FILE";
            return true;
        }
        words.skip(2);
        const std::size_t password = words.le16();
        Strings strings{bytes, begin + password, end, unicode};
        message.share = strings.next(scratch);
        return words.ok();
    }
    const bool extended = word_count == (message.response ? 4u : 12u);  // a security blob (MS-SMB section 2.2.4.6)
    if (message.response) {
        words.skip(2);
        const std::size_t blob = extended ? words.le16() : 0;
        Strings strings{bytes, begin + blob, end, unicode};
        message.native_os = strings.next(scratch);
        message.native_lm = strings.next(scratch);
        return words.ok();
    }
    words.skip(10);
    const std::size_t first = words.le16(), second = extended ? 0 : words.le16();
    if (!words.ok() || begin + first + second > end) return false;
    Strings strings{bytes, begin + first + second, end, unicode};
    if (extended) {
        read_ntlm(bytes.subspan(begin, first), message, scratch);
    } else {  // passwords, then who
        message.user = strings.next(scratch);
        message.domain = strings.next(scratch);
    }
    message.native_os = strings.next(scratch);
    message.native_lm = strings.next(scratch);
    return true;
}

/// What a pair of offset and size points to; offsets count from the head.
Bytes pointed_to(Bytes bytes, Cursor& cursor) noexcept {
    const std::size_t offset = cursor.le16(), size = cursor.le16();
    return offset > bytes.size() ? Bytes{} : first_of(bytes.subspan(offset), size);  // what lies beyond what is read is cut
}

bool read_v2(Bytes bytes, Message& message, Scratch& scratch) noexcept {
    Cursor cursor{bytes};
    cursor.skip(head_v2);
    if (cursor.empty()) return false;
    cursor.skip(2);                                                                                   // structure size
    if (message.response && message.status != 0 && message.kind != Kind::session_setup) return true;  // an error's body
    switch (message.kind) {
        case Kind::negotiate:
            if (message.response) {
                cursor.skip(2);
                message.dialect = dialect_name(cursor.le16());
                cursor.skip(2);
                message.guid = cursor.take(16);
                return cursor.ok();
            } else {
                const std::size_t count = cursor.le16();
                cursor.skip(8);
                message.guid = cursor.take(16);
                cursor.skip(8);
                for (std::size_t i = 0; i < count && cursor.ok(); ++i) {
                    const std::string_view name = dialect_name(cursor.le16());
                    if (cursor.ok() && i < max_dialects) message.dialects[message.dialect_count++] = as_bytes(name);
                }
                return cursor.ok();
            }
        case Kind::session_setup:
            if (message.response) return true;
            cursor.skip(10);
            read_ntlm(pointed_to(bytes, cursor), message, scratch);
            return cursor.ok();
        case Kind::tree_connect:
            if (message.response) {
                const std::uint8_t type = cursor.u8();
                message.share_type = type == 1 ? "FILE" : type == 2 ? "PIPE" : type == 3 ? "PRINT" : "UNKNOWN";
            } else {
                cursor.skip(2);
                message.share = read_utf16(pointed_to(bytes, cursor), scratch);
            }
            return cursor.ok();
        case Kind::other: break;
    }
    return true;
}

struct StatusName {
    std::uint32_t status;
    std::string_view name;
};
constexpr std::array statuses{StatusName{0x00000000, "STATUS_SUCCESS"},
                              StatusName{0xc0000016, "STATUS_MORE_PROCESSING_REQUIRED"},
                              StatusName{0xc0000022, "STATUS_ACCESS_DENIED"},
                              StatusName{0xc000000d, "STATUS_INVALID_PARAMETER"},
                              StatusName{0xc0000064, "STATUS_NO_SUCH_USER"},
                              StatusName{0xc000006a, "STATUS_WRONG_PASSWORD"},
                              StatusName{0xc000006d, "STATUS_LOGON_FAILURE"},
                              StatusName{0xc000006e, "STATUS_ACCOUNT_RESTRICTION"},
                              StatusName{0xc0000071, "STATUS_PASSWORD_EXPIRED"},
                              StatusName{0xc0000072, "STATUS_ACCOUNT_DISABLED"},
                              StatusName{0xc00000bb, "STATUS_NOT_SUPPORTED"},
                              StatusName{0xc00000cb, "STATUS_BAD_DEVICE_TYPE"},
                              StatusName{0xc00000cc, "STATUS_BAD_NETWORK_NAME"},
                              StatusName{0xc000015b, "STATUS_LOGON_TYPE_NOT_GRANTED"},
                              StatusName{0xc0000203, "STATUS_USER_SESSION_DELETED"},
                              StatusName{0xc0000234, "STATUS_ACCOUNT_LOCKED_OUT"}};

}  // namespace

bool read_head(Bytes bytes, Message& message) noexcept {
    Cursor cursor{bytes};
    const std::uint8_t mark = cursor.u8();
    if (as_text(cursor.take(3)) != "SMB") return false;
    if (mark == 0xff) {
        message.version = 1;
        message.command = cursor.u8();
        message.status = cursor.le32();
        message.response = (cursor.u8() & v1_reply_flag) != 0;
        cursor.skip(14);  // flags, high part of the process id, signature, reserved
        message.tree_id = cursor.le16();
        const std::uint64_t process = cursor.le16();
        message.session_id = cursor.le16();
        message.id = process << 16 | cursor.le16();
        message.kind = kind_of(message.command, {v1_negotiate, v1_session_setup, v1_tree_connect});
    } else if (mark == 0xfe) {
        message.version = 2;
        if (cursor.le16() != head_v2) return false;
        cursor.skip(2);
        message.status = cursor.le32();
        message.command = static_cast<std::uint8_t>(cursor.le16());
        cursor.skip(2);
        const std::uint32_t flags = cursor.le32();
        cursor.skip(4);
        message.response = (flags & v2_reply_flag) != 0;
        message.id = cursor.le64();
        cursor.skip(4);
        message.tree_id = (flags & v2_async_flag) != 0 ? std::uint32_t{0} : cursor.le32();
        if ((flags & v2_async_flag) != 0) cursor.skip(4);
        message.session_id = cursor.le64();
        message.kind = kind_of(message.command, {v2_negotiate, v2_session_setup, v2_tree_connect});
    } else {
        return false;
    }
    return cursor.ok();
}

bool read_body(Bytes bytes, Message& message, Scratch& scratch) noexcept {
    return message.version == 1 ? read_v1(bytes, message, scratch) : read_v2(bytes, message, scratch);
}

std::string_view command_name(const Message& message) noexcept {
    const bool first = message.version == 1;
    switch (message.kind) {
        case Kind::negotiate: return first ? "SMB1_COMMAND_NEGOTIATE_PROTOCOL" : "SMB2_COMMAND_NEGOTIATE_PROTOCOL";
        case Kind::session_setup: return first ? "SMB1_COMMAND_SESSION_SETUP_ANDX" : "SMB2_COMMAND_SESSION_SETUP";
        case Kind::tree_connect: return first ? "SMB1_COMMAND_TREE_CONNECT_ANDX" : "SMB2_COMMAND_TREE_CONNECT";
        case Kind::other: break;
    }
    return {};
}

std::string_view status_name(std::uint32_t status) noexcept {
    const auto found = std::find_if(statuses.begin(), statuses.end(), [status](const StatusName& row) { return row.status == status; });
    return found == statuses.end() ? std::string_view{} : found->name;
}

}  // namespace weir::smb
