// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/index.hpp"

namespace weir::rules {
namespace {

/// Ports, or IPv4 addresses, that a list may hold and still count as a rare condition.
constexpr std::uint32_t few_ports = 2048;
constexpr std::size_t many_ranges = 4096;

bool is_rare(const PortList& ports) noexcept {
    if (ports.any) return false;
    std::uint32_t total = 0;
    for (const PortRange& range : ports.ranges) total += range.last - range.first + 1u;
    return total <= few_ports;
}

/// A list whose every range lies within one /16 of IPv4 or one /48 of IPv6: hosts and small networks, not `!$HOME_NET`.
bool is_rare(const AddressList& addresses) noexcept {
    if (addresses.any || addresses.ranges.size() > many_ranges) return false;
    return std::all_of(addresses.ranges.begin(), addresses.ranges.end(), [](const AddressRange& range) {
        const std::size_t equal = range.first.is_v4() ? 14 : 6;
        return std::equal(range.first.bytes().begin(), range.first.bytes().begin() + equal, range.last.bytes().begin());
    });
}

const TcpFlagsCheck* flags_check(const Rule& rule) noexcept {
    for (const HeaderCheck& check : rule.header_checks)
        if (const auto* const flags = std::get_if<TcpFlagsCheck>(&check)) return flags;
    return nullptr;
}

const PacketCheck* icmp_type_check(const Rule& rule) noexcept {
    for (const HeaderCheck& check : rule.header_checks)
        if (const auto* const packet = std::get_if<PacketCheck>(&check); packet != nullptr && packet->field == PacketField::icmp_type)
            return packet;
    return nullptr;
}

}  // namespace

bool matches(const TcpFlagsCheck& check, std::uint8_t tcp_flags) noexcept {
    const auto seen = static_cast<std::uint8_t>(tcp_flags & ~check.ignored);
    switch (check.mode) {
        case TcpFlagsCheck::Mode::exact: return seen == check.flags;
        case TcpFlagsCheck::Mode::all: return (seen & check.flags) == check.flags;
        case TcpFlagsCheck::Mode::any: return (seen & check.flags) != 0;
        case TcpFlagsCheck::Mode::none: return (seen & check.flags) == 0;
    }
    return false;
}

ConditionIndex::Condition ConditionIndex::condition_of(const Rule& rule) noexcept {
    using enum Condition;
    const Header& header = rule.header;
    if (icmp_type_check(rule) != nullptr) return icmp_type;
    // SYN, FIN, RST or odd combinations; a rule for plain ACKs gains nothing.
    if (const TcpFlagsCheck* const flags = flags_check(rule); flags != nullptr && !matches(*flags, 0x10) && !matches(*flags, 0x18))
        return tcp_flags;
    if (!header.bidirectional) {
        if (is_rare(header.destination_port)) return destination_port;
        if (is_rare(header.source_port)) return source_port;
        if (is_rare(header.destination)) return destination_address;
        if (is_rare(header.source)) return source_address;
    }
    return none;
}

void ConditionIndex::add(RuleIndex number, const Rule& rule) {
    ++count_;
    const Header& header = rule.header;
    switch (condition_of(rule)) {
        case Condition::icmp_type: {
            icmp_types_.resize(256);
            const PacketCheck& check = *icmp_type_check(rule);
            for (unsigned type = 0; type < 256; ++type)
                if (check.range.matches(type) != check.negated) icmp_types_[type].push_back(number);
            break;
        }
        case Condition::tcp_flags: {
            tcp_flags_.resize(256);
            const TcpFlagsCheck& check = *flags_check(rule);
            for (unsigned flags = 0; flags < 256; ++flags)
                if (matches(check, static_cast<std::uint8_t>(flags))) tcp_flags_[flags].push_back(number);
            break;
        }
        case Condition::destination_port:
            for (const PortRange& range : header.destination_port.ranges) destination_ports_.add(range.first, range.last, number);
            break;
        case Condition::source_port:
            for (const PortRange& range : header.source_port.ranges) source_ports_.add(range.first, range.last, number);
            break;
        case Condition::destination_address:
            for (const AddressRange& range : header.destination.ranges) destinations_.add(range.first, range.last, number);
            break;
        case Condition::source_address:
            for (const AddressRange& range : header.source.ranges) sources_.add(range.first, range.last, number);
            break;
        case Condition::none: always_.push_back(number);
    }
}

void ConditionIndex::finish() {
    destination_ports_.finish();
    source_ports_.finish();
    destinations_.finish();
    sources_.finish();
}

std::size_t ConditionIndex::memory() const noexcept {
    std::size_t bytes = always_.size() * sizeof(std::uint32_t) + destination_ports_.memory() + source_ports_.memory() +
                        destinations_.memory() + sources_.memory();
    for (const auto* const lists : {&tcp_flags_, &icmp_types_})
        for (const auto& list : *lists) bytes += sizeof list + list.size() * sizeof(std::uint32_t);
    return bytes;
}

std::string_view name_of(ConditionIndex::Condition condition) noexcept {
    constexpr std::array<std::string_view, 7> names{"icmp type",      "tcp flags", "destination port", "source port", "destination address",
                                                    "source address", "none"};
    return names[static_cast<std::size_t>(condition)];
}

}  // namespace weir::rules
