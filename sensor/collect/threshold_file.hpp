// SPDX-License-Identifier: Apache-2.0
// threshold.config: what a site says of the alerts of rules that it did not write. `suppress`, `threshold` (`event_filter`) and
// `rate_filter` as Suricata's manual has them under "Global-Thresholds".
#pragma once

#include <string_view>
#include <vector>

#include "parsers/base/result.hpp"
#include "rules/language/variables.hpp"
#include "rules/rule.hpp"

namespace weir {

/// Which rules a line is about. 0 stands for every one.
struct RuleNumber {
    std::uint32_t gid = 0, sid = 0;
    [[nodiscard]] bool covers(const rules::Rule& rule) const noexcept { return (gid == 0 || gid == rule.gid) && (sid == 0 || sid == rule.sid); }
    [[nodiscard]] bool is_one() const noexcept { return gid != 0 && sid != 0; }
};

/// No alert: at all, or where one end has such an address.
struct Suppression {
    RuleNumber rule;
    enum class Track : std::uint8_t { always, by_src, by_dst, by_either } track = Track::always;
    rules::AddressList addresses;
};

/// How often: instead of what the rule says itself where the line names one rule, else for rules that say nothing.
struct EventFilter {
    RuleNumber rule;
    rules::Threshold threshold;
};

/// Behind `count` hits within `seconds`, for `timeout` seconds: another action.
struct RateFilter {
    RuleNumber rule;
    rules::Threshold rate;  ///< type, multiplier: unused
    rules::Action new_action = rules::Action::alert;
    std::uint32_t timeout = 0;
};

struct ThresholdFile {
    std::vector<Suppression> suppressions;
    std::vector<EventFilter> filters;
    std::vector<RateFilter> rates;
};

/// Adds the lines of a threshold.config; a line that ends with `\` goes on in the next. Returns what was not understood.
std::vector<FileError> load_thresholds(std::string_view file, std::string_view text, const rules::Variables& variables, ThresholdFile& into);

}  // namespace weir
