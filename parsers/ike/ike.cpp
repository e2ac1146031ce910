// SPDX-License-Identifier: Apache-2.0
#include "parsers/ike/ike.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/text_writer.hpp"
#include "parsers/ike/ike_names.hpp"

namespace weir::ike {
namespace {

constexpr std::size_t marker_size = 4;  // RFC 3948 section 2.2: zeroes where an SPI of ESP would stand
constexpr std::size_t max_vendor = 64;  // octets of a vendor identifier that are shown

bool has_marker(Bytes datagram) noexcept {
    return datagram.size() > marker_size && std::ranges::all_of(datagram.first(marker_size), [](std::uint8_t octet) { return octet == 0; });
}
/// The message without the marker; an initiator's SPI is never zero, so that there is no doubt.
Bytes without_marker(Bytes datagram) noexcept { return has_marker(datagram) ? datagram.subspan(marker_size) : datagram; }

Bytes hex_text(Bytes bytes, Scratch& scratch) noexcept {
    return write_in(scratch, [bytes](TextWriter& writer) {
        for (const std::uint8_t byte : bytes) writer.hex(byte);
    });
}

bool is_request(const Message& message, Direction direction) noexcept {
    return message.major == 2 ? (message.flags & response_flag) == 0 : direction == Direction::to_server;
}

/// What version 2 names weak in a responder's choice; version 1 has numbers of its own.
void judge_choice(const Message& message, Direction direction, Emit<Transaction> emit) noexcept {
    constexpr std::uint16_t null_cipher = 11, first_strong_group = 14;
    const bool first = message.major == 1;
    for (const std::uint16_t id : message.encryptions) {
        if (!first && id == null_cipher) emit.anomaly(Parser::no_encryption, direction);
        if (first ? id == 1 : id == 1 || id == 2 || id == 9) emit.anomaly(Parser::weak_crypto_enc, direction);
    }
    for (const std::uint16_t id : message.groups)
        if ((id != 0 && id < first_strong_group) || id == 22 || id == 25) emit.anomaly(Parser::weak_crypto_dh, direction);
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp) return Probe::no();
    const Bytes datagram = without_marker(offer.data);
    const auto message = read_message(datagram);
    if (!message) return Probe::no();
    // Elsewhere than on its ports a message must show payloads that exist.
    const bool shows =
        std::ranges::any_of(message->payloads, [&](std::uint8_t type) { return !payload_name(message->major, type).empty(); });
    if (!offer.port_matches && !shows) return Probe::no();
    const auto initiator = message->from_initiator();
    if (!initiator) return Probe::yes();
    return Probe::yes(*initiator ? Probe::Sender::client : Probe::Sender::server);
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    const Bytes wire = without_marker(datagram);
    const auto message = read_message(wire);
    if (!message) {
        // Where no marker stands, port 4500 carries ESP, and octets that keep the address translation alive (RFC 3948 section 2.3).
        if (has_marker(datagram) || has_header(datagram)) emit.anomaly(Parser::malformed_data, direction);
        return Fed::ok(datagram.size());
    }
    Scratch& scratch = emit.scratch();
    Transaction transaction;
    transaction.message = &*message;
    transaction.request = is_request(*message, direction);
    transaction.initiator_spi = hex_text(message->initiator_spi, scratch);
    transaction.responder_spi = hex_text(message->responder_spi, scratch);
    for (const Bytes vendor : message->vendors) (void)transaction.vendors.push_back(hex_text(first_of(vendor, max_vendor), scratch));
    if (!transaction.request) judge_choice(*message, direction, emit);
    emit(transaction, (transaction.request ? Report::request : Report::response) | Report::log, direction);
    return Fed::ok(datagram.size());
}

namespace fields {
namespace {

Value named(std::string_view name) noexcept { return detail::value_of(name); }

/// The names of a list, one by one.
template <class List, class Name>
Value name_in(const List& list, std::size_t index, Name&& name) noexcept {
    return index < list.size() ? named(name(list[index])) : Value{};
}
/// What a responder has chosen: the first of the list, in its answer.
template <class List, class Name>
Value chosen(const Transaction& transaction, const List& list, std::size_t index, Name&& name) noexcept {
    if (index != 0) return {};
    return !transaction.request && !list.empty() ? named(name(list[0])) : Value::none();
}
/// The name of a number that a transform which the initiator of version 1 offers may have.
template <class Name>
Value proposed(const Transaction& transaction, std::size_t index, std::optional<std::uint16_t> Transform::*member, Name&& name) noexcept {
    const auto& list = transaction.message->transforms;
    if (!transaction.request || index >= list.size()) return {};
    const auto& id = list[index].*member;
    return id ? named(name(*id)) : Value::none();
}
Value vendor(const Transaction& transaction, std::size_t index, std::uint8_t version) noexcept {
    if (transaction.message->major != version) return {};
    return index < transaction.vendors.size() ? Value::of(transaction.vendors[index]) : Value{};
}

}  // namespace

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return named(exchange_name(transaction.message->major, transaction.message->exchange));
}
Value role(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Message& message = *transaction.message;
    if (message.major != 2) return Value::none();
    return named((message.flags & initiator_flag) != 0 ? "initiator" : "responder");
}
Value payload(const Transaction& transaction, std::size_t index) noexcept {
    const Message& message = *transaction.message;
    return name_in(message.payloads, index, [&](std::uint8_t type) { return payload_name(message.major, type); });
}
Value notify(const Transaction& transaction, std::size_t index) noexcept {
    return name_in(transaction.message->notifies, index, notify_name);
}
Value encrypted_payloads(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.message->major == 1 ? Value::flag(transaction.message->encrypted()) : Value::none();
}
Value vendor_1(const Transaction& transaction, std::size_t index) noexcept { return vendor(transaction, index, 1); }
Value vendor_2(const Transaction& transaction, std::size_t index) noexcept { return vendor(transaction, index, 2); }

Value encryption(const Transaction& transaction, std::size_t index) noexcept {
    const Message& message = *transaction.message;
    return name_in(message.encryptions, index, [&](std::uint16_t id) { return encryption_name(message.major, id); });
}
Value integrity(const Transaction& transaction, std::size_t index) noexcept {
    const Message& message = *transaction.message;
    return name_in(message.integrities, index, [&](std::uint16_t id) { return integrity_name(message.major, id); });
}
Value prf(const Transaction& transaction, std::size_t index) noexcept { return name_in(transaction.message->prfs, index, prf_name); }
Value group(const Transaction& transaction, std::size_t index) noexcept {
    const Message& message = *transaction.message;
    return name_in(message.groups, index, [&](std::uint16_t id) { return group_name(message.major, id); });
}

Value chosen_encryption(const Transaction& transaction, std::size_t index) noexcept {
    const Message& message = *transaction.message;
    return chosen(transaction, message.encryptions, index, [&](std::uint16_t id) { return encryption_name(message.major, id); });
}
Value chosen_integrity(const Transaction& transaction, std::size_t index) noexcept {
    const Message& message = *transaction.message;
    if (message.major != 2) return index == 0 ? Value::none() : Value{};
    return chosen(transaction, message.integrities, index, [](std::uint16_t id) { return integrity_name(2, id); });
}
Value chosen_hash(const Transaction& transaction, std::size_t index) noexcept {
    const Message& message = *transaction.message;
    if (message.major != 1) return index == 0 ? Value::none() : Value{};
    return chosen(transaction, message.integrities, index, [](std::uint16_t id) { return integrity_name(1, id); });
}
Value chosen_prf(const Transaction& transaction, std::size_t index) noexcept {
    return chosen(transaction, transaction.message->prfs, index, prf_name);
}
Value chosen_group(const Transaction& transaction, std::size_t index) noexcept {
    const Message& message = *transaction.message;
    return chosen(transaction, message.groups, index, [&](std::uint16_t id) { return group_name(message.major, id); });
}
Value chosen_esn(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const auto& esn = transaction.message->esn;
    return !transaction.request && esn ? named(*esn == 0 ? "NoESN" : "ESN") : Value::none();
}
Value chosen_authentication(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const auto& list = transaction.message->transforms;
    const bool there = !transaction.request && !list.empty() && list[0].authentication;
    return there ? named(authentication_name(*list[0].authentication)) : Value::none();
}

Value proposal_encryption(const Transaction& transaction, std::size_t index) noexcept {
    return proposed(transaction, index, &Transform::encryption, [](std::uint16_t id) { return encryption_name(1, id); });
}
Value proposal_hash(const Transaction& transaction, std::size_t index) noexcept {
    return proposed(transaction, index, &Transform::hash, [](std::uint16_t id) { return integrity_name(1, id); });
}
Value proposal_authentication(const Transaction& transaction, std::size_t index) noexcept {
    return proposed(transaction, index, &Transform::authentication, authentication_name);
}
Value proposal_group(const Transaction& transaction, std::size_t index) noexcept {
    return proposed(transaction, index, &Transform::group, [](std::uint16_t id) { return group_name(1, id); });
}

Value identification(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Message& message = *transaction.message;
    if (!message.identification_address.empty()) return Value::address(message.identification_address);
    return detail::value_of(message.identification);
}
Value key_exchange_size(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes data = transaction.message->key_exchange;
    return data.empty() ? Value::none() : Value::of(data.size());
}
Value nonce_size(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes data = transaction.message->nonce;
    return data.empty() ? Value::none() : Value::of(data.size());
}

}  // namespace fields
}  // namespace weir::ike
