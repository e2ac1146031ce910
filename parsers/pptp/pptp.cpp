// SPDX-License-Identifier: Apache-2.0
#include "parsers/pptp/pptp.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/single_value.hpp"
#include "parsers/base/steps.hpp"

namespace weir::pptp {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t probed_size = 10;    // up to the control message type
constexpr std::uint16_t max_length = 512;  // the longest message has 220 octets
constexpr std::uint32_t magic_cookie = 0x1a2b3c4d;
constexpr std::uint16_t control_message = 1;
constexpr std::size_t name_size = 64;

enum class Type : std::uint16_t {
    start_request = 1,
    start_reply,
    stop_request,
    stop_reply,
    echo_request,
    echo_reply,
    outgoing_call_request,
    outgoing_call_reply,
    incoming_call_request,
    incoming_call_reply,
    incoming_call_connected,
    call_clear_request,
    call_disconnect_notify,
    wan_error_notify,
    set_link_info,
};
constexpr std::array<std::string_view, 16> names{"unknown",
                                                 "start-request",
                                                 "start-reply",
                                                 "stop-request",
                                                 "stop-reply",
                                                 "echo-request",
                                                 "echo-reply",
                                                 "outgoing-call-request",
                                                 "outgoing-call-reply",
                                                 "incoming-call-request",
                                                 "incoming-call-reply",
                                                 "incoming-call-connected",
                                                 "call-clear-request",
                                                 "call-disconnect-notify",
                                                 "wan-error-notify",
                                                 "set-link-info"};

/// length | 1 | magic cookie | control message type | 0
struct Header {
    std::uint16_t length = 0, type = 0;
    bool good = false;
    explicit Header(Bytes bytes) noexcept {
        Cursor cursor{bytes};
        length = cursor.be16();
        const std::uint16_t kind = cursor.be16();
        const std::uint32_t cookie = cursor.be32();
        type = cursor.be16();
        good = cursor.ok() && kind == control_message && cookie == magic_cookie && length >= header_size && length <= max_length;
    }
};

/// A text in a field of 64 octets.
Bytes take_name(Cursor& cursor) noexcept {
    const Bytes field = cursor.take(name_size);
    const Bytes name = field.first(static_cast<std::size_t>(std::ranges::find(field, std::uint8_t{0}) - field.begin()));
    return name.empty() ? Bytes{} : name;
}

/// Sections 2.1 to 2.15.
bool read_body(Cursor cursor, Transaction& message) noexcept {
    switch (static_cast<Type>(message.type)) {
        case Type::start_request:
        case Type::start_reply:
            message.version = cursor.be16();
            if (static_cast<Type>(message.type) == Type::start_reply) {
                message.result = cursor.u8();
                message.error = cursor.u8();
            } else {
                cursor.skip(2);
            }
            cursor.skip(12);  // framing and bearer capabilities, channels, firmware
            message.host_name = take_name(cursor);
            message.vendor_name = take_name(cursor);
            break;
        case Type::stop_reply:
            message.result = cursor.u8();
            message.error = cursor.u8();
            break;
        case Type::outgoing_call_request:
            message.call = cursor.be16();
            cursor.skip(26);  // serial number, speeds, bearer, framing, window, delay, length of the number, reserved
            message.phone_number = take_name(cursor);
            break;
        case Type::outgoing_call_reply:
            message.call = cursor.be16();
            message.peer_call = cursor.be16();
            message.result = cursor.u8();
            message.error = cursor.u8();
            break;
        case Type::incoming_call_request:
            message.call = cursor.be16();
            cursor.skip(14);  // serial number, bearer, physical channel, lengths of the numbers
            message.phone_number = take_name(cursor);
            break;
        case Type::incoming_call_reply:
            message.call = cursor.be16();
            message.peer_call = cursor.be16();
            message.result = cursor.u8();
            message.error = cursor.u8();
            break;
        case Type::incoming_call_connected:
        case Type::set_link_info: message.peer_call = cursor.be16(); break;
        case Type::call_clear_request:
        case Type::wan_error_notify: message.call = cursor.be16(); break;
        case Type::call_disconnect_notify:
            message.call = cursor.be16();
            message.result = cursor.u8();
            message.error = cursor.u8();
            break;
        default: break;
    }
    return cursor.ok();
}

/// What is said again and again while a tunnel stands.
bool is_routine(std::uint16_t type) noexcept {
    switch (static_cast<Type>(type)) {
        case Type::echo_request:
        case Type::echo_reply:
        case Type::wan_error_notify:
        case Type::set_link_info: return true;
        default: return false;
    }
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp) return Probe::no();
    constexpr std::array<std::uint8_t, 6> mark{0, 1, 0x1a, 0x2b, 0x3c, 0x4d};
    for (std::size_t i = 2; i < std::min(offer.data.size(), 2 + mark.size()); ++i)
        if (offer.data[i] != mark[i - 2]) return Probe::no();
    if (offer.data.size() < probed_size) return offer.data.empty() || offer.data[0] < 2 ? Probe::more() : Probe::no();
    const Header header{offer.data};
    if (!header.good || header.type == 0 || header.type >= names.size()) return Probe::no();
    switch (static_cast<Type>(header.type)) {
        case Type::start_request: return Probe::yes(Probe::Sender::client);
        case Type::start_reply: return Probe::yes(Probe::Sender::server);
        default: return Probe::yes();
    }
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) {
        if (rest.size() < header_size) return Fed::need_more(0, header_size);
        const Header header{rest};
        if (!header.good) {
            emit.anomaly(1, direction);
            return Fed::malformed();
        }
        if (rest.size() < header.length) return Fed::need_more(0, header.length);
        Cursor cursor{rest.first(header.length)};
        cursor.skip(header_size);
        Transaction message;
        message.type = header.type;
        if (read_body(cursor, message)) {
            const Report report = direction == Direction::to_server ? Report::request : Report::response;
            emit(message, is_routine(header.type) ? report : report | Report::log, direction);
        } else {
            emit.anomaly(2, direction);
        }
        return Fed::ok(header.length);
    });
}

Fed State::gap(Direction, std::uint64_t, Emit<Transaction>) noexcept { return Fed::done(0); }

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(names[transaction.type < names.size() ? transaction.type : 0]) : Value{};
}
Value version(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.version); }
Value call(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.call); }
Value peer_call(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.peer_call); }
Value result(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.result); }
Value error(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.error); }

}  // namespace weir::pptp
