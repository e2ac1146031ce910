// SPDX-License-Identifier: Apache-2.0
// Every keyword that this build understands: one row each. The fields of the protocols join from the parsers' tables.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/registry.hpp"

namespace weir::rules {

namespace language {
class RuleBuilder;
struct Option;
}  // namespace language

enum class KeywordKind : std::uint8_t {
    meta,       ///< says something about the rule
    session,    ///< asks for the session: its direction and state, flowbits, thresholds
    header,     ///< asks for a value of the packet's headers
    payload,    ///< looks for something in the buffer in force, or modifies that
    buffer,     ///< names the buffer that the next payload keywords look at
    number,     ///< asks for an integer of a protocol
    transform,  ///< changes the buffer named before it
    policy,     ///< asks for equipment and contracts
};
[[nodiscard]] std::string_view name_of(KeywordKind kind) noexcept;

/// Whether something stands behind the keyword's colon.
enum class Argument : std::uint8_t { none, required, optional };

struct Keyword {
    std::string_view name;
    std::string_view aliases;  ///< other spellings, separated by a blank
    KeywordKind kind;
    Argument argument;
    std::string_view doc;  ///< one sentence
    std::string_view example;
    void (*parse)(language::RuleBuilder& builder, const language::Option& option);
    ProtocolId app = no_protocol;  ///< whose field this is, with `field`: its row there
    std::uint16_t field = 0;
};

/// All rows: the language's own by kind, then the older spellings of protocol fields, then the fields by protocol.
[[nodiscard]] std::span<const Keyword> keywords();

/// The row of that name or alias, or null.
[[nodiscard]] const Keyword* find_keyword(std::string_view name);

/// Whether Suricata has a keyword of that name.
[[nodiscard]] bool is_suricata_keyword(std::string_view name);

/// Whether Suricata has an application protocol of that name.
[[nodiscard]] bool is_suricata_protocol(std::string_view name);

/// The language's own keywords as a Markdown table per kind, for docs/rules.md: the protocols' fields are left to their own page.
[[nodiscard]] std::string keywords_markdown();

}  // namespace weir::rules
