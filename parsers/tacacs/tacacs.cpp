// SPDX-License-Identifier: Apache-2.0
#include "parsers/tacacs/tacacs.hpp"

#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"

namespace weir::tacacs {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::uint8_t major_version = 0xc0, minor_bit = 0x01;  // RFC 8907 section 4.1
constexpr std::uint8_t unencrypted_flag = 1, single_connection_flag = 4;
constexpr std::uint8_t last_opening_sequence = 2;

/// Whether `data` can be the beginning of a packet, as far as it goes.
bool may_begin(Bytes data) noexcept {
    if (!data.empty() && (data[0] & ~minor_bit) != major_version) return false;
    if (data.size() > 1 && (data[1] < 1 || data[1] > 3)) return false;
    if (data.size() > 2 && data[2] == 0) return false;
    if (data.size() > 3 && (data[3] & ~(unencrypted_flag | single_connection_flag)) != 0) return false;
    return data.size() < 10 || (data[8] == 0 && data[9] == 0);  // max_body
}

Transaction read_header(Bytes header) noexcept {
    Cursor cursor{header};
    Transaction transaction;
    transaction.minor_version = cursor.u8() & 0x0f;
    transaction.type = Type{cursor.u8()};
    transaction.sequence = cursor.u8();
    const std::uint8_t flags = cursor.u8();
    transaction.unencrypted = (flags & unencrypted_flag) != 0;
    transaction.single_connection = (flags & single_connection_flag) != 0;
    transaction.session_id = cursor.be32();
    transaction.length = cursor.be32();
    return transaction;
}

constexpr bool is_from_client(std::uint8_t sequence) noexcept { return (sequence & 1) != 0; }

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || !may_begin(offer.data)) return Probe::no();
    if (offer.data.size() < header_size) return Probe::more();
    const Transaction header = read_header(offer.data);
    if (header.length == 0) return Probe::no();
    // A capture may start amid a session; elsewhere than on its port it has to begin as one.
    if (!offer.port_matches && header.sequence > last_opening_sequence) return Probe::no();
    return Probe::yes(is_from_client(header.sequence) ? Probe::Sender::client : Probe::Sender::server);
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept {
        bool& lost = lost_[static_cast<std::size_t>(direction)];
        if (rest.size() < header_size) return Fed::need_more(0, header_size);
        if (!may_begin(rest)) {
            if (lost) return Fed::done(0);
            emit.anomaly(Parser::malformed_header, direction);
            return Fed::malformed();
        }
        lost = false;
        Transaction transaction = read_header(rest);
        std::optional<Body> body;
        const bool readable = transaction.unencrypted && transaction.length <= max_read_body;
        if (readable) {
            const std::size_t size = header_size + transaction.length;
            if (rest.size() < size) return Fed::need_more(0, size);
            body = read_body(transaction.type, is_from_client(transaction.sequence), transaction.sequence == 1,
                             rest.subspan(header_size, transaction.length));
        }
        if (transaction.unencrypted && !body) emit.anomaly(Parser::malformed_body, direction);
        transaction.body = body ? &*body : nullptr;
        emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
        return Fed::skip_after(header_size, transaction.length);
    });
}

Fed State::gap(Direction direction, std::uint64_t, Emit<Transaction>) noexcept {
    lost_[static_cast<std::size_t>(direction)] = true;
    return Fed::ok(0);
}

namespace fields {

Value version(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return Value::of(std::string_view{transaction.minor_version == 0 ? "12.0" : "12.1"});
}
Value operation(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    constexpr std::array<std::string_view, 3> names{"authentication", "authorization", "accounting"};
    return Value::of(names[static_cast<std::size_t>(transaction.type) - 1]);
}
Value status_name(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    if (transaction.body == nullptr || !transaction.body->status) return Value::none();
    return detail::value_of(tacacs::status_name(transaction.type, *transaction.body->status));
}

}  // namespace fields
}  // namespace weir::tacacs
