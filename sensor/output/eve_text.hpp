// SPDX-License-Identifier: Apache-2.0
// How EVE prints times, addresses and protocol numbers: as Suricata does.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "parsers/base/ip_address.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// A short text in a fixed place.
template <std::size_t Capacity>
struct ShortText {
    std::array<char, Capacity> characters{};
    std::size_t size = 0;
    [[nodiscard]] std::string_view text() const noexcept { return {characters.data(), size}; }
};

/// `2023-09-18T06:13:41.532140+0000`: UTC, microseconds (cut, not rounded).
[[nodiscard]] ShortText<32> eve_time(Time time) noexcept;
/// `192.0.2.1`, or all eight groups of IPv6 in four digits each.
[[nodiscard]] ShortText<40> eve_address(const IpAddress& address) noexcept;
/// IANA's keyword as Suricata prints it (`TCP`, `IPv6-ICMP`); a number without one as three digits.
[[nodiscard]] ShortText<16> eve_protocol(std::uint8_t protocol) noexcept;
/// Whether sessions of this protocol have ports.
[[nodiscard]] bool has_ports(std::uint8_t protocol) noexcept;
[[nodiscard]] bool is_icmp(std::uint8_t protocol) noexcept;

}  // namespace weir
