// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/address_set.hpp"

#include <algorithm>
#include <bit>

#include "sensor/config/yaml.hpp"

namespace weir {
namespace {

constexpr std::string_view expected = "; expected an address, a prefix such as 10.20.0.0/16, or a range such as 10.20.0.5-10.20.0.9";

/// The last `host_bits` bits set.
constexpr AddressKey mask(unsigned host_bits) noexcept {
    if (host_bits >= 128) return {~0ull, ~0ull};
    return {host_bits > 64 ? (1ull << (host_bits - 64)) - 1 : 0, host_bits >= 64 ? ~0ull : (1ull << host_bits) - 1};
}

/// Where IPv4 addresses are kept: ::ffff:0:0/96.
constexpr AddressRange mapped{{0, 0xffff'0000'0000}, {0, 0xffff'ffff'ffff}};

/// Appends `range`, without the IPv4 addresses in it unless it lies among them.
void append(const AddressRange& range, std::vector<AddressRange>& out) {
    if (range.last < mapped.first || mapped.last < range.first || mapped.contains(range)) {
        out.push_back(range);
        return;
    }
    if (range.first < mapped.first) out.push_back({range.first, {0, mapped.first.low - 1}});
    if (mapped.last < range.last) out.push_back({mapped.last.next(), range.last});
}

}  // namespace

IpAddress AddressKey::address() const noexcept {
    std::uint8_t wire[16];
    for (int i = 0; i < 8; ++i) {
        wire[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
        wire[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    }
    return IpAddress::from_wire(wire);
}

bool AddressRange::parse(std::string_view text, std::vector<AddressRange>& out, std::string& reason) {
    if (const auto prefix = IpPrefix::parse(text)) {
        const AddressKey first = AddressKey::of(prefix->address), host = mask(128u - prefix->length);
        append({first, {first.high | host.high, first.low | host.low}}, out);
        return true;
    }
    if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
        const auto first = IpAddress::parse(text.substr(0, dash));
        const auto last = IpAddress::parse(text.substr(dash + 1));
        if (first && last && first->is_v4() == last->is_v4()) {
            if (*first <= *last) {
                append({AddressKey::of(*first), AddressKey::of(*last)}, out);
                return true;
            }
            reason = yaml::quoted(text) + " ends before it begins";
            return false;
        }
    }
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos && IpAddress::parse(text.substr(0, slash))) {
        const bool is_length = slash + 1 < text.size() && text.find_first_not_of("0123456789", slash + 1) == std::string_view::npos;
        reason = yaml::quoted(text) +
                 (is_length ? " has address bits set behind the prefix length, or a length that is too large" : " has no prefix length") +
                 std::string{expected};
        return false;
    }
    reason = yaml::quoted(text) + " is no address" + std::string{expected};
    return false;
}

std::string AddressRange::text() const {
    if (single()) return first.address().text();
    const AddressKey differing{first.high ^ last.high, first.low ^ last.low};
    const unsigned host_bits = differing.high != 0 ? 128u - static_cast<unsigned>(std::countl_zero(differing.high))
                                                   : 64u - static_cast<unsigned>(std::countl_zero(differing.low));
    const AddressKey host = mask(host_bits);
    const bool is_prefix = ((first.high & host.high) | (first.low & host.low)) == 0 && (last.high & host.high) == host.high &&
                           (last.low & host.low) == host.low;
    if (is_prefix) return IpPrefix{first.address(), static_cast<std::uint8_t>(128 - host_bits)}.text();
    return first.address().text() + '-' + last.address().text();
}

bool covers(std::span<const AddressRange> ranges, const AddressKey& address) noexcept {
    const auto after = std::ranges::upper_bound(ranges, address, {}, &AddressRange::first);
    return after != ranges.begin() && address <= std::prev(after)->last;
}

void normalise(std::vector<AddressRange>& ranges) {
    std::ranges::sort(ranges);
    std::size_t kept = 0;
    for (const AddressRange& range : ranges) {
        if (kept > 0 && (range.first <= ranges[kept - 1].last || range.first == ranges[kept - 1].last.next())) {
            ranges[kept - 1].last = std::max(ranges[kept - 1].last, range.last);
        } else {
            ranges[kept++] = range;
        }
    }
    ranges.resize(kept);
}

void SetIndex::build(std::span<Row> rows) {
    std::ranges::sort(rows, [](const Row& left, const Row& right) {
        return left.range != right.range ? left.range < right.range : left.set < right.set;
    });
    if (!rows.empty()) (void)settle(rows);
}

/// Sets `left_reach` of every row of the subtree; gives back the highest `last` in it. Depth: log2 of the rows.
AddressKey SetIndex::settle(std::span<Row> rows) {
    const std::size_t middle = rows.size() / 2;
    Row& row = rows[middle];
    AddressKey reach = row.range.last;
    if (middle > 0) {
        row.left_reach = settle(rows.first(middle));
        reach = std::max(reach, row.left_reach);
    }
    if (middle + 1 < rows.size()) reach = std::max(reach, settle(rows.subspan(middle + 1)));
    return reach;
}

}  // namespace weir
