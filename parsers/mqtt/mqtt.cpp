// SPDX-License-Identifier: Apache-2.0
#include "parsers/mqtt/mqtt.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"

namespace weir::mqtt {
namespace {

constexpr std::array<std::string_view, 16> names{"",        "connect",  "connack",    "publish", "puback",      "pubrec",
                                                 "pubrel",  "pubcomp",  "subscribe",  "suback",  "unsubscribe", "unsuback",
                                                 "pingreq", "pingresp", "disconnect", "auth"};
constexpr std::uint8_t will_flag = 0x04, password_flag = 0x40, user_flag = 0x80, reserved_flag = 0x01;
constexpr std::size_t longest_length = 4;  // MQTT 5.0 section 1.5.5

/// A variable byte integer. Fails where it is longer than four octets; asks for more where it is not whole.
std::uint32_t variable(Cursor& cursor) noexcept {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < longest_length; ++i) {
        const std::uint8_t byte = cursor.u8();
        value |= static_cast<std::uint32_t>(byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0) return value;
    }
    cursor.fail();
    return 0;
}

/// Octets behind a two-octet length.
Bytes text(Cursor& cursor) noexcept { return cursor.take(cursor.be16()); }

/// The properties of version 5 (section 2.2.2); those that nobody asks for are gone over.
struct Properties {
    Bytes content_type{}, response_topic{};
};
Properties properties(Cursor& cursor) noexcept {
    Properties found;
    Cursor list = cursor.sub(variable(cursor));
    while (list.ok() && !list.empty()) {
        switch (list.u8()) {
            case 0x01:
            case 0x17:
            case 0x19:
            case 0x24:
            case 0x25:
            case 0x28:
            case 0x29:
            case 0x2a: list.skip(1); break;
            case 0x13:
            case 0x21:
            case 0x22:
            case 0x23: list.skip(2); break;
            case 0x02:
            case 0x11:
            case 0x18:
            case 0x27: list.skip(4); break;
            case 0x0b: (void)variable(list); break;
            case 0x03: found.content_type = text(list); break;
            case 0x08: found.response_topic = text(list); break;
            case 0x09:
            case 0x12:
            case 0x15:
            case 0x16:
            case 0x1a:
            case 0x1c:
            case 0x1f: (void)text(list); break;
            case 0x26: (void)text(list), (void)text(list); break;
            default: list.fail();
        }
    }
    if (!list.ok()) cursor.fail();
    return found;
}

struct Start {
    Bytes name{};
    std::uint8_t level = 0, flags = 0;
};
/// Name, level and flags of CONNECT. A bridge sets the level's top bit.
Start read_start(Cursor& cursor) noexcept {
    Start start;
    start.name = text(cursor);
    start.level = cursor.u8() & 0x7f;
    start.flags = cursor.u8();
    const bool old = as_text(start.name) == "MQIsdp" && start.level == 3,
               now = as_text(start.name) == "MQTT" && (start.level == 4 || start.level == 5);
    if (!(old || now) || (start.flags & reserved_flag) != 0) cursor.fail();
    return start;
}

/// Whether `data`, which is not whole, may still begin as a CONNECT does.
bool may_become_connect(Bytes data) noexcept {
    std::size_t at = 1;
    while (at < data.size() && at <= longest_length && (data[at] & 0x80) != 0) ++at;
    if (at > longest_length) return false;
    const Bytes name = data.subspan(std::min(at + 1, data.size()));
    using namespace std::string_view_literals;
    for (const std::string_view start : {"\0\4MQTT"sv, "\0\6MQIsdp"sv})
        if (as_text(first_of(name, start.size())) == start.substr(0, std::min(start.size(), name.size()))) return true;
    return false;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    const Bytes data = offer.data;
    if (offer.port_matches && offer.direction == Direction::to_client && data.size() == 4)  // CONNACK of versions 3 and 4
        if (data[0] == 0x20 && data[1] == 2 && data[2] <= 1 && data[3] <= 5) return Probe::yes(Probe::Sender::server);
    if (data[0] != 0x10) return Probe::no();
    Cursor cursor{data.subspan(1)};
    (void)variable(cursor);
    (void)read_start(cursor);
    if (cursor.ok()) return Probe::yes(Probe::Sender::client);
    return data.size() < 16 && may_become_connect(data) ? Probe::more() : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept { return packet(direction, rest, emit); });
}

