// SPDX-License-Identifier: Apache-2.0
// Compiled rule databases on disk: one file per rule set, written whole or not at all.
#pragma once

#include <filesystem>

#include "rules/compile/cache.hpp"

namespace weir::cli {

class RuleCache final : public rules::CacheStore {
public:
    /// `folder`: where; empty: `weir/` below the user's cache folder. A folder that cannot be written means no cache.
    explicit RuleCache(std::string folder);
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> load(const std::string& key) override;
    void store(const std::string& key, Bytes blob) override;

    /// Why what was to be stored is not, as a sentence: every start then takes the time to compile. Empty: it is.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    std::filesystem::path folder_;
    std::string problem_;
};

}  // namespace weir::cli
