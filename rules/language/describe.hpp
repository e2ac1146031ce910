// SPDX-License-Identifier: Apache-2.0
// A checked rule as text: what weir understood of it. For `weir rules explain`, debugging and tests.
#pragma once

#include <span>
#include <string>

#include "rules/rule.hpp"

namespace weir::rules {

/// One line per part, without what has its default: header, meta, session, packet checks, fields, then each buffer with its
/// checks. `flowbits` are RuleText::flowbits; without them marks are shown by number.
[[nodiscard]] std::string describe(const Rule& rule, std::span<const std::string> flowbits = {});

/// The same with every name that rules share: marks, numbers, sets.
[[nodiscard]] std::string describe(const Rule& rule, const RuleText& names);

/// A buffer's keyword: `payload`, `tcp.hdr`, `dns.query`.
[[nodiscard]] std::string describe(const BufferRef& buffer);

/// A comparison as rules write it: `<5`, `1-9`.
[[nodiscard]] std::string describe(const IntegerRange& range);

}  // namespace weir::rules
