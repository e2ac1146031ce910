// SPDX-License-Identifier: Apache-2.0
// From the options of `weir replay` to everything that a run needs, all of it checked before the first packet is read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parsers/base/result.hpp"
#include "sensor/config/config.hpp"
#include "sensor/inspect/pipeline.hpp"

namespace weir::cli {

struct ReplayOptions {
    std::string policy, config, output = "weir-out", fail_on;  ///< empty: none
    std::vector<std::string> rules, settings, captures;
    unsigned threads = 1;
    bool no_rules = false, profile = false, profile_rules = false, quiet = false;
};

struct ReplayPlan {
    Config config;
    Shared shared;
    std::shared_ptr<const rules::RuleText> rules;
    std::vector<std::string> captures;  ///< files, or `-`
    PipelineConfig pipeline;
    std::size_t refused_rules = 0;
    std::vector<std::string> warnings;  ///< sentences: rules that are refused, a cache that cannot be used
};

/// The error is a sentence, or several in as many lines: what is wrong with the options or with a file that they name. Nothing is
/// written but the rule cache.
[[nodiscard]] Result<ReplayPlan, std::string> prepare(const ReplayOptions& options);

}  // namespace weir::cli
