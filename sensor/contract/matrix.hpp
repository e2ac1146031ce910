// SPDX-License-Identifier: Apache-2.0
// A vendor's communication matrix (who talks to whom, by which port) becomes a contract.
#pragma once

#include <string_view>

#include "sensor/contract/import.hpp"

namespace weir::import {

/// The contract of `self`, the name that the equipment has in the columns `source` and `destination`, as a row under `contracts:`.
/// `text` is CSV with the columns source, destination, port, protocol, and purpose if there is one. A row whose source is `self` is
/// an egress line, one whose destination it is an ingress line; other rows are none of its business. The other end is an address, a
/// prefix, `any`, or a name that `peers` maps; a name that it does not is a warning, and the line is for review.
///
/// Errors, each with its line: no such table, a row without ports or protocol that can be read, no row with `self`.
[[nodiscard]] Outcome import_matrix(std::string_view file, std::string_view text, std::string_view self, const PeerNames& peers);

}  // namespace weir::import
