// SPDX-License-Identifier: Apache-2.0
#include "parsers/ldap/ldap_filter.hpp"

#include "parsers/base/ber.hpp"

namespace weir::ldap {
namespace {

/// Context tags of the filter choices, RFC 4511 section 4.5.1.
constexpr std::uint8_t both = 0xa0, either = 0xa1, negation = 0xa2, equality = 0xa3, substrings = 0xa4, greater_or_equal = 0xa5,
                       less_or_equal = 0xa6, present = 0x87, approximate = 0xa8, extensible = 0xa9;
/// Of the parts of a substring filter: at the start, anywhere, at the end.
constexpr std::uint8_t initial = 0x80, any = 0x81, final = 0x82;
/// Of the parts of an extensible match.
constexpr std::uint8_t matching_rule = 0x81, match_type = 0x82, match_value = 0x83, match_dn = 0x84;

/// RFC 4515 section 3: what means something, and what cannot be printed, as a backslash and two digits.
void write_value(Bytes value, TextWriter& out) noexcept {
    for (const std::uint8_t byte : value) {
        const bool special = byte == '(' || byte == ')' || byte == '*' || byte == '\\' || byte == 0;
        if (special)
            out.put('\\').hex(byte);
        else
            out.put(static_cast<char>(byte));
    }
}

bool write_comparison(Bytes content, std::string_view sign, TextWriter& out) noexcept {
    ber::Reader parts{content};
    const Bytes type = parts.expect(ber::tag::octet_string), value = parts.expect(ber::tag::octet_string);
    out.put('(').put(type).put(sign);
    write_value(value, out);
    out.put(')');
    return parts.ok();
}

bool write_substrings(Bytes content, TextWriter& out) noexcept {
    ber::Reader parts{content};
    out.put('(').put(parts.expect(ber::tag::octet_string)).put('=');
    ber::Reader pieces{parts.expect(ber::tag::sequence)};
    bool open = false;  // the last piece may be followed by anything
    while (pieces.ok() && !pieces.empty()) {
        const ber::Element piece = pieces.next();
        if (piece.tag < initial || piece.tag > final) return false;
        if (piece.tag != initial && !open) out.put('*');
        write_value(piece.content, out);
        open = piece.tag != final;
        if (open) out.put('*');
    }
    out.put(')');
    return parts.ok() && pieces.ok();
}

bool write_extensible(Bytes content, TextWriter& out) noexcept {
    ber::Reader parts{content};
    Bytes rule, type, value;
    bool names = false;
    while (parts.ok() && !parts.empty()) {
        const ber::Element part = parts.next();
        if (part.tag == matching_rule) rule = part.content;
        if (part.tag == match_type) type = part.content;
        if (part.tag == match_value) value = part.content;
        if (part.tag == match_dn) names = !part.content.empty() && part.content[0] != 0;
    }
    out.put('(').put(type);
    if (names) out.put(":dn");
    if (!rule.empty()) out.put(':').put(rule);
    out.put(":=");
    write_value(value, out);
    out.put(')');
    return parts.ok();
}

/// One filter that holds no other. False where there is no such filter.
bool write_leaf(ber::Element filter, TextWriter& out) noexcept {
    switch (filter.tag) {
        case equality: return write_comparison(filter.content, "=", out);
        case greater_or_equal: return write_comparison(filter.content, ">=", out);
        case less_or_equal: return write_comparison(filter.content, "<=", out);
        case approximate: return write_comparison(filter.content, "~=", out);
        case substrings: return write_substrings(filter.content, out);
        case extensible: return write_extensible(filter.content, out);
        case present: out.put('(').put(filter.content).put("=*)"); return true;
        default: return false;
    }
}

}  // namespace

bool write_filter(Bytes element, TextWriter& out) noexcept {
    std::array<Bytes, max_filter_depth> open{element};  // what is left of each filter that is being written
    std::size_t depth = 1;
    while (depth != 0) {
        Bytes& rest = open[depth - 1];
        if (rest.empty()) {
            if (--depth != 0) out.put(')');
            continue;
        }
        ber::Reader reader{rest};
        const ber::Element filter = reader.next();
        if (!reader.ok() || !out.ok()) return false;
        rest = reader.rest();
        const char sign = filter.tag == both ? '&' : filter.tag == either ? '|' : filter.tag == negation ? '!' : '\0';
        if (sign == '\0') {
            if (!write_leaf(filter, out)) return false;
            continue;
        }
        if (depth == max_filter_depth) return false;
        out.put('(').put(sign);
        open[depth++] = filter.content;
    }
    return true;
}

}  // namespace weir::ldap
