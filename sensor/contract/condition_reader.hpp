// SPDX-License-Identifier: Apache-2.0
// What a contract line says beyond peer and service, read and checked. Used while a policy is loaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sensor/config/yaml.hpp"
#include "sensor/contract/policy.hpp"
#include "sensor/contract/vocabulary.hpp"

namespace weir {

inline constexpr Time shortest_duty = 10 * second;  ///< of `expect: {every: ...}`
inline constexpr Time longest_duty = 31 * 86'400 * second;

class ConditionReader {
public:
    ConditionReader(yaml::Errors& errors, Vocabulary& vocabulary) : errors_(errors), vocabulary_(vocabulary) {}

    /// Of a line under `egress`, `ingress` or `both`. `said`: whether it says anything. False after an error, which is reported.
    /// `inside` is left to the caller: it knows the contracts.
    [[nodiscard]] bool read(yaml::MapReader& map, Conditions& conditions, bool& said);
    /// Of a line under `deny`.
    [[nodiscard]] bool read_denial(yaml::MapReader& map, Conditions& conditions);
    /// `until: 2027-01-31`; `written` is the date as it stands there.
    [[nodiscard]] bool read_until(const yaml::Node& node, Time& until, std::string& written);
    /// Text, or an error that says what was `expected`, and `good` is false.
    std::string text(const yaml::Node& node, std::string_view expected, bool& good);

private:
    [[nodiscard]] bool read_when(const yaml::Node& node, Conditions& conditions);
    [[nodiscard]] bool read_limit(const yaml::Node& node, Limit& limit);
    [[nodiscard]] bool read_expect(const yaml::Node& node, Conditions& conditions);

    yaml::Errors& errors_;
    Vocabulary& vocabulary_;
    std::unordered_map<std::string, std::optional<Schedule>> schedules_;
    std::unordered_map<std::string, std::string> schedule_reasons_;
};

}  // namespace weir
