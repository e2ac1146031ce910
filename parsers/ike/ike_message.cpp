// SPDX-License-Identifier: Apache-2.0
#include "parsers/ike/ike_message.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/ike/ike_names.hpp"

namespace weir::ike {
namespace {

constexpr std::size_t spi_size = 8, header_size = 28, payload_header_size = 4;
constexpr std::size_t max_payload_chain = 64;
constexpr std::uint8_t no_payload = 0;

/// Payload types, RFC 2408 section 3.1 and RFC 7296 section 3.2.
namespace v1 {
constexpr std::uint8_t security_association = 1, key_exchange = 4, identification = 5, nonce = 10, notification = 11, vendor = 13;
}
namespace v2 {
constexpr std::uint8_t security_association = 33, key_exchange = 34, nonce = 40, notification = 41, vendor = 43, encrypted = 46,
                       encrypted_fragment = 53;
}

void add(Offered& list, std::uint16_t value) noexcept {
    if (std::ranges::find(list, value) == list.end()) (void)list.push_back(value);
}

/// RFC 2408 section 3.3: a type with a value of two octets (the first bit is set), or with a length and a value.
struct Attribute {
    std::uint16_t type = 0;
    std::uint32_t value = 0;
};
Attribute next_attribute(Cursor& cursor) noexcept {
    constexpr std::uint16_t short_form = 0x8000;
    const std::uint16_t head = cursor.be16();
    Attribute attribute{static_cast<std::uint16_t>(head & ~short_form), cursor.be16()};
    if ((head & short_form) != 0) return attribute;
    const Bytes value = cursor.take(attribute.value);
    attribute.value = 0;
    for (const std::uint8_t octet : first_of(value, sizeof attribute.value)) attribute.value = attribute.value << 8 | octet;
    return attribute;
}

/// RFC 2409 appendix A.
void read_transform_1(Cursor attributes, Message& message) noexcept {
    constexpr std::uint16_t encryption = 1, hash = 2, authentication = 3, group = 4, life_type = 11, life_duration = 12, key_length = 14;
    Transform transform;
    while (!attributes.empty()) {
        const Attribute attribute = next_attribute(attributes);
        if (!attributes.ok()) break;
        const auto value = static_cast<std::uint16_t>(attribute.value);
        switch (attribute.type) {
            case encryption: transform.encryption = value, add(message.encryptions, value); break;
            case hash: transform.hash = value, add(message.integrities, value); break;
            case authentication: transform.authentication = value; break;
            case group: transform.group = value, add(message.groups, value); break;
            case key_length: transform.key_length = value, add(message.key_lengths, value); break;
            case life_type: transform.life_type = value; break;
            case life_duration: transform.life_duration = attribute.value; break;
            default: break;
        }
    }
    (void)message.transforms.push_back(transform);
}

/// RFC 7296 section 3.3.2.
void read_transform_2(std::uint8_t kind, std::uint16_t id, Cursor attributes, Message& message) noexcept {
    constexpr std::uint8_t encryption = 1, prf = 2, integrity = 3, group = 4, extended_sequence = 5;
    constexpr std::uint16_t key_length = 14;
    switch (kind) {
        case encryption: add(message.encryptions, id); break;
        case prf: add(message.prfs, id); break;
        case integrity: add(message.integrities, id); break;
        case group: add(message.groups, id); break;
        case extended_sequence: message.esn = id; break;
        default: break;
    }
    while (!attributes.empty()) {
        const Attribute attribute = next_attribute(attributes);
        if (attributes.ok() && attribute.type == key_length) add(message.key_lengths, static_cast<std::uint16_t>(attribute.value));
    }
}

/// A header `more 1 | reserved 1 | length 2`, as payloads, proposals and transforms have it, with its content.
Cursor next_item(Cursor& list) noexcept {
    list.skip(2);
    const std::uint16_t length = list.be16();
    if (length < payload_header_size) list.fail();
    return list.sub(list.ok() ? length - payload_header_size : 0u);
}

/// RFC 2408 sections 3.5 and 3.6, RFC 7296 section 3.3.1: proposals, and in each of them transforms.
bool read_proposals(Cursor proposals, Message& message) noexcept {
    while (!proposals.empty()) {
        Cursor proposal = next_item(proposals);
        proposal.skip(2);  // number, protocol
        const std::uint8_t spi = proposal.u8(), count = proposal.u8();
        proposal.skip(spi);
        for (unsigned i = 0; i < count && proposal.ok(); ++i) {
            Cursor transform = next_item(proposal);
            const std::uint8_t kind = transform.u8();  // version 1: a number
            transform.skip(1);                         // version 1: identifier, always IKE's
            const std::uint16_t id = transform.be16();
            if (!transform.ok()) return false;
            if (message.major == 1)
                read_transform_1(transform, message);
            else
                read_transform_2(kind, id, transform, message);
        }
        if (!proposal.ok()) return false;
    }
    return proposals.ok();
}

/// RFC 2408 section 3.4: domain and situation stand before the proposals.
bool read_security_association_1(Cursor content, Message& message) noexcept {
    constexpr std::uint32_t ipsec = 1, identity_only = 1;
    message.domain = content.be32();
    const std::uint32_t situation = content.be32();
    if (!content.ok()) return false;
    return *message.domain != ipsec || situation != identity_only || read_proposals(content, message);
}

/// RFC 2407 section 4.6.2: type, protocol, port, value.
void read_identification(Cursor content, Message& message) noexcept {
    constexpr std::uint8_t v4_address = 1, fully_qualified = 2, user = 3, v6_address = 5, key = 11;
    const std::uint8_t type = content.u8();
    content.skip(3);
    const Bytes value = content.rest();
    if (type == fully_qualified || type == user || type == key) message.identification = value;
    if ((type == v4_address && value.size() == 4) || (type == v6_address && value.size() == 16)) message.identification_address = value;
}

/// RFC 2408 section 3.14: domain, protocol, size of an SPI, type. RFC 7296 section 3.10: the same without the domain.
bool read_notification(Cursor content, Message& message) noexcept {
    if (message.major == 1) content.skip(4);
    content.skip(2);
    const std::uint16_t type = content.be16();
    if (content.ok()) (void)message.notifies.push_back(type);
    return content.ok();
}

bool read_payload_1(std::uint8_t type, Cursor content, Message& message) noexcept {
    switch (type) {
        case v1::security_association: return read_security_association_1(content, message);
        case v1::key_exchange: message.key_exchange = content.rest(); return true;
        case v1::identification: read_identification(content, message); return true;
        case v1::nonce: message.nonce = content.rest(); return true;
        case v1::notification: return read_notification(content, message);
        case v1::vendor: (void)message.vendors.push_back(content.rest()); return true;
        default: return true;
    }
}

bool read_payload_2(std::uint8_t type, Cursor content, Message& message) noexcept {
    switch (type) {
        case v2::security_association: return read_proposals(content, message);
        case v2::key_exchange:
            content.skip(4);  // group, reserved
            message.key_exchange = content.rest();
            return content.ok();
        case v2::nonce: message.nonce = content.rest(); return true;
        case v2::notification: return read_notification(content, message);
        case v2::vendor: (void)message.vendors.push_back(content.rest()); return true;
        default: return true;
    }
}

/// The chain of payloads, up to its end or to what is encrypted.
bool read_payloads(std::uint8_t type, Cursor chain, Message& message) noexcept {
    for (std::size_t i = 0; type != no_payload; ++i) {
        if (i == max_payload_chain) return false;
        const std::uint8_t next = chain.peek();
        const Cursor content = next_item(chain);
        if (!chain.ok()) return false;
        (void)message.payloads.push_back(type);
        if (message.major == 2 && (type == v2::encrypted || type == v2::encrypted_fragment)) return true;
        if (!(message.major == 1 ? read_payload_1(type, content, message) : read_payload_2(type, content, message))) return false;
        type = next;
    }
    return true;
}

}  // namespace

std::optional<bool> Message::from_initiator() const noexcept {
    if (major == 2) return (flags & initiator_flag) != 0;
    const bool unanswered = std::ranges::all_of(responder_spi, [](std::uint8_t octet) { return octet == 0; });
    return unanswered ? std::optional{true} : std::nullopt;
}

bool has_header(Bytes datagram) noexcept {
    Cursor cursor{datagram};
    const std::uint64_t initiator = cursor.be64();
    cursor.skip(spi_size + 1);
    const std::uint8_t major = cursor.u8() >> 4, exchange = cursor.u8();
    cursor.skip(1 + 4);
    const std::uint32_t length = cursor.be32();
    if (!cursor.ok() || initiator == 0 || (major != 1 && major != 2)) return false;
    return length >= header_size && length <= datagram.size() && !exchange_name(major, exchange).empty();
}

std::optional<Message> read_message(Bytes datagram) noexcept {
    if (!has_header(datagram)) return std::nullopt;
    std::optional<Message> message{std::in_place};
    Cursor cursor{datagram};
    message->initiator_spi = cursor.take(spi_size);
    message->responder_spi = cursor.take(spi_size);
    const std::uint8_t first = cursor.u8(), version = cursor.u8();
    message->major = version >> 4;
    message->minor = version & 15;
    message->exchange = cursor.u8();
    message->flags = cursor.u8();
    message->id = cursor.be32();
    const std::uint32_t length = cursor.be32();
    if (message->encrypted()) return message;
    if (!read_payloads(first, cursor.sub(length - header_size), *message)) message.reset();
    return message;
}

}  // namespace weir::ike
