// SPDX-License-Identifier: Apache-2.0
#include "parsers/x11/x11.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"

namespace weir::x11 {
namespace {

constexpr std::uint8_t big = 'B', little = 'l';
constexpr std::uint16_t protocol_major = 11;
constexpr std::size_t setup_head = 12, answer_head = 8;
constexpr std::size_t longest_auth = 64;  // of an authorization's name and of its data
constexpr std::size_t longest_answer = 64 * 1024;
constexpr std::uint8_t failed = 0, success = 1, authenticate = 2;

constexpr std::size_t padded(std::size_t size) noexcept { return (size + 3) / 4 * 4; }

std::uint16_t number(Cursor& cursor, bool big_endian) noexcept { return big_endian ? cursor.be16() : cursor.le16(); }

/// The client's setup.
struct Setup {
    bool valid = false;
    bool big_endian = false;
    std::uint16_t major = 0, minor = 0;
    std::size_t name_size = 0, data_size = 0;
    [[nodiscard]] std::size_t size() const noexcept { return setup_head + padded(name_size) + padded(data_size); }
};
Setup read_setup(Bytes bytes) noexcept {
    Cursor cursor{bytes};
    Setup setup;
    const std::uint8_t order = cursor.u8();
    setup.big_endian = order == big;
    cursor.skip(1);
    setup.major = number(cursor, setup.big_endian);
    setup.minor = number(cursor, setup.big_endian);
    setup.name_size = number(cursor, setup.big_endian);
    setup.data_size = number(cursor, setup.big_endian);
    cursor.skip(2);
    setup.valid = cursor.ok() && (order == big || order == little) && setup.major == protocol_major && setup.minor == 0 &&
                  setup.name_size <= longest_auth && setup.data_size <= longest_auth;
    return setup;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    const Bytes data = offer.data;
    if (data[0] == big || data[0] == little) {
        if (data.size() < setup_head) {
            const std::uint8_t high = data[0] == big ? 0 : protocol_major, low = data[0] == big ? protocol_major : 0;
            const bool fits = (data.size() < 3 || data[2] == high) && (data.size() < 4 || data[3] == low);
            return fits ? Probe::more() : Probe::no();
        }
        const Setup setup = read_setup(data);
        if (!setup.valid) return Probe::no();
        return data.size() < setup.size() ? Probe::more() : data.size() == setup.size() ? Probe::yes(Probe::Sender::client) : Probe::no();
    }
    if (!offer.port_matches || offer.direction != Direction::to_client || data.size() < answer_head || data[0] > authenticate)
        return Probe::no();
    const bool versioned = (data[2] == protocol_major && data[3] == 0) || (data[2] == 0 && data[3] == protocol_major);
    return versioned ? Probe::yes(Probe::Sender::server) : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(),
                         [&](Bytes rest) noexcept { return direction == Direction::to_server ? client(rest, emit) : server(rest, emit); });
}

void State::finish(Emit<Transaction> emit) noexcept {
    if (requested_ && !logged_) report(Report::log, Direction::to_server, emit);
}

Fed State::client(Bytes bytes, Emit<Transaction> emit) noexcept {
    if (requested_) return Fed::done(0);
    if (bytes.size() < setup_head) return Fed::need_more(0, setup_head);
    const Setup setup = read_setup(bytes);
    if (!setup.valid) {
        emit.anomaly(1, Direction::to_server);
        return Fed::malformed();
    }
    if (bytes.size() < setup.size()) return Fed::need_more(0, setup.size());
    requested_ = true;
    big_endian_ = setup.big_endian;
    auth_.keep(bytes.subspan(setup_head, setup.name_size));
    cookie_.keep(bytes.subspan(setup_head + padded(setup.name_size), setup.data_size));
    report(Report::request, Direction::to_server, emit);
    return Fed::done(setup.size());
}

Fed State::server(Bytes bytes, Emit<Transaction> emit) noexcept {
    if (answered_) return Fed::done(0);
    if (bytes.size() < answer_head) return Fed::need_more(0, answer_head);
    const bool big_endian = requested_ ? big_endian_ : bytes[2] == 0;  // the client's order; by the version where it was not seen
    Cursor cursor{bytes};
    success_ = cursor.u8();
    const std::uint8_t reason_size = cursor.u8();
    const std::uint16_t major = number(cursor, big_endian);
    cursor.skip(2);
    const std::size_t size = answer_head + std::size_t{number(cursor, big_endian)} * 4;
    if (success_ > authenticate || (success_ != authenticate && major != protocol_major)) {
        emit.anomaly(1, Direction::to_client);
        return Fed::malformed();
    }
    constexpr std::size_t vendor_at = 40, vendor_size_at = 24;  // in an answer of success
    const std::size_t wanted = success_ == success ? std::min(size, vendor_at + vendor_.capacity()) : std::min(size, longest_answer);
    if (bytes.size() < wanted) return Fed::need_more(0, wanted);
    if (success_ == success) {
        Cursor sizes{bytes.first(wanted)};
        sizes.skip(vendor_size_at);
        const std::size_t vendor_size = number(sizes, big_endian);
        if (wanted > vendor_at) vendor_.keep_front(first_of(bytes.first(wanted).subspan(vendor_at), vendor_size));
    } else {
        const Bytes text = bytes.first(wanted).subspan(answer_head);
        const auto end = static_cast<std::size_t>(std::find(text.begin(), text.end(), 0) - text.begin());
        reason_.keep_front(success_ == failed ? first_of(text, reason_size) : text.first(end));
    }
    answered_ = true;
    report(Report::response | Report::log, Direction::to_client, emit);
    return Fed::done(wanted);
}

void State::report(Report what, Direction direction, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    transaction.requested = requested_;
    transaction.answered = answered_;
    transaction.auth = auth_.get();
    transaction.cookie = cookie_.get();
    transaction.success = success_;
    transaction.reason = reason_.get();
    transaction.vendor = vendor_.get();
    if (has(what, Report::log)) logged_ = true;
    emit(transaction, what, direction);
}

Value version(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.requested ? Value::of(std::string_view{"11.0"}) : Value::none();  // no other is recognised
}
Value cookie(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.cookie.empty() ? Value::none() : Value::of(transaction.cookie);
}
Value status(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    constexpr std::array<std::string_view, 3> names{"failed", "success", "authenticate"};
    return transaction.answered ? Value::of(names[transaction.success]) : Value::none();
}

}  // namespace weir::x11
