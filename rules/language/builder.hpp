// SPDX-License-Identifier: Apache-2.0
// A rule while it is read: what the keywords change, and the state that gives them their meaning from left to right.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/keywords.hpp"
#include "rules/language/classification.hpp"
#include "rules/language/text.hpp"

namespace weir::rules::language {

/// `name:value;` as it stands in the rule.
struct Option {
    const Keyword& keyword;
    Text name;
    Text value;  ///< trimmed; empty where there is no colon
};

/// A remark that does not keep the rule from being loaded.
struct Remark {
    std::size_t offset;
    std::string reason;
};

/// Names that all rules of a run share, by number.
class NameTable {
public:
    /// `names`: the list in RuleText; `kind` stands in refusals.
    NameTable(std::vector<std::string>& names, std::string_view kind) : names_(names), kind_(kind) {}
    /// The number of a name. Refused: no name, or more names than a rule set may have.
    std::uint16_t number(Text name);

private:
    std::vector<std::string>& names_;
    std::string_view kind_;
    std::unordered_map<std::string, std::uint16_t> numbers_;
};

/// What all rules of a run share.
struct Shared {
    Shared(const Classification& classes, RuleText& into)
        : classification(classes), text(into), flowbits(into.flowbits, "flowbit"), hostbits(into.hostbits, "xbit"),
          flowints(into.flowints, "flowint") {}
    const Classification& classification;
    RuleText& text;
    NameTable flowbits, hostbits, flowints;
};

/// Collects one rule. Keywords call it in the rule's order; `finish` checks the whole and puts the buffers' checks together.
class RuleBuilder {
public:
    RuleBuilder(Rule& into, Shared& of_all) : rule(into), shared(of_all) {}

    Rule& rule;
    Shared& shared;
    std::uint8_t class_priority = 3;             ///< that of the classtype
    std::optional<std::uint8_t> own_priority{};  ///< `priority:`, which overrides it

    void warn(Text where, std::string reason) { remarks_.push_back({where.offset, std::move(reason)}); }
    [[nodiscard]] std::vector<Remark>& remarks() noexcept { return remarks_; }

    /// Refuses a keyword that stands in the rule for the second time.
    void only_once(const Option& option);
    /// Refuses a transport that the rule's header rules out; `what` is the keyword.
    void require_tcp(Text what) const;
    void require_udp(Text what) const;
    /// The rule looks at this protocol's fields. Refused: another one than the header's or an earlier keyword's.
    void require_app(ProtocolId app, Text what);

    // -- buffers

    /// A sticky buffer: the checks from here on look at it. `list`: each mention is about an element of its own.
    void open(const BufferRef& buffer, bool list, Text mention);
    /// Back to the payload.
    void open_payload();
    [[nodiscard]] bool in_sticky_buffer() const noexcept { return mention_ || in_force_ != payload_; }
    /// Changes the sticky buffer that was just opened.
    void transform(const Transform& transform, Text mention);

    /// Adds a check on the buffer in force.
    void add(Check check, Text where);
    /// Adds a check on a buffer that the check itself names (pcre's letters): no sticky buffer may be in force.
    void add_to(const BufferRef& buffer, Check check, Text where);
    /// Adds a check on a buffer whatever buffer is in force, and leaves that in force.
    void add_aside(const BufferRef& buffer, Check check, Text where);

    /// The content that a modifier stands behind.
    [[nodiscard]] Content& last_content(const Option& modifier);
    [[nodiscard]] bool looks_at_payload(const Content& content) const;
    /// The old `http_uri` form: the content before the modifier looks at this buffer, not at the payload.
    void move_last_content(const BufferRef& buffer, const Option& modifier);

    // -- variables of byte_extract and byte_math

    [[nodiscard]] std::int8_t define_variable(Text name);
    /// The number of a variable that was defined before.
    [[nodiscard]] std::int8_t variable(Text name) const;
    /// A number between `min` and `max`, or the name of a variable.
    [[nodiscard]] Number number(Text text, std::int32_t min, std::int32_t max) const;

    /// Everything was read: the rule is checked as a whole. `end` is the place behind its last option.
    void finish(Text end);

    /// A check with the place where it stands and the slot (buffer) that it belongs to.
    struct Item {
        Check check;
        Text where;
        std::size_t slot;
        bool moved = false;  ///< by the old `http_uri` form
    };
    /// A buffer that checks look at: what becomes a BufferGroup.
    struct Slot {
        BufferRef buffer;
        bool list = false;  ///< never shared with a later mention
        std::vector<Transform> transforms{};
    };
    [[nodiscard]] const std::vector<Item>& items() const noexcept { return items_; }
    [[nodiscard]] const std::vector<Slot>& slots() const noexcept { return slots_; }

private:
    static constexpr std::size_t payload_ = 0;

    /// A sticky buffer that no check has followed yet.
    struct Mention {
        Slot slot;
        Text where;
    };
    std::size_t slot_of(const Slot& slot);
    void close_mention() const;

    std::vector<Remark> remarks_;
    std::vector<const Keyword*> seen_;
    std::vector<Slot> slots_{Slot{BufferRef{}}};
    std::vector<Item> items_;
    std::size_t in_force_ = payload_;
    std::optional<Mention> mention_;
    ProtocolId app_ = no_protocol;
};

/// Checks that concern the rule as a whole (rules/language/checks.cpp): contradictions, and what could never match.
void check_rule(const RuleBuilder& builder, Text end);

/// Whether a transaction may hold several of the row. Its path tells; a row that is for rules only is taken for a list.
[[nodiscard]] bool is_list(const Field& field) noexcept;

}  // namespace weir::rules::language
