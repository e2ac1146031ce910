// SPDX-License-Identifier: Apache-2.0
// The part of a rule before its brackets: action, protocol, addresses, ports, direction.
#pragma once

#include "rules/language/builder.hpp"
#include "rules/language/variables.hpp"

namespace weir::rules::language {

/// Reads the header off the front of `rest`, which is left at the options' `(`.
void parse_header(Text& rest, RuleBuilder& builder, ListReader& lists);

/// The application protocol of that name, also under the names that Suricata uses. Refused: any other.
[[nodiscard]] ProtocolId parse_application(Text name);

/// The number of an IP protocol, by number or by the name that the IANA registry has for it.
[[nodiscard]] std::uint8_t parse_ip_protocol(Text name);

}  // namespace weir::rules::language
