// SPDX-License-Identifier: Apache-2.0
// An IPv4 or IPv6 address, and a range of them. IPv4 is kept as ::ffff:a.b.c.d, so that one comparison serves both.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/base/bytes.hpp"

namespace weir {

/// 16 bytes in network order; comparable, hashable, without a heap.
class IpAddress {
public:
    constexpr IpAddress() noexcept = default;

    [[nodiscard]] static constexpr IpAddress v4(std::uint32_t host_order) noexcept {
        IpAddress address;
        address.bytes_[10] = address.bytes_[11] = 0xff;
        for (int i = 0; i < 4; ++i) address.bytes_[12 + i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
        return address;
    }
    /// From 4 or 16 bytes as they stand on the wire; the unspecified address `::` for any other length.
    [[nodiscard]] static IpAddress from_wire(Bytes wire) noexcept {
        IpAddress address;
        if (wire.size() == 4) {
            address.bytes_[10] = address.bytes_[11] = 0xff;
            std::memcpy(address.bytes_.data() + 12, wire.data(), 4);
        } else if (wire.size() == 16) {
            std::memcpy(address.bytes_.data(), wire.data(), 16);
        }
        return address;
    }
    /// From `10.0.0.1` or `2001:db8::1`; nothing when the text is neither.
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text) noexcept;

    [[nodiscard]] constexpr bool is_v4() const noexcept {
        const auto [high, low] = halves();
        return high == 0 && low >> 32 == 0xffff;
    }
    /// The IPv4 address in host order; meaningful only where `is_v4()`.
    [[nodiscard]] constexpr std::uint32_t v4_value() const noexcept {
        return std::uint32_t{bytes_[12]} << 24 | std::uint32_t{bytes_[13]} << 16 | std::uint32_t{bytes_[14]} << 8 | bytes_[15];
    }
    [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }

    /// 224.0.0.0/4 or ff00::/8.
    [[nodiscard]] constexpr bool is_multicast() const noexcept {
        return is_v4() ? (bytes_[12] & 0xf0) == 0xe0 : bytes_[0] == 0xff;
    }
    /// 169.254.0.0/16 or fe80::/10.
    [[nodiscard]] constexpr bool is_link_local() const noexcept {
        return is_v4() ? bytes_[12] == 169 && bytes_[13] == 254 : bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
    }

    /// RFC 5952 for IPv6 (Suricata prints IPv6 in full; the EVE writer does that).
    [[nodiscard]] std::string text() const;

    // Eight bytes at a time: sessions and equipment are found by comparing addresses. The order is that of the bytes.
    friend constexpr bool operator==(const IpAddress& left, const IpAddress& right) noexcept {
        const Words a = left.words(), b = right.words();
        return ((a[0] ^ b[0]) | (a[1] ^ b[1])) == 0;
    }
    friend constexpr std::strong_ordering operator<=>(const IpAddress& left, const IpAddress& right) noexcept {
        const Words a = left.halves(), b = right.halves();
        return a[0] != b[0] ? a[0] <=> b[0] : a[1] <=> b[1];
    }

private:
    using Words = std::array<std::uint64_t, 2>;
    /// The bytes as they lie in memory: good for equality.
    [[nodiscard]] constexpr Words words() const noexcept { return std::bit_cast<Words>(bytes_); }
    /// The upper and the lower 64 bits as numbers.
    [[nodiscard]] constexpr Words halves() const noexcept {
        const Words raw = words();
        if constexpr (std::endian::native == std::endian::big) return raw;
        return {__builtin_bswap64(raw[0]), __builtin_bswap64(raw[1])};
    }

    std::array<std::uint8_t, 16> bytes_{};
};

/// A CIDR prefix. `length` counts bits of the 16-byte form: IPv4 /24 is 120.
struct IpPrefix {
    IpAddress address;
    std::uint8_t length = 0;

    /// From `10.0.0.0/8`, `2001:db8::/32` or a single address; nothing when the text is none or has host bits set.
    [[nodiscard]] static std::optional<IpPrefix> parse(std::string_view text) noexcept;
    [[nodiscard]] bool contains(const IpAddress& candidate) const noexcept;
    [[nodiscard]] std::string text() const;

    friend constexpr auto operator<=>(const IpPrefix&, const IpPrefix&) noexcept = default;
};

}  // namespace weir
