// SPDX-License-Identifier: Apache-2.0
// Manufacturer Usage Descriptions (RFC 8520): a MUD file becomes a contract.
#pragma once

#include <string>
#include <string_view>

#include "sensor/contract/import.hpp"

namespace weir::import {

/// The contract that a MUD file describes, as a row under `contracts:`. An access list entry becomes the line for the session whose
/// packets it allows: its direction is the entry's `direction-initiated`, or else who is shown to listen by the ports. What the file
/// says and weir does not know is a warning, and its line is for review: a match that is left out would allow more. `peers` maps
/// the classes (`controller` URIs, `my-controller`, `local-networks`) to peers.
///
/// Errors: no MUD, access lists that are missing, values of the wrong sort, each with its line.
[[nodiscard]] Outcome import_mud(std::string_view file, std::string_view text, const PeerNames& peers);

}  // namespace weir::import
