// SPDX-License-Identifier: Apache-2.0
// Keywords that name buffers, and the forms in which a protocol's field stands in a rule.

#include <algorithm>
#include <array>
#include <limits>

#include "rules/language/files.hpp"
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

void parse_ip_address(RuleBuilder& builder, const Option& option, BufferRef::Source side) { builder.open({side}, false, option.name); }

void parse_base64_data(RuleBuilder& builder, const Option& option) {
    const auto decodes = [](const RuleBuilder::Item& item) { return std::holds_alternative<Base64Decode>(item.check); };
    if (std::ranges::none_of(builder.items(), decodes))
        refuse(option.name, "base64_data looks at what base64_decode has decoded: expected that before it");
    builder.open({BufferRef::Source::base64}, false, option.name);
}

void parse_file_data(RuleBuilder& builder, const Option& option) {
    const Header& header = builder.rule.header;
    if (header.protocol == Protocol::application && !carries_files(header.app))
        refuse(option.name, std::string(protocols()[header.app].name) + " carries no files that weir sees");
    builder.require_tcp(option.name);
    builder.open({BufferRef::Source::file}, false, option.name);
}

void parse_transform_word(RuleBuilder& builder, const Option& option, Transform::Kind transform) {
    builder.transform(transform, option.name);
}

void parse_xor(RuleBuilder& builder, const Option& option) {
    constexpr std::size_t longest_key = 255;
    const Text key = unquoted(option);
    std::string bytes;
    const auto digit = [&](std::size_t at) {
        constexpr std::string_view digits = "0123456789abcdef";
        const std::string lower = lower_case(key.text.substr(at, 1));
        const std::size_t value = lower.empty() ? std::string_view::npos : digits.find(lower);
        if (value == std::string_view::npos) refuse(key.from(at), "the key is hexadecimal, two digits a byte, as in `xor:\"0d0ac8ff\"`");
        return value;
    };
    for (std::size_t at = 0; at < key.size(); at += 2) {
        const std::size_t high = digit(at);
        bytes += static_cast<char>(high * 16 + digit(std::min(at + 1, key.size())));
    }
    if (bytes.empty() || bytes.size() > longest_key) refuse(key, "the key has 1 to " + std::to_string(longest_key) + " bytes");
    builder.transform({Transform::exclusive_or, std::move(bytes)}, option.name);
}

void parse_pcrexform(RuleBuilder& builder, const Option& option) {
    const Text expression = unquoted(option);
    if (expression.empty()) refuse(option.value, "the expression is empty");
    if (expression.text.find('(') == std::string_view::npos)
        refuse(expression, "the buffer becomes what the expression's first group matches: expected one in brackets");
    builder.transform({Transform::capture, std::string(expression.text)}, option.name);
}

void parse_ssl_version(RuleBuilder& builder, const Option& option) {
    struct Version {
        std::string_view word;
        std::uint64_t number;
    };
    static constexpr std::array versions{Version{"sslv2", 0x0002},  Version{"sslv3", 0x0300},  Version{"tls1.0", 0x0301},
                                         Version{"tls1.1", 0x0302}, Version{"tls1.2", 0x0303}, Version{"tls1.3", 0x0304}};
    const Keyword* const field = find_keyword("tls.version");
    if (field == nullptr || field->app == no_protocol) refuse(option.name, "keyword ssl_version is not supported yet");
    builder.require_app(field->app, option.name);
    FieldCheck check{field->app, field->field, {}};
    bool first = true;
    for (Text word : split(unquoted(option), ',')) {
        const bool negated = word.text.starts_with('!');
        if (negated) word = word.from(1).trimmed();
        const auto version = std::ranges::find(versions, lower_case(word.text), &Version::word);
        if (version == versions.end())
            refuse(word, "unknown version " + shown(word.text) + ": expected sslv2, sslv3, tls1.0, tls1.1, tls1.2 or tls1.3");
        const IntegerRange range{negated ? IntegerRange::Op::not_equal : IntegerRange::Op::equal, version->number, 0};
        if (negated)  // none of those that are named so
            builder.rule.field_checks.push_back({field->app, field->field, range});
        else if (first)
            check.range = range;
        else
            check.others.push_back(range);
        first = first && negated;
    }
    if (!first) builder.rule.field_checks.push_back(std::move(check));
}

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
