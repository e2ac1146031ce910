// SPDX-License-Identifier: Apache-2.0
#include "parsers/rfb/rfb.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"

namespace weir::rfb {
namespace {

constexpr std::size_t version_size = 12;  // `RFB 003.008` and a line feed
constexpr std::uint32_t none = 1, vnc = 2, tls = 18;
constexpr std::uint32_t fail = 1, too_many = 2;

bool is_version(Bytes bytes) noexcept {  // or begins like one
    constexpr std::string_view pattern = "RFB 00d.ddd\n";
    for (std::size_t i = 0; i < std::min(bytes.size(), pattern.size()); ++i) {
        const bool digit = bytes[i] >= '0' && bytes[i] <= '9';
        if (pattern[i] == 'd' ? !digit : bytes[i] != static_cast<std::uint8_t>(pattern[i])) return false;
    }
    return true;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty() || !is_version(offer.data)) return Probe::no();
    if (offer.data.size() < version_size) return Probe::more();
    return Probe::yes(Probe::Sender::server);  // it speaks first, also where it dials back to a viewer that listens
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(),
                         [&](Bytes rest) noexcept { return direction == Direction::to_server ? client(rest, emit) : server(rest, emit); });
}

void State::finish(Emit<Transaction> emit) noexcept {
    if (!logged_) report(Report::log, Direction::to_client, emit);
}

/// The version that both speak: what the client took.
unsigned State::minor() const noexcept {
    const Bytes version = client_version_.get().empty() ? server_version_.get() : client_version_.get();
    if (version.size() < 11) return 8;
    const unsigned minor = (version[8] - '0') * 100u + (version[9] - '0') * 10u + (version[10] - '0');
    return minor < 7 ? 3 : minor == 7 ? 7 : 8;
}

Fed State::client(Bytes bytes, Emit<Transaction> emit) noexcept {
    switch (client_) {
        case Client::version:
            if (!is_version(bytes)) return broken(Direction::to_server, emit);
            if (bytes.size() < version_size) return Fed::need_more(0);
            client_version_.keep(bytes.first(version_size - 1));
            client_ = Client::security;
            report(Report::request, Direction::to_server, emit);
            return Fed::ok(version_size);
        case Client::security:
            if (minor() == 3) return Fed::need_more(0);  // the server chooses
            if (bytes[0] != none && bytes[0] != vnc) emit.anomaly(2, Direction::to_server);
            return chosen(bytes[0], 1);
        case Client::response:
            if (bytes.size() < 16) return Fed::need_more(0, 16);
            response_.keep(bytes.first(16));
            client_ = Client::init;
            report(Report::request, Direction::to_server, emit);
            return Fed::ok(16);
        case Client::init:
            shared_ = bytes[0] != 0 ? 1 : 0;
            client_ = Client::done;
            report(Report::request, Direction::to_server, emit);
            return Fed::ok(1);
        case Client::done: break;
    }
    return Fed::done(0);
}

/// A security type was chosen: what follows from both ends.
Fed State::chosen(std::uint32_t type, std::size_t size) noexcept {
    security_type_ = type;
    if (type == tls) return Fed::upgraded(size);
    if (type == vnc) {
        client_ = Client::response;
        server_ = Server::challenge;
    } else if (type == none) {
        client_ = Client::init;
        server_ = minor() == 8 ? Server::result : Server::init;  // RFC 6143 section 7.1.3, appendix A
    } else {
        client_ = Client::done;
        server_ = Server::done;
        return Fed::done(size);
    }
    return Fed::ok(size);
}

Fed State::server(Bytes bytes, Emit<Transaction> emit) noexcept {
    switch (server_) {
        case Server::version:
            if (!is_version(bytes)) return broken(Direction::to_client, emit);
            if (bytes.size() < version_size) return Fed::need_more(0);
            server_version_.keep(bytes.first(version_size - 1));
            server_ = Server::security;
            return Fed::ok(version_size);
        case Server::security: return security_types(bytes, emit);
        case Server::challenge:
            if (security_type_ < 0) return Fed::need_more(0);  // the client has not chosen yet
            if (bytes.size() < 16) return Fed::need_more(0, 16);
            challenge_.keep(bytes.first(16));
            server_ = Server::result;
            return Fed::ok(16);
        case Server::result: {
            if (bytes.size() < 4) return Fed::need_more(0, 4);
            result_ = Cursor{bytes}.be32();
            if (result_ > too_many) emit.anomaly(3, Direction::to_client);
            server_ = result_ == 0 ? Server::init : result_ == fail && minor() == 8 ? Server::reason : Server::done;
            report(server_ == Server::done ? Report::response | Report::log : Report::response, Direction::to_client, emit);
            return Fed::ok(4);
        }
        case Server::reason: return failure(bytes, emit);
        case Server::init: return desktop(bytes, emit);
        case Server::done: break;
    }
    return Fed::done(0);
}

