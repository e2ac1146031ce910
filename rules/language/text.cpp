// SPDX-License-Identifier: Apache-2.0
#include "rules/language/text.hpp"

#include <charconv>
#include <limits>
#include <optional>

namespace weir::rules::language {
namespace {

constexpr std::size_t longest_shown = 48;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<std::uint64_t> read_unsigned(std::string_view digits) noexcept {
    int base = 10;
    if (digits.size() > 2 && digits[0] == '0' && lower(digits[1]) == 'x') {
        base = 16;
        digits.remove_prefix(2);
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

[[noreturn]] void refuse_number(Text number, const std::string& min, const std::string& max) {
    refuse(number, (number.empty() ? "a number is missing" : shown(number.text) + " is not a number") + ": expected " + min + " to " + max);
}

/// A number with Suricata's units behind it, all of them powers of 1024.
std::uint64_t parse_size(Text number, std::uint64_t max) {
    struct Unit {
        std::string_view name;
        std::uint64_t factor;
    };
    static constexpr Unit units[] = {{"kib", 1u << 10}, {"kb", 1u << 10},  {"mib", 1u << 20},
                                     {"mb", 1u << 20},  {"gib", 1u << 30}, {"gb", 1u << 30}};
    std::uint64_t factor = 1;
    Text digits = number;
    for (const Unit& unit : units) {
        if (number.size() <= unit.name.size()) continue;
        const std::string_view tail = number.text.substr(number.size() - unit.name.size());
        bool same = true;
        for (std::size_t i = 0; i < tail.size(); ++i) same = same && lower(tail[i]) == unit.name[i];
        // 0x1gb would be hexadecimal with a unit; 0xbb is not.
        if (!same || number.text.starts_with("0x")) continue;
        factor = unit.factor;
        digits = number.first(number.size() - unit.name.size()).trimmed();
        break;
    }
    return parse_unsigned(digits, 0, max / factor) * factor;
}

}  // namespace

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = lower(c);
    return out;
}

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f'; }

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

Text Text::trimmed() const noexcept {
    std::size_t start = 0;
    while (start < text.size() && is_blank(text[start])) ++start;
    return {language::trimmed(text), offset + start};
}

void refuse(Text where, std::string reason) { throw Refusal{where.offset, std::move(reason)}; }

std::string shown(std::string_view text) {
    std::string out = "\"";
    for (const char c : text.substr(0, longest_shown)) out += c >= 0x20 && c < 0x7f ? c : '.';
    return out + (text.size() > longest_shown ? "...\"" : "\"");
}

Text take_until(Text& rest, char separator) noexcept {
    const std::size_t end = rest.text.find(separator);
    const Text part = rest.first(end == std::string_view::npos ? rest.size() : end);
    rest = end == std::string_view::npos ? rest.end() : rest.from(end + 1);
    return part.trimmed();
}

Text take_word(Text& rest) noexcept {
    rest = rest.trimmed();
    std::size_t end = 0;
    while (end < rest.size() && !is_blank(rest.text[end])) ++end;
    const Text word = rest.first(end);
    rest = rest.from(end).trimmed();
    return word;
}

std::vector<Text> split(Text list, char separator) {
    std::vector<Text> parts;
    for (;;) {
        const bool more = list.text.find(separator) != std::string_view::npos;
        parts.push_back(take_until(list, separator));
        if (!more) return parts;
    }
}

std::uint64_t parse_unsigned(Text number, std::uint64_t min, std::uint64_t max) {
    const auto value = read_unsigned(number.text);
    if (!value || *value < min || *value > max) refuse_number(number, std::to_string(min), std::to_string(max));
    return *value;
}

std::int64_t parse_signed(Text number, std::int64_t min, std::int64_t max) {
    std::string_view digits = number.text;
    const bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) digits.remove_prefix(1);
    const auto magnitude = read_unsigned(digits);
    if (magnitude && *magnitude <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        const std::int64_t value = negative ? -static_cast<std::int64_t>(*magnitude) : static_cast<std::int64_t>(*magnitude);
        if (value >= min && value <= max) return value;
    }
    refuse_number(number, std::to_string(min), std::to_string(max));
}

IntegerRange parse_comparison(Text op, Text number, std::uint64_t max) {
    using Op = IntegerRange::Op;
    static constexpr std::pair<std::string_view, Op> operators[] = {{"<", Op::less},           {"<=", Op::less_equal}, {">", Op::greater},
                                                                    {">=", Op::greater_equal}, {"=", Op::equal},       {"!=", Op::not_equal}};
    for (const auto& [sign, meaning] : operators)
        if (op.is(sign)) return {meaning, parse_unsigned(number, 0, max), 0};
    refuse(op, "unknown operator " + shown(op.text) + ": expected <, <=, >, >=, = or !=");
}

IntegerRange parse_range(Text range, std::uint64_t max) {
    using Op = IntegerRange::Op;
    Text rest = range.trimmed();
    const bool negated = rest.text.starts_with('!');
    if (negated) rest = rest.from(1).trimmed();

    struct Sign {
        std::string_view text;
        Op op;
    };
    static constexpr Sign signs[] = {
        {"<=", Op::less_equal}, {">=", Op::greater_equal}, {"<", Op::less}, {">", Op::greater}, {"=", Op::equal}};
    for (const Sign& sign : signs) {
        if (!rest.text.starts_with(sign.text) || rest.text.starts_with("<>")) continue;
        if (negated && sign.op != Op::equal) refuse(range, shown(range.text) + ": `!` stands before a number or a range only");
        const std::uint64_t value = parse_size(rest.from(sign.text.size()).trimmed(), max);
        const bool never = (sign.op == Op::less && value == 0) || (sign.op == Op::greater && value == max);
        const bool always = (sign.op == Op::greater_equal && value == 0) || (sign.op == Op::less_equal && value == max);
        if (never || always) refuse(range, shown(range.text) + (never ? " can never match" : " always matches"));
        return {negated ? Op::not_equal : sign.op, value, 0};
    }

    std::size_t middle = rest.text.find("<>");
    std::size_t width = 2;
    if (middle == std::string_view::npos) {
        middle = rest.text.find('-');
        width = 1;
    }
    if (middle == std::string_view::npos) return {negated ? Op::not_equal : Op::equal, parse_size(rest, max), 0};
    const std::uint64_t first = parse_size(rest.first(middle).trimmed(), max);
    const std::uint64_t second = parse_size(rest.from(middle + width).trimmed(), max);
    if (second <= first || second - first < 2)
        refuse(range, shown(range.text) + " can never match: a range leaves out both ends, and the lower one stands first");
    return {negated ? Op::not_between : Op::between, first, second};
}

}  // namespace weir::rules::language
