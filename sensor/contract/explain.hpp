// SPDX-License-Identifier: Apache-2.0
// Why the contract holds something against a session, for a person; and the line that would permit it.
#pragma once

#include <string>

#include "sensor/contract/evaluate.hpp"

namespace weir {

inline constexpr std::size_t max_why = 800;  ///< bytes of a `why`; a longer one ends in "..."

struct Explanation {
    std::string title;         ///< one line: what an analyst reads first
    std::string why;           ///< one sentence
    std::string allow;         ///< the line to put under `heading` of the contract; empty where a `deny` forbids the session
    std::string_view heading;  ///< "egress" or "ingress"
};

/// Explains a judgement that does not allow. Allocates: for findings, not for packets. Cost: the contract's lines.
[[nodiscard]] Explanation explain(const Policy& policy, const Judgement& judgement, const SessionFacts& facts,
                                  const NameTable* names = nullptr);

/// `line 14 (to: logs, service: syslog)`.
[[nodiscard]] std::string place_of(const Line& line);
/// The same line as it would be without `expect`: what permits the silence.
[[nodiscard]] std::string line_text(const Line& line);
/// `5 min`, `1 d`.
[[nodiscard]] std::string duration_text(Time duration);

/// `tcp/443`, `icmp echo`, `ospf`.
[[nodiscard]] std::string service_text(const SessionFacts& facts);
/// The line that permits exactly this session, in one line of YAML.
[[nodiscard]] std::string allow_line(Facing facing, const SessionFacts& facts, bool only_operation = false);

}  // namespace weir
