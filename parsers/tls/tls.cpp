// SPDX-License-Identifier: Apache-2.0
#include "parsers/tls/tls.hpp"

#include <algorithm>

#include "parsers/base/digest.hpp"
#include "parsers/base/single_value.hpp"
#include "parsers/base/steps.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::tls {
namespace {

/// HandshakeType (RFC 8446 section 4, RFC 5246 section 7.4) of the messages that are looked into.
constexpr std::uint8_t client_hello_type = 1, server_hello_type = 2, certificate_type = 11, server_hello_done_type = 14;
constexpr std::uint8_t last_known_type = 67;  // NextProtocol; 25 (CompressedCertificate) and below are IANA's
constexpr std::size_t message_header_size = 4;
constexpr std::size_t min_hello = 38;  // version, random, empty session identifier, one cipher suite
constexpr std::size_t max_message = 32 * 1024;
constexpr std::size_t max_probed_hello = 128 * 1024;
constexpr std::size_t alert_size = 2;
constexpr std::uint8_t warning = 1, fatal = 2;
constexpr std::size_t sslv2_header_size = 2, max_sslv2_record = 1024;
constexpr std::uint8_t sslv2_bit = 0x80, sslv2_server_hello = 4;

std::size_t index(Direction direction) noexcept { return static_cast<std::size_t>(direction); }

std::string_view version_name(std::uint16_t version) noexcept {
    switch (version) {
        case version::ssl2: return "SSLv2";
        case version::ssl3: return "SSLv3";
        case version::tls10: return "TLSv1";
        case version::tls11: return "TLS 1.1";
        case version::tls12: return "TLS 1.2";
        case version::tls13: return "TLS 1.3";
        default: return {};
    }
}

/// As Suricata prints it; versions without a name as hexadecimal.
Bytes version_text(std::uint16_t version, Scratch& scratch) noexcept {
    const std::string_view name = version_name(version);
    if (!name.empty()) return as_bytes(name);
    return write_in(scratch, [&](TextWriter& writer) {
        if (version::is_13(version))
            writer.put("TLS 1.3 draft-").decimal(version & 0xffu);
        else
            writer.put("0x").hex(version);
    });
}

Report report_of(Direction direction) noexcept { return direction == Direction::to_server ? Report::request : Report::response; }

// ---------------------------------------------------------------- probing

/// A handshake record that begins with a ClientHello or ServerHello. Judged as far as the bytes reach.
Probe probe_hello(Bytes data) noexcept {
    Cursor cursor{data};
    cursor.skip(1);
    if (cursor.remaining() >= 2 && !(data[1] == 3 && data[2] <= 4)) return Probe::no();
    if (data.size() <= record_header_size) return Probe::more();
    const RecordHeader header{data};
    const std::uint8_t type = data[record_header_size];
    if (!header.good_length() || header.length == 0) return Probe::no();
    if (type != client_hello_type && type != server_hello_type) return Probe::no();
    const Probe found = Probe::yes(type == client_hello_type ? Probe::Sender::client : Probe::Sender::server);
    constexpr std::size_t looked_at = message_header_size + 1;  // type, length, first octet of the version
    if (header.length < looked_at) {                            // hidden in tiny records: the next one must follow
        const std::size_t next = record_header_size + header.length;
        if (data.size() < next + 3) return Probe::more();
        return data[next] == data[0] && data[next + 1] == 3 && data[next + 2] <= 4 ? found : Probe::no();
    }
    if (data.size() < record_header_size + looked_at) return Probe::more();
    cursor.skip(record_header_size);
    const std::size_t length = cursor.be24();
    const std::uint8_t major = cursor.u8();
    const bool draft = major == 0x7f && type == server_hello_type;
    return length >= min_hello && length <= max_probed_hello && (major == 3 || draft) ? found : Probe::no();
}

Probe probe_alert(Bytes data) noexcept {
    constexpr std::array<std::uint8_t, 3> start{21, 3, 4};
    if (data.size() > 1 && data[1] != start[1]) return Probe::no();
    if (data.size() > 2 && data[2] > start[2]) return Probe::no();
    if (data.size() < record_header_size + alert_size) return Probe::more();
    const bool good = RecordHeader{data}.length == alert_size && (data[5] == warning || data[5] == fatal) && data[6] <= 120;
    return good ? Probe::yes() : Probe::no();
}

Probe probe_sslv2(Bytes data) noexcept {
    if (data.size() < 3) return Probe::more();
    if (data[2] != client_hello_type) return Probe::no();
    const std::size_t length = static_cast<std::size_t>(data[0] & 0x7f) << 8 | data[1];
    if (length > max_sslv2_record) return Probe::no();
    if (data.size() < sslv2_header_size + length) return Probe::more();
    ClientHello hello;
    return read_sslv2_client_hello(data.subspan(sslv2_header_size, length), hello) ? Probe::yes(Probe::Sender::client) : Probe::no();
}

/// Encrypted records of a session whose start was not captured: two headers in a row, or one on a port of TLS.
Probe probe_middle(const Offer& offer) noexcept {
    if (!offer.port_matches) return Probe::no();
    if (offer.data.size() < record_header_size) return Probe::more();
    const RecordHeader header{offer.data};
    if (!header.good() || header.length == 0) return Probe::no();
    const std::size_t next = record_header_size + header.length;
    if (offer.data.size() < next + record_header_size) return Probe::yes();
    return RecordHeader{offer.data.subspan(next)}.good() ? Probe::yes() : Probe::no();
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp) return Probe::no();
    if (offer.data.empty()) return Probe::more();
    switch (offer.data[0]) {
        case static_cast<std::uint8_t>(ContentType::handshake): return probe_hello(offer.data);
        case static_cast<std::uint8_t>(ContentType::alert): return probe_alert(offer.data);
        case static_cast<std::uint8_t>(ContentType::application_data):
        case static_cast<std::uint8_t>(ContentType::change_cipher_spec): return probe_middle(offer);
        default: return (offer.data[0] & sslv2_bit) != 0 ? probe_sslv2(offer.data) : Probe::no();
    }
}

