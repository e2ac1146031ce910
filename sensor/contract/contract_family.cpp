// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/contract_family.hpp"

#include <algorithm>
#include <string>

namespace weir {

std::vector<std::vector<ContractId>> ContractFamily::lineage() {
    std::vector<std::vector<ContractId>> out(names_.size());
    std::vector<ContractId> met(names_.size(), no_contract);  // by contract: whose walk met it last
    std::vector<ContractId> path;
    for (ContractId contract = 0; contract < names_.size(); ++contract) {
        met[contract] = contract;
        walk(contract, path, out[contract], met);
    }
    return out;
}

void ContractFamily::walk(ContractId contract, std::vector<ContractId>& path, std::vector<ContractId>& found,
                          std::vector<ContractId>& met) {
    path.push_back(contract);
    found.push_back(contract);
    for (const Parent& parent : parents_[contract]) {
        if (exhausted_) break;
        if (std::ranges::find(path, parent.contract) != path.end()) {
            report_circle(parent, path);
        } else if (path.size() == max_ancestry) {
            errors_.add(*parent.where, "contracts extend each other more than " + std::to_string(max_ancestry) + " deep");
        } else if (met[parent.contract] != path.front()) {
            met[parent.contract] = path.front();
            exhausted_ = ++rows_ > max_family_rows;
            if (exhausted_)
                errors_.add(*parent.where,
                            "the contracts of this policy extend more than " + std::to_string(max_family_rows) + " others altogether");
            walk(parent.contract, path, found, met);
        }
    }
    path.pop_back();
}

/// `contract a extends itself: a, b, a`, once for each `extends` that closes a circle.
void ContractFamily::report_circle(const Parent& back, const std::vector<ContractId>& path) {
    const auto first = std::ranges::find(path, back.contract);
    if (circle_told_[path.back()]) return;
    for (auto at = first; at != path.end(); ++at) circle_told_[*at] = true;
    std::string circle;
    for (auto at = first; at != path.end(); ++at) circle += std::string{names_[*at]} + " extends ";
    errors_.add(*back.where, "contract " + yaml::quoted(names_[back.contract]) + " extends itself (" + circle +
                                 std::string{names_[back.contract]} + "); expected contracts that do not lead back");
}

}  // namespace weir
