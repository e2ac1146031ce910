// SPDX-License-Identifier: Apache-2.0
// Which fields of which protocols hold the content of files: what `file.data` looks at.
#pragma once

#include <cstdint>
#include <span>

#include "parsers/registry.hpp"

namespace weir::rules {

struct FileField {
    ProtocolId app = no_protocol;
    std::uint16_t field = 0;
    std::uint8_t directions = 3;  ///< 1 to the server, 2 to the client
};

/// Those that this build has.
[[nodiscard]] std::span<const FileField> file_fields();
[[nodiscard]] bool carries_files(ProtocolId app);

}  // namespace weir::rules
