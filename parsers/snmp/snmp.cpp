// SPDX-License-Identifier: Apache-2.0
#include "parsers/snmp/snmp.hpp"

#include <algorithm>

#include "parsers/base/steps.hpp"

namespace weir::snmp {
namespace {

constexpr std::array<std::uint8_t, 10> snmp_trap_oid{0x2b, 6, 1, 6, 3, 1, 1, 4, 1, 0};  // 1.3.6.1.6.3.1.1.4.1.0, RFC 3418 section 2
constexpr std::array<std::uint8_t, 4> version_start{0x30, 0x02, 0x01, 0x00};            // sequence (its length left out), one-octet integer

constexpr std::size_t longest_header = 2 + 4;              // of a BER element: tag, and a length in four more octets
constexpr std::size_t longest_start = longest_header + 3;  // with the version, one octet in an element of its own
constexpr std::size_t min_binding = 6;                     // sequence, empty name, null

/// `oid` as dotted text in `scratch`; empty when it is malformed or the memory is used up.
Bytes dotted(Bytes oid, Scratch& scratch) noexcept {
    const auto room = scratch.take(max_oid_text);
    const std::size_t size = ber::write_oid(oid, room);
    scratch.give_back(room.size() - size);
    return room.first(size);
}

/// Whether `data`, the beginning of a stream, can still become a message.
bool may_begin(Bytes data) noexcept {
    if (data.empty() || data[0] != version_start[0]) return data.empty();
    if (data.size() < 2) return true;
    const std::size_t head = data[1] < 0x80 ? 2 : 2u + (data[1] & 0x7f);
    if (head > longest_header) return false;
    for (std::size_t i = 0; i < 2 && head + i < data.size(); ++i)
        if (data[head + i] != version_start[1 + i]) return false;
    return head + 2 >= data.size() || data[head + 2] <= 3;
}

Probe::Sender sender_of(const Message& message) noexcept {
    if (!message.encrypted()) return opens(message.pdu) ? Probe::Sender::client : Probe::Sender::server;
    // Of an encrypted message only this is seen: requests, and nothing else that is not answered, ask for reports.
    return (message.flags & reportable_flag) != 0 ? Probe::Sender::client : Probe::Sender::unknown;
}

/// What the agent says of itself: 1.3.6.1.2.1.1.N.0, the system group of RFC 3418 section 2.
void keep_system(const Binding& binding, Transaction& transaction, Scratch& scratch) noexcept {
    constexpr std::array<std::uint8_t, 6> group{0x2b, 6, 1, 2, 1, 1};
    constexpr std::uint8_t description = 1, object = 2, name = 5;
    if (binding.name.size() != group.size() + 2 || binding.name.back() != 0 || !std::ranges::equal(binding.name.first(group.size()), group)) return;
    const ber::Element& value = binding.value;
    const std::uint8_t which = binding.name[group.size()];
    if (which == object && value.tag == ber::tag::oid) transaction.system_object = dotted(value.content, scratch);
    if (which == description && value.tag == ber::tag::octet_string) transaction.system_description = value.content;
    if (which == name && value.tag == ber::tag::octet_string) transaction.system_name = value.content;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    const bool stream = offer.transport == Transport::tcp;
    if (!may_begin(offer.data)) return Probe::no();
    const std::size_t size = ber::element_size(offer.data);
    if (size > max_stream_message) return Probe::no();
    if (size == 0 || offer.data.size() < size) return stream ? Probe::more() : Probe::no();
    if (!stream && offer.data.size() != size && !offer.port_matches) return Probe::no();
    std::size_t used = 0;
    const auto message = read_message(offer.data, used);
    return message ? Probe::yes(sender_of(*message)) : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (transport_ == Transport::tcp) return feed_stream(direction, bytes, emit);
    std::size_t used = 0;  // octets behind the message are not part of it
    if (const auto message = read_message(bytes, used))
        report(direction, *message, emit);
    else
        emit.anomaly(Parser::malformed_data, direction);
    return Fed::ok(bytes.size());
}

Fed State::feed_stream(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept {
        const std::size_t size = ber::element_size(rest);
        std::size_t used = 0;
        std::optional<Message> message;
        if (may_begin(rest) && size <= max_stream_message) {
            if (size == 0 && rest.size() < longest_header) return Fed::need_more(0);
            if (size > rest.size()) return rest.size() < longest_start ? Fed::need_more(0) : Fed::need_more(0, size);
            message = read_message(rest, used);
        }
        if (!message) {
            emit.anomaly(Parser::malformed_data, direction);
            return Fed::malformed();
        }
        report(direction, *message, emit);
        return Fed::ok(used);
    });
}

void State::report(Direction direction, const Message& message, Emit<Transaction> emit) noexcept {
    if (version_ == 0) version_ = message.version;
    if (version_ != message.version) emit.anomaly(Parser::version_mismatch, direction);
    if (message.version == 3 && !message.user_based()) emit.anomaly(Parser::unknown_security_model, direction);

    Transaction transaction;
    transaction.message = message;
    Scratch& scratch = emit.scratch();
    if (!message.enterprise.empty()) transaction.trap_oid = dotted(message.enterprise, scratch);
    const auto names = scratch.array<Bytes>(std::min(max_variables, message.bindings.size() / min_binding));
    std::size_t used = 0;
    bool dropped = false;
    ber::Reader list{message.bindings};
    while (!list.empty()) {
        const Binding binding = next_binding(list);
        if (!list.ok()) break;
        dropped = used == names.size();
        if (dropped) break;
        names[used++] = dotted(binding.name, scratch);
        if (message.pdu == Pdu::trap_v2 && binding.value.tag == ber::tag::oid && std::ranges::equal(binding.name, snmp_trap_oid))
            transaction.trap_oid = dotted(binding.value.content, scratch);
        keep_system(binding, transaction, scratch);
    }
    if (!list.ok()) emit.anomaly(Parser::malformed_data, direction);
    if (dropped) emit.anomaly(Parser::too_many_variables, direction);
    transaction.variables = names.first(used);

    const bool request = message.pdu == Pdu::none ? direction == Direction::to_server : opens(message.pdu);
    emit(transaction, (request ? Report::request : Report::response) | Report::log, direction);
}

namespace fields {

Value pdu_type(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Pdu pdu = transaction.message.pdu;
    return pdu == Pdu::none ? Value::none() : Value::of(static_cast<std::uint64_t>(pdu));
}
Value pdu_type_name(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(pdu_name(transaction.message.pdu)) : Value{};
}
Value operation(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(operation_name(transaction.message.pdu)) : Value{};
}
Value error(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const std::int64_t status = transaction.message.error_status;
    const std::string_view name = error_name(status);
    return status == 0 ? Value::none() : Value::of(name.empty() ? std::string_view{"Unknown"} : name);
}
Value error_index(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Message& message = transaction.message;
    return message.error_status == 0 ? Value::none() : Value::of(static_cast<std::uint32_t>(message.error_index));
}
Value trap_type(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Message& message = transaction.message;
    return message.pdu == Pdu::trap_v1 ? Value::of(static_cast<std::uint32_t>(message.generic_trap)) : Value::none();
}
Value trap_type_name(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    if (transaction.message.pdu != Pdu::trap_v1) return Value::none();
    const std::string_view name = trap_name(transaction.message.generic_trap);
    return Value::of(name.empty() ? std::string_view{"Unknown"} : name);
}
Value specific_trap(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Message& message = transaction.message;
    return message.pdu == Pdu::trap_v1 ? Value::of(static_cast<std::uint32_t>(message.specific_trap)) : Value::none();
}
Value trap_address(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes address = transaction.message.agent_address;
    return address.empty() ? Value::none() : Value::address(address);
}
Value variable(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.variables.size() ? Value::of(transaction.variables[index]) : Value{};
}
Value request_id(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Message& message = transaction.message;
    if (message.pdu == Pdu::none || message.pdu == Pdu::trap_v1) return Value::none();
    return Value::of(static_cast<std::uint32_t>(message.request_id));
}
Value engine_id(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes engine = transaction.message.engine_id;
    return engine.empty() ? Value::none() : Value::hex(engine);
}
Value security_level(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Message& message = transaction.message;
    if (message.version != 3) return Value::none();
    if (message.encrypted()) return Value::of(std::string_view{"authPriv"});
    return Value::of(std::string_view{(message.flags & authenticated_flag) != 0 ? "authNoPriv" : "noAuthNoPriv"});
}

}  // namespace fields
}  // namespace weir::snmp
