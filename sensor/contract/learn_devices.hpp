// SPDX-License-Identifier: Apache-2.0
// Which of the hosts that were seen are equipment, and what they are: the first half of a proposal.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sensor/contract/learn_survey.hpp"
#include "sensor/contract/policy.hpp"

namespace weir::learn {

struct DeviceOptions {
    std::vector<AddressRange> equipment;  ///< exactly these are equipment; empty: find out
    std::vector<AddressRange> home;       ///< the operator's own addresses, besides those that are private anyway
    const Policy* policy = nullptr;       ///< equipment that it names is known; may be null
};

struct Device {
    std::string name, vendor, role;
    std::vector<IpAddress> addresses;  ///< sorted
    std::vector<std::string> signs;    ///< why it was taken for equipment, and for what
    EquipmentId known = no_equipment;  ///< in the policy that was given
};

struct Devices {
    std::vector<Device> list;               ///< in the order of their first addresses
    std::map<IpAddress, std::size_t> index; ///< rows of `list`
    [[nodiscard]] const Device* find(const IpAddress& address) const noexcept {
        const auto at = index.find(address);
        return at == index.end() ? nullptr : &list[at->second];
    }
};

[[nodiscard]] Devices find_devices(const Survey& survey, const DeviceOptions& options);

/// Whether an address is the operator's: private (RFC 1918, 6598, 4193), on the link, multicast, or in `home`.
[[nodiscard]] bool is_home(const IpAddress& address, const std::vector<AddressRange>& home) noexcept;

/// The built-in service that a use is one of; null: none, or another protocol was spoken there.
[[nodiscard]] const BuiltinService* service_of(const Use::Key& use) noexcept;

}  // namespace weir::learn
