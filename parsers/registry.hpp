// SPDX-License-Identifier: Apache-2.0
// The table of all protocols, made from registry.list.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir {

/// Row number in `protocols()`.
using ProtocolId = std::uint8_t;
inline constexpr ProtocolId no_protocol = 0xff;

/// Every protocol that this build knows, in probing order. Constant for the life of the process.
[[nodiscard]] std::span<const ParserInfo> protocols() noexcept;

/// The protocol of that name; `no_protocol` when there is none.
[[nodiscard]] ProtocolId find_protocol(std::string_view name) noexcept;

/// Row number of a ParserInfo that came from `protocols()`.
[[nodiscard]] inline ProtocolId id_of(const ParserInfo& parser) noexcept {
    return static_cast<ProtocolId>(&parser - protocols().data());
}

}  // namespace weir
