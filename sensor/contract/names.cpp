// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/names.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace weir {
namespace {

constexpr std::size_t longest_name = 253;

/// Whether one operator probably has both: the same /16 of IPv4, the same /32 of IPv6.
bool near(const IpAddress& left, const IpAddress& right) noexcept {
    const AddressKey a = AddressKey::of(left), b = AddressKey::of(right);
    return left.is_v4() ? a.high == b.high && a.low >> 16 == b.low >> 16 : a.high >> 32 == b.high >> 32;
}

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
    Answer answer{0, dns_hash(text), address, expires, clock};
    const auto remember_as = [&](const DnsPattern* pattern) noexcept {
        if (pattern == nullptr) return;
        answer.pattern = pattern->hash;
        remember(equipment, answer);
    };
    remember_as(pattern_of(policy, text));
    for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.', dot + 1)) {
        if (dot == 0) continue;
        const char before = std::exchange(lower[dot - 1], '*');
        remember_as(pattern_of(policy, text.substr(dot - 1)));
        lower[dot - 1] = before;
    }
}

void NameTable::remember(EquipmentId equipment, const Answer& answer) noexcept {
    const std::size_t row = claim(equipment);
    used_[row] = answer.clock;
    Block& block = blocks_[row];
    Entry* oldest = block.data();
    for (Entry& entry : block) {
        if (entry.pattern == answer.pattern && entry.name == answer.name && entry.address == answer.address) {
            entry.expires = std::max(entry.expires, answer.expires);
            return;
        }
        if (entry.expires < oldest->expires) oldest = &entry;
    }
    const bool moved = has_moved(block, answer);
    if (moved) metrics_.moved.add();
    if (oldest->expires > answer.clock) metrics_.evicted.add();
    *oldest = {answer.address, answer.pattern, answer.name, answer.clock, answer.expires, moved};
    metrics_.learned.add();
}

/// Whether the name had addresses of this family before, and all of them far from this one.
bool NameTable::has_moved(const Block& block, const Answer& answer) noexcept {
    bool had_others = false;
    for (const Entry& entry : block) {
        if (entry.pattern != answer.pattern || entry.name != answer.name || entry.moved || entry.address.is_v4() != answer.address.is_v4()) continue;
        if (entry.learned == answer.clock || near(entry.address, answer.address)) return false;
        had_others = true;
    }
    return had_others;
}

const NameTable::Entry* NameTable::find(EquipmentId equipment, const IpAddress& address, std::uint64_t pattern) const noexcept {
    const std::size_t row = block_of(equipment);
    if (row == owners_.size()) return nullptr;
    const Entry* found = nullptr;  // several names below a wildcard may share an address: one that has not moved speaks for it
    for (const Entry& entry : blocks_[row])
        if (entry.pattern == pattern && entry.address == address && (found == nullptr || (found->moved && !entry.moved))) found = &entry;
    return found;
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

NameTable::Told NameTable::told(EquipmentId equipment, const IpAddress& address, const DnsPattern& pattern, Time clock) const noexcept {
    const Entry* const entry = find(equipment, address, pattern.hash);
    if (entry == nullptr || entry->expires <= clock) return Told::nothing;
    if (pattern.within.empty()) return entry->moved ? Told::moved : Told::holds;
    return covers(pattern.within, AddressKey::of(address)) ? Told::holds : Told::moved;
}

bool NameTable::mentions(EquipmentId equipment, const IpAddress& address) const noexcept {
    const std::size_t row = block_of(equipment);
    return row != owners_.size() && std::ranges::any_of(blocks_[row], [&](const Entry& entry) { return entry.address == address && entry.pattern != 0; });
}

std::optional<IpAddress> NameTable::before(EquipmentId equipment, const IpAddress& address, const DnsPattern& pattern) const noexcept {
    const Entry* const now = find(equipment, address, pattern.hash);
    if (now == nullptr) return std::nullopt;
    const Entry* latest = nullptr;
    for (const Entry& entry : blocks_[block_of(equipment)])
        if (entry.pattern == now->pattern && entry.name == now->name && !entry.moved && entry.address.is_v4() == address.is_v4() &&
            (latest == nullptr || entry.learned > latest->learned))
            latest = &entry;
    return latest == nullptr ? std::nullopt : std::optional{latest->address};
}

}  // namespace weir
