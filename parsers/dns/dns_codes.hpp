// SPDX-License-Identifier: Apache-2.0
// Numbers that IANA assigns in "Domain Name System (DNS) Parameters", and their texts.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::dns {

/// Record types whose data is shown, or that are treated by name.
namespace rrtype {
inline constexpr std::uint16_t a = 1, ns = 2, cname = 5, soa = 6, null = 10, ptr = 12, mx = 15, txt = 16, aaaa = 28, srv = 33, opt = 41,
                               sshfp = 44;
}

/// The mnemonic of a record type; empty where none is assigned.
[[nodiscard]] std::string_view rrtype_name(std::uint16_t type) noexcept;

/// The mnemonic of a header's RCODE (its low four bits, RFC 6895 section 2.3), or its number where none is assigned.
[[nodiscard]] std::string_view rcode_name(std::uint16_t flags) noexcept;

}  // namespace weir::dns
