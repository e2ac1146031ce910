// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/equipment_index.hpp"

#include <algorithm>
#include <bit>

namespace weir {
namespace {

constexpr std::uint64_t mapped_prefix = 0xffff;  // the upper half of the low word of ::ffff:a.b.c.d

bool is_v4(const AddressKey& key) noexcept { return key.high == 0 && key.low >> 32 == mapped_prefix; }

constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15;
std::uint64_t hash(std::uint64_t key) noexcept { return key * golden; }
std::uint64_t hash(const AddressKey& key) noexcept {
    const std::uint64_t mixed = (key.high ^ std::rotl(key.low, 29)) * golden;
    return (mixed ^ mixed >> 32) * golden;
}

std::uint64_t key_of(const std::uint8_t* mac) noexcept {
    std::uint64_t value = 0;
    for (int i = 0; i < 6; ++i) value = value << 8 | mac[i];
    return value;
}

/// Widest first, so that what lies inside a range comes after it.
bool outside_in(const EquipmentIndex::Claim& left, const EquipmentIndex::Claim& right) noexcept {
    if (left.range.first != right.range.first) return left.range.first < right.range.first;
    if (left.range.last != right.range.last) return right.range.last < left.range.last;
    return left.line < right.line;
}

/// The index of the last of `starts` (ascending, the first one the lowest of all) that is not above `key`.
template <class Key>
std::size_t segment_of(const std::vector<Key>& starts, const Key& key) noexcept {
    std::size_t base = 0;
    for (std::size_t left = starts.size(); left > 1;) {
        const std::size_t half = left / 2;
        base += half * static_cast<std::size_t>(!(key < starts[base + half]));  // no branch: addresses are not predictable
        left -= half;
    }
    return base;
}

}  // namespace

template <class Key>
void EquipmentIndex::OwnerTable<Key>::reserve(std::size_t count) {
    slots_.resize(std::bit_ceil(count * 2 + 2));
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots_.size()));
}

template <class Key>
void EquipmentIndex::OwnerTable<Key>::insert(const Key& key, EquipmentId owner) noexcept {
    std::size_t at = hash(key) >> shift_;
    while (slots_[at].owner != no_equipment) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {key, owner};
}

