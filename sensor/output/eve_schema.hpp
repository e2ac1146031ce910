// SPDX-License-Identifier: Apache-2.0
// The JSON schema of everything that stands in eve.json: a fixed part, and the protocols' field tables.
#pragma once

#include <string>

namespace weir {

/// JSON Schema (2020-12), indented, for docs/eve.schema.json. Constant for a build.
[[nodiscard]] std::string eve_schema();

}  // namespace weir
