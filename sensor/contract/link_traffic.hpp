// SPDX-License-Identifier: Apache-2.0
// What every host does on its link, and what therefore needs no line in a contract.
#pragma once

#include <span>
#include <string_view>

#include "sensor/contract/facts.hpp"

namespace weir {

struct LinkTraffic {
    std::string_view name;
    std::string_view condition;  ///< for people
    bool (*matches)(const SessionFacts&) noexcept;
};
[[nodiscard]] std::span<const LinkTraffic> link_traffic() noexcept;
/// The row that covers a session; null: a contract must allow it.
[[nodiscard]] const LinkTraffic* find_link_traffic(const SessionFacts& facts) noexcept;

}  // namespace weir
