// SPDX-License-Identifier: Apache-2.0
#include "parsers/openvpn/openvpn.hpp"

#include "parsers/base/cursor.hpp"
#include "parsers/base/single_value.hpp"
#include "parsers/base/steps.hpp"

namespace weir::openvpn {
namespace {

constexpr std::size_t session_size = 8;
constexpr std::size_t length_size = 2;  // before each packet over TCP
constexpr std::uint8_t max_acknowledged = 8;
constexpr std::size_t crypt_tag_size = 32;
constexpr std::uint32_t earliest = 0x3c000000;  // seconds since 1970: nobody spoke it before 2001

/// opcode (5 bits) | key identifier (3 bits)
Opcode opcode_of(Bytes packet) noexcept { return static_cast<Opcode>(packet[0] >> 3); }
std::uint8_t key_of(Bytes packet) noexcept { return packet[0] & 7; }
bool is_opcode(Bytes packet) noexcept {
    return opcode_of(packet) >= Opcode::hard_reset_client_v1 && opcode_of(packet) <= Opcode::control_wkc_v1;
}

bool from_client(Opcode opcode) noexcept {
    return opcode == Opcode::hard_reset_client_v1 || opcode == Opcode::hard_reset_client_v2 || opcode == Opcode::hard_reset_client_v3;
}
bool from_server(Opcode opcode) noexcept { return opcode == Opcode::hard_reset_server_v1 || opcode == Opcode::hard_reset_server_v2; }

/// The end of a hard reset: acknowledgements (the other end's session behind them, where there are any), message number 0.
bool ends_in_clear(Cursor cursor, Opcode opcode) noexcept {
    const std::uint8_t count = cursor.u8();
    if (count > max_acknowledged || (from_client(opcode) && count != 0)) return false;
    if (count != 0) cursor.skip(count * std::size_t{4} + session_size);
    return cursor.be32() == 0 && cursor.ok() && cursor.empty();
}

/// Replay protection: a number that begins with 1, and a time.
bool is_replay_guard(Cursor& cursor) noexcept {
    const std::uint32_t number = cursor.be32(), time = cursor.be32();
    return cursor.ok() && number >= 1 && number <= 16 && time >= earliest;
}

/// Tells by the layout how a hard reset is protected; `unknown`: it is none.
Protection protection_of(Bytes packet) noexcept {
    const Opcode opcode = opcode_of(packet);
    Cursor cursor{packet};
    cursor.skip(1 + session_size);
    if (!cursor.ok()) return Protection::unknown;
    if (opcode != Opcode::hard_reset_client_v3) {
        if (ends_in_clear(cursor, opcode)) return Protection::none;
        for (const std::size_t hmac : {16u, 20u, 28u, 32u, 48u, 64u}) {  // of MD5 to SHA-512
            Cursor behind = cursor;
            behind.skip(hmac);
            if (is_replay_guard(behind) && ends_in_clear(behind, opcode)) return Protection::tls_auth;
        }
    }
    if (!is_replay_guard(cursor)) return Protection::unknown;
    cursor.skip(crypt_tag_size);
    if (!cursor.ok()) return Protection::unknown;
    if (opcode == Opcode::hard_reset_client_v3) {  // the client's key, wrapped for the server, with its length at its end
        Cursor length{cursor.rest().size() >= 2 ? cursor.rest().last(2) : Bytes{}};
        const std::size_t wrapped = length.be16();
        return length.ok() && wrapped >= crypt_tag_size && wrapped + 5 <= cursor.remaining() ? Protection::tls_crypt_v2
                                                                                             : Protection::unknown;
    }
    constexpr std::size_t least = 1 + 4;  // encrypted: no acknowledgements, message number
    const std::size_t most = from_client(opcode) ? least : least + max_acknowledged * 4 + session_size + 64;
    return cursor.remaining() >= least && cursor.remaining() <= most ? Protection::tls_crypt : Protection::unknown;
}

bool is_hard_reset(Bytes packet) noexcept {
    return !packet.empty() && (from_client(opcode_of(packet)) || from_server(opcode_of(packet))) && key_of(packet) == 0 &&
           protection_of(packet) != Protection::unknown;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    Bytes packet = offer.data;
    if (offer.transport == Transport::tcp) {
        if (packet.size() <= length_size) return packet.empty() || packet[0] <= 2 ? Probe::more() : Probe::no();
        Cursor cursor{packet};
        const std::size_t length = cursor.be16();
        const std::uint8_t first = cursor.peek() >> 3;
        const bool reset = from_client(static_cast<Opcode>(first)) || from_server(static_cast<Opcode>(first));
        if (length < 1 + session_size + 5 || length > 1024 || !reset) return Probe::no();
        if (cursor.remaining() < length) return Probe::more();
        packet = cursor.take(length);
    }
    if (!is_hard_reset(packet)) return Probe::no();
    return Probe::yes(from_client(opcode_of(packet)) ? Probe::Sender::client : Probe::Sender::server);
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (!over_tcp_) {
        packet(direction, bytes, emit);
        return Fed::ok(bytes.size());
    }
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) {
        if (sessions_[static_cast<std::size_t>(direction)].present()) return Fed::done(0);
        Cursor cursor{rest};
        const std::size_t length = cursor.be16();
        if (!cursor.ok()) return Fed::need_more(0, length_size);
        if (cursor.remaining() < length) return Fed::need_more(0, length_size + length);
        packet(direction, cursor.take(length), emit);
        return Fed::ok(cursor.position());
    });
}

