// SPDX-License-Identifier: Apache-2.0
// Checksums of the headers, for sensors that are told to verify them.
#pragma once

#include <array>
#include <cstdint>

#include "parsers/base/ip_address.hpp"
#include "sensor/decode/wire.hpp"

namespace weir::checksum {

/// One's complement sum of 16-bit words (RFC 1071), folded; add parts of even length to each other through `sum`.
[[nodiscard]] inline std::uint32_t add(Bytes bytes, std::uint32_t sum = 0) noexcept {
    std::uint64_t total = sum;
    std::size_t i = 0;
    for (; i + 4 <= bytes.size(); i += 4) total += wire::be32(bytes.data() + i);
    if (i + 2 <= bytes.size()) {
        total += wire::be16(bytes.data() + i);
        i += 2;
    }
    if (i < bytes.size()) total += std::uint32_t{bytes[i]} << 8;
    while (total >> 16 != 0) total = (total & 0xffff) + (total >> 16);
    return static_cast<std::uint32_t>(total);
}

/// Whether `bytes`, their checksum field included, sum up to what the receiver must find.
[[nodiscard]] inline bool good(Bytes bytes, std::uint32_t pseudo_header = 0) noexcept { return add(bytes, pseudo_header) == 0xffff; }

/// What to write into a checksum field that is 0 so far.
[[nodiscard]] inline std::uint16_t of(Bytes bytes, std::uint32_t pseudo_header = 0) noexcept {
    return static_cast<std::uint16_t>(~add(bytes, pseudo_header));
}

/// The sum of the pseudo-header that TCP, UDP and ICMPv6 include (RFC 9293 section 3.1, RFC 8200 section 8.1). The ::ffff: in
/// front of an IPv4 address adds 0 in one's complement.
[[nodiscard]] inline std::uint32_t pseudo_header(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
                                                 std::size_t length) noexcept {
    const auto size = static_cast<std::uint32_t>(length);
    return add(destination.bytes(), add(source.bytes(), (size >> 16) + (size & 0xffff) + protocol));
}

/// CRC32c as SCTP uses it (RFC 9260 appendix A), of `bytes` with the four at `zeroed` taken as 0.
[[nodiscard]] std::uint32_t crc32c(Bytes bytes, std::size_t zeroed) noexcept;

}  // namespace weir::checksum
