// SPDX-License-Identifier: Apache-2.0
#include "parsers/quic/quic.hpp"

#include "parsers/base/digest.hpp"
#include "parsers/base/single_value.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::quic {
namespace {

constexpr std::size_t min_client_datagram = 1200;  // RFC 9000 section 14.1
constexpr std::size_t max_coalesced = 4;           // packets of one datagram that are looked at
constexpr std::size_t max_server_versions = 16;
constexpr std::uint8_t client_hello_type = 1;
constexpr std::size_t message_header_size = 4;
enum Oddity : unsigned { failed_decrypt = 1, error_on_data, error_on_header };

bool is_digit(std::uint32_t octet) noexcept { return (octet & 0xff) >= '0' && (octet & 0xff) <= '9'; }

/// `Q046`, `T051`: what Google spoke before there was a standard.
bool is_google(std::uint32_t version) noexcept {
    const std::uint32_t letter = version >> 24;
    return (letter == 'Q' || letter == 'T') && (version >> 16 & 0xff) == '0' && is_digit(version >> 8) && is_digit(version);
}
/// Offered to make servers say what they speak (RFC 9000 section 15).
bool is_reserved(std::uint32_t version) noexcept { return (version & 0x0f0f0f0f) == 0x0a0a0a0a; }
bool is_known(std::uint32_t version) noexcept { return is_readable(version) || is_google(version); }

Bytes version_text(std::uint32_t version, Scratch& scratch) noexcept {
    return write_in(scratch, [version](TextWriter& writer) {
        if (version == version_1 || version == version_2) {
            writer.put(version == version_1 ? '1' : '2');
        } else if (is_google(version)) {
            for (int shift = 24; shift >= 0; shift -= 8) writer.put(static_cast<char>(version >> shift));
        } else if (version >= first_draft && version <= last_draft) {
            writer.put("draft-").decimal(version - draft_base);
        } else {
            writer.put("0x").hex(static_cast<std::uint16_t>(version >> 16)).hex(static_cast<std::uint16_t>(version));
        }
    });
}

/// Google's header before version 46: flags with version and eight octets of connection identifier, the version behind it.
bool is_early_google(Bytes datagram) noexcept {
    Cursor cursor{datagram};
    const std::uint8_t flags = cursor.u8();
    cursor.skip(8);
    const std::uint32_t version = cursor.be32();
    return cursor.ok() && (flags & 0xc9) == 0x09 && version >> 24 == 'Q' && is_google(version);
}

bool offers_known_version(Bytes versions) noexcept {
    for (Cursor cursor{versions}; !cursor.empty();)
        if (is_known(cursor.be32())) return true;
    return false;
}

bool are_frames(Bytes frames) noexcept {
    return for_each_crypto(frames, [](std::uint64_t, Bytes) {});
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp || offer.data.empty()) return Probe::no();
    LongPacket packet;
    if (!read_long_packet(offer.data, packet))
        return is_early_google(offer.data) && offer.data.size() >= 1000 ? Probe::yes(Probe::Sender::client) : Probe::no();
    const bool full = offer.data.size() >= min_client_datagram;
    switch (packet.type) {
        case PacketType::negotiation: return offers_known_version(packet.versions) ? Probe::yes(Probe::Sender::server) : Probe::no();
        case PacketType::retry: return Probe::yes(Probe::Sender::server);
        case PacketType::other:
            return full && (is_google(packet.version) || (offer.port_matches && is_reserved(packet.version)))
                       ? Probe::yes(Probe::Sender::client)
                       : Probe::no();
        case PacketType::zero_rtt: return full ? Probe::yes(Probe::Sender::client) : Probe::no();
        case PacketType::handshake: return offer.port_matches ? Probe::yes() : Probe::no();
        case PacketType::initial: break;
    }
    std::array<std::uint8_t, 2048> memory;
    Scratch scratch{memory};
    const InitialKeys keys = client_keys(packet.version, packet.destination);
    if (full && are_frames(unprotect(keys, packet.bytes, packet.number_at, scratch))) return Probe::yes(Probe::Sender::client);
    return offer.port_matches || full ? Probe::yes() : Probe::no();
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    const Fed read = Fed::ok(datagram.size());
    Bytes rest = datagram;
    for (std::size_t i = 0; i < max_coalesced && !rest.empty() && !done_; ++i) {
        LongPacket packet;
        if (!read_long_packet(rest, packet)) {
            if (is_early_google(rest)) {
                Cursor cursor{rest.subspan(9)};
                version_ = cursor.be32();
                finish(emit);
            } else if (i == 0 && (rest[0] & 0x80) != 0) {
                emit.anomaly(error_on_header, direction);
            }
            break;
        }
        rest = rest.subspan(packet.bytes.size());
        const bool from_client = direction == Direction::to_server;
        if (packet.type == PacketType::negotiation) {
            Transaction transaction = known(emit.scratch());
            const auto versions = emit.scratch().array<Bytes>(std::min(packet.versions.size() / 4, max_server_versions));
            Cursor cursor{packet.versions};
            for (Bytes& version : versions) version = version_text(cursor.be32(), emit.scratch());
            transaction.server_versions = versions;
            if (!from_client) emit(transaction, Report::response | Report::log, direction);
        } else if (packet.type == PacketType::retry) {
            retried_ = true;
            has_keys_ = false;  // the next Initial has another connection identifier, and keys after it (RFC 9001 section 5.2)
            hello_.clear();
        } else if (from_client) {
            version_ = packet.version;
            if (packet.type == PacketType::initial) initial(packet, emit);
            if (packet.type == PacketType::other && !is_reserved(packet.version)) finish(emit);
        }
    }
    return read;
}