template <class Key>
EquipmentId EquipmentIndex::OwnerTable<Key>::find(const Key& key) const noexcept {
    std::size_t at = hash(key) >> shift_;
    while (slots_[at].owner != no_equipment && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return slots_[at].owner;
}

EquipmentIndex::EquipmentIndex(std::vector<Claim> claims, const std::vector<MacClaim>& macs) {
    const auto is_single_v4 = [](const Claim& claim) { return claim.range.single() && is_v4(claim.range.first); };
    const auto is_single_v6 = [](const Claim& claim) { return claim.range.single() && !is_v4(claim.range.first); };
    v4_addresses_.reserve(static_cast<std::size_t>(std::ranges::count_if(claims, is_single_v4)));
    v6_addresses_.reserve(static_cast<std::size_t>(std::ranges::count_if(claims, is_single_v6)));
    macs_.reserve(macs.size());
    for (const Claim& claim : claims) {
        if (is_single_v4(claim)) v4_addresses_.insert(static_cast<std::uint32_t>(claim.range.first.low), claim.equipment);
        if (is_single_v6(claim)) v6_addresses_.insert(claim.range.first, claim.equipment);
    }
    for (const MacClaim& claim : macs) macs_.insert(key_of(claim.mac.data()), claim.equipment);
    std::erase_if(claims, [](const Claim& claim) { return claim.range.single(); });
    std::ranges::sort(claims, outside_in);
    flatten(claims);
}

/// Walks nested ranges (each inside the one below it on the stack) and writes down who owns what from where on.
void EquipmentIndex::flatten(const std::vector<Claim>& ranges) {
    std::vector<const Claim*> open;
    const auto close_before = [&](const AddressKey* start) {
        while (!open.empty() && (start == nullptr || open.back()->range.last < *start)) {
            const AddressKey end = open.back()->range.last;
            open.pop_back();
            if (end != AddressRange::any().last) begin_segment(end.next(), open.empty() ? no_equipment : open.back()->equipment);
        }
    };
    for (const Claim& claim : ranges) {
        close_before(&claim.range.first);
        begin_segment(claim.range.first, claim.equipment);
        open.push_back(&claim);
    }
    close_before(nullptr);
}

void EquipmentIndex::begin_segment(const AddressKey& start, EquipmentId equipment) {
    const auto put = [equipment](auto& starts, auto& owners, auto key) {
        if (starts.back() == key) {
            owners.back() = equipment;
        } else {
            starts.push_back(key);
            owners.push_back(equipment);
        }
    };
    if (!is_v4(start)) {
        put(v6_starts_, v6_owners_, start);
        return;
    }
    const auto low = static_cast<std::uint32_t>(start.low);
    put(v4_starts_, v4_owners_, low);
    // An IPv6 range that ends where the IPv4 addresses begin ends for IPv6, too.
    if (low == 0 && equipment == no_equipment) put(v6_starts_, v6_owners_, AddressKey{0, (mapped_prefix + 1) << 32});
}

std::vector<EquipmentIndex::Conflict> EquipmentIndex::conflicts(std::vector<Claim> claims, std::vector<MacClaim> macs) {
    std::vector<Conflict> found;
    const auto report = [&](const auto& left, const auto& right, const std::string& what) {
        const auto& later = std::pair{left.line, left.column} > std::pair{right.line, right.column} ? left : right;
        const auto& earlier = &later == &left ? right : left;
        found.push_back({later.line, later.column, what + " (line " + std::to_string(earlier.line) + ")"});
    };
    std::ranges::sort(claims, outside_in);
    std::vector<const Claim*> open;
    for (const Claim& claim : claims) {
        while (!open.empty() && open.back()->range.last < claim.range.first) open.pop_back();
        if (!open.empty() && open.back()->range == claim.range) {
            report(*open.back(), claim, claim.range.text() + " belongs to another equipment entry already");
            continue;
        }
        if (!open.empty() && !open.back()->range.contains(claim.range)) {
            report(*open.back(), claim,
                   claim.range.text() + " and " + open.back()->range.text() + " overlap, and neither lies inside the other");
            continue;
        }
        open.push_back(&claim);
    }
    std::ranges::stable_sort(macs, {}, &MacClaim::mac);
    for (std::size_t i = 1; i < macs.size(); ++i)
        if (macs[i].mac == macs[i - 1].mac) report(macs[i - 1], macs[i], "this MAC address belongs to another equipment entry already");
    std::ranges::stable_sort(found, {}, &Conflict::line);
    return found;
}

EquipmentId EquipmentIndex::find(const IpAddress& address, const std::uint8_t* mac) const noexcept {
    const AddressKey key = AddressKey::of(address);
    const bool v4 = is_v4(key);
    const auto low = static_cast<std::uint32_t>(key.low);
    EquipmentId owner = v4 ? v4_addresses_.find(low) : v6_addresses_.find(key);
    if (owner == no_equipment && mac != nullptr) owner = macs_.find(key_of(mac));
    if (owner == no_equipment) owner = v4 ? v4_owners_[segment_of(v4_starts_, low)] : v6_owners_[segment_of(v6_starts_, key)];
    return owner;
}

std::optional<Mac> parse_mac(std::string_view text) noexcept {
    constexpr std::size_t length = 17;
    if (text.size() != length || (text[2] != ':' && text[2] != '-')) return std::nullopt;
    Mac mac{};
    for (std::size_t i = 0; i < length; ++i) {
        const char c = text[i];
        if (i % 3 == 2) {
            if (c != text[2]) return std::nullopt;
            continue;
        }
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) return std::nullopt;
        mac[i / 3] = static_cast<std::uint8_t>(mac[i / 3] * 16 + digit);
    }
    return mac;
}

}  // namespace weir
