// SPDX-License-Identifier: Apache-2.0
#include "parsers/rsh/rsh.hpp"

#include <charconv>

#include "parsers/base/steps.hpp"
#include "parsers/base/terminated.hpp"

namespace weir::rsh {
namespace {

constexpr std::size_t longest_port = 5, longest_user = 32, longest_command = 4096, longest_error = 1024;

/// The port of the error output, in digits; an empty text is none. Nothing for what is no port.
bool read_port(Bytes text, std::uint16_t& port) noexcept {
    const std::string_view digits = as_text(text);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return digits.empty() || (error == std::errc{} && end == digits.data() + digits.size());
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || !offer.port_matches || offer.data.empty()) return Probe::no();
    Cursor cursor{offer.data};
    const Terminated port = take_terminated(cursor, longest_port);
    std::uint16_t number = 0;
    if (port.kind == Terminated::Kind::broken || !read_port(port.text, number)) return Probe::no();
    if (port.kind == Terminated::Kind::incomplete) return offer.data[0] >= '0' && offer.data[0] <= '9' ? Probe::more() : Probe::no();
    if (port.text.empty() && cursor.empty()) return Probe::more();
    for (const std::size_t most : {longest_user, longest_user, longest_command}) {
        const Terminated text = take_terminated(cursor, most);
        if (text.kind == Terminated::Kind::incomplete) return Probe::more();
        if (text.kind == Terminated::Kind::broken || text.text.empty()) return Probe::no();
    }
    return Probe::yes(Probe::Sender::client);
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (direction == Direction::to_client) {
        status_ = bytes[0];
        Bytes text = bytes.subspan(1);
        if (status_ != 0) {  // a line of error follows
            const auto end = std::find(text.begin(), text.end(), '\n');
            if (end == text.end() && text.size() < longest_error) return Fed::need_more(0);
            error_.keep_front(text.first(static_cast<std::size_t>(end - text.begin())));
        }
        report(Report::response | Report::log, direction, emit);
        return Fed::done(bytes.size());
    }
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept {
        const auto broken = [&] {
            emit.anomaly(1, direction);
            return Fed::malformed();
        };
        Cursor cursor{rest};
        if (!port_seen_) {
            const Terminated port = take_terminated(cursor, longest_port);
            if (port.kind == Terminated::Kind::broken || !read_port(port.text, error_port_)) return broken();
            if (port.kind == Terminated::Kind::incomplete) return Fed::need_more(0);
            port_seen_ = true;
            if (error_port_ != 0) {
                Expectation expected;
                expected.opened_towards = Direction::to_client;
                expected.port = error_port_;
                emit.expect(expected);
            }
            return Fed::ok(cursor.position());
        }
        std::array<Terminated, 3> texts;
        constexpr std::array most{longest_user, longest_user, longest_command};
        for (std::size_t i = 0; i < texts.size(); ++i) {
            texts[i] = take_terminated(cursor, most[i]);
            if (texts[i].kind == Terminated::Kind::broken) return broken();
            if (texts[i].kind == Terminated::Kind::incomplete) return Fed::need_more(0);
        }
        client_user_.keep_front(texts[0].text);
        server_user_.keep_front(texts[1].text);
        command_.keep_front(texts[2].text);
        asked_ = true;
        report(Report::request, direction, emit);
        return Fed::done(cursor.position());
    });
}

void State::finish(Emit<Transaction> emit) noexcept {
    if (asked_ && !logged_) report(Report::log, Direction::to_server, emit);
}

void State::report(Report what, Direction direction, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    transaction.error_port = error_port_;
    transaction.client_user = client_user_.get();
    transaction.server_user = server_user_.get();
    transaction.command = command_.get();
    transaction.status = status_;
    transaction.error = error_.get();
    if (has(what, Report::log)) logged_ = true;
    emit(transaction, what, direction);
}

Value error_port(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.error_port == 0 ? Value::none() : Value::of(transaction.error_port);
}
Value accepted(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.status < 0 ? Value::none() : Value::flag(transaction.status == 0);
}

}  // namespace weir::rsh
