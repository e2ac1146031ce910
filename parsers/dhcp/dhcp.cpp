// SPDX-License-Identifier: Apache-2.0
#include "parsers/dhcp/dhcp.hpp"

#include "parsers/base/colon_hex.hpp"
#include "parsers/base/cursor.hpp"

namespace weir::dhcp {
namespace {

constexpr std::uint8_t request = 1, reply = 2;
constexpr std::uint32_t cookie = 0x63825363;  // RFC 2131 section 3
constexpr std::size_t hardware_size = 16, server_name_size = 64, file_size = 128;
constexpr std::size_t cookie_offset = 28 + hardware_size + server_name_size + file_size;
constexpr std::size_t v4_size = 4;

/// The text before the first NUL; without a data pointer when there is none.
Bytes terminated(Bytes field) noexcept {
    std::size_t size = 0;
    while (size < field.size() && field[size] != 0) ++size;
    return size == 0 ? Bytes{} : field.first(size);
}

/// Names that Suricata gives to requested options; empty for the others, which it leaves out.
constexpr std::string_view parameter_name(std::uint8_t code) noexcept {
    switch (code) {
        case 1: return "subnet_mask";
        case 3: return "router";
        case 6: return "dns_server";
        case 15: return "domain";
        case 35: return "arp_timeout";
        case 42: return "ntp_server";
        case 66: return "tftp_server_name";
        case 150: return "tftp_server_ip";
        default: return {};
    }
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp || offer.data.size() < cookie_offset + sizeof cookie) return Probe::no();
    const std::uint8_t operation = offer.data[0];
    if ((operation != request && operation != reply) || offer.data[2] > hardware_size) return Probe::no();
    Cursor cursor{offer.data};
    cursor.skip(cookie_offset);
    if (cursor.be32() != cookie) return Probe::no();
    return Probe::yes(operation == request ? Probe::Sender::client : Probe::Sender::server);
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    Cursor cursor{datagram};
    Transaction transaction;
    transaction.operation = cursor.u8();
    cursor.skip(1);  // type of hardware
    const std::size_t hardware = cursor.u8();
    cursor.skip(1);  // hops
    transaction.id = cursor.be32();
    cursor.skip(4);  // seconds, flags
    transaction.client_address = cursor.take(v4_size);
    transaction.your_address = cursor.take(v4_size);
    transaction.next_server = cursor.take(v4_size);
    transaction.relay = cursor.take(v4_size);
    const Bytes hardware_address = cursor.take(hardware_size);
    const Bytes server_name = cursor.take(server_name_size);
    const Bytes file = cursor.take(file_size);
    const std::uint32_t magic = cursor.be32();
    if (!cursor.ok()) {
        emit.anomaly(Parser::truncated_header, direction);
        return Fed::ok(datagram.size());
    }
    if (magic == cookie) {
        OptionFaults faults;
        transaction.options.read(cursor.rest(), file, server_name, faults);
        if (faults.malformed) emit.anomaly(Parser::malformed_options, direction);
        if (faults.truncated) emit.anomaly(Parser::truncated_options, direction);
    } else {
        emit.anomaly(Parser::bad_cookie, direction);
    }
    if (!transaction.options.server_name_overloaded()) transaction.server_name = terminated(server_name);
    if (!transaction.options.file_overloaded()) transaction.file = terminated(file);
    transaction.hardware_address = colon_hex(first_of(hardware_address, hardware), emit.scratch());
    if (const Bytes id = transaction.options[Option::client_id]; !id.empty())
        transaction.client_id = colon_hex(id.subspan(1), emit.scratch());
    emit(transaction, (transaction.operation == reply ? Report::response : Report::request) | Report::log, direction);
    return Fed::ok(datagram.size());
}

namespace fields {

Value type(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const std::uint8_t operation = transaction.operation;
    return Value::of(std::string_view{operation == request ? "request" : operation == reply ? "reply" : "<unknown>"});
}
Value message_type(const Transaction& transaction, std::size_t index) noexcept {
    constexpr std::array<std::string_view, 9> names{"unknown", "discover", "offer",   "request", "decline",
                                                    "ack",     "nak",      "release", "inform"};
    if (index != 0) return {};
    const Bytes value = transaction.options[Option::message_type];
    if (value.empty()) return Value::none();
    return Value::of(names[value[0] < names.size() ? value[0] : 0]);
}
Value relay(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.operation == reply ? Value::address(transaction.relay) : Value::none();
}
Value next_server(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.operation == reply ? Value::address(transaction.next_server) : Value::none();
}
Value parameter(const Transaction& transaction, std::size_t index) noexcept {
    for (const std::uint8_t code : transaction.options[Option::parameters])
        if (const std::string_view name = parameter_name(code); !name.empty() && index-- == 0) return Value::of(name);
    return {};
}
Value boot_server(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes option = transaction.options[Option::boot_server];
    return detail::value_of(option.empty() ? transaction.server_name : option);
}
Value boot_file(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes option = transaction.options[Option::boot_file];
    return detail::value_of(option.empty() ? transaction.file : option);
}
Value bootstrap_server(const Transaction& transaction, std::size_t index) noexcept {
    Cursor list{transaction.options[Option::bootstrap_servers]};  // each URI behind its length in two octets
    while (!list.empty()) {
        const Bytes uri = list.take(list.be16());
        if (list.ok() && index-- == 0) return Value::of(uri);
    }
    return {};
}

}  // namespace fields
}  // namespace weir::dhcp
