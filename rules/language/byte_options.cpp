// SPDX-License-Identifier: Apache-2.0
// Keywords that read numbers out of a buffer, or ask how much of it there is.

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <limits>
#include <span>
#include <utility>

#include "rules/language/options.hpp"

namespace weir::rules::language {
namespace {

constexpr std::int32_t farthest = 65'535;  ///< offsets and jumps, both ways
constexpr unsigned most_binary_bytes = 8;
constexpr unsigned most_text_bytes = 23;  ///< digits of a 64-bit number in octal, and a sign

/// What has been read of one byte keyword, for the words that all four share.
struct Words {
    ByteSource source;
    bool endian_seen = false, base_seen = false, bitmask_seen = false;
};

void set_base(Words& words, Text name) {
    static constexpr std::array<std::pair<std::string_view, ByteBase>, 3> bases{
        {{"hex", ByteBase::hex}, {"dec", ByteBase::decimal}, {"oct", ByteBase::octal}}};
    const auto base = std::ranges::find(bases, name.text, &std::pair<std::string_view, ByteBase>::first);
    if (base == bases.end()) refuse(name, "unknown base " + shown(name.text) + ": expected hex, dec or oct");
    if (words.source.base != ByteBase::binary) refuse(name, "the base stands twice");
    words.source.base = base->second;
}

void set_endian(Words& words, Text name) {
    if (words.endian_seen) refuse(name, "the byte order stands twice");
    words.endian_seen = true;
    words.source.little_endian = name.is("little");
    words.source.dce = name.is("dce");
}

void set_bitmask(Words& words, Text number) {
    if (words.bitmask_seen) refuse(number, "bitmask stands twice");
    words.bitmask_seen = true;
    words.source.bitmask = parse_unsigned(number, 1, std::numeric_limits<std::uint32_t>::max());
    words.source.mask_shift = static_cast<std::uint8_t>(std::countr_zero(words.source.bitmask));
}

/// One of the words that all byte keywords know. False: it is another one.
bool read_shared_word(Words& words, Text part) {
    Text rest = part;
    const Text word = take_word(rest);
    if (word.is("bitmask")) {
        set_bitmask(words, rest);
        return true;
    }
    if (word.is("string") && !rest.empty()) {
        words.base_seen = true;
        set_base(words, rest);
        return true;
    }
    if (!rest.empty()) return false;
    if (word.is("relative")) {
        if (words.source.relative) refuse(word, "relative stands twice");
        words.source.relative = true;
    } else if (word.is("big") || word.is("little") || word.is("dce")) {
        set_endian(words, word);
    } else if (word.is("string")) {
        words.base_seen = true;
    } else if (word.is("hex") || word.is("dec") || word.is("oct")) {
        set_base(words, word);
    } else {
        return false;
    }
    return true;
}

/// Byte counts: 1 to 8 of a binary number (a jump may read none), up to 23 digits (0: all that stand there, as Suricata has it).
void finish_source(Words& words, const Option& option, Text count, unsigned least_binary) {
    if (words.source.base != ByteBase::binary && !words.base_seen)
        refuse(option.value, "a base stands with the word string: expected `string,dec`");
    if (words.base_seen && words.source.base == ByteBase::binary) words.source.base = ByteBase::decimal;
    if (words.source.count_variable >= 0) return;
    const bool text = words.source.base != ByteBase::binary;
    if (text && words.endian_seen) refuse(option.value, "digits have no byte order: expected string or an order, not both");
    words.source.count =
        static_cast<std::uint8_t>(parse_unsigned(count, text ? 0 : least_binary, text ? most_text_bytes : most_binary_bytes));
}

/// The count may be a variable; its range is checked when string or not is known.
void read_count(RuleBuilder& builder, Words& words, Text count) {
    if (!count.empty() && (count.text[0] < '0' || count.text[0] > '9')) words.source.count_variable = builder.variable(count);
}

std::vector<Text> split_parts(const Option& option, std::size_t least, std::string_view form) {
    std::vector<Text> parts = split(unquoted(option), ',');
    if (parts.size() < least) refuse(option.value, "expected `" + std::string(option.name.text) + ":" + std::string(form) + "`");
    return parts;
}

[[noreturn]] void refuse_word(Text word, const Option& option) {
    refuse(word, "unknown word " + shown(word.text) + " in " + std::string(option.name.text));
}

}  // namespace

void parse_isdataat(RuleBuilder& builder, const Option& option) {
    Text value = unquoted(option);
    DataAt check;
    if (value.text.starts_with('!')) {
        check.negated = true;
        value = value.from(1).trimmed();
    }
    const auto parts = split(value, ',');
    check.at = builder.number(parts[0], 0, farthest);
    for (const Text& word : std::span(parts).subspan(1)) {
        if (word.is("relative"))
            check.relative = true;
        else if (word.is("rawbytes"))
            check.rawbytes = true;
        else
            refuse(word, "unknown word " + shown(word.text) + ": expected relative or rawbytes");
    }
    builder.add(check, option.name);
}

void parse_bsize(RuleBuilder& builder, const Option& option) {
    if (!builder.in_sticky_buffer()) refuse(option.name, "bsize asks for the size of a sticky buffer: expected one before it");
    builder.add(BufferSize{parse_range(unquoted(option), std::numeric_limits<std::uint64_t>::max())}, option.name);
}

void parse_base64_decode(RuleBuilder& builder, const Option& option) {
    constexpr std::uint64_t most = 65'535;
    builder.only_once(option);
    Base64Decode decode;
    bool bytes = false, offset = false;
    for (const Text& part : option.value.empty() ? std::vector<Text>{} : split(unquoted(option), ',')) {
        Text rest = part;
        const Text word = take_word(rest);
        if (word.is("bytes") && !std::exchange(bytes, true))
            decode.bytes = static_cast<std::uint16_t>(parse_unsigned(rest, 1, most));
        else if (word.is("offset") && !std::exchange(offset, true))
            decode.offset = static_cast<std::uint16_t>(parse_unsigned(rest, 0, most));
        else if (part.is("relative") && !decode.relative)
            decode.relative = true;
        else
            refuse_word(part, option);
    }
    builder.add(decode, option.name);
}

void parse_byte_test(RuleBuilder& builder, const Option& option) {
    using Op = ByteTest::Op;
    const auto parts = split_parts(option, 4, "count,operator,value,offset");
    ByteTest test;
    Words words;
    read_count(builder, words, parts[0]);

    Text op = parts[1];
    if (op.text.starts_with('!')) {
        test.negated = true;
        op = op.from(1).trimmed();
    }
    static constexpr std::array<std::pair<std::string_view, Op>, 8> operators{{{"<", Op::less},
                                                                               {">", Op::greater},
                                                                               {"=", Op::equal},
                                                                               {"", Op::equal},
                                                                               {"<=", Op::less_equal},
                                                                               {">=", Op::greater_equal},
                                                                               {"&", Op::bit_and},
                                                                               {"^", Op::bit_xor}}};
    const auto known = std::ranges::find(operators, op.text, &std::pair<std::string_view, Op>::first);
    if (known == operators.end() || (op.empty() && !test.negated))
        refuse(op, "unknown operator " + shown(op.text) + ": expected <, >, =, <=, >=, & or ^");
    test.op = known->second;

    const Text value = parts[2];
    if (!value.empty() && (value.text[0] < '0' || value.text[0] > '9'))
        test.variable = builder.variable(value);
    else
        test.value = parse_unsigned(value, 0, std::numeric_limits<std::uint64_t>::max());

    words.source.offset = builder.number(parts[3], -farthest, farthest);
    for (const Text& part : std::span(parts).subspan(4))
        if (!read_shared_word(words, part)) refuse_word(part, option);
    finish_source(words, option, parts[0], 1);
    test.source = words.source;
    builder.add(test, option.name);
}

void parse_byte_jump(RuleBuilder& builder, const Option& option) {
    const auto parts = split_parts(option, 2, "count,offset");
    ByteJump jump;
    Words words;
    read_count(builder, words, parts[0]);
    words.source.offset = builder.number(parts[1], -farthest, farthest);
    for (const Text& part : std::span(parts).subspan(2)) {
        if (read_shared_word(words, part)) continue;
        Text rest = part;
        const Text word = take_word(rest);
        if (word.is("multiplier"))
            jump.multiplier = static_cast<std::uint32_t>(parse_unsigned(rest, 1, farthest));
        else if (word.is("post_offset"))
            jump.post_offset = static_cast<std::int32_t>(parse_signed(rest, -farthest, farthest));
        else if (part.is("align"))
            jump.align = true;
        else if (part.is("from_beginning"))
            jump.from_beginning = true;
        else if (part.is("from_end"))
            jump.from_end = true;
        else
            refuse_word(part, option);
    }
    if (jump.from_beginning && jump.from_end) refuse(option.value, "from_beginning and from_end contradict each other");
    finish_source(words, option, parts[0], 0);
    jump.source = words.source;
    builder.add(jump, option.name);
}

void parse_byte_extract(RuleBuilder& builder, const Option& option) {
    const auto parts = split_parts(option, 3, "count,offset,name");
    ByteExtract extract;
    Words words;
    words.source.offset = builder.number(parts[1], -farthest, farthest);
    for (const Text& part : std::span(parts).subspan(3)) {
        if (read_shared_word(words, part)) continue;
        Text rest = part;
        const Text word = take_word(rest);
        if (word.is("multiplier")) {
            extract.multiplier = static_cast<std::uint32_t>(parse_unsigned(rest, 1, farthest));
        } else if (word.is("align")) {
            if (!rest.is("2") && !rest.is("4")) refuse(rest, "align takes 2 or 4");
            extract.align = static_cast<std::uint8_t>(rest.text[0] - '0');
        } else {
            refuse_word(part, option);
        }
    }
    finish_source(words, option, parts[0], 1);
    extract.source = words.source;
    extract.variable = builder.define_variable(parts[2]);
    builder.add(extract, option.name);
}

void parse_byte_math(RuleBuilder& builder, const Option& option) {
    ByteMath math;
    Words words;
    Text count{}, result{};
    bool offset_seen = false, op_seen = false, right_seen = false;
    for (const Text& part : split(unquoted(option), ',')) {
        Text rest = part;
        const Text word = take_word(rest);
        if (word.is("bytes")) {
            count = rest;
            read_count(builder, words, count);
        } else if (word.is("offset")) {
            words.source.offset = builder.number(rest, -farthest, farthest);
            offset_seen = true;
        } else if (word.is("oper")) {
            static constexpr std::array<std::pair<std::string_view, char>, 6> operators{
                {{"+", '+'}, {"-", '-'}, {"*", '*'}, {"/", '/'}, {"<<", '<'}, {">>", '>'}}};
            const auto known = std::ranges::find(operators, rest.text, &std::pair<std::string_view, char>::first);
            if (known == operators.end()) refuse(rest, "unknown operator " + shown(rest.text) + ": expected +, -, *, /, << or >>");
            math.op = known->second;
            op_seen = true;
        } else if (word.is("rvalue")) {
            math.right = builder.number(rest, 0, std::numeric_limits<std::int32_t>::max());
            right_seen = true;
        } else if (word.is("result")) {
            result = rest;
        } else if (word.is("endian")) {
            if (!rest.is("big") && !rest.is("little") && !rest.is("dce"))
                refuse(rest, "unknown byte order " + shown(rest.text) + ": expected big, little or dce");
            set_endian(words, rest);
        } else if (!read_shared_word(words, part)) {
            refuse_word(part, option);
        }
    }
    if (count.empty() || !offset_seen || !op_seen || !right_seen || result.empty())
        refuse(option.value, "expected `byte_math:bytes n, offset n, oper +, rvalue n, result name`");
    if (math.op == '/' && math.right.variable < 0 && math.right.value == 0) refuse(option.value, "division by zero can never match");
    finish_source(words, option, count, 1);
    math.source = words.source;
    math.variable = builder.define_variable(result);
    builder.add(math, option.name);
}

}  // namespace weir::rules::language