// ---------------------------------------------------------------- records

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    Side& side = sides_[index(direction)];
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) {
        return side.record_left == 0 ? record(side, direction, rest, emit) : handshake(side, direction, rest, emit);
    });
}

Fed State::record(Side& side, Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if ((bytes[0] & sslv2_bit) != 0 && (!side.started || sslv2_)) return sslv2(side, direction, bytes, emit);
    if (bytes.size() < record_header_size) return Fed::need_more(0, record_header_size);
    const RecordHeader header{bytes};
    if (!header.good_type()) return give_up(side.started ? Oddity::invalid_record_type : Oddity::invalid_tls_header, direction, emit);
    if (!header.good_version()) return give_up(Oddity::invalid_record_version, direction, emit);
    if (!header.good_length()) return give_up(Oddity::invalid_record_length, direction, emit);
    const bool part_of_handshake = header.is(ContentType::handshake) && !(side.cipher_changed && !retried_);
    if (side.message_left != 0 && !part_of_handshake) {
        side.message_left = 0;
        emit.anomaly(static_cast<unsigned>(Oddity::invalid_handshake_message), direction);
    }
    side.started = true;
    switch (static_cast<ContentType>(header.type)) {
        case ContentType::handshake:
            if (!part_of_handshake) break;
            side.record_left = header.length;
            return Fed::ok(record_header_size);
        case ContentType::change_cipher_spec: return change_cipher_spec(side, direction, header.length, emit);
        case ContentType::alert:
            if (header.length != alert_size) break;  // encrypted
            if (bytes.size() < record_header_size + alert_size) return Fed::need_more(0, record_header_size + alert_size);
            return alert(direction, bytes.subspan(record_header_size, alert_size), emit);
        case ContentType::application_data: {
            // Early data runs ahead of the ServerHello (RFC 8446 section 2.3); a second ClientHello may follow it.
            if (direction == Direction::to_server && early_data_ && !server_hello_) break;
            if (direction == Direction::to_client || server_hello_) log(direction, emit);
            return Fed::done(record_header_size);
        }
        case ContentType::heartbeat: {  // RFC 6520 section 4: type, payload_length, payload, padding
            constexpr std::size_t needed = record_header_size + 3;
            if (header.length < 3 || side.cipher_changed) break;
            if (bytes.size() < needed) return Fed::need_more(0, needed);
            const std::size_t payload = static_cast<std::size_t>(bytes[6]) << 8 | bytes[7];
            if (payload + 3 > header.length) emit.anomaly(static_cast<unsigned>(Oddity::overflow_heartbeat_message), direction);
            break;
        }
    }
    return Fed::skip_after(record_header_size, header.length);
}

