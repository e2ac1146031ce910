// SPDX-License-Identifier: Apache-2.0
// Which contracts a contract extends, and so whose lines it has. Used while a policy is loaded.
#pragma once

#include <string_view>
#include <vector>

#include "sensor/config/yaml.hpp"
#include "sensor/contract/policy.hpp"

namespace weir {

inline constexpr unsigned max_ancestry = 16;               ///< contracts that extend each other in a row
inline constexpr std::size_t max_family_rows = 1'000'000;  ///< contracts that all contracts extend, added up

class ContractFamily {
public:
    /// `names` of all contracts, by id; must outlive the object.
    ContractFamily(yaml::Errors& errors, const std::vector<std::string_view>& names)
        : errors_(errors), names_(names), parents_(names.size()) {}

    /// `child` has the lines of `parent` as well; `where` says so.
    void extend(ContractId child, ContractId parent, const yaml::Node& where) { parents_[child].push_back({parent, &where}); }
    /// Per contract: itself, then those that it extends, each once. A contract that extends itself in the end is an error.
    [[nodiscard]] std::vector<std::vector<ContractId>> lineage();

private:
    struct Parent {
        ContractId contract;
        const yaml::Node* where;
    };
    void walk(ContractId contract, std::vector<ContractId>& path, std::vector<ContractId>& found, std::vector<ContractId>& met);
    void report_circle(const Parent& back, const std::vector<ContractId>& path);

    yaml::Errors& errors_;
    const std::vector<std::string_view>& names_;
    std::vector<std::vector<Parent>> parents_;
    std::vector<bool> circle_told_ = std::vector<bool>(names_.size());
    std::size_t rows_ = 0;
    bool exhausted_ = false;
};

}  // namespace weir
