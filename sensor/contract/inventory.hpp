// SPDX-License-Identifier: Apache-2.0
// An inventory becomes equipment: CSV, or JSON as NetBox gives out its devices.
#pragma once

#include <string_view>

#include "sensor/contract/import.hpp"

namespace weir::import {

inline constexpr std::size_t max_inventory = 200'000;  ///< devices

/// Entries for `equipment:`. CSV has a header with `name` and `address` (or `ip`), and if you like `vendor`, `model`, `role`, `site`,
/// `mac`, `contract`. JSON is a list of devices, or an object with it under `results`, each with NetBox's `name`, `primary_ip4`,
/// `primary_ip6`, `device_type` (manufacturer, model), `role` (or `device_role`) and `site`; a prefix length behind an address is left
/// out. A device without an address is a warning, and left out.
///
/// Errors, each with its line: neither format, no name, an address that is none, a name or address that stands twice.
[[nodiscard]] Outcome import_inventory(std::string_view file, std::string_view text);

}  // namespace weir::import