/// Two octets of length, the first with its top bit set, then the message. Only hellos are known in this form.
Fed State::sslv2(Side& side, Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (bytes.size() <= sslv2_header_size) return Fed::need_more(0, sslv2_header_size + 1);
    if (side.started) return Fed::done(0);  // SSL 2.0 goes on; nothing more is read of it
    const std::size_t length = static_cast<std::size_t>(bytes[0] & 0x7f) << 8 | bytes[1];
    if (direction == Direction::to_client && sslv2_ && bytes[2] == sslv2_server_hello) {
        side.started = true;
        server_hello_ = true;
        version_ = version::ssl2;
        emit(remembered(direction, emit.scratch()), with_log(Report::response), direction);
        return Fed::done(0);
    }
    if (direction == Direction::to_client || bytes[2] != client_hello_type || length > max_sslv2_record)
        return give_up(Oddity::invalid_sslv2_header, direction, emit);
    if (bytes.size() < sslv2_header_size + length) return Fed::need_more(0, sslv2_header_size + length);
    ClientHello hello;
    if (!read_sslv2_client_hello(bytes.subspan(sslv2_header_size, length), hello))
        return give_up(Oddity::invalid_sslv2_header, direction, emit);
    side.started = sslv2_ = client_hello_ = true;
    report_request(hello, {}, emit);
    return Fed::ok(sslv2_header_size + length);
}

Fed State::change_cipher_spec(Side& side, Direction direction, std::uint16_t length, Emit<Transaction> emit) noexcept {
    const Fed ended = Fed::done(record_header_size);
    if (direction == Direction::to_client) {
        if (!server_hello_ && retried_) return Fed::skip_after(record_header_size, length);  // RFC 8446 appendix D.4
        if (server_hello_ && !certificate_ && !server_hello_done_) resumed_ = true;
        log(direction, emit);
        return ended;
    }
    if (server_hello_) {
        log(direction, emit);
        return ended;
    }
    // Before the ServerHello: what a TLS 1.3 client sends ahead of early data or of its second ClientHello; or the server's
    // side is not in the capture.
    side.cipher_changed = true;
    return Fed::skip_after(record_header_size, length);
}

Fed State::alert(Direction direction, Bytes body, Emit<Transaction> emit) noexcept {
    alert_level_ = body[0];
    alert_description_ = body[1];
    if (alert_level_ != fatal) return Fed::ok(record_header_size + alert_size);
    const Report report = report_of(direction);
    emit(remembered(direction, emit.scratch()), client_hello_ || server_hello_ ? with_log(report) : report, direction);
    return Fed::done(record_header_size + alert_size);
}

Fed State::give_up(Oddity oddity, Direction direction, Emit<Transaction> emit) noexcept {
    emit.anomaly(static_cast<unsigned>(oddity), direction);
    finish(emit);
    return Fed::malformed();
}

// ---------------------------------------------------------------- handshake messages

Fed State::handshake(Side& side, Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (side.message_left != 0) {
        const auto skipped = static_cast<std::uint16_t>(std::min<std::uint32_t>(side.message_left, side.record_left));
        side.message_left -= skipped;
        side.record_left = static_cast<std::uint16_t>(side.record_left - skipped);
        return Fed::skip_after(0, skipped);
    }
    Fragment fragment = take_handshake(bytes, side.record_left, message_header_size, emit.scratch());
    std::uint8_t type = 0;
    std::uint32_t size = 0;
    if (fragment.status == Fragment::Status::complete) {
        Cursor header{fragment.bytes};
        type = header.u8();
        size = static_cast<std::uint32_t>(message_header_size) + header.be24();
        if (type > last_known_type) {  // encrypted, and its ChangeCipherSpec was not seen
            emit.anomaly(static_cast<unsigned>(Oddity::invalid_handshake_message), direction);
            return Fed::done(0);
        }
        const bool from_client = direction == Direction::to_server;
        const bool wanted = from_client ? type == client_hello_type
                                        : type == server_hello_type || type == certificate_type || type == server_hello_done_type;
        if (!wanted && (type == client_hello_type || type == server_hello_type))
            emit.anomaly(static_cast<unsigned>(Oddity::invalid_handshake_message), direction);
        if (!wanted) {
            side.message_left = size;
            return Fed::ok(0);
        }
        if (size > max_message)
            fragment.status = Fragment::Status::too_long;
        else
            fragment = take_handshake(bytes, side.record_left, size, emit.scratch());
    }
    switch (fragment.status) {
        case Fragment::Status::partial: return Fed::need_more(0, fragment.want);
        case Fragment::Status::broken:
            emit.anomaly(static_cast<unsigned>(Oddity::invalid_handshake_message), direction);
            side.record_left = 0;
            return Fed::ok(fragment.raw);
        case Fragment::Status::too_long:
            emit.anomaly(static_cast<unsigned>(Oddity::handshake_too_long), direction);
            side.message_left = std::max<std::uint32_t>(size, message_header_size);
            return Fed::ok(0);
        case Fragment::Status::complete: break;
    }
    side.record_left = fragment.record_left;
    Fed fed = message(direction, type, fragment.bytes.subspan(message_header_size), emit);
    fed.consumed = fragment.raw;
    return fed;
}

