// SPDX-License-Identifier: Apache-2.0
#include "parsers/giop/giop_message.hpp"

#include <algorithm>

#include "parsers/base/text_lines.hpp"
#include "parsers/giop/cdr.hpp"

namespace weir::giop {
namespace {

constexpr std::string_view magic = "GIOP";
constexpr std::uint8_t newest_minor = 3;
constexpr std::uint32_t max_service_contexts = 64;
constexpr std::size_t max_host = 255;
constexpr std::size_t max_stringified = 1024;  // octets of an `IOR:` text that are looked at, decoded
constexpr std::uint32_t user_exception = 1, system_exception = 2;

/// IOP::ServiceContextList: numbers with their encapsulations.
void skip_service_contexts(Cdr& cdr) noexcept {
    const std::uint32_t count = cdr.number32();
    if (count > max_service_contexts) cdr.skip(~std::size_t{0});  // fails
    for (std::uint32_t i = 0; i < count && cdr.ok(); ++i) {
        (void)cdr.number32();
        (void)cdr.octets();
    }
}

/// IIOP::ProfileBody: version, host, port, object key.
std::optional<Reference> read_profile(Bytes encapsulation, Bytes& object_key) noexcept {
    if (encapsulation.size() < 12 || encapsulation[0] > 1 || encapsulation[1] != 1 || encapsulation[2] > newest_minor) return std::nullopt;
    Cdr cdr{encapsulation, encapsulation[0] == 1};
    cdr.skip(3);
    Reference reference;
    reference.host = cdr.string();
    reference.port = cdr.number16();
    object_key = cdr.octets();
    const bool plausible =
        cdr.ok() && !reference.host.empty() && reference.host.size() <= max_host &&
        std::all_of(reference.host.begin(), reference.host.end(), [](std::uint8_t byte) { return byte > ' ' && byte < 0x7f; });
    return plausible ? std::optional{reference} : std::nullopt;
}

/// Every IIOP profile (tag 0, length, encapsulation) that begins on a boundary of four from the start of `bytes`.
void find_profiles(Bytes bytes, bool little_endian, References& found) noexcept {
    constexpr std::size_t tag_and_length = 8;
    for (std::size_t at = 0; at + tag_and_length < bytes.size() && !found.full(); at += 4) {
        if (bytes[at] != 0) continue;
        Cdr cdr{bytes.subspan(at), little_endian};
        if (cdr.number32() != 0) continue;
        const Bytes encapsulation = cdr.octets();
        Bytes object_key;
        if (const auto reference = cdr.ok() ? read_profile(encapsulation, object_key) : std::nullopt) (void)found.push_back(*reference);
    }
}

int hex_digit(std::uint8_t byte) noexcept {
    if (byte >= '0' && byte <= '9') return byte - '0';
    const std::uint8_t letter = to_lower(byte);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// References as text (section 7.6.9): `IOR:` and the hexadecimal digits of an encapsulation.
void find_stringified(Bytes bytes, References& found, Scratch& scratch) noexcept {
    constexpr std::string_view prefix = "IOR:";
    std::string_view text = as_text(bytes);
    for (std::size_t at = text.find(prefix); at != std::string_view::npos && !found.full(); at = text.find(prefix)) {
        text.remove_prefix(at + prefix.size());
        const Bytes digits = as_bytes(text);
        const auto memory = scratch.take(max_stringified);
        std::size_t size = 0;
        while (size < memory.size() && 2 * size + 1 < digits.size()) {
            const int high = hex_digit(digits[2 * size]), low = hex_digit(digits[2 * size + 1]);
            if (high < 0 || low < 0) break;
            memory[size++] = static_cast<std::uint8_t>(high * 16 + low);
        }
        scratch.give_back(memory.size() - size);
        if (size != 0) find_profiles(memory.first(size), memory[0] == 1, found);
    }
}

/// GIOP::TargetAddress of version 1.2: an object key, a profile, or a reference with the profile that was chosen.
Bytes read_target(Cdr& cdr) noexcept {
    constexpr std::uint16_t key = 0, profile = 1, reference = 2;
    constexpr std::uint32_t internet_profile = 0, max_profiles = 32;
    const std::uint16_t kind = cdr.number16();
    if (kind == key) return cdr.octets();
    std::uint32_t chosen = 0, count = 1;
    if (kind == reference) {
        chosen = cdr.number32();
        (void)cdr.string();  // type
        count = cdr.number32();
    } else if (kind != profile) {
        count = max_profiles + 1;
    }
    if (count > max_profiles) cdr.skip(~std::size_t{0});  // fails
    Bytes object_key;
    for (std::uint32_t i = 0; i < count && cdr.ok(); ++i) {
        const std::uint32_t tag = cdr.number32();
        const Bytes encapsulation = cdr.octets();
        if (i == chosen && tag == internet_profile) (void)read_profile(encapsulation, object_key);
    }
    return object_key;
}

}  // namespace

std::string_view type_name(Type type) noexcept {
    constexpr std::array<std::string_view, 8> names{"request",          "reply",         "cancel-request", "locate-request", "locate-reply",
                                                    "close-connection", "message-error", "fragment"};
    return names[static_cast<std::size_t>(type)];
}

std::string_view status_name(Type type, std::uint32_t status) noexcept {
    constexpr std::array<std::string_view, 6> reply{"no-exception",     "user-exception",        "system-exception",
                                                    "location-forward", "location-forward-perm", "needs-addressing-mode"};
    constexpr std::array<std::string_view, 6> locate{"unknown-object",      "object-here",          "object-forward",
                                                     "object-forward-perm", "loc-system-exception", "loc-needs-addressing-mode"};
    if (status >= reply.size()) return "unknown";
    return (type == Type::locate_reply ? locate : reply)[status];
}

bool may_begin(Bytes bytes) noexcept {
    if (!starts_with(as_bytes(magic), as_text(first_of(bytes, magic.size())))) return false;
    if (bytes.size() > 4 && bytes[4] != 1) return false;
    if (bytes.size() > 5 && bytes[5] > newest_minor) return false;
    if (bytes.size() > 6 && bytes[6] > (bytes[5] == 0 ? 1 : 7)) return false;  // version 1.0: only a boolean
    return bytes.size() <= 7 || bytes[7] <= static_cast<std::uint8_t>(Type::fragment);
}

std::optional<Header> read_header(Bytes bytes) noexcept {
    if (bytes.size() < header_size || !may_begin(bytes)) return std::nullopt;
    Header header;
    header.minor = bytes[5];
    header.little_endian = (bytes[6] & 1) != 0;
    header.fragmented = (bytes[6] & 2) != 0;
    header.type = static_cast<Type>(bytes[7]);
    Cdr cdr{bytes, header.little_endian};
    cdr.skip(8);
    header.size = cdr.number32();
    return header;
}

std::optional<Message> read_message(const Header& header, Bytes bytes, Scratch& scratch) noexcept {
    const bool old = header.minor < 2;  // sections 9.4.2 to 9.4.6: the order of members changed with version 1.2
    Cdr cdr{bytes, header.little_endian};
    cdr.skip(header_size);
    Message message;
    const auto read_id = [&] {
        message.request_id = cdr.number32();
        message.has_request_id = cdr.ok();
    };
    bool has_body = false;
    switch (header.type) {
        case Type::request:
            if (old) skip_service_contexts(cdr);
            read_id();
            message.response_expected = (cdr.octet() & 1) != 0;
            if (header.minor > 0) cdr.skip(3);
            message.object_key = old ? cdr.octets() : read_target(cdr);
            message.operation = cdr.string();
            if (old)
                (void)cdr.octets();  // principal
            else
                skip_service_contexts(cdr);
            has_body = true;
            break;
        case Type::reply:
            if (old) skip_service_contexts(cdr);
            read_id();
            message.status = cdr.number32();
            if (!old) skip_service_contexts(cdr);
            has_body = true;
            break;
        case Type::locate_request:
            read_id();
            message.object_key = old ? cdr.octets() : read_target(cdr);
            break;
        case Type::locate_reply:
            read_id();
            message.status = cdr.number32();
            has_body = true;
            break;
        case Type::cancel_request: read_id(); break;
        case Type::fragment:
            if (!old) read_id();
            break;
        case Type::close_connection:
        case Type::message_error: break;
    }
    if (!cdr.ok()) return std::nullopt;
    if (!has_body || cdr.rest().empty()) return message;
    cdr.align(old ? 1 : 8);
    const std::size_t body = std::min((cdr.position() + 3) / 4 * 4, bytes.size());
    if (header.type == Type::reply && (message.status == user_exception || message.status == system_exception))
        message.exception = cdr.string();
    find_profiles(bytes.subspan(body), header.little_endian, message.references);
    find_stringified(bytes.subspan(body), message.references, scratch);
    return message;
}

}  // namespace weir::giop
