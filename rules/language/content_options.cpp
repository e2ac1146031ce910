// SPDX-License-Identifier: Apache-2.0
// `content` with its modifiers, and `pcre`.

#include <algorithm>
#include <array>
#include <limits>

#include "rules/language/options.hpp"

namespace weir::rules::language {
namespace {

constexpr std::int32_t farthest_absolute = 65'535;     ///< offset, depth
constexpr std::int32_t farthest_relative = 1'048'576;  ///< distance, within: as Suricata bounds them
constexpr std::size_t longest_pattern = 8'192;

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The bytes of a pattern: `|0d 0a|` is hexadecimal, `\` stands before `"`, `;`, `:` and `\`.
std::string read_pattern(Text text) {
    std::string out;
    bool hex = false;
    int high = -1;
    std::size_t opened = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text.text[i];
        if (c == '|') {
            if (high >= 0) refuse(text.from(i), "a hexadecimal byte has two digits: one is missing");
            hex = !hex;
            opened = i;
        } else if (hex) {
            if (c == ' ') continue;
            const int digit = hex_digit(c);
            if (digit < 0) refuse(text.from(i), shown({&c, 1}) + " is not a hexadecimal digit: expected 0 to f between two |");
            if (high < 0) {
                high = digit;
            } else {
                out += static_cast<char>(high * 16 + digit);
                high = -1;
            }
        } else if (c == '\\') {
            constexpr std::string_view escapable = "\\\";:";
            if (i + 1 == text.size() || escapable.find(text.text[i + 1]) == std::string_view::npos)
                refuse(text.from(i), "`\\` stands before one of \\ \" ; : only: expected |5C| for a backslash");
            out += text.text[++i];
        } else if (c == '"') {
            refuse(text.from(i), "a quote inside a pattern is written \\\" or |22|");
        } else {
            out += c;
        }
    }
    if (hex) refuse(text.from(opened), "a hexadecimal part is not closed: expected a second |");
    if (out.empty()) refuse(text, "the pattern is empty");
    if (out.size() > longest_pattern)
        refuse(text,
               "the pattern has " + std::to_string(out.size()) + " bytes: at most " + std::to_string(longest_pattern) + " are possible");
    return out;
}

[[noreturn]] void refuse_twice(const Option& option) {
    refuse(option.name, std::string(option.name.text) + " stands twice for one content");
}

void set_flag(RuleBuilder& builder, const Option& option, bool Content::*flag) {
    Content& content = builder.last_content(option);
    if (content.*flag) refuse_twice(option);
    content.*flag = true;
}

void set_number(RuleBuilder& builder, const Option& option, std::optional<Number> Content::*place, std::int32_t min, std::int32_t max) {
    Content& content = builder.last_content(option);
    if (content.*place) refuse_twice(option);
    content.*place = builder.number(unquoted(option), min, max);
}

// ---------------------------------------------------------------- pcre

struct FlagLetter {
    char letter;
    bool Pcre::*flag;
};
constexpr std::array pcre_flags{
    FlagLetter{'i', &Pcre::nocase},   FlagLetter{'s', &Pcre::dot_all},  FlagLetter{'m', &Pcre::multi_line},
    FlagLetter{'x', &Pcre::extended}, FlagLetter{'A', &Pcre::anchored}, FlagLetter{'E', &Pcre::dollar_end_only},
    FlagLetter{'G', &Pcre::ungreedy}, FlagLetter{'R', &Pcre::relative},
};
constexpr std::string_view accepted_letters = "BO";  // rawbytes, and the override of limits: neither changes anything here

struct BufferLetter {
    char letter;
    std::string_view keyword;
};
constexpr std::array pcre_buffers{
    BufferLetter{'U', "http.uri"},           BufferLetter{'I', "http.uri.raw"},    BufferLetter{'P', "http.request_body"},
    BufferLetter{'Q', "http.response_body"}, BufferLetter{'H', "http.header"},     BufferLetter{'D', "http.header.raw"},
    BufferLetter{'M', "http.method"},        BufferLetter{'C', "http.cookie"},     BufferLetter{'S', "http.stat_code"},
    BufferLetter{'Y', "http.stat_msg"},      BufferLetter{'V', "http.user_agent"}, BufferLetter{'W', "http.host"},
    BufferLetter{'Z', "http.host.raw"},
};

/// Where the expression that `text` begins with ends: at the last slash, or at the one before the names of variables, which may
/// hold slashes themselves.
std::size_t closing_slash(Text text) {
    std::size_t close = text.text.rfind('/');
    for (std::size_t slash = text.text.find('/', 1); slash != std::string_view::npos; slash = text.text.find('/', slash + 1)) {
        Text rest = text.from(slash + 1);
        const Text letters = take_until(rest, ',');
        const std::string_view name = rest.trimmed().text;
        const bool flags_only =
            letters.text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
        if (!flags_only || (!name.starts_with("flow:") && !name.starts_with("pkt:"))) continue;
        close = slash;
        break;
    }
    std::size_t escapes = 0;
    while (close != std::string_view::npos && escapes < close && text.text[close - 1 - escapes] == '\\') ++escapes;
    if (!text.text.starts_with('/') || close == 0 || close == std::string_view::npos || escapes % 2 != 0)
        refuse(text, "an expression stands between slashes: expected \"/expression/flags\"");
    return close;
}

/// Variables that groups of the expression set: `(?P<flow_name>...)` in the expression, or `flow:name` behind it.
void read_captures(Pcre& pcre, Text names) {
    for (const Text& name : names.empty() ? std::vector<Text>{} : split(names, ',')) {
        const bool flow = name.text.starts_with("flow:");
        if ((!flow && !name.text.starts_with("pkt:")) || name.text.ends_with(':'))
            refuse(name, shown(name.text) + " is no variable: expected flow:name or pkt:name");
        pcre.captures.emplace_back(name.text.substr(name.text.find(':') + 1), flow);
    }
    if (!pcre.captures.empty()) return;
    const std::string_view text = pcre.pattern;
    std::size_t last_named = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '[') {
            // A class: its first `]` is a member.
            i += text.substr(i).starts_with("[^]") ? 2 : text.substr(i).starts_with("[]") ? 1 : 0;
            while (++i < text.size() && text[i] != ']')
                if (text[i] == '\\') ++i;
        } else if (text[i] == '(') {
            std::string_view group = text.substr(i + 1);
            const bool named =
                group.starts_with("?P<") || (group.starts_with("?<") && !group.starts_with("?<=") && !group.starts_with("?<!"));
            if (group.starts_with('?') && !named) continue;
            std::string name;
            if (named) {
                group.remove_prefix(group.find('<') + 1);
                group = group.substr(0, group.find('>'));
                if (group.starts_with("flow_") || group.starts_with("pkt_")) name = group;
            }
            const bool flow = name.starts_with("flow_");
            pcre.captures.emplace_back(name.empty() ? name : name.substr(name.find('_') + 1), flow);
            if (!name.empty()) last_named = pcre.captures.size();
        }
    }
    pcre.captures.resize(last_named);
}

}  // namespace

