// SPDX-License-Identifier: Apache-2.0
// A search filter as text, as people write it: `(&(objectClass=person)(uid=admin))`, RFC 4515.
#pragma once

#include "parsers/base/text_writer.hpp"

namespace weir::ldap {

inline constexpr std::size_t max_filter_depth = 32;  ///< filters inside filters

/// Writes the filter that fills `element` (RFC 4511 section 4.5.1.7). False where its layout is broken or it is nested too deep.
[[nodiscard]] bool write_filter(Bytes element, TextWriter& out) noexcept;

}  // namespace weir::ldap
