// SPDX-License-Identifier: Apache-2.0
// From an address (or a MAC) to the equipment that has it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sensor/contract/address_set.hpp"
#include "sensor/judge/finding.hpp"

namespace weir {

using Mac = std::array<std::uint8_t, 6>;

/// Looked up for both ends of every new session. The most specific claim wins: a single address, then a MAC, then the
/// narrowest range. Immutable once built.
class EquipmentIndex {
public:
    struct Claim {
        AddressRange range;
        EquipmentId equipment = no_equipment;
        unsigned line = 0, column = 0;  ///< where the policy says so
    };
    struct MacClaim {
        Mac mac{};
        EquipmentId equipment = no_equipment;
        unsigned line = 0, column = 0;
    };
    /// Two claims that cannot both hold.
    struct Conflict {
        unsigned line, column;  ///< of the later claim
        std::string reason;
    };

    EquipmentIndex() : EquipmentIndex({}, {}) {}
    /// The claims must be free of conflicts.
    EquipmentIndex(std::vector<Claim> claims, const std::vector<MacClaim>& macs);
    /// Claims on one address twice, on one MAC twice, and ranges of which neither contains the other.
    [[nodiscard]] static std::vector<Conflict> conflicts(std::vector<Claim> claims, std::vector<MacClaim> macs);

    /// `mac` may be null. Constant cost for single addresses, a binary search over the ranges else.
    [[nodiscard]] EquipmentId find(const IpAddress& address, const std::uint8_t* mac = nullptr) const noexcept;

private:
    /// Owners by key: open addressing, at most half full.
    template <class Key>
    class OwnerTable {
    public:
        void reserve(std::size_t count);
        void insert(const Key& key, EquipmentId owner) noexcept;
        [[nodiscard]] EquipmentId find(const Key& key) const noexcept;

    private:
        struct Slot {
            Key key;
            EquipmentId owner = no_equipment;  ///< none: the slot is free
        };
        std::vector<Slot> slots_ = std::vector<Slot>(2);
        unsigned shift_ = 63;  ///< the hash's upper bits choose the slot
    };
    void flatten(const std::vector<Claim>& ranges);
    void begin_segment(const AddressKey& start, EquipmentId equipment);

    // IPv4 apart: its tables are a third as large, and it is what most look-ups are for.
    OwnerTable<std::uint32_t> v4_addresses_;
    OwnerTable<AddressKey> v6_addresses_;
    OwnerTable<std::uint64_t> macs_;
    // From each start up to the next one the address space belongs to one owner (or to none).
    std::vector<std::uint32_t> v4_starts_{0};
    std::vector<EquipmentId> v4_owners_{no_equipment};
    std::vector<AddressKey> v6_starts_{AddressKey{}};
    std::vector<EquipmentId> v6_owners_{no_equipment};
};

/// `00:1b:2c:3d:4e:5f` (or with `-`).
[[nodiscard]] std::optional<Mac> parse_mac(std::string_view text) noexcept;

}  // namespace weir
