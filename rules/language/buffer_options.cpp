// SPDX-License-Identifier: Apache-2.0
// Keywords that name buffers, and the forms in which a protocol's field stands in a rule.

#include <array>
#include <limits>

#include "rules/language/options.hpp"

namespace weir::rules::language {
namespace {

/// The row that the option means: the header's own protocol, where two protocols have a field of that name.
BufferRef field_of(const RuleBuilder& builder, const Keyword& keyword) {
    const Header& header = builder.rule.header;
    if (header.protocol == Protocol::application && header.app != keyword.app) {
        const std::string_view name = protocols()[keyword.app].fields[keyword.field].keyword;
        const auto& fields = protocols()[header.app].fields;
        for (std::size_t row = 0; row < fields.size(); ++row)
            if (fields[row].keyword == name) return {BufferRef::Source::field, header.app, static_cast<std::uint16_t>(row)};
    }
    return {BufferRef::Source::field, keyword.app, keyword.field};
}

const Field& row_of(const BufferRef& field) { return protocols()[field.app].fields[field.field]; }

/// Words that stand for a number of a field.
struct Word {
    std::string_view keyword, word;
    std::uint64_t number;
};
constexpr std::array words{
    Word{"tls.version", "1.0", 0x0301},
    Word{"tls.version", "1.1", 0x0302},
    Word{"tls.version", "1.2", 0x0303},
    Word{"tls.version", "1.3", 0x0304},
};

IntegerRange parse_value(Text value, std::string_view keyword) {
    if (value.is("true") || value.is("false")) return {IntegerRange::Op::equal, value.is("true") ? 1u : 0u, 0};  // flags are 0 or 1
    const bool negated = value.text.starts_with('!');
    const Text name = negated ? value.from(1).trimmed() : value;
    for (const Word& row : words)
        if (row.keyword == keyword && row.word == name.text)
            return {negated ? IntegerRange::Op::not_equal : IntegerRange::Op::equal, row.number, 0};
    return parse_range(value, std::numeric_limits<std::uint64_t>::max());
}

/// The row, with the rule's protocol settled on its parser.
BufferRef take_field(RuleBuilder& builder, const Option& option) {
    const BufferRef field = field_of(builder, option.keyword);
    builder.require_app(field.app, option.name);
    return field;
}

}  // namespace

void parse_pkt_data(RuleBuilder& builder, const Option&) { builder.open_payload(); }

void parse_ip_header(RuleBuilder& builder, const Option& option, std::uint8_t version) {
    builder.rule.header_checks.emplace_back(PacketCheck{PacketField::ip_version, {IntegerRange::Op::equal, version, 0}});
    builder.open({BufferRef::Source::ip_header}, false, option.name);
}

void parse_tcp_hdr(RuleBuilder& builder, const Option& option) {
    builder.require_tcp(option.name);
    builder.open({BufferRef::Source::tcp_header}, false, option.name);
}

void parse_udp_hdr(RuleBuilder& builder, const Option& option) {
    builder.require_udp(option.name);
    builder.open({BufferRef::Source::udp_header}, false, option.name);
}

void parse_icmp_header(RuleBuilder& builder, const Option& option, std::uint8_t ip_protocol) {
    builder.rule.header_checks.emplace_back(PacketCheck{PacketField::ip_protocol, {IntegerRange::Op::equal, ip_protocol, 0}});
    builder.open({BufferRef::Source::icmp_header}, false, option.name);
}

void parse_transform_word(RuleBuilder& builder, const Option& option, Transform transform) { builder.transform(transform, option.name); }

void parse_urilen(RuleBuilder& builder, const Option& option) {
    Text rest = unquoted(option);
    const Text size = take_until(rest, ',');
    const Text form = rest.trimmed();
    if (!form.empty() && !form.is("norm") && !form.is("raw")) refuse(form, "unknown word " + shown(form.text) + ": expected norm or raw");
    const Keyword* const field = find_keyword(form.is("raw") ? "http.uri.raw" : "http.uri");
    if (field == nullptr || field->app == no_protocol) refuse(option.name, "keyword urilen is not supported yet");
    builder.require_app(field->app, option.name);
    builder.add_aside({BufferRef::Source::field, field->app, field->field},
                      BufferSize{parse_range(size, std::numeric_limits<std::uint16_t>::max())}, option.name);
}

void parse_field_buffer(RuleBuilder& builder, const Option& option) {
    const BufferRef field = take_field(builder, option);
    builder.open(field, is_list(row_of(field)), option.name);
}

void parse_field_number(RuleBuilder& builder, const Option& option) {
    const BufferRef field = take_field(builder, option);
    builder.rule.field_checks.push_back({field.app, field.field, parse_value(unquoted(option), row_of(field).keyword)});
}

void parse_field_modifier(RuleBuilder& builder, const Option& option) { builder.move_last_content(take_field(builder, option), option); }

void parse_field_content(RuleBuilder& builder, const Option& option) {
    builder.add_aside(take_field(builder, option), read_content(option), option.name);
}

}  // namespace weir::rules::language
