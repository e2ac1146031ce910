// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/tls_hello.hpp"

#include <algorithm>
#include <array>

namespace weir::tls {
namespace {

/// A ServerHello with this random is a HelloRetryRequest: SHA-256 of that word (RFC 8446 section 4.1.3).
constexpr std::array<std::uint8_t, 32> retry_random{0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                                    0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                                    0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
constexpr std::size_t random_size = 32;
constexpr std::size_t max_session_id = 32;
constexpr std::uint8_t host_name = 0;
constexpr std::size_t max_alpns = 64;
constexpr std::size_t max_host_name = 255;  // RFC 1035 section 2.3.4

/// A vector behind a 16-bit length that should fill `data`; what there is of it where the length is wrong.
Bytes vector16(Bytes data, Oddities& oddities) noexcept {
    Cursor cursor{data};
    const std::size_t length = cursor.be16();
    if (!cursor.ok() || length != cursor.remaining()) oddities.add(Oddity::invalid_handshake_message);
    return first_of(cursor.rest(), length);
}
Bytes vector8(Bytes data, Oddities& oddities) noexcept {
    Cursor cursor{data};
    const std::size_t length = cursor.u8();
    if (!cursor.ok() || length != cursor.remaining()) oddities.add(Oddity::invalid_handshake_message);
    return first_of(cursor.rest(), length);
}

/// RFC 6066 section 3.
void read_server_name(Bytes data, ClientHello& hello) noexcept {
    if (hello.has_server_name) {
        hello.oddities.add(Oddity::multiple_sni_extensions);
        return;
    }
    hello.has_server_name = true;
    Cursor list{vector16(data, hello.oddities)};
    const std::uint8_t type = list.u8();
    const Bytes name = list.take(list.be16());
    if (!list.ok() || name.empty() || name.size() > max_host_name) hello.oddities.add(Oddity::invalid_sni_length);
    if (!list.ok()) return;
    if (type != host_name)
        hello.oddities.add(Oddity::invalid_sni_type);
    else
        hello.server_name = name;
}

void read_client_extension(std::uint16_t type, Bytes data, ClientHello& hello) noexcept {
    switch (type) {
        case extension::server_name: read_server_name(data, hello); break;
        case extension::supported_groups: hello.groups = vector16(data, hello.oddities); break;
        case extension::ec_point_formats: hello.formats = vector8(data, hello.oddities); break;
        case extension::signature_algorithms: hello.signature_algorithms = vector16(data, hello.oddities); break;
        case extension::alpn: hello.alpn = vector16(data, hello.oddities); break;
        case extension::supported_versions: hello.versions = vector8(data, hello.oddities); break;
        case extension::early_data: hello.early_data = true; break;
        default: break;
    }
}

/// The extension block at the end of a hello; hellos before TLS 1.2 may end without one.
Bytes read_extensions(Cursor& cursor, Oddities& oddities) noexcept {
    if (cursor.empty()) return {};
    const std::size_t length = cursor.be16();
    if (!cursor.ok() || length != cursor.remaining()) oddities.add(Oddity::invalid_handshake_message);
    return first_of(cursor.rest(), length);
}

}  // namespace

bool read_client_hello(Bytes body, ClientHello& hello, Transport over) noexcept {
    Cursor cursor{body};
    hello.version = cursor.be16();
    hello.random = cursor.take(random_size);
    hello.session_id = cursor.take(cursor.u8());
    if (over == Transport::udp) hello.cookie = cursor.take(cursor.u8());
    const std::size_t ciphers = cursor.be16();
    hello.ciphers = cursor.take(ciphers);
    cursor.skip(cursor.u8());  // compression methods
    if (!cursor.ok()) return false;
    if (ciphers % 2 != 0 || hello.session_id.size() > max_session_id) hello.oddities.add(Oddity::invalid_handshake_message);
    hello.extensions = read_extensions(cursor, hello.oddities);
    const bool whole =
        for_each_extension(hello.extensions, [&](std::uint16_t type, Bytes data) { read_client_extension(type, data, hello); });
    if (!whole) hello.oddities.add(Oddity::invalid_handshake_message);
    return true;
}

bool read_server_hello(Bytes body, ServerHello& hello) noexcept {
    Cursor cursor{body};
    hello.version = hello.legacy_version = cursor.be16();
    hello.random = cursor.take(random_size);
    // TLS 1.3 drafts before 22 have neither session identifier nor compression method.
    const bool early_draft = version::is_13(hello.legacy_version) && hello.legacy_version != version::tls13;
    if (!early_draft) hello.session_id = cursor.take(cursor.u8());
    hello.cipher = cursor.be16();
    if (!early_draft) cursor.skip(1);  // compression method
    if (!cursor.ok()) return false;
    hello.retry = std::ranges::equal(hello.random, retry_random);
    hello.extensions = read_extensions(cursor, hello.oddities);
    const bool whole = for_each_extension(hello.extensions, [&](std::uint16_t type, Bytes data) {
        if (type == extension::supported_versions && data.size() == 2) {
            hello.version = Numbers{data}[0];
        } else if (type == extension::alpn) {
            Cursor names{vector16(data, hello.oddities)};
            hello.alpn = names.take(names.u8());
        } else if (type == extension::pre_shared_key) {
            hello.resumed = true;
        }
    });
    if (!whole) hello.oddities.add(Oddity::invalid_handshake_message);
    return true;
}

bool read_sslv2_client_hello(Bytes record, ClientHello& hello) noexcept {
    Cursor cursor{record};
    const std::uint8_t type = cursor.u8();
    hello.version = cursor.be16();
    const std::size_t ciphers = cursor.be16(), session_id = cursor.be16(), challenge = cursor.be16();
    if (!cursor.ok() || type != 1 || ciphers == 0 || ciphers % 3 != 0 || challenge < 16 || challenge > random_size) return false;
    if (session_id > max_session_id || ciphers + session_id + challenge != cursor.remaining()) return false;
    if (hello.version != version::ssl2 && (hello.version < version::ssl3 || hello.version > version::tls12)) return false;
    cursor.skip(ciphers);
    hello.session_id = cursor.take(session_id);
    hello.random = cursor.take(challenge);
    return true;
}

std::span<const Bytes> alpn_names(Bytes list, Scratch& scratch) noexcept {
    std::size_t count = 0;
    for (Cursor cursor{list}; !cursor.empty() && count < max_alpns; ++count) cursor.skip(cursor.u8());
    const auto names = scratch.array<Bytes>(count);
    Cursor cursor{list};
    std::size_t used = 0;
    for (Bytes& name : names) {
        name = cursor.take(cursor.u8());
        if (!cursor.ok()) break;
        ++used;
    }
    return names.first(used);
}

Bytes alpns_within(Bytes list, std::size_t room) noexcept {
    std::size_t end = 0;
    for (Cursor cursor{list}; !cursor.empty();) {
        cursor.skip(cursor.u8());
        if (!cursor.ok() || cursor.position() > room) break;
        end = cursor.position();
    }
    return list.first(end);
}

}  // namespace weir::tls