Fed State::packet(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    Cursor cursor{bytes};
    const std::uint8_t first = cursor.u8();
    const std::size_t length_octets = bytes.size() - 1;
    Transaction transaction;
    transaction.type = static_cast<Type>(first >> 4);
    transaction.flags = first & 0x0f;
    transaction.length = variable(cursor);
    if (transaction.type == Type{} || (!cursor.ok() && length_octets >= longest_length)) {
        emit.anomaly(1, direction);
        return Fed::malformed();
    }
    if (!cursor.ok()) return Fed::need_more(0);
    const auto shown = static_cast<std::size_t>(std::min<std::uint64_t>(transaction.length, max_packet));
    if (cursor.remaining() < shown) return Fed::need_more(0, cursor.position() + shown);
    transaction.truncated = transaction.length > shown;
    const bool began = version_ != 0;
    const bool whole = read(transaction, cursor.take(shown), emit.scratch());
    if (!whole && !transaction.truncated) {
        emit.anomaly(1, direction);
        return Fed::malformed();
    }
    if (!began && version_ == 0) {
        emit.anomaly(2, direction);
        version_ = 4;
    }
    transaction.version = version_;
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    if (transaction.type == Type::publish) emit.carries(transaction.message, direction);
    return Fed::skip_after(cursor.position(), transaction.length - shown);
}

bool State::read(Transaction& transaction, Bytes body, Scratch& scratch) noexcept {
    Cursor cursor{body};
    const bool five = version_ == 5;
    switch (transaction.type) {
        case Type::connect: {
            const Start start = read_start(cursor);
            transaction.protocol = start.name;
            transaction.connect_flags = start.flags;
            if (cursor.ok()) version_ = start.level;
            cursor.skip(2);  // keep alive
            if (version_ == 5) (void)properties(cursor);
            transaction.client_id = text(cursor);
            if ((start.flags & will_flag) != 0) {
                if (version_ == 5) (void)properties(cursor);
                transaction.will_topic = text(cursor);
                transaction.will_message = text(cursor);
            }
            if ((start.flags & user_flag) != 0) transaction.user = text(cursor);
            if ((start.flags & password_flag) != 0) transaction.password = text(cursor);
            break;
        }
        case Type::connack:
            transaction.session_present = (cursor.u8() & 1) != 0;
            transaction.reason = cursor.u8();
            if (version_ == 0) version_ = cursor.empty() ? 4 : 5;  // CONNECT was not seen; version 5 goes on with properties
            break;
        case Type::publish:
            transaction.topic = text(cursor);
            if ((transaction.flags & 6) != 0) transaction.message_id = cursor.be16();
            if (five) {
                const Properties found = properties(cursor);
                transaction.content_type = found.content_type;
                transaction.response_topic = found.response_topic;
            }
            transaction.message = cursor.take_rest();
            break;
        case Type::puback:
        case Type::pubrec:
        case Type::pubrel:
        case Type::pubcomp:
        case Type::unsuback:
            transaction.message_id = cursor.be16();
            if (five && transaction.type != Type::unsuback) transaction.reason = cursor.empty() ? 0 : cursor.u8();
            break;
        case Type::subscribe:
        case Type::unsubscribe: {
            transaction.message_id = cursor.be16();
            if (five) (void)properties(cursor);
            const auto topics = scratch.array<Bytes>(max_topics);
            const auto options = scratch.take(max_topics);
            std::size_t count = 0;
            while (cursor.ok() && !cursor.empty()) {
                const Bytes topic = text(cursor);
                const std::uint8_t option = transaction.type == Type::subscribe ? cursor.u8() : std::uint8_t{0};
                if (!cursor.ok() || count >= std::min(topics.size(), options.size())) break;
                topics[count] = topic;
                options[count++] = option;
            }
            transaction.topics = topics.first(count);
            transaction.codes = options.first(count);
            break;
        }
        case Type::suback:
            transaction.message_id = cursor.be16();
            if (five) (void)properties(cursor);
            transaction.codes = first_of(cursor.take_rest(), max_topics);
            break;
        case Type::disconnect:
        case Type::auth:
            if (five) transaction.reason = cursor.empty() ? 0 : cursor.u8();
            break;
        default: break;
    }
    return cursor.ok();
}

namespace fields {

Value type(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(static_cast<std::uint64_t>(transaction.type)) : Value{};
}
Value operation(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(names[static_cast<std::size_t>(transaction.type)]) : Value{};
}
Value any_qos(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of((transaction.flags >> 1) & 3u) : Value{};
}
Value logged_message(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.message.data() == nullptr ? Value::none() : Value::of(first_of(transaction.message, max_logged));
}
Value truncated(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.truncated && transaction.type == Type::publish ? Value::flag(true) : Value::none();
}
Value skipped_length(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.truncated && transaction.type == Type::publish ? Value::of(transaction.length) : Value::none();
}

}  // namespace fields
}  // namespace weir::mqtt
