// SPDX-License-Identifier: Apache-2.0
// PCRE2 under limits and without the heap: what a worker needs to run patterns, made once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "parsers/base/bytes.hpp"

struct pcre2_real_code_8;
struct pcre2_real_general_context_8;
struct pcre2_real_match_context_8;
struct pcre2_real_match_data_8;
struct pcre2_real_jit_stack_8;

namespace weir::rules {

/// Suricata's defaults for pcre.match-limit and pcre.match-limit-recursion, and memory for the interpreter's backtracking.
inline constexpr std::uint32_t pcre_match_limit = 3500, pcre_depth_limit = 1500, pcre_heap_kib = 512;

class PcreRunner {
public:
    struct Match {
        std::size_t first = 0, last = 0;
        std::size_t group_first = 0, group_last = 0;  ///< of the first group; nothing where it took no part
    };
    enum class Outcome : std::uint8_t { match, no_match, limit };

    PcreRunner();
    ~PcreRunner();
    PcreRunner(const PcreRunner&) = delete;
    PcreRunner& operator=(const PcreRunner&) = delete;

    /// Runs a pattern over `subject`, from `start` on. `line_start`: the subject's first byte is the first of the whole.
    [[nodiscard]] Outcome run(const pcre2_real_code_8* code, Bytes subject, std::size_t start, bool line_start, Match& match) noexcept;

private:
    /// The interpreter asks for one block, and for a larger one to move into: two fixed blocks serve it.
    struct Blocks;
    std::unique_ptr<Blocks> blocks_;
    pcre2_real_general_context_8* general_ = nullptr;
    pcre2_real_match_context_8* context_ = nullptr;
    pcre2_real_match_data_8* data_ = nullptr;
    pcre2_real_jit_stack_8* stack_ = nullptr;
};

}  // namespace weir::rules
