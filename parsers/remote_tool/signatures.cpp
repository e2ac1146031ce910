// SPDX-License-Identifier: Apache-2.0
#include "parsers/remote_tool/signatures.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"

namespace weir::remote_tool {
namespace {

using Sender = Probe::Sender;

Sign no_sign() noexcept { return {}; }
Sign more() noexcept { return {Probe::more()}; }
Sign found(std::string_view tool, Sender sender) noexcept { return {Probe::yes(sender), tool}; }

/// Whether `data` begins with `start`, as far as it reaches.
bool agrees(Bytes data, Bytes start) noexcept {
    const std::size_t shared = std::min(data.size(), start.size());
    return std::ranges::equal(data.first(shared), start.first(shared));
}

bool is_printable(std::uint8_t octet) noexcept { return octet >= 0x20 && octet < 0x7f; }

// ---------------------------------------------------------------- frp

constexpr std::size_t frp_header_size = 9;                                              // type, length of the JSON behind it
constexpr std::size_t max_frp_login = 900;                                              // a probe sees the first KiB
constexpr std::array<std::uint8_t, 12> yamux_open{0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0};  // window update, SYN, stream 1
constexpr std::array<std::uint8_t, 8> yamux_data{0, 0, 0, 0, 0, 0, 0, 1};               // data on stream 1, its length behind
constexpr std::size_t yamux_header_size = 12;

/// The text behind `"key":"` in JSON that a program wrote: no blanks, no escapes worth reading.
Bytes json_text(Bytes json, std::string_view key) noexcept {
    const std::string_view text = as_text(json);
    for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
        constexpr std::string_view opening = "\":\"";
        const std::size_t value = at + key.size() + opening.size();
        if (at == 0 || text[at - 1] != '"' || text.substr(at + key.size(), opening.size()) != opening) continue;
        const std::size_t end = text.find('"', value);
        return end != std::string_view::npos && end != value ? json.subspan(value, end - value) : Bytes{};
    }
    return {};
}

/// `o` (login) or `1` (its answer), eight octets of length, JSON that begins with the version.
Sign frp_message(Bytes data) noexcept {
    if (data.empty()) return more();
    if (data[0] != 'o' && data[0] != '1') return no_sign();
    constexpr std::array<std::uint8_t, 6> zeros{};
    if (!agrees(data.subspan(1), zeros)) return no_sign();
    if (data.size() < frp_header_size) return more();
    Cursor cursor{data.subspan(1)};
    const std::uint64_t length = cursor.be64();
    if (length < 2 || length > max_frp_login) return no_sign();
    constexpr std::string_view start = "{\"version\":\"";
    if (!agrees(data.subspan(frp_header_size), as_bytes(start))) return no_sign();
    if (data.size() - frp_header_size < length) return more();
    const Bytes json = data.subspan(frp_header_size, static_cast<std::size_t>(length));
    if (!starts_with(json, start)) return no_sign();
    Sign sign = found("frp", data[0] == 'o' ? Sender::client : Sender::server);
    sign.version = json_text(json, "version");
    sign.host = json_text(json, "hostname");
    sign.user = json_text(json, "user");
    return sign;
}

Sign frp(const Offer& offer, bool) noexcept {
    Bytes data = offer.data;
    if (offer.transport != Transport::tcp) return no_sign();
    if (data[0] == 0x17) {  // a ClientHello of TLS behind one octet that announces it
        constexpr std::array<std::uint8_t, 3> start{0x17, 0x16, 0x03};
        constexpr std::size_t type_at = 6;
        if (!agrees(data, start) || (data.size() > 3 && data[3] > 4)) return no_sign();
        if (data.size() <= type_at) return more();
        if (data[type_at] != 1) return no_sign();
        Sign sign = found("frp", Sender::client);
        sign.before_tls = 1;
        return sign;
    }
    if (data[0] == 0) {  // inside yamux, as it is by default
        if (!agrees(data, yamux_open)) return no_sign();
        if (data.size() <= yamux_open.size()) return more();
        data = data.subspan(yamux_open.size());
        if (!agrees(data, yamux_data)) return no_sign();
        if (data.size() <= yamux_header_size) return more();
        data = data.subspan(yamux_header_size);
    }
    return frp_message(data);
}

// ---------------------------------------------------------------- rathole

/// Its first message: which channel (four octets, little endian), version 1, a digest of 32 octets.
Sign rathole(const Offer& offer, bool probing) noexcept {
    constexpr std::size_t size = 37, digest_size = 32;
    constexpr std::array<std::uint8_t, 4> behind_channel{0, 0, 0, 1};
    if (offer.transport != Transport::tcp || offer.data[0] > 1 || (probing && offer.data.size() > size)) return no_sign();
    if (!agrees(offer.data.subspan(1), behind_channel)) return no_sign();
    if (offer.data.size() < size) return more();
    // A digest is no text and hardly ever repeats an octet often.
    const Bytes digest = offer.data.subspan(size - digest_size, digest_size);
    std::array<std::uint8_t, 256> seen{};
    for (const std::uint8_t octet : digest) ++seen[octet];
    const bool random = *std::ranges::max_element(seen) <= 4 && !std::ranges::all_of(digest, is_printable);
    return random ? found("rathole", Sender::unknown) : no_sign();
}

// ---------------------------------------------------------------- TeamViewer

/// 17 24 | command | length (2, little endian): with that length on any port, else on its own.
Sign teamviewer(const Offer& offer, bool probing) noexcept {
    constexpr std::array<std::uint8_t, 2> magic{0x17, 0x24};
    constexpr std::size_t header_size = 5, udp_magic_at = 11;
    if (offer.transport == Transport::udp) {
        if (!offer.port_matches || offer.data.size() < udp_magic_at + magic.size() || offer.data[0] != 0) return no_sign();
        return agrees(offer.data.subspan(udp_magic_at), magic) ? found("teamviewer", Sender::unknown) : no_sign();
    }
    if (!agrees(offer.data, magic)) return no_sign();
    if (offer.data.size() < header_size) return more();
    Cursor cursor{offer.data.subspan(3)};
    const bool fits = cursor.le16() + header_size == offer.data.size();
    return fits || offer.port_matches || !probing ? found("teamviewer", Sender::unknown) : no_sign();
}

// ---------------------------------------------------------------- RustDesk

/// A rendezvous message (protocol buffers): a field of RendezvousMessage that begins with the device's identifier.
Sign rustdesk_message(Bytes data) noexcept {
    constexpr std::uint8_t register_peer = 6, punch_hole_request = 8, register_key = 15;  // field numbers
    constexpr std::uint8_t delimited = 2, first_field = 1 << 3 | delimited;
    Cursor cursor{data};
    const std::uint8_t tag = cursor.u8();
    const std::size_t size = cursor.u8();
    const std::uint8_t field = tag >> 3;
    if ((tag & 7) != delimited || (field != register_peer && field != punch_hole_request && field != register_key)) return no_sign();
    if (size >= 0x80 || size != cursor.remaining() || cursor.u8() != first_field) return no_sign();
    const Bytes identifier = cursor.take(cursor.u8());
    const bool is_identifier = identifier.size() >= 6 && identifier.size() <= 16 && std::ranges::all_of(identifier, [](std::uint8_t octet) {
                                   return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') || octet == '_';
                               });
    if (!cursor.ok() || !is_identifier) return no_sign();
    Sign sign = found("rustdesk", Sender::client);
    sign.identifier = identifier;
    return sign;
}

/// Over TCP behind a length whose two lowest bits say how many more octets it has; one is enough here.
Sign rustdesk(const Offer& offer, bool probing) noexcept {
    if (offer.transport == Transport::udp) return rustdesk_message(offer.data);
    const std::size_t size = offer.data[0] >> 2;
    if ((offer.data[0] & 3) != 0 || size < 10) return no_sign();
    if (offer.data.size() < 1 + size) return offer.port_matches || !probing ? more() : no_sign();
    return offer.data.size() == 1 + size || !probing ? rustdesk_message(offer.data.subspan(1, size)) : no_sign();
}

// ---------------------------------------------------------------- Stowaway

/// Two nodes' names of ten octets; those of an administrator and of a node without a name are fixed. Before the first message,
/// each end sends 16 octets that prove the shared secret.
Sign stowaway(const Offer& offer, bool probing) noexcept {
    constexpr std::string_view admin_first = "IAMADMINXDIAMNEWHERE", node_first = "IAMNEWHEREIAMADMINXD";
    constexpr std::size_t proof_size = 16;
    if (offer.transport != Transport::tcp) return no_sign();
    constexpr std::size_t names_size = admin_first.size();
    const auto begins_with_names = [&](Bytes data) { return starts_with(data, admin_first) || starts_with(data, node_first); };
    if (begins_with_names(offer.data)) return found("stowaway", Sender::unknown);
    if (offer.data.size() >= proof_size + names_size)
        return begins_with_names(offer.data.subspan(proof_size)) ? found("stowaway", Sender::unknown) : no_sign();
    const Bytes behind = offer.data.size() > proof_size ? offer.data.subspan(proof_size) : Bytes{};
    const auto may_begin = [&](Bytes data) { return agrees(data, as_bytes(admin_first)) || agrees(data, as_bytes(node_first)); };
    const bool may = may_begin(offer.data) || (offer.data.size() >= proof_size && may_begin(behind));
    return may || !probing ? more() : no_sign();
}

}  // namespace

Sign find_sign(const Offer& offer, bool probing) noexcept {
    if (offer.data.empty()) return more();
    for (const auto signature : {&frp, &rathole, &teamviewer, &rustdesk, &stowaway}) {
        const Sign sign = signature(offer, probing);
        if (sign.probe.answer != Probe::Answer::no_match) return sign;
    }
    return no_sign();
}

}  // namespace weir::remote_tool
