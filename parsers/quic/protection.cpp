// SPDX-License-Identifier: Apache-2.0
// The plain functions of OpenSSL, deprecated or not, as parsers/base/digest.cpp has them: EVP allocates.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "parsers/quic/protection.hpp"

#include <openssl/aes.h>
#include <openssl/modes.h>

#include "parsers/base/digest.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::quic {
namespace {

using Salt = std::array<std::uint8_t, 20>;
using Secret = std::array<std::uint8_t, 32>;

constexpr Salt salt_v1{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                       0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
constexpr Salt salt_v2{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                       0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
constexpr Salt salt_29{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
                       0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};
constexpr Salt salt_23{0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
                       0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02};
constexpr Salt salt_21{0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
                       0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a};

constexpr std::uint32_t mvfst_22 = 0xfaceb001, mvfst_27 = 0xfaceb002;  // of Facebook's servers, after drafts 22 and 27
constexpr std::size_t sample_size = 16, tag_size = 16;
constexpr std::size_t max_number_size = 4;

/// RFC 9001 section 5.2, RFC 9369 section 3.3.1, and the drafts before them. Null: not readable.
const Salt* salt_of(std::uint32_t version) noexcept {
    if (version == version_1) return &salt_v1;
    if (version == version_2) return &salt_v2;
    if (version == mvfst_22) return &salt_21;
    if (version == mvfst_27) return &salt_23;
    if (version < first_draft || version > last_draft) return nullptr;
    const std::uint32_t draft = version - draft_base;
    return draft < 23 ? &salt_21 : draft < 29 ? &salt_23 : draft < 33 ? &salt_29 : &salt_v1;
}

/// RFC 2104 over SHA-256; `key` has at most 64 octets.
Secret hmac(Bytes key, Bytes message) noexcept {
    constexpr std::size_t block = 64;
    std::array<std::uint8_t, block> inner{}, outer{};
    std::memcpy(inner.data(), key.data(), key.size());
    outer = inner;
    for (std::size_t i = 0; i < block; ++i) {
        inner[i] ^= 0x36;
        outer[i] ^= 0x5c;
    }
    const std::array<Bytes, 2> first{inner, message};
    const Secret digest = raw_sha256(first);
    const std::array<Bytes, 2> second{outer, digest};
    return raw_sha256(second);
}

/// HKDF-Expand-Label of RFC 8446 section 7.1 without a context, into `out` of at most 32 octets.
void expand_label(const Secret& secret, std::string_view label, std::span<std::uint8_t> out) noexcept {
    constexpr std::string_view prefix = "tls13 ";
    std::array<std::uint8_t, 40> info;
    TextWriter writer{info};
    writer.put('\0').put(static_cast<char>(out.size())).put(static_cast<char>(prefix.size() + label.size()));
    writer.put(prefix).put(label).put('\0').put('\1');  // no context; the counter of HKDF-Expand
    const Secret expanded = hmac(secret, writer.text());
    std::memcpy(out.data(), expanded.data(), out.size());
}

}  // namespace

bool is_readable(std::uint32_t version) noexcept { return salt_of(version) != nullptr; }

InitialKeys client_keys(std::uint32_t version, Bytes connection_id) noexcept {
    const Secret initial = hmac(*salt_of(version), connection_id);
    Secret client;
    expand_label(initial, "client in", client);
    InitialKeys keys;
    const bool second = version == version_2;  // RFC 9369 section 3.3.2
    expand_label(client, second ? "quicv2 key" : "quic key", keys.key);
    expand_label(client, second ? "quicv2 iv" : "quic iv", keys.iv);
    expand_label(client, second ? "quicv2 hp" : "quic hp", keys.header);
    return keys;
}

Bytes unprotect(const InitialKeys& keys, Bytes packet, std::size_t number_at, Scratch& scratch) noexcept {
    const std::size_t sample_at = number_at + max_number_size;
    if (packet.size() < sample_at + sample_size) return {};
    AES_KEY header_key, key;
    std::array<std::uint8_t, AES_BLOCK_SIZE> mask;
    AES_set_encrypt_key(keys.header.data(), 128, &header_key);
    AES_encrypt(packet.data() + sample_at, mask.data(), &header_key);
    const std::size_t number_size = ((packet[0] ^ mask[0]) & 3u) + 1;

    // AEAD_AES_128_GCM (RFC 5116): counter mode, the block behind the nonce counting from 2.
    std::array<std::uint8_t, AES_BLOCK_SIZE> counter{}, stream;
    std::memcpy(counter.data(), keys.iv.data(), keys.iv.size());
    for (std::size_t i = 0; i < number_size; ++i) counter[keys.iv.size() - number_size + i] ^= packet[number_at + i] ^ mask[1 + i];
    counter[15] = 2;
    const std::size_t begin = number_at + number_size;
    const Bytes protected_bytes = packet.subspan(begin, packet.size() - begin - tag_size);
    const auto frames = scratch.take(protected_bytes.size());
    if (frames.size() < protected_bytes.size()) return {};
    AES_set_encrypt_key(keys.key.data(), 128, &key);
    unsigned used = 0;
    CRYPTO_ctr128_encrypt(protected_bytes.data(), frames.data(), frames.size(), &key, counter.data(), stream.data(), &used,
                          reinterpret_cast<block128_f>(AES_encrypt));
    return frames;
}

}  // namespace weir::quic
