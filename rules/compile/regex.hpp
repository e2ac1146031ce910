// SPDX-License-Identifier: Apache-2.0
// One regular expression, run by Hyperscan where only "does it match" is asked and Hyperscan knows the construct, by PCRE2
// (bounded) where the place of the match matters.
#pragma once

#include <optional>

#include "rules/compile/database.hpp"
#include "rules/rule.hpp"

struct pcre2_real_code_8;

namespace weir::rules {

/// A compiled PCRE2 pattern, JIT-compiled where the platform allows it.
class PcreCode {
public:
    PcreCode() = default;
    [[nodiscard]] static Result<PcreCode, std::string> compile(const Pcre& pcre);
    [[nodiscard]] const pcre2_real_code_8* get() const noexcept { return code_.get(); }
    [[nodiscard]] explicit operator bool() const noexcept { return code_ != nullptr; }
    [[nodiscard]] std::size_t memory() const noexcept;

private:
    struct Free {
        void operator()(pcre2_real_code_8* code) const noexcept;
    };
    std::unique_ptr<pcre2_real_code_8, Free> code_;
};

/// Exactly one of the two is there.
struct Regex {
    std::int32_t database = -1;  ///< number in Compiled's databases: Hyperscan answers, truth only
    PcreCode code;               ///< PCRE2 answers, with the place of the match
};

/// The expression for Hyperscan; nothing where it would not mean what PCRE means. Whether Hyperscan takes it, compiling shows.
[[nodiscard]] std::optional<Expression> hyperscan_expression(const Pcre& pcre);

/// Whether the pattern may ask where the subject starts (`^`, `\A`, `\G`, the A flag): a window into a stream has another start
/// than the stream.
[[nodiscard]] bool looks_at_start(const Pcre& pcre);

}  // namespace weir::rules