Content read_content(const Option& option) {
    const Quoted quoted = quoted_value(option);
    Content content;
    content.pattern = read_pattern(quoted.text);
    content.negated = quoted.negated;
    return content;
}

void parse_content(RuleBuilder& builder, const Option& option) { builder.add(read_content(option), option.name); }

void parse_nocase(RuleBuilder& builder, const Option& option) { set_flag(builder, option, &Content::nocase); }
void parse_startswith(RuleBuilder& builder, const Option& option) { set_flag(builder, option, &Content::startswith); }
void parse_endswith(RuleBuilder& builder, const Option& option) { set_flag(builder, option, &Content::endswith); }
void parse_rawbytes(RuleBuilder& builder, const Option& option) { set_flag(builder, option, &Content::rawbytes); }

void parse_offset(RuleBuilder& builder, const Option& option) { set_number(builder, option, &Content::offset, 0, farthest_absolute); }
void parse_depth(RuleBuilder& builder, const Option& option) { set_number(builder, option, &Content::depth, 1, farthest_absolute); }
void parse_distance(RuleBuilder& builder, const Option& option) {
    set_number(builder, option, &Content::distance, -farthest_relative, farthest_relative);
}
void parse_within(RuleBuilder& builder, const Option& option) { set_number(builder, option, &Content::within, 1, farthest_relative); }

void parse_fast_pattern(RuleBuilder& builder, const Option& option) {
    Content& content = builder.last_content(option);
    if (content.fast_pattern) refuse_twice(option);
    content.fast_pattern = true;
    const Text value = unquoted(option);
    if (value.is("only")) {
        content.fast_pattern_only = true;
    } else if (!value.empty()) {
        const auto parts = split(value, ',');
        if (parts.size() != 2) refuse(value, "expected fast_pattern, fast_pattern:only or fast_pattern:offset,length");
        const auto limit = std::numeric_limits<std::uint16_t>::max();
        content.fast_pattern_slice = {static_cast<std::uint16_t>(parse_unsigned(parts[0], 0, limit)),
                                      static_cast<std::uint16_t>(parse_unsigned(parts[1], 1, limit))};
    }
}

void parse_replace(RuleBuilder& builder, const Option& option) {
    const Quoted quoted = quoted_value(option);
    if (quoted.negated) refuse(option.value, "replace cannot be negated");
    Content& content = builder.last_content(option);
    if (content.replacement) refuse_twice(option);
    if (!builder.looks_at_payload(content)) refuse(option.name, "replace changes a packet's payload: it cannot stand with another buffer");
    content.replacement = read_pattern(quoted.text);
}

void parse_pcre(RuleBuilder& builder, const Option& option) {
    const Quoted quoted = quoted_value(option);
    const Text text = quoted.text.trimmed();
    Pcre pcre;
    pcre.negated = quoted.negated;

    const std::size_t close = closing_slash(text);
    pcre.pattern = text.text.substr(1, close - 1);
    if (pcre.pattern.empty()) refuse(text, "the expression is empty");

    Text names = text.from(close + 1);
    const Text letters = take_until(names, ',');
    std::string_view buffer;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const char letter = letters.text[i];
        const Text where = letters.from(i).first(1);
        if (const auto flag = std::ranges::find(pcre_flags, letter, &FlagLetter::letter); flag != pcre_flags.end()) {
            pcre.*flag->flag = true;
        } else if (const auto named = std::ranges::find(pcre_buffers, letter, &BufferLetter::letter); named != pcre_buffers.end()) {
            if (!buffer.empty() && buffer != named->keyword)
                refuse(where, "an expression looks at one buffer: " + std::string(buffer) + " or " + std::string(named->keyword));
            buffer = named->keyword;
        } else if (accepted_letters.find(letter) == std::string_view::npos) {
            refuse(where, "unknown flag " + shown(where.text) + " behind the expression");
        }
    }
    read_captures(pcre, names.trimmed());

    if (buffer.empty()) {
        builder.add(std::move(pcre), option.name);
        return;
    }
    const Keyword* const field = find_keyword(buffer);
    if (field == nullptr || field->app == no_protocol) refuse(letters, "the buffer " + std::string(buffer) + " is not supported yet");
    builder.require_app(field->app, option.name);
    builder.add_to({BufferRef::Source::field, field->app, field->field}, std::move(pcre), option.name);
}

}  // namespace weir::rules::language