/// With the keys that are known or, where these do not fit, with those that the packet itself gives.
Bytes State::frames_of(const LongPacket& packet, Scratch& scratch) noexcept {
    if (has_keys_) {
        const Bytes frames = unprotect(keys_, packet.bytes, packet.number_at, scratch);
        if (are_frames(frames)) return frames;
    }
    const InitialKeys keys = client_keys(packet.version, packet.destination);
    const Bytes frames = unprotect(keys, packet.bytes, packet.number_at, scratch);
    if (!are_frames(frames)) return {};
    if (has_keys_) hello_.clear();  // another connection: what was kept belongs to the one before
    keys_ = keys;
    has_keys_ = true;
    destination_.keep(packet.destination);
    source_.keep(packet.source);
    return frames;
}

void State::initial(const LongPacket& packet, Emit<Transaction> emit) noexcept {
    const Bytes frames = frames_of(packet, emit.scratch());
    if (frames.empty()) {
        emit.anomaly(failed_decrypt, Direction::to_server);
        return;
    }
    bool fits = true;
    (void)for_each_crypto(frames, [&](std::uint64_t offset, Bytes data) { fits = hello_.add(offset, data) && fits; });
    Cursor message{hello_.front()};
    const std::uint8_t type = message.u8();
    const std::size_t size = message.be24();
    if (!fits || (message.ok() && (type != client_hello_type || size > max_hello - message_header_size))) {
        emit.anomaly(error_on_data, Direction::to_server);
        finish(emit);
        return;
    }
    const Bytes body = message.take(size);
    if (message.ok()) client_hello(body, emit);
}

void State::client_hello(Bytes body, Emit<Transaction> emit) noexcept {
    done_ = true;
    tls::ClientHello hello;
    bool odd = !tls::read_client_hello(body, hello);
    hello.oddities.for_each([&](unsigned) { odd = true; });
    if (odd) emit.anomaly(error_on_data, Direction::to_server);
    Scratch& scratch = emit.scratch();
    Transaction transaction = known(scratch);
    transaction.sni = hello.server_name;
    transaction.alpns = tls::alpn_names(hello.alpn, scratch);
    transaction.ja3_text = tls::ja3_text(hello, scratch);
    const auto ja3 = md5(transaction.ja3_text);
    if (transaction.ja3_text.data() != nullptr) transaction.ja3_hash = as_bytes(ja3.text());
    std::array<std::uint8_t, tls::ja4_size> ja4;
    if (tls::write_ja4(hello, scratch, ja4, tls::Carrier::quic)) transaction.ja4 = ja4;
    emit(transaction, Report::request | Report::log, Direction::to_server);
}

/// A connection whose ClientHello could not be read: its version, at least.
void State::finish(Emit<Transaction> emit) noexcept {
    if (done_ || version_ == 0) return;
    done_ = true;
    emit(known(emit.scratch()), Report::request | Report::log, Direction::to_server);
}

Transaction State::known(Scratch& scratch) const noexcept {
    Transaction transaction;
    if (version_ != 0) transaction.version = version_text(version_, scratch);
    transaction.destination = destination_.get();
    transaction.source = source_.get();
    transaction.retried = retried_;
    return transaction;
}

Value alpns(const Transaction& transaction, std::size_t index) noexcept { return element(transaction.alpns, index); }
Value server_versions(const Transaction& transaction, std::size_t index) noexcept { return element(transaction.server_versions, index); }
Value destination(const Transaction& transaction, std::size_t index) noexcept { return single_hex(index, transaction.destination); }
Value source(const Transaction& transaction, std::size_t index) noexcept { return single_hex(index, transaction.source); }
Value retried(const Transaction& transaction, std::size_t index) noexcept { return single_flag(index, transaction.retried); }

}  // namespace weir::quic
