// SPDX-License-Identifier: Apache-2.0
// Vendors of telecom equipment, by MAC prefix, by enterprise number and by what devices say of themselves.
#pragma once

#include <cstdint>
#include <string_view>

#include "sensor/contract/equipment_index.hpp"

namespace weir::learn {

/// Each gives the vendor's name as a policy would write it; empty: not known.
[[nodiscard]] std::string_view vendor_of_mac(const Mac& mac) noexcept;
/// `number`: behind 1.3.6.1.4.1 in an object identifier, or the first four octets of an SNMP engine ID.
[[nodiscard]] std::string_view vendor_of_enterprise(std::uint32_t number) noexcept;
/// From a description, a banner, a vendor class.
[[nodiscard]] std::string_view vendor_of_text(std::string_view text) noexcept;

/// Whether `word` (lower case) stands in `text`, in any case: at the start of a word, and if it is short as a word of its own.
[[nodiscard]] bool has_word(std::string_view text, std::string_view word) noexcept;

}  // namespace weir::learn
