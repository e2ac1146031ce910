// SPDX-License-Identifier: Apache-2.0
#include "parsers/ssh/host_key.hpp"

#include <algorithm>
#include <bit>

#include "parsers/base/cursor.hpp"
#include "parsers/base/digest.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::ssh {
namespace {

constexpr std::size_t max_type = 64;  // RFC 4251 section 6: names have at most 64 characters

Bytes take_string(Cursor& cursor) noexcept { return cursor.take(cursor.be32()); }

/// Bits of an mpint (RFC 4251 section 5): a leading zero octet is its sign.
std::uint32_t bits_of(Bytes number) noexcept {
    const auto first = std::ranges::find_if(number, [](std::uint8_t byte) { return byte != 0; });
    if (first == number.end()) return 0;
    return static_cast<std::uint32_t>((number.end() - first - 1) * 8 + std::bit_width(*first));
}

std::uint32_t key_bits(std::string_view type, Cursor rest) noexcept {
    const bool certificate = type.find("-cert-v0") != std::string_view::npos;
    if (certificate) (void)take_string(rest);  // nonce
    if (type.starts_with("ssh-rsa") || type.starts_with("rsa-sha2-")) {
        (void)take_string(rest);  // exponent
        return bits_of(take_string(rest));
    }
    if (type.starts_with("ssh-dss")) return bits_of(take_string(rest));
    if (type.starts_with("ssh-ed25519") || type.starts_with("sk-ssh-ed25519")) return 256;
    if (type.starts_with("ssh-ed448")) return 448;
    if (type.find("nistp256") != std::string_view::npos) return 256;
    if (type.find("nistp384") != std::string_view::npos) return 384;
    if (type.find("nistp521") != std::string_view::npos) return 521;
    return 0;
}

bool is_name(Bytes bytes) noexcept {
    return !bytes.empty() && bytes.size() <= max_type &&
           std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte > 0x20 && byte < 0x7f; });
}

}  // namespace

bool read_host_key(Bytes payload, Scratch& scratch, HostKey& key) noexcept {
    Cursor cursor{payload};
    cursor.skip(1);
    const Bytes blob = take_string(cursor);
    Cursor inner{blob};
    const Bytes type = take_string(inner);
    if (!cursor.ok() || !inner.ok() || inner.empty() || !is_name(type)) return false;
    key.type = type;
    key.bits = key_bits(as_text(type), inner);
    const auto digest = raw_sha256(blob);
    key.fingerprint = write_in(scratch, [&](TextWriter& writer) { writer.put("SHA256:").base64(digest); });
    return true;
}

}  // namespace weir::ssh