Fed State::message(Direction direction, std::uint8_t type, Bytes body, Emit<Transaction> emit) noexcept {
    switch (type) {
        case client_hello_type: return client_hello(body, emit);
        case server_hello_type: return server_hello(body, emit);
        case certificate_type: certificate(body, emit); return Fed::ok(0);
        default:
            server_hello_done_ = true;
            log(direction, emit);
            return Fed::ok(0);
    }
}

Fed State::client_hello(Bytes body, Emit<Transaction> emit) noexcept {
    if (client_hello_) return Fed::ok(0);  // the second, after a retry, differs in key shares only
    ClientHello hello;
    const bool readable = read_client_hello(body, hello);
    if (!readable) hello.oddities.add(Oddity::invalid_handshake_message);
    hello.oddities.for_each([&](unsigned id) { emit.anomaly(id, Direction::to_server); });
    if (!readable) return Fed::ok(0);

    client_hello_ = true;
    early_data_ = hello.early_data;
    sni_.keep(hello.server_name);
    if (hello.alpn.data() != nullptr) client_alpns_.keep(alpns_within(hello.alpn, client_alpns_.capacity()));
    const Bytes text = ja3_text(hello, emit.scratch());
    ja3_text_.keep(text);
    if (text.data() != nullptr) ja3_hash_.keep(as_bytes(md5(text).text()));
    std::array<std::uint8_t, ja4_size> fingerprint;
    if (write_ja4(hello, emit.scratch(), fingerprint)) ja4_.keep(fingerprint);
    report_request(hello, text, emit);
    return Fed::ok(0);
}

void State::report_request(const ClientHello& hello, Bytes ja3, Emit<Transaction> emit) noexcept {
    Transaction transaction = remembered(Direction::to_server, emit.scratch());
    // While the hello is at hand, nothing of it is cut.
    transaction.sni = hello.server_name;
    transaction.client_alpns = alpn_names(hello.alpn, emit.scratch());
    transaction.ja3_text = ja3;
    transaction.random = hello.random;
    emit(transaction, Report::request, Direction::to_server);
}

Fed State::server_hello(Bytes body, Emit<Transaction> emit) noexcept {
    if (server_hello_) return Fed::ok(0);
    ServerHello hello;
    const bool readable = read_server_hello(body, hello);
    if (!readable) hello.oddities.add(Oddity::invalid_handshake_message);
    hello.oddities.for_each([&](unsigned id) { emit.anomaly(id, Direction::to_client); });
    if (!readable) return Fed::ok(0);
    if (hello.retry && !retried_) {
        retried_ = true;
        return Fed::ok(0);
    }
    server_hello_ = true;
    version_ = hello.version;
    cipher_ = {static_cast<std::uint8_t>(hello.cipher >> 8), static_cast<std::uint8_t>(hello.cipher)};
    resumed_ = hello.resumed;
    server_alpn_.keep(hello.alpn);
    const Bytes text = ja3s_text(hello, emit.scratch());
    ja3s_text_.keep(text);
    if (text.data() != nullptr) ja3s_hash_.keep(as_bytes(md5(text).text()));

    Transaction transaction = remembered(Direction::to_client, emit.scratch());
    transaction.server_alpns = hello.alpn.data() != nullptr ? std::span{&hello.alpn, 1} : std::span<const Bytes>{};
    transaction.ja3s_text = text;
    transaction.random = hello.random;
    const bool encrypted = version::is_13(version_);
    emit(transaction, encrypted ? with_log(Report::response) : Report::response, Direction::to_client);
    return encrypted ? Fed::done(0) : Fed::ok(0);
}

