// SPDX-License-Identifier: Apache-2.0
#include "parsers/dtls/dtls.hpp"

#include "parsers/base/cursor.hpp"
#include "parsers/base/digest.hpp"
#include "parsers/base/single_value.hpp"

namespace weir::dtls {
namespace {

namespace version_number = tls::version;

constexpr std::uint16_t dtls09 = 0x0100;  // OpenSSL's before 0.9.8f, which Cisco's VPN clients kept
constexpr std::uint16_t max_record = (1u << 14) + 2048;
constexpr std::uint16_t max_epoch = 64;  // keys are seldom changed
constexpr std::size_t max_records = 16;  // of one datagram that are looked at
constexpr std::uint8_t alert_type = 21, handshake_type = 22;
constexpr std::uint8_t first_type = 20, last_type = 26;
constexpr std::uint8_t client_hello_type = 1, server_hello_type = 2, hello_verify_type = 3;
constexpr std::uint8_t warning = 1, fatal = 2;
enum Oddity : unsigned { invalid_record = 1, invalid_message, too_long };

/// type | version (2) | epoch (2) | sequence number (6) | length (2), RFC 6347 section 4.1.
struct Record {
    std::uint8_t type = 0;
    std::uint16_t version = 0, epoch = 0;
    Bytes payload{};
};

bool is_version(std::uint16_t version) noexcept {
    return version == version_number::dtls10 || version == version_number::dtls12 || version == dtls09;
}

/// False where no good record stands at the front.
bool read_record(Cursor& cursor, Record& record) noexcept {
    record.type = cursor.u8();
    record.version = cursor.be16();
    record.epoch = cursor.be16();
    cursor.skip(6);
    const std::uint16_t length = cursor.be16();
    record.payload = cursor.take(length);
    return cursor.ok() && record.type >= first_type && record.type <= last_type && is_version(record.version) &&
           record.epoch <= max_epoch && length <= max_record;
}

/// type | length (3) | sequence number (2) | fragment offset (3) | fragment length (3), RFC 6347 section 4.2.2.
struct Fragment {
    std::uint8_t type = 0;
    std::uint32_t length = 0, offset = 0;
    std::uint16_t message = 0;
    Bytes bytes{};
};

bool read_fragment(Cursor& cursor, Fragment& fragment) noexcept {
    fragment.type = cursor.u8();
    fragment.length = cursor.be24();
    fragment.message = cursor.be16();
    fragment.offset = cursor.be24();
    fragment.bytes = cursor.take(cursor.be24());
    return cursor.ok() && fragment.offset <= fragment.length && fragment.bytes.size() <= fragment.length - fragment.offset;
}

std::string_view version_name(std::uint16_t version) noexcept {
    switch (version) {
        case dtls09: return "DTLS 0.9";
        case version_number::dtls10: return "DTLS 1.0";
        case version_number::dtls12: return "DTLS 1.2";
        case version_number::dtls13: return "DTLS 1.3";
        default: return "unknown";
    }
}

/// The versions count downwards.
std::uint16_t offered_version(const tls::ClientHello& hello) noexcept {
    const tls::Numbers offered{hello.versions};
    std::uint16_t highest = hello.version;
    for (std::size_t i = 0; i < offered.size(); ++i)
        if (offered[i] < highest && offered[i] >= version_number::dtls13) highest = offered[i];
    return highest;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp) return Probe::no();
    Cursor cursor{offer.data};
    Record first;
    if (!read_record(cursor, first)) return Probe::no();
    for (std::size_t i = 1; i < max_records && !cursor.empty(); ++i) {
        Record next;
        if (!read_record(cursor, next)) return Probe::no();
    }
    if (first.epoch != 0) return first.version != dtls09 || offer.port_matches ? Probe::yes() : Probe::no();
    if (first.type == alert_type) return first.payload.size() == 2 && offer.port_matches ? Probe::yes() : Probe::no();
    if (first.type != handshake_type) return Probe::no();
    Cursor message{first.payload};
    Fragment fragment;
    if (!read_fragment(message, fragment)) return Probe::no();
    if (fragment.type == client_hello_type) return Probe::yes(Probe::Sender::client);
    return fragment.type == server_hello_type || fragment.type == hello_verify_type ? Probe::yes(Probe::Sender::server) : Probe::no();
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    Cursor cursor{datagram};
    for (std::size_t i = 0; i < max_records && !cursor.empty(); ++i) {
        constexpr std::uint8_t unified_mask = 0xe0, unified_header = 0x20;
        if ((cursor.peek() & unified_mask) == unified_header) break;  // encrypted, RFC 9147 section 4
        Record record;
        if (!read_record(cursor, record)) {
            if (!logged_) emit.anomaly(invalid_record, direction);
            break;
        }
        if (record.epoch != 0) continue;
        if (record.type == handshake_type) handshake(direction, record.payload, emit);
        if (record.type == alert_type && record.payload.size() == 2) alert(direction, record.payload, emit);
    }
    return Fed::ok(datagram.size());
}

void State::handshake(Direction direction, Bytes record, Emit<Transaction> emit) noexcept {
    const bool from_client = direction == Direction::to_server;
    for (Cursor cursor{record}; !cursor.empty();) {
        Fragment fragment;
        if (!read_fragment(cursor, fragment)) {
            emit.anomaly(invalid_message, direction);
            return;
        }
        const bool whole = fragment.bytes.size() == fragment.length;
        if (from_client && fragment.type == client_hello_type && !server_hello_) {
            if (whole) {
                client_hello(fragment.bytes, emit);
                continue;
            }
            if (fragment.message != message_) hello_.clear();
            message_ = fragment.message;
            if (fragment.length > max_hello || !hello_.add(fragment.offset, fragment.bytes)) {
                emit.anomaly(too_long, direction);
                hello_.clear();
            } else if (hello_.front().size() >= fragment.length) {
                client_hello(hello_.front().first(fragment.length), emit);
            }
        } else if (!from_client && whole && fragment.type == server_hello_type) {
            server_hello(fragment.bytes, emit);
        } else if (!from_client && whole && fragment.type == hello_verify_type) {
            hello_verify(fragment.bytes, emit);
        }
    }
}

/// Reported at first, and again where it brings the server's cookie back.
void State::client_hello(Bytes body, Emit<Transaction> emit) noexcept {
    tls::ClientHello hello;
    bool odd = !tls::read_client_hello(body, hello, Transport::udp);
    const bool readable = !odd;
    hello.oddities.for_each([&](unsigned) { odd = true; });
    if (odd) emit.anomaly(invalid_message, Direction::to_server);
    if (!readable || (client_hello_ && hello.cookie.empty())) return;
    client_hello_ = true;
    client_version_ = offered_version(hello);
    if (!hello.cookie.empty()) cookie_.keep_front(hello.cookie);
    sni_.keep(hello.server_name);
    if (hello.alpn.data() != nullptr) client_alpns_.keep(tls::alpns_within(hello.alpn, client_alpns_.capacity()));
    const Bytes text = tls::ja3_text(hello, emit.scratch());
    if (text.data() != nullptr) ja3_hash_.keep(as_bytes(md5(text).text()));
    std::array<std::uint8_t, tls::ja4_size> ja4;
    if (tls::write_ja4(hello, emit.scratch(), ja4, tls::Carrier::dtls)) ja4_.keep(ja4);
    Transaction transaction = known(emit.scratch());
    transaction.ja3_text = text;
    emit(transaction, Report::request, Direction::to_server);
}

/// HelloVerifyRequest, RFC 6347 section 4.2.1: version, cookie.
void State::hello_verify(Bytes body, Emit<Transaction> emit) noexcept {
    Cursor cursor{body};
    cursor.skip(2);
    const Bytes cookie = cursor.take(cursor.u8());
    if (!cursor.ok()) {
        emit.anomaly(invalid_message, Direction::to_client);
        return;
    }
    cookie_.keep_front(cookie);
    emit(known(emit.scratch()), Report::response, Direction::to_client);
}

void State::server_hello(Bytes body, Emit<Transaction> emit) noexcept {
    if (server_hello_) return;
    tls::ServerHello hello;
    bool odd = !tls::read_server_hello(body, hello);
    const bool readable = !odd;
    hello.oddities.for_each([&](unsigned) { odd = true; });
    if (odd) emit.anomaly(invalid_message, Direction::to_client);
    if (!readable || hello.retry) return;
    server_hello_ = true;
    version_ = hello.version;
    cipher_ = hello.cipher;
    server_alpn_.keep(hello.alpn);
    const Bytes text = tls::ja3s_text(hello, emit.scratch());
    if (text.data() != nullptr) ja3s_hash_.keep(as_bytes(md5(text).text()));
    emit(known(emit.scratch()), with_log(Report::response), Direction::to_client);
}

void State::alert(Direction direction, Bytes body, Emit<Transaction> emit) noexcept {
    if (body[0] != warning && body[0] != fatal) {
        emit.anomaly(invalid_message, direction);
        return;
    }
    alert_level_ = body[0];
    alert_description_ = body[1];
    if (alert_level_ != fatal) return;
    const Report report = direction == Direction::to_server ? Report::request : Report::response;
    emit(known(emit.scratch()), client_hello_ || server_hello_ ? with_log(report) : report, direction);
}

void State::finish(Emit<Transaction> emit) noexcept {
    if (logged_ || !client_hello_) return;
    emit(known(emit.scratch()), with_log(Report::log), Direction::to_server);
}

Report State::with_log(Report report) noexcept {
    if (logged_) return report;
    logged_ = true;
    return report | Report::log;
}

Transaction State::known(Scratch& scratch) const noexcept {
    Transaction transaction;
    transaction.version = version_;
    transaction.client_version = client_version_;
    transaction.sni = sni_.get();
    transaction.client_alpns = tls::alpn_names(client_alpns_.get(), scratch);
    transaction.server_alpn = server_alpn_.get();
    transaction.ja3_hash = ja3_hash_.get();
    transaction.ja3s_hash = ja3s_hash_.get();
    transaction.ja4 = ja4_.get();
    transaction.cookie = cookie_.get();
    transaction.cipher = cipher_;
    transaction.has_cipher = server_hello_;
    transaction.alert_level = alert_level_;
    transaction.alert_description = alert_description_;
    return transaction;
}

Value version(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, transaction.version != 0, Value::of(version_name(transaction.version)));
}
Value client_version(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, transaction.client_version != 0, Value::of(version_name(transaction.client_version)));
}
Value client_alpns(const Transaction& transaction, std::size_t index) noexcept { return element(transaction.client_alpns, index); }
Value cookie(const Transaction& transaction, std::size_t index) noexcept { return single_hex(index, transaction.cookie); }
Value cipher(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, transaction.has_cipher, Value::of(transaction.cipher));
}
Value alert_level(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, transaction.alert_level != 0, Value::of(transaction.alert_level));
}
Value alert_description(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, transaction.alert_level != 0, Value::of(transaction.alert_description));
}

}  // namespace weir::dtls
