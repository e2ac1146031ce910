// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/names.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace weir {
namespace {

constexpr std::size_t longest_name = 253;

/// The policy's pattern of exactly this text; null when it has none.
const DnsPattern* pattern_of(const Policy& policy, std::string_view text) noexcept {
    const auto& patterns = policy.tables().dns;
    const std::uint64_t hash = dns_hash(text);
    for (auto at = std::ranges::lower_bound(patterns, hash, {}, &DnsPattern::hash); at != patterns.end() && at->hash == hash; ++at)
        if (at->name == text) return &*at;
    return nullptr;
}

}  // namespace

NameTable::NameTable(std::size_t blocks)
    : owners_(std::max<std::size_t>(blocks, 1), no_equipment),
      used_(owners_.size(), std::numeric_limits<Time>::min()),
      blocks_(owners_.size()) {}

void NameTable::learn_dns(const Policy& policy, EquipmentId equipment, std::string_view name, const IpAddress& address, std::uint32_t ttl,
                          Time clock) noexcept {
    if (policy.tables().dns.empty() || equipment == no_equipment) return;
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > longest_name) return;
    // In a buffer of our own: the byte before each dot is lent to the `*` of that parent domain.
    std::array<char, longest_name> lower;
    std::ranges::transform(name, lower.begin(), [](char c) { return static_cast<char>(to_lower(static_cast<std::uint8_t>(c))); });
    const std::string_view text{lower.data(), name.size()};
    const Time expires = clock + std::clamp(Time{ttl} * second, shortest_life, longest_life);
    if (const DnsPattern* const exact = pattern_of(policy, text)) remember(equipment, exact->hash, address, expires, clock);
    for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.', dot + 1)) {
        if (dot == 0) continue;
        const char before = std::exchange(lower[dot - 1], '*');
        if (const DnsPattern* const wildcard = pattern_of(policy, text.substr(dot - 1)))
            remember(equipment, wildcard->hash, address, expires, clock);
        lower[dot - 1] = before;
    }
}

void NameTable::remember(EquipmentId equipment, std::uint64_t pattern, const IpAddress& address, Time expires, Time clock) noexcept {
    const std::size_t row = claim(equipment);
    used_[row] = clock;
    Entry* oldest = blocks_[row].data();
    for (Entry& entry : blocks_[row]) {
        if (entry.pattern == pattern && entry.address == address) {
            entry.expires = std::max(entry.expires, expires);
            return;
        }
        if (entry.expires < oldest->expires) oldest = &entry;
    }
    if (oldest->expires > clock) metrics_.evicted.add();
    *oldest = {address, pattern, expires};
    metrics_.learned.add();
}

std::size_t NameTable::block_of(EquipmentId equipment) const noexcept {
    return static_cast<std::size_t>(std::ranges::find(owners_, equipment) - owners_.begin());
}

std::size_t NameTable::claim(EquipmentId equipment) noexcept {
    const std::size_t own = block_of(equipment);
    if (own != owners_.size()) return own;
    const auto row = static_cast<std::size_t>(std::ranges::min_element(used_) - used_.begin());
    for (Entry& entry : blocks_[row]) {
        if (owners_[row] != no_equipment && entry.expires > used_[row]) metrics_.evicted.add();
        entry = {};
    }
    owners_[row] = equipment;
    return row;
}

bool NameTable::knows(EquipmentId equipment, const IpAddress& address, const DnsPattern& pattern, Time clock) const noexcept {
    const std::size_t row = block_of(equipment);
    if (row == owners_.size()) return false;
    return std::ranges::any_of(blocks_[row], [&](const Entry& entry) {
        return entry.pattern == pattern.hash && entry.address == address && entry.expires > clock;
    });
}

}  // namespace weir