void State::packet(Direction direction, Bytes packet, Emit<Transaction> emit) noexcept {
    if (packet.empty() || !is_opcode(packet)) {
        if (!logged_) emit.anomaly(1, direction);
        return;
    }
    if (!is_hard_reset(packet)) return;
    const Opcode opcode = opcode_of(packet);
    KeptText<session_size>& session = sessions_[static_cast<std::size_t>(direction)];
    const Bytes identifier = packet.subspan(1, session_size);
    if (session.present() && as_text(session.get()) == as_text(identifier)) return;  // said again
    session.keep(identifier);
    opcode_ = static_cast<std::uint8_t>(opcode);
    const Protection seen = protection_of(packet);
    // A server's answer to tls-crypt-v2 looks like tls-crypt.
    if (!(protection_ == Protection::tls_crypt_v2 && seen == Protection::tls_crypt)) protection_ = seen;
    if (from_server(opcode)) logged_ = true;
    emit(known(), from_server(opcode) ? Report::response | Report::log : Report::request, direction);
}

Fed State::gap(Direction, std::uint64_t, Emit<Transaction>) noexcept { return Fed::done(0); }

void State::finish(Emit<Transaction> emit) noexcept {
    if (logged_ || opcode_ == 0) return;
    logged_ = true;
    emit(known(), Report::log, Direction::to_server);
}

Transaction State::known() const noexcept { return {opcode_, sessions_[0].get(), sessions_[1].get(), protection_}; }

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    constexpr std::array<std::string_view, 11> names{
        "hard-reset-client-v1", "hard-reset-server-v1", "soft-reset-v1", "control-v1",           "ack-v1",        "data-v1",
        "hard-reset-client-v2", "hard-reset-server-v2", "data-v2",       "hard-reset-client-v3", "control-wkc-v1"};
    return index == 0 ? Value::of(names[transaction.opcode - 1u]) : Value{};
}
Value client_session(const Transaction& transaction, std::size_t index) noexcept { return single_hex(index, transaction.client_session); }
Value server_session(const Transaction& transaction, std::size_t index) noexcept { return single_hex(index, transaction.server_session); }
Value protection(const Transaction& transaction, std::size_t index) noexcept {
    constexpr std::array<std::string_view, 5> names{"", "none", "tls-auth", "tls-crypt", "tls-crypt-v2"};
    return index == 0 ? Value::of(names[static_cast<std::size_t>(transaction.protection)]) : Value{};
}

}  // namespace weir::openvpn
