// SPDX-License-Identifier: Apache-2.0
// Sets of addresses as a policy writes them: addresses, prefixes, ranges `a-b`, `any`; and an index from an address to all
// the sets that contain it.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/base/ip_address.hpp"

namespace weir {

/// An address as two numbers in its order: compares faster than its bytes.
struct AddressKey {
    std::uint64_t high = 0, low = 0;
    [[nodiscard]] static AddressKey of(const IpAddress& address) noexcept {
        const std::uint8_t* const bytes = address.bytes().data();
        std::uint64_t high, low;
        std::memcpy(&high, bytes, sizeof high);
        std::memcpy(&low, bytes + 8, sizeof low);
        return {__builtin_bswap64(high), __builtin_bswap64(low)};
    }
    [[nodiscard]] IpAddress address() const noexcept;
    /// The key after this one; wraps at the very last.
    [[nodiscard]] constexpr AddressKey next() const noexcept { return {high + (low == ~0ull), low + 1}; }
    friend constexpr auto operator<=>(const AddressKey&, const AddressKey&) noexcept = default;
};

/// Addresses from `first` to `last`, both included. IPv4 lies inside ::ffff:0:0/96.
struct AddressRange {
    AddressKey first, last;
    friend constexpr auto operator<=>(const AddressRange&, const AddressRange&) noexcept = default;

    /// Appends what an address, a prefix or `a-b` means. An IPv6 prefix never contains IPv4 addresses, although these are
    /// kept inside the IPv6 space. On failure: nothing appended, `reason` says what is wrong and what was expected.
    [[nodiscard]] static bool parse(std::string_view text, std::vector<AddressRange>& out, std::string& reason);
    [[nodiscard]] static constexpr AddressRange any() noexcept { return {{0, 0}, {~0ull, ~0ull}}; }
    [[nodiscard]] bool single() const noexcept { return first == last; }
    [[nodiscard]] bool contains(const AddressRange& other) const noexcept { return first <= other.first && other.last <= last; }
    /// An address, a prefix where the range is one, `a-b` else.
    [[nodiscard]] std::string text() const;
};

/// Sorts ranges and joins those that overlap or touch.
void normalise(std::vector<AddressRange>& ranges);
/// Whether one of `ranges`, sorted and disjoint, contains the address.
[[nodiscard]] bool covers(std::span<const AddressRange> ranges, const AddressKey& address) noexcept;

/// From an address to the numbers of the sets that contain it: an interval tree laid out in a sorted array. Immutable once
/// built; a look-up costs O(log n) and the hits.
class SetIndex {
public:
    struct Row {
        AddressRange range;
        AddressKey left_reach;  ///< the highest `last` of the rows left below this one in the tree
        std::uint32_t set = 0;
    };
    /// Orders `rows` in place; afterwards `visit` works on them.
    static void build(std::span<Row> rows);
    /// Calls `hit(set)` for every row that contains `address`, in row order, until it returns false.
    template <class Hit>
    static void visit(std::span<const Row> rows, const AddressKey& address, Hit&& hit) {
        (void)walk(rows, address, hit);
    }

private:
    static AddressKey settle(std::span<Row> rows);
    template <class Hit>
    static bool walk(std::span<const Row> rows, const AddressKey& address, Hit& hit) {
        while (!rows.empty()) {
            const std::size_t middle = rows.size() / 2;
            const Row& row = rows[middle];
            if (middle > 0 && address <= row.left_reach && !walk(rows.first(middle), address, hit)) return false;
            if (address < row.range.first) return true;  // what follows begins later still
            if (address <= row.range.last && !hit(row.set)) return false;
            rows = rows.subspan(middle + 1);
        }
        return true;
    }
};

}  // namespace weir