void State::certificate(Bytes body, Emit<Transaction> emit) noexcept {
    if (certificate_) return;
    Transaction transaction = remembered(Direction::to_client, emit.scratch());
    const bool found = read_certificate_message(body, emit.scratch(), transaction.certificate);
    if (!transaction.certificate.intact) emit.anomaly(static_cast<unsigned>(Oddity::invalid_certificate), Direction::to_client);
    if (!found) return;
    certificate_ = true;
    emit(transaction, with_log(server_hello_ ? Report::response | Report::again : Report::response), Direction::to_client);
}

// ---------------------------------------------------------------- reports

Fed State::gap(Direction, std::uint64_t, Emit<Transaction>) noexcept { return Fed::done(0); }

void State::finish(Emit<Transaction> emit) noexcept { log(Direction::to_server, emit); }

/// The session's one event, if it has not been written and there is anything to write.
void State::log(Direction direction, Emit<Transaction> emit) noexcept {
    if (logged_ || !(client_hello_ || server_hello_)) return;
    logged_ = true;
    emit(remembered(direction, emit.scratch()), Report::log, direction);
}

Report State::with_log(Report report) noexcept {
    if (logged_) return report;
    logged_ = true;
    return report | Report::log;
}

Transaction State::remembered(Direction seen, Scratch& scratch) const noexcept {
    Transaction transaction;
    transaction.seen = seen;
    if (server_hello_) {
        transaction.version = version_;
        transaction.version_text = version_text(version_, scratch);
        if (version_ != version::ssl2) transaction.cipher = cipher_;
    }
    transaction.sni = sni_.get();
    transaction.client_alpns = alpn_names(client_alpns_.get(), scratch);
    if (server_alpn_.present()) {
        const auto names = scratch.array<Bytes>(1);
        for (Bytes& name : names) name = server_alpn_.get();
        transaction.server_alpns = names;
    }
    transaction.ja3_hash = ja3_hash_.get();
    transaction.ja3_text = ja3_text_.get();
    transaction.ja3s_hash = ja3s_hash_.get();
    transaction.ja3s_text = ja3s_text_.get();
    transaction.ja4 = ja4_.get();
    transaction.resumed = resumed_;
    transaction.retried = retried_;
    transaction.alert_level = alert_level_;
    transaction.alert_description = alert_description_;
    return transaction;
}

// ---------------------------------------------------------------- fields

Value version_number(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, transaction.version != 0, Value::of(transaction.version));
}
Value cipher_number(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, !transaction.cipher.empty(), Value::of(transaction.cipher.empty() ? 0u : Numbers{transaction.cipher}[0]));
}
Value cipher_text(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, !transaction.cipher.empty(), Value::hex(transaction.cipher));
}
Value resumed(const Transaction& transaction, std::size_t index) noexcept { return single_flag(index, transaction.resumed); }
Value retried(const Transaction& transaction, std::size_t index) noexcept { return single_flag(index, transaction.retried); }
Value client_alpns(const Transaction& transaction, std::size_t index) noexcept { return element(transaction.client_alpns, index); }
Value server_alpns(const Transaction& transaction, std::size_t index) noexcept { return element(transaction.server_alpns, index); }
Value alpns(const Transaction& transaction, std::size_t index) noexcept {
    return element(transaction.seen == Direction::to_server ? transaction.client_alpns : transaction.server_alpns, index);
}
Value alternative_names(const Transaction& transaction, std::size_t index) noexcept {
    return element(transaction.certificate.names, index);
}
Value chain_length(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, transaction.certificate.chain_length != 0, Value::of(transaction.certificate.chain_length));
}
Value self_signed(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, transaction.certificate.subject.data() != nullptr, Value::flag(transaction.certificate.self_signed));
}
Value alert_level(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, transaction.alert_level != 0, Value::of(transaction.alert_level));
}
Value alert_description(const Transaction& transaction, std::size_t index) noexcept {
    return single(index, transaction.alert_level != 0, Value::of(transaction.alert_description));
}

}  // namespace weir::tls
