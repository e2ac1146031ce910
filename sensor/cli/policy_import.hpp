// SPDX-License-Identifier: Apache-2.0
// `weir policy import-mud`, `import-csv`, `import-inventory`: foreign files become parts of a policy.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace weir::cli {

/// `peers` is a file of names (import::PeerNames); empty: none. The policy goes to `out`, warnings and mistakes to `err`.
[[nodiscard]] int import_mud_files(const std::vector<std::string>& files, const std::string& peers, std::ostream& out, std::ostream& err);
[[nodiscard]] int import_matrix_file(const std::string& file, const std::string& self, const std::string& peers, std::ostream& out,
                                     std::ostream& err);
[[nodiscard]] int import_inventory_file(const std::string& file, std::ostream& out, std::ostream& err);

}  // namespace weir::cli
