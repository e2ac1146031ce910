// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/exposure_inventory.hpp"

namespace weir {

void Inventory::add(const RecordHead& fact) {
    const Device device = device_of(fact);
    if (fact.same != 0) {
        const auto first = first_with_.find(fact.same);
        if (first == first_with_.end()) {
            if (first_with_.size() < capacity_)
                first_with_.emplace(fact.same, device);
            else
                ++refused_;
            return;
        }
        if (first->second == device) return;
        note(first->second, fact.sid);
    }
    note(device, fact.sid);
}

void Inventory::note(const Device& device, std::uint32_t number) {
    if (size_ >= capacity_) {
        ++refused_;
        return;
    }
    if (facts_[device].insert(number).second) ++size_;
}

bool Inventory::stands(const RecordHead& finding) const {
    if (finding.same == 0) return true;
    const auto first = first_with_.find(finding.same);
    return first != first_with_.end() && first->second != device_of(finding);
}

std::vector<Inventory::Row> Inventory::rows() const {
    std::vector<Row> out;
    for (const auto& [device, numbers] : facts_) out.push_back({device, {numbers.begin(), numbers.end()}});
    return out;
}

}  // namespace weir
