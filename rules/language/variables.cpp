// SPDX-License-Identifier: Apache-2.0
#include "rules/language/variables.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <vector>

namespace weir::rules {

Variables Variables::defaults() {
    Variables variables;
    variables.address_groups = {
        {"HOME_NET", "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12,fc00::/7]"},
        {"EXTERNAL_NET", "!$HOME_NET"},
        {"EQUIPMENT", "$HOME_NET"},
        {"HTTP_SERVERS", "$HOME_NET"},
        {"SMTP_SERVERS", "$HOME_NET"},
        {"SQL_SERVERS", "$HOME_NET"},
        {"DNS_SERVERS", "$HOME_NET"},
        {"TELNET_SERVERS", "$HOME_NET"},
        {"AIM_SERVERS", "$EXTERNAL_NET"},
        {"DC_SERVERS", "$HOME_NET"},
        {"DNP3_SERVER", "$HOME_NET"},
        {"DNP3_CLIENT", "$HOME_NET"},
        {"MODBUS_CLIENT", "$HOME_NET"},
        {"MODBUS_SERVER", "$HOME_NET"},
        {"ENIP_CLIENT", "$HOME_NET"},
        {"ENIP_SERVER", "$HOME_NET"},
    };
    variables.port_groups = {
        {"HTTP_PORTS", "80"},    {"SHELLCODE_PORTS", "!80"}, {"ORACLE_PORTS", "1521"},
        {"SSH_PORTS", "22"},     {"DNP3_PORTS", "20000"},    {"MODBUS_PORTS", "502"},
        {"FTP_PORTS", "21"},     {"GENEVE_PORTS", "6081"},   {"FILE_DATA_PORTS", "[$HTTP_PORTS,110,143]"},
        {"VXLAN_PORTS", "4789"}, {"TEREDO_PORTS", "3544"},
    };
    return variables;
}

namespace language {
namespace {

constexpr unsigned deepest_list = 16;  ///< brackets and variables within each other

// What the list grammar needs to know of its items: the whole of them, neighbours, and how one is written.

struct Addresses {
    using Value = IpAddress;
    using Range = AddressRange;
    using List = AddressList;
    static constexpr std::string_view name = "address";
    static const auto& groups(const Variables& variables) { return variables.address_groups; }
    static Value lowest() { return {}; }
    static Value highest() {
        std::array<std::uint8_t, 16> bytes;
        bytes.fill(0xff);
        return IpAddress::from_wire(bytes);
    }
    static Value next(const Value& value) { return step(value, 1); }
    static Value previous(const Value& value) { return step(value, -1); }
    static Range parse(Text item);
    /// Cuts ranges where IPv4 begins and ends among the IPv6 addresses, so that each is of one family.
    static void tidy(std::vector<Range>& ranges) {
        const Value edges[] = {IpAddress::v4(0), next(IpAddress::v4(0xffff'ffff))};
        for (const Value& edge : edges) {
            const auto across = std::ranges::find_if(ranges, [&](const Range& range) { return range.first < edge && edge <= range.last; });
            if (across == ranges.end()) continue;
            const Range upper{edge, across->last};
            across->last = previous(edge);
            ranges.insert(std::next(across), upper);
        }
    }

private:
    static Value step(const Value& value, int by) {
        std::array<std::uint8_t, 16> bytes = value.bytes();
        const std::uint8_t overflows = by > 0 ? 0xff : 0;
        for (std::size_t i = bytes.size(); i-- > 0;) {
            const bool carry = bytes[i] == overflows;
            bytes[i] = static_cast<std::uint8_t>(bytes[i] + by);
            if (!carry) break;
        }
        return IpAddress::from_wire(bytes);
    }
    static Value parse_address(Text text) {
        const auto address = IpAddress::parse(text.text);
        if (!address)
            refuse(text, shown(text.text) + " is not an address: expected any, an IPv4 or IPv6 address, a range, a $VARIABLE or a [list]");
        return *address;
    }
};

struct Ports {
    using Value = std::uint16_t;
    using Range = PortRange;
    using List = PortList;
    static constexpr std::string_view name = "port";
    static const auto& groups(const Variables& variables) { return variables.port_groups; }
    static Value lowest() { return 0; }
    static Value highest() { return 65535; }
    static Value next(Value value) { return static_cast<Value>(value + 1); }
    static Value previous(Value value) { return static_cast<Value>(value - 1); }
    static Range parse(Text item) {
        const std::size_t colon = item.text.find(':');
        if (colon == std::string_view::npos) {
            const Value port = parse_port(item);
            return {port, port};
        }
        const Text low = item.first(colon).trimmed(), high = item.from(colon + 1).trimmed();
        if (low.empty() && high.empty()) refuse(item, "a port range has a port before or behind its colon");
        const Range range{low.empty() ? lowest() : parse_port(low), high.empty() ? highest() : parse_port(high)};
        if (range.first > range.last) refuse(item, "the port range " + shown(item.text) + " ends before it begins");
        return range;
    }
    static void tidy(std::vector<Range>&) {}

private:
    static Value parse_port(Text text) {
        if (text.empty() || text.text.find_first_not_of("0123456789") != std::string_view::npos)
            refuse(text, shown(text.text) + " is not a port: expected any, a number, a range as 1024:2048, a $VARIABLE or a [list]");
        return static_cast<Value>(parse_unsigned(text, 0, highest()));
    }
};

Addresses::Range Addresses::parse(Text item) {
    const std::size_t dash = item.text.find('-');
    if (dash != std::string_view::npos) {
        const Range range{parse_address(item.first(dash).trimmed()), parse_address(item.from(dash + 1).trimmed())};
        if (range.first > range.last || range.first.is_v4() != range.last.is_v4())
            refuse(item, "the address range " + shown(item.text) + " ends before it begins");
        return range;
    }
    const std::size_t slash = item.text.find('/');
    const Value address = parse_address(item.first(slash).trimmed());
    if (slash == std::string_view::npos) return {address, address};

    // A prefix, or an IPv4 network mask; host bits are ignored, as Suricata does.
    const Text suffix = item.from(slash + 1).trimmed();
    std::array<std::uint8_t, 16> mask{};
    if (const auto written = address.is_v4() ? IpAddress::parse(suffix.text) : std::nullopt) {
        if (!written->is_v4() || (~written->v4_value() & (~written->v4_value() + 1)) != 0)
            refuse(suffix, shown(suffix.text) + " is not a network mask");
        mask = written->bytes();
        std::fill_n(mask.begin(), 12, std::uint8_t{0xff});
    } else {
        const auto length = parse_unsigned(suffix, 0, address.is_v4() ? 32 : 128) + (address.is_v4() ? 96 : 0);
        for (std::size_t bit = 0; bit < length; ++bit) mask[bit / 8] = static_cast<std::uint8_t>(mask[bit / 8] | 0x80 >> bit % 8);
    }
    std::array<std::uint8_t, 16> first = address.bytes(), last = first;
    for (std::size_t i = 0; i < mask.size(); ++i) {
        first[i] = static_cast<std::uint8_t>(first[i] & mask[i]);
        last[i] = static_cast<std::uint8_t>(last[i] | static_cast<std::uint8_t>(~mask[i]));
    }
    return {IpAddress::from_wire(first), IpAddress::from_wire(last)};
}

/// Sorted, disjoint ranges that do not touch each other.
template <class Kind>
std::vector<typename Kind::Range> merged(std::vector<typename Kind::Range> ranges) {
    std::ranges::sort(ranges);
    std::vector<typename Kind::Range> out;
    for (const auto& range : ranges) {
        if (!out.empty() && (out.back().last == Kind::highest() || range.first <= Kind::next(out.back().last)))
            out.back().last = std::max(out.back().last, range.last);
        else
            out.push_back(range);
    }
    return out;
}

/// What of `ranges` is in none of `without`; both merged.
template <class Kind>
std::vector<typename Kind::Range> subtracted(const std::vector<typename Kind::Range>& ranges,
                                             const std::vector<typename Kind::Range>& without) {
    std::vector<typename Kind::Range> out;
    auto hole = without.begin();
    for (auto range : ranges) {
        while (hole != without.end() && hole->last < range.first) ++hole;
        bool left = true;
        for (auto cut = hole; left && cut != without.end() && cut->first <= range.last; ++cut) {
            if (cut->first > range.first) out.push_back({range.first, Kind::previous(cut->first)});
            left = cut->last < range.last;
            if (left) range.first = Kind::next(cut->last);
        }
        if (left) out.push_back(range);
    }
    return out;
}

/// Reads one list. Items are sets of ranges; negation is the complement.
template <class Kind>
class Evaluator {
public:
    using Ranges = std::vector<typename Kind::Range>;
    explicit Evaluator(const Variables& variables) : variables_(variables) {}

    Ranges list(Text text, unsigned depth = 0) {
        if (depth > deepest_list)
            refuse(text, "lists and variables stand within each other more than " + std::to_string(deepest_list) + " deep");
        Ranges plain, negated;
        bool only_negated = true;
        for (Text rest = text;;) {
            const Text item = take_item(rest);
            const bool is_negated = item.text.starts_with('!');
            const Ranges ranges = this->item(is_negated ? item.from(1).trimmed() : item, depth);
            auto& into = is_negated ? negated : plain;
            into.insert(into.end(), ranges.begin(), ranges.end());
            only_negated = only_negated && is_negated;
            if (!rest.text.starts_with(',')) break;
            rest = rest.from(1);
        }
        if (only_negated) plain = whole();
        const Ranges out = subtracted<Kind>(merged<Kind>(plain), merged<Kind>(negated));
        if (out.empty()) refuse(text, "no " + std::string(Kind::name) + " is left in " + shown(text.text));
        return out;
    }

    static Ranges whole() { return {{Kind::lowest(), Kind::highest()}}; }

private:
    Ranges item(Text text, unsigned depth) {
        if (text.is("any")) return whole();
        if (text.text.starts_with('$')) return variable(text, depth);
        if (text.text.starts_with('[')) {
            if (!text.text.ends_with(']')) refuse(text, "the list " + shown(text.text) + " does not end with `]`");
            return list(text.from(1).first(text.size() - 2).trimmed(), depth + 1);
        }
        return {Kind::parse(text)};
    }

    Ranges variable(Text mention, unsigned depth) {
        const std::string_view name = mention.text.substr(1);
        const auto known = values_.find(name);
        if (known != values_.end()) return known->second;
        const auto& groups = Kind::groups(variables_);
        const auto group = groups.find(name);
        if (group == groups.end()) refuse(mention, "unknown " + std::string(Kind::name) + " variable " + std::string(mention.text));
        if (!being_read_.emplace(name).second) refuse(mention, std::string(mention.text) + " refers to itself");
        try {
            Ranges value = list(Text{group->second, 0}.trimmed(), depth + 1);
            being_read_.erase(being_read_.find(name));
            return values_.emplace(name, std::move(value)).first->second;
        } catch (const Refusal& refusal) {  // its place is one in the variable's text
            refuse(mention, "in " + std::string(mention.text) + ": " + refusal.reason);
        }
    }

    /// Cuts an item off `rest`: up to the comma that stands in no brackets.
    static Text take_item(Text& rest) {
        std::size_t end = 0;
        int open = 0;
        while (end < rest.size() && (open > 0 || rest.text[end] != ',')) {
            if (rest.text[end] == '[') ++open;
            if (rest.text[end] == ']' && --open < 0) refuse(rest.from(end), "`]` without `[`");
            ++end;
        }
        const Text item = rest.first(end).trimmed();
        if (item.empty()) refuse(item, "an empty item in the list: expected one more " + std::string(Kind::name));
        rest = rest.from(end);
        return item;
    }

    const Variables& variables_;
    std::map<std::string, Ranges, std::less<>> values_;
    std::set<std::string, std::less<>> being_read_;
};

template <class Kind>
const typename Kind::List& read(Text text, const Variables& variables, std::unordered_map<std::string, typename Kind::List>& known) {
    std::string spelling(text.text);
    const auto found = known.find(spelling);
    if (found != known.end()) return found->second;
    typename Kind::List list;
    list.ranges = Evaluator<Kind>(variables).list(text);
    list.any = list.ranges == Evaluator<Kind>::whole();
    if (list.any)
        list.ranges.clear();
    else
        Kind::tidy(list.ranges);
    return known.emplace(std::move(spelling), std::move(list)).first->second;
}

}  // namespace

const AddressList& ListReader::addresses(Text list) { return read<Addresses>(list, variables_, addresses_); }
const PortList& ListReader::ports(Text list) { return read<Ports>(list, variables_, ports_); }

}  // namespace language
}  // namespace weir::rules
