// SPDX-License-Identifier: Apache-2.0
// What a rule must fulfil as a whole: keywords that contradict each other, and rules that could never match.

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "rules/language/builder.hpp"

namespace weir::rules::language {
namespace {

using Item = RuleBuilder::Item;

/// A number that stands in the rule, not in a variable.
std::optional<std::int64_t> literal(const std::optional<Number>& number) {
    if (!number || number->variable >= 0) return std::nullopt;
    return number->value;
}

void check_content(const Content& content, Text where) {
    const auto size = static_cast<std::int64_t>(content.pattern.size());
    const bool anchored = content.offset || content.depth;
    const std::string pattern = "a pattern of " + std::to_string(size) + " bytes";

    if (anchored && content.relative())
        refuse(where,
               "offset and depth count from the buffer's beginning, distance and within from the last match: expected one kind for one "
               "content");
    if (content.startswith && (anchored || content.relative()))
        refuse(where, "startswith stands for offset 0 and a depth: it cannot stand with offset, depth, distance or within");
    if (const auto depth = literal(content.depth); depth && *depth < size)
        refuse(where, "depth " + std::to_string(*depth) + " is too small for " + pattern);
    if (const auto within = literal(content.within); within && *within < size)
        refuse(where, "within " + std::to_string(*within) + " is too small for " + pattern);
    if (content.replacement && content.replacement->size() != content.pattern.size())
        refuse(where, "replace has " + std::to_string(content.replacement->size()) + " bytes for " + pattern + ": expected as many");
    if (content.replacement && content.negated) refuse(where, "replace has nothing to replace where the content is negated");

    if (!content.fast_pattern) return;
    const bool placed = anchored || content.relative() || content.startswith || content.endswith;
    if (content.negated && (placed || content.fast_pattern_only))
        refuse(where,
               "a negated content with fast_pattern cannot have a place: expected no offset, depth, distance, within or fast_pattern:only");
    if (content.fast_pattern_only && placed)
        refuse(where, "fast_pattern:only leaves the place unchecked: expected no offset, depth, distance, within, startswith or endswith");
    if (content.fast_pattern_only && content.replacement) refuse(where, "fast_pattern:only and replace contradict each other");
    if (const auto& slice = content.fast_pattern_slice; slice && std::size_t{(*slice)[0]} + (*slice)[1] > content.pattern.size())
        refuse(where, "fast_pattern reaches past the end of " + pattern);
}

/// The size that a buffer can have at most, where a range says so.
std::optional<std::uint64_t> greatest(const IntegerRange& range) {
    using Op = IntegerRange::Op;
    switch (range.op) {
        case Op::equal:
        case Op::less_equal: return range.first;
        case Op::less: return range.first - 1;
        case Op::between: return range.second - 1;
        default: return std::nullopt;
    }
}

/// The size that a buffer must have for the content to be found.
std::uint64_t needed(const Content& content) {
    return content.pattern.size() + static_cast<std::uint64_t>(std::max<std::int64_t>(literal(content.offset).value_or(0), 0));
}

/// A content that is longer than what bsize or dsize leaves.
void check_size(const std::vector<Item>& items, std::size_t slot, const IntegerRange& size, std::string_view keyword) {
    const auto limit = greatest(size);
    if (!limit) return;
    for (const Item& item : items) {
        const Content* const content = std::get_if<Content>(&item.check);
        if (content == nullptr || item.slot != slot || content->negated || needed(*content) <= *limit) continue;
        refuse(item.where, "the content needs " + std::to_string(needed(*content)) + " bytes, " + std::string(keyword) + " allows " +
                               std::to_string(*limit));
    }
}

void check_items(const std::vector<Item>& items) {
    bool fast_pattern = false;
    for (const Item& item : items) {
        if (const Content* const content = std::get_if<Content>(&item.check)) {
            check_content(*content, item.where);
            if (content->fast_pattern && fast_pattern) refuse(item.where, "fast_pattern stands at two contents: expected one");
            fast_pattern = fast_pattern || content->fast_pattern;
        }
        if (const BufferSize* const size = std::get_if<BufferSize>(&item.check)) check_size(items, item.slot, size->size, "bsize");
    }
}

/// base64_decode and base64_data come together.
void check_base64(const RuleBuilder& builder) {
    const Item* decode = nullptr;
    bool data = false;
    for (const Item& item : builder.items()) {
        if (std::holds_alternative<Base64Decode>(item.check)) decode = &item;
        const RuleBuilder::Slot& slot = builder.slots()[item.slot];
        if (slot.buffer.source != BufferRef::Source::base64) continue;
        data = true;
        if (!slot.transforms.empty()) refuse(item.where, "base64_data takes no transforms");
        if (std::holds_alternative<Base64Decode>(item.check)) refuse(item.where, "base64_decode decodes another buffer than base64_data");
    }
    if (decode != nullptr && !data) refuse(decode->where, "base64_decode is for base64_data, which the rule lacks");
}

/// A rule about an event is judged when that is seen, with the packet at hand and no transaction.
void check_event(const RuleBuilder& builder, Text end) {
    if (builder.rule.events.empty()) return;
    if (!builder.rule.field_checks.empty()) refuse(end, "a rule about an event cannot ask for a field of the protocol too");
    for (const Item& item : builder.items())
        if (builder.slots()[item.slot].buffer.of_transaction())
            refuse(item.where, "a rule about an event cannot look at the buffers of a protocol too");
}

void check_payload_size(const RuleBuilder& builder, Text end) {
    for (const HeaderCheck& check : builder.rule.header_checks) {
        const PacketCheck* const packet = std::get_if<PacketCheck>(&check);
        if (packet == nullptr || packet->field != PacketField::payload_size) continue;
        if (builder.rule.flow.only_stream) refuse(end, "dsize asks for a packet, flow:only_stream for a stream");
        const auto is_field = [&](const Item& item) { return builder.slots()[item.slot].buffer.of_transaction(); };
        const auto field = std::ranges::find_if(builder.items(), is_field);
        if (field != builder.items().end())
            refuse(field->where, "dsize is about a packet's payload: it cannot stand with the buffers of a protocol");
        check_size(builder.items(), 0, packet->range, "dsize");
    }
}

// ---------------------------------------------------------------- directions

/// Fields that are sent in one direction only, as Suricata has it.
struct Sided {
    std::string_view keyword;
    bool to_server;
};
constexpr std::array sided_fields{
    Sided{"http.uri", true},
    Sided{"http.uri.raw", true},
    Sided{"http.method", true},
    Sided{"http.request_line", true},
    Sided{"http.request_body", true},
    Sided{"http.request_header", true},
    Sided{"http.user_agent", true},
    Sided{"http.host", true},
    Sided{"http.host.raw", true},
    Sided{"http.accept", true},
    Sided{"http.accept_lang", true},
    Sided{"http.accept_enc", true},
    Sided{"http.referer", true},
    Sided{"http.stat_code", false},
    Sided{"http.stat_msg", false},
    Sided{"http.response_line", false},
    Sided{"http.response_body", false},
    Sided{"http.response_header", false},
    Sided{"http.server", false},
    Sided{"http.location", false},
    Sided{"tls.sni", true},
    Sided{"ja3.hash", true},
    Sided{"ja3.string", true},
    Sided{"ja4.hash", true},
    Sided{"ja3s.hash", false},
    Sided{"ja3s.string", false},
    Sided{"ssh.hassh", true},
    Sided{"ssh.hassh.string", true},
    Sided{"ssh.hassh.server", false},
    Sided{"ssh.hassh.server.string", false},
};

void check_directions(const RuleBuilder& builder) {
    std::optional<bool> side;
    const FlowOptions& flow = builder.rule.flow;
    if (flow.to_server != flow.to_client) side = flow.to_server;
    const bool from_flow = side.has_value();
    for (const Item& item : builder.items()) {
        const BufferRef& buffer = builder.slots()[item.slot].buffer;
        if (buffer.source != BufferRef::Source::field) continue;
        const std::string_view keyword = protocols()[buffer.app].fields[buffer.field].keyword;
        const auto row = std::ranges::find(sided_fields, keyword, &Sided::keyword);
        if (row == sided_fields.end()) continue;
        const std::string sent = std::string(keyword) + " is sent to the " + (row->to_server ? "server" : "client");
        if (side && *side != row->to_server)
            refuse(item.where, sent + (from_flow ? ", flow says the other direction"
                                                 : ", another buffer of the rule the other way: a rule looks at one direction"));
        side = row->to_server;
    }
}

}  // namespace

void check_rule(const RuleBuilder& builder, Text end) {
    const Rule& rule = builder.rule;
    if (rule.sid == 0) refuse(end, "sid is missing: expected a number that names the rule");
    if (rule.threshold && rule.detection_filter) refuse(end, "threshold and detection_filter contradict each other: expected one of them");
    check_items(builder.items());
    check_base64(builder);
    check_event(builder, end);
    check_payload_size(builder, end);
    check_directions(builder);
}

}  // namespace weir::rules::language
