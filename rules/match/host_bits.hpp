// SPDX-License-Identifier: Apache-2.0
// Marks on addresses and on pairs of them, which expire: what xbits and hostbits set and ask for.
#pragma once

#include <cstdint>
#include <vector>

#include "parsers/base/ip_address.hpp"

namespace weir::rules {

/// A table of fixed size. Where it is full, the mark that would expire first makes room (counted). Times are seconds.
class HostBits {
public:
    /// `capacity` marks, rounded up to whole buckets; 0: none can be set.
    explicit HostBits(std::size_t capacity);

    /// Whose mark it is: one address, or two in either order.
    struct Key {
        IpAddress first, second;
        std::uint32_t bit = 0;
        [[nodiscard]] static Key of(const IpAddress& address, std::uint32_t bit) noexcept { return {address, {}, bit | host}; }
        [[nodiscard]] static Key of(const IpAddress& one, const IpAddress& other, std::uint32_t bit) noexcept {
            return one < other ? Key{one, other, bit} : Key{other, one, bit};
        }
        friend bool operator==(const Key&, const Key&) noexcept = default;

    private:
        static constexpr std::uint32_t host = 1u << 31;  ///< so that an address and a pair never meet
    };

    /// Set, and not expired: a mark lives through the last of its seconds.
    [[nodiscard]] bool is_set(const Key& key, std::uint64_t now) const noexcept;
    void set(const Key& key, std::uint64_t now, std::uint32_t seconds) noexcept;
    void unset(const Key& key) noexcept;

    /// Marks that went before their time because the table was full.
    [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }

private:
    static constexpr std::size_t ways = 8;
    struct Mark {
        Key key;
        bool used = false;
        std::uint64_t expires = 0;  ///< the last second in which it is set
    };
    [[nodiscard]] std::size_t bucket_of(const Key& key) const noexcept;
    [[nodiscard]] const Mark* find(const Key& key) const noexcept;

    std::vector<Mark> marks_;  ///< in buckets of `ways`
    std::uint64_t evicted_ = 0;
};

}  // namespace weir::rules