/// Version 3.3: the type that the server has chosen. Later: those that it offers; it waits for the client's choice.
Fed State::security_types(Bytes bytes, Emit<Transaction> emit) noexcept {
    if (minor() == 3) {
        if (client_ == Client::version) return Fed::need_more(0);  // which version it will be, the client says
        if (bytes.size() < 4) return Fed::need_more(0, 4);
        const std::uint32_t type = Cursor{bytes}.be32();
        if (type == 0) {
            server_ = Server::reason;
            return Fed::ok(4);
        }
        if (type != none && type != vnc) emit.anomaly(2, Direction::to_client);
        return chosen(type, 4);
    }
    const std::size_t count = bytes[0];
    if (bytes.size() < 1 + count) return Fed::need_more(0, 1 + count);
    // Behind the list stands what the choice leads to; a list of none says why.
    server_ = count == 0 ? Server::reason : Server::challenge;
    return Fed::ok(1 + count);
}

Fed State::failure(Bytes bytes, Emit<Transaction> emit) noexcept {
    Cursor cursor{bytes};
    const std::size_t size = cursor.be32();
    if (!cursor.ok()) return Fed::need_more(0, 4);
    if (size > longest_text) return broken(Direction::to_client, emit);
    if (cursor.remaining() < size) return Fed::need_more(0, 4 + size);
    reason_.keep_front(cursor.take(size));
    server_ = Server::done;
    report(Report::response | Report::log, Direction::to_client, emit);
    return Fed::ok(4 + size);
}

/// ServerInit, RFC 6143 section 7.3.2.
Fed State::desktop(Bytes bytes, Emit<Transaction> emit) noexcept {
    Cursor cursor{bytes};
    Screen screen;
    screen.width = cursor.be16();
    screen.height = cursor.be16();
    screen.bits_per_pixel = cursor.u8();
    screen.depth = cursor.u8();
    screen.big_endian = cursor.u8() != 0;
    screen.true_color = cursor.u8() != 0;
    screen.red_max = cursor.be16();
    screen.green_max = cursor.be16();
    screen.blue_max = cursor.be16();
    screen.red_shift = cursor.u8();
    screen.green_shift = cursor.u8();
    screen.blue_shift = cursor.u8();
    cursor.skip(3);
    const std::size_t size = cursor.be32();
    if (!cursor.ok()) return Fed::need_more(0, 24);
    if (size > longest_text) return broken(Direction::to_client, emit);
    if (cursor.remaining() < size) return Fed::need_more(0, 24 + size);
    name_.keep_front(cursor.take(size));
    screen_ = screen;
    has_screen_ = true;
    server_ = Server::done;
    report(Report::response | Report::log, Direction::to_client, emit);
    return Fed::done(24 + size);
}

Fed State::broken(Direction direction, Emit<Transaction> emit) noexcept {
    emit.anomaly(1, direction);
    return Fed::malformed();
}

void State::report(Report what, Direction direction, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    transaction.server_version = server_version_.get();
    transaction.client_version = client_version_.get();
    transaction.security_type = security_type_;
    transaction.challenge = challenge_.get();
    transaction.response = response_.get();
    transaction.result = result_;
    transaction.reason = reason_.get();
    transaction.shared = shared_;
    transaction.screen = has_screen_ ? &screen_ : nullptr;
    transaction.name = name_.get();
    if (has(what, Report::log)) logged_ = true;
    emit(transaction, what, direction);
}

namespace fields {

Value result(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    switch (transaction.result) {
        case -1: return Value::none();
        case 0: return Value::of(std::string_view{"OK"});
        case fail: return Value::of(std::string_view{"FAIL"});
        case too_many: return Value::of(std::string_view{"TOOMANY"});
        default: return Value::of(std::string_view{"UNKNOWN"});
    }
}
Value shared(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.shared < 0 ? Value::none() : Value::flag(transaction.shared != 0);
}

}  // namespace fields
}  // namespace weir::rfb
