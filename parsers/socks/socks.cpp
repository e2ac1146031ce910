// SPDX-License-Identifier: Apache-2.0
#include "parsers/socks/socks.hpp"

#include <algorithm>
#include <utility>

#include "parsers/base/steps.hpp"
#include "parsers/base/terminated.hpp"

namespace weir::socks {
namespace {

constexpr std::uint8_t no_login = 0, gssapi = 1, user_password = 2, none_acceptable = 0xff;
constexpr std::uint8_t connect = 1, bind = 2, udp_associate = 3, resolve = 0xf0, resolve_ptr = 0xf1;
constexpr std::uint8_t ipv4 = 1, domain = 3, ipv6 = 4;  // RFC 1928 section 5
constexpr std::uint8_t granted_v4 = 90;
constexpr std::uint8_t login_version = 1;  // RFC 1929 section 2
constexpr std::size_t v4_head = 8;         // version, command, port, address
constexpr std::size_t most_methods = 16;   // that a client is believed to offer

bool is_command(std::uint8_t version, std::uint8_t command) noexcept {
    return command == connect || command == bind || (version == 5 && command == udp_associate) || command == resolve ||
           command == resolve_ptr;
}

/// A request of version 4; version 4a asks for 0.0.0.x and names the host behind the user id.
struct RequestV4 {
    Terminated::Kind kind = Terminated::Kind::incomplete;
    std::uint8_t command = 0;
    std::uint16_t port = 0;
    Bytes address{}, user{}, name{};
    std::size_t size = 0;
};
RequestV4 read_v4(Bytes bytes) noexcept {
    RequestV4 request;
    Cursor cursor{bytes};
    cursor.skip(1);
    request.command = cursor.u8();
    request.port = cursor.be16();
    request.address = cursor.take(4);
    if (bytes.size() > 1 && !is_command(4, bytes[1])) request.kind = Terminated::Kind::broken;
    if (!cursor.ok() || request.kind == Terminated::Kind::broken) return request;
    const Terminated user = take_terminated(cursor);
    request.kind = user.kind;
    request.user = user.text;
    const Bytes& address = request.address;
    if (user.kind == Terminated::Kind::whole && address[0] == 0 && address[1] == 0 && address[2] == 0 && address[3] != 0) {
        const Terminated name = take_terminated(cursor);
        request.kind = name.kind == Terminated::Kind::whole && name.text.empty() ? Terminated::Kind::broken : name.kind;
        request.name = name.text;
    }
    request.size = cursor.position();
    return request;
}

/// Address and port as version 5 writes them.
struct Target {
    std::uint8_t type = 0;
    Bytes host{};
    std::uint16_t port = 0;
};
Target read_target(Cursor& cursor) noexcept {
    Target target;
    target.type = cursor.u8();
    switch (target.type) {
        case ipv4: target.host = cursor.take(4); break;
        case ipv6: target.host = cursor.take(16); break;
        case domain: target.host = cursor.take(cursor.u8()); break;
        default: break;
    }
    target.port = cursor.be16();
    return target;
}

/// Whether the message `05 x 00 type` may go on with an address.
bool may_hold_target(Bytes bytes) noexcept {
    if (bytes.size() > 2 && bytes[2] != 0) return false;
    return bytes.size() < 4 || bytes[3] == ipv4 || bytes[3] == domain || bytes[3] == ipv6;
}

Probe probe_greeting(const Offer& offer) noexcept {
    const Bytes data = offer.data;
    if (data.size() < 2) return Probe::more();
    const std::size_t size = 2u + data[1];
    if (data[1] == 0 || data[1] > most_methods) return Probe::no();
    std::array<bool, 256> seen{};
    for (const std::uint8_t method : data.subspan(2, std::min(size, data.size()) - 2)) {
        // Assigned (IANA: up to 9) or private, each once.
        if ((method > 9 && method < 0x80) || method == none_acceptable || std::exchange(seen[method], true)) return Probe::no();
    }
    if (data.size() < size) return Probe::more();
    const Bytes behind = data.subspan(size);  // a client that is sure of the method goes on at once
    if (!behind.empty() && behind[0] != 5 && behind[0] != login_version) return Probe::no();
    if (!behind.empty() && behind[0] == 5 && !may_hold_target(behind)) return Probe::no();
    return Probe::yes(Probe::Sender::client);
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    const Bytes data = offer.data;
    if (offer.port_matches && offer.direction == Direction::to_client) {
        if (data.size() == 2 && data[0] == 5 && (data[1] <= user_password || data[1] == none_acceptable))
            return Probe::yes(Probe::Sender::server);
        if (data.size() == v4_head && data[0] == 0 && data[1] >= granted_v4 && data[1] <= granted_v4 + 3)
            return Probe::yes(Probe::Sender::server);
    }
    if (data[0] == 5) return probe_greeting(offer);
    if (data[0] != 4) return Probe::no();
    const RequestV4 request = read_v4(data);
    if (request.kind == Terminated::Kind::incomplete) return Probe::more();
    const bool whole = request.kind == Terminated::Kind::whole && request.size == data.size() && request.port != 0;
    return whole ? Probe::yes(Probe::Sender::client) : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(),
                         [&](Bytes rest) noexcept { return direction == Direction::to_server ? client(rest, emit) : server(rest, emit); });
}

void State::finish(Emit<Transaction> emit) noexcept {
    if (version_ != 0 && !logged_) report(Report::log, Direction::to_server, emit);
}

Fed State::client(Bytes bytes, Emit<Transaction> emit) noexcept {
    if (command_ >= 0) return wait_for_answer(bytes);  // whose bytes these are, the server's answer says
    if (version_ == 0) version_ = bytes[0];
    if (version_ == 4) return request_v4(bytes, emit);
    if (version_ != 5) return broken(Direction::to_server, emit);
    if (greeted_) {
        if (method_ == gssapi) return Fed::done(0);
        return bytes[0] == login_version ? login(bytes) : request_v5(bytes, emit);
    }
    if (bytes.size() < 2 || bytes.size() < 2u + bytes[1]) return Fed::need_more(0);
    greeted_ = true;
    methods_.keep_front(bytes.subspan(2, bytes[1]));
    return Fed::ok(2u + bytes[1]);
}

Fed State::request_v4(Bytes bytes, Emit<Transaction> emit) noexcept {
    const RequestV4 request = read_v4(bytes);
    if (request.kind == Terminated::Kind::incomplete) return Fed::need_more(0);
    if (request.kind == Terminated::Kind::broken || bytes[0] != 4) return broken(Direction::to_server, emit);
    command_ = request.command;
    port_ = request.port;
    if (!request.user.empty()) user_.keep(request.user);
    host_is_name_ = !request.name.empty();
    host_.keep(host_is_name_ ? request.name : request.address);
    report(Report::request, Direction::to_server, emit);
    return Fed::ok(request.size);
}

Fed State::request_v5(Bytes bytes, Emit<Transaction> emit) noexcept {
    if (bytes[0] != 5 || (bytes.size() > 1 && !is_command(5, bytes[1])) || !may_hold_target(bytes))
        return broken(Direction::to_server, emit);
    Cursor cursor{bytes};
    cursor.skip(1);
    const std::uint8_t command = cursor.u8();
    cursor.skip(1);
    const Target target = read_target(cursor);
    if (!cursor.ok()) return Fed::need_more(0);
    command_ = command;
    port_ = target.port;
    host_is_name_ = target.type == domain;
    host_.keep(target.host);
    report(Report::request, Direction::to_server, emit);
    return Fed::ok(cursor.position());
}

Fed State::login(Bytes bytes) noexcept {
    Cursor cursor{bytes};
    cursor.skip(1);
    const Bytes user = cursor.take(cursor.u8());
    const Bytes password = cursor.take(cursor.u8());
    if (!cursor.ok()) return Fed::need_more(0);
    user_.keep(user);
    password_.keep(password);
    return Fed::ok(cursor.position());
}

Fed State::server(Bytes bytes, Emit<Transaction> emit) noexcept {
    if (version_ == 0) version_ = bytes[0] == 0 ? 4 : bytes[0];
    Cursor cursor{bytes};
    const std::uint8_t first = cursor.u8(), second = cursor.u8();
    if (version_ == 4) {
        const std::uint16_t port = cursor.be16();
        const Bytes address = cursor.take(4);
        if (first != 0) return broken(Direction::to_client, emit);
        if (!cursor.ok()) return Fed::need_more(0);
        reply_ = second;
        return answered(v4_head, second == granted_v4, address, port, emit);
    }
    if (version_ != 5 || (first != 5 && (first != login_version || method_ < 0))) return broken(Direction::to_client, emit);
    if (!cursor.ok()) return Fed::need_more(0);
    if (method_ < 0) {
        method_ = second;
        return second == none_acceptable ? refused(2, emit) : Fed::ok(2);
    }
    if (method_ == gssapi) return Fed::done(0);
    if (first == login_version) return second != 0 ? refused(2, emit) : Fed::ok(2);
    if (!may_hold_target(bytes)) return broken(Direction::to_client, emit);
    cursor.skip(1);
    const Target target = read_target(cursor);
    if (!cursor.ok()) return Fed::need_more(0);
    reply_ = second;
    return answered(cursor.position(), second == 0, target.type == domain ? Bytes{} : target.host, target.port, emit);
}

/// The server has answered the request. `address` and `port` are where it listens (bind, udp-associate).
Fed State::answered(std::size_t size, bool granted, Bytes address, std::uint16_t port, Emit<Transaction> emit) noexcept {
    if (!granted) return refused(size, emit);
    if (command_ == bind && !std::exchange(bound_, true)) {  // the other one comes when somebody has connected
        report(Report::response, Direction::to_client, emit);
        return Fed::ok(size);
    }
    report(Report::response | Report::log, Direction::to_client, emit);
    if (command_ == udp_associate && port != 0) {
        Expectation expected;
        expected.transport = Transport::udp;
        const bool own = std::all_of(address.begin(), address.end(), [](std::uint8_t byte) { return byte == 0; });
        if (!own) expected.address = IpAddress::from_wire(address);
        expected.port = port;
        emit.expect(expected);
    }
    const bool relays = command_ < 0 || command_ == connect || command_ == bind;  // a request that was not seen: nearly always connect
    return relays ? Fed::upgraded(size) : Fed::done(size);
}

Fed State::refused(std::size_t size, Emit<Transaction> emit) noexcept {
    refused_ = true;
    report(Report::response | Report::log, Direction::to_client, emit);
    return Fed::done(size);
}

Fed State::broken(Direction direction, Emit<Transaction> emit) noexcept {
    emit.anomaly(direction == Direction::to_server ? 1 : 2, direction);
    return Fed::malformed();
}

void State::report(Report what, Direction direction, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    transaction.version = version_;
    transaction.methods = methods_.get();
    transaction.method = method_;
    transaction.user = user_.get();
    transaction.password = password_.get();
    transaction.command = command_;
    transaction.host = host_.get();
    transaction.host_is_name = host_is_name_;
    transaction.port = port_;
    transaction.reply = reply_;
    transaction.refused = refused_;
    if (has(what, Report::log)) logged_ = true;
    emit(transaction, what, direction);
}

Value methods(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.methods.size() ? Value::of(transaction.methods[index]) : Value{};
}
Value method(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    switch (transaction.method) {
        case no_login: return Value::of(std::string_view{"none"});
        case gssapi: return Value::of(std::string_view{"gssapi"});
        case user_password: return Value::of(std::string_view{"password"});
        case none_acceptable: return Value::of(std::string_view{"refused"});
        default: return transaction.method < 0 ? Value::none() : Value::of(std::string_view{"other"});
    }
}
Value operation(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    switch (transaction.command) {
        case connect: return Value::of(std::string_view{"connect"});
        case bind: return Value::of(std::string_view{"bind"});
        case udp_associate: return Value::of(std::string_view{"udp-associate"});
        case resolve: return Value::of(std::string_view{"resolve"});
        case resolve_ptr: return Value::of(std::string_view{"resolve-ptr"});
        default: return Value::none();
    }
}
Value host(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    if (transaction.host.data() == nullptr) return Value::none();
    return transaction.host_is_name ? Value::of(transaction.host) : Value::address(transaction.host);
}
Value port(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.command < 0 ? Value::none() : Value::of(transaction.port);
}
Value reply(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.reply < 0 ? Value::none() : Value::of(static_cast<std::uint64_t>(transaction.reply));
}
Value status(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    if (transaction.reply >= 0) return Value::of(transaction.refused ? std::string_view{"failed"} : std::string_view{"granted"});
    return transaction.refused ? Value::of(std::string_view{"login-refused"}) : Value::none();
}

}  // namespace weir::socks
