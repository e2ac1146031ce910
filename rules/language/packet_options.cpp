// SPDX-License-Identifier: Apache-2.0
// Keywords that ask for a value in the packet's headers.

#include <algorithm>
#include <array>

#include "rules/language/header.hpp"
#include "rules/language/options.hpp"

namespace weir::rules::language {
namespace {

struct OptionWord {
    std::string_view word;
    std::uint8_t number;  ///< IPv4 option type, RFC 791 section 3.1; 0xff: any
};
constexpr std::array ip_options{
    OptionWord{"rr", 0x07},  OptionWord{"lsrr", 0x83}, OptionWord{"eol", 0x00},   OptionWord{"nop", 0x01},  OptionWord{"ts", 0x44},
    OptionWord{"sec", 0x82}, OptionWord{"ssrr", 0x89}, OptionWord{"satid", 0x88}, OptionWord{"esec", 0x85}, OptionWord{"any", 0xff},
};

struct Bit {
    char letter;
    std::uint8_t mask;
};
// RFC 9293 section 3.1. `1` and `2` are what the bits were called before RFC 3168.
constexpr std::array tcp_flags{Bit{'F', 0x01}, Bit{'S', 0x02}, Bit{'R', 0x04}, Bit{'P', 0x08}, Bit{'A', 0x10},
                               Bit{'U', 0x20}, Bit{'E', 0x40}, Bit{'2', 0x40}, Bit{'C', 0x80}, Bit{'1', 0x80}};
constexpr std::array fragment_bits{Bit{'M', 1}, Bit{'D', 2}, Bit{'R', 4}};

/// A set of letters with `+`, `*` or `!` before or behind it, as the check's mode.
template <class Mode, std::size_t N>
struct Letters {
    Mode mode = Mode::exact;
    std::uint8_t mask = 0;

    Letters(Text text, const std::array<Bit, N>& bits, std::string_view expected) {
        bool empty = true;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text.text[i];
            if (c == '+' || c == '*' || c == '!') {
                if (mode != Mode::exact || (i != 0 && i + 1 != text.size()))
                    refuse(text.from(i), "one of + * ! stands before or behind the letters");
                mode = c == '+' ? Mode::all : c == '*' ? Mode::any : Mode::none;
                continue;
            }
            empty = false;
            const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
            const auto bit = std::ranges::find(bits, upper, &Bit::letter);
            if (bit == bits.end())
                refuse(text.from(i), "unknown letter " + shown(text.text.substr(i, 1)) + ": expected " + std::string(expected));
            mask = static_cast<std::uint8_t>(mask | bit->mask);
        }
        if (empty) refuse(text, "letters are missing: expected " + std::string(expected));
    }
};

bool carries_icmp(const Header& header) {
    return header.protocol == Protocol::icmp || header.protocol == Protocol::icmpv6 || header.protocol == Protocol::ip ||
           (header.protocol == Protocol::ip_number && (header.ip_number == 1 || header.ip_number == 58));
}

/// The part of the packet that a keyword asks for must be there in the rule's protocol.
void require_part(RuleBuilder& builder, const Option& option, PacketField field) {
    switch (field) {
        case PacketField::tcp_sequence:
        case PacketField::tcp_acknowledgement:
        case PacketField::tcp_window:
        case PacketField::tcp_mss: builder.require_tcp(option.name); break;
        case PacketField::icmp_type:
        case PacketField::icmp_code:
        case PacketField::icmp_id:
        case PacketField::icmp_sequence:
            if (!carries_icmp(builder.rule.header))
                builder.warn(option.name, std::string(option.name.text) + " asks for ICMP: the rule can never match");
            break;
        default: break;
    }
}

}  // namespace

void parse_packet_number(RuleBuilder& builder, const Option& option, PacketField field, std::uint64_t max) {
    require_part(builder, option, field);
    builder.rule.header_checks.emplace_back(PacketCheck{field, parse_range(unquoted(option), max)});
}

void parse_ip_proto(RuleBuilder& builder, const Option& option) {
    using Op = IntegerRange::Op;
    Text name = unquoted(option);
    Op op = Op::equal;
    if (!name.empty() && (name.text[0] == '!' || name.text[0] == '<' || name.text[0] == '>')) {
        op = name.text[0] == '!' ? Op::not_equal : name.text[0] == '<' ? Op::less : Op::greater;
        name = name.from(1).trimmed();
    }
    builder.rule.header_checks.emplace_back(PacketCheck{PacketField::ip_protocol, {op, parse_ip_protocol(name), 0}});
}

void parse_sameip(RuleBuilder& builder, const Option&) {
    builder.rule.header_checks.emplace_back(PacketCheck{PacketField::same_ip, {IntegerRange::Op::equal, 1, 0}});
}

void parse_ipopts(RuleBuilder& builder, const Option& option) {
    const Text name = unquoted(option);
    const auto row = std::ranges::find(ip_options, lower_case(name.text), &OptionWord::word);
    if (row == ip_options.end())
        refuse(name, "unknown IP option " + shown(name.text) + ": expected rr, eol, nop, ts, sec, esec, lsrr, ssrr, satid or any");
    builder.rule.header_checks.emplace_back(IpOptionCheck{row->number});
}

void parse_fragbits(RuleBuilder& builder, const Option& option) {
    const Letters<FragmentBitsCheck::Mode, fragment_bits.size()> letters(unquoted(option), fragment_bits, "M, D or R");
    builder.rule.header_checks.emplace_back(FragmentBitsCheck{letters.mode, letters.mask});
}

void parse_flags(RuleBuilder& builder, const Option& option) {
    builder.require_tcp(option.name);
    constexpr std::string_view expected = "F, S, R, P, A, U, C, E, or 0 for none";
    using Mode = TcpFlagsCheck::Mode;
    Text rest = unquoted(option);
    const bool has_ignored = rest.text.find(',') != std::string_view::npos;
    const Text flags = take_until(rest, ',');
    TcpFlagsCheck check;
    if (!flags.is("0")) {
        const Letters<Mode, tcp_flags.size()> letters(flags, tcp_flags, expected);
        check.mode = letters.mode;
        check.flags = letters.mask;
    }
    if (has_ignored) {
        const Letters<Mode, tcp_flags.size()> ignored(rest.trimmed(), tcp_flags, expected);
        if (ignored.mode != Mode::exact) refuse(rest, "the flags to ignore have no + * !");
        check.ignored = ignored.mask;
    }
    builder.rule.header_checks.emplace_back(check);
}

}  // namespace weir::rules::language
