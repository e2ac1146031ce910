// SPDX-License-Identifier: Apache-2.0
#include "rules/match/pcre_runner.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdlib>

namespace weir::rules {

struct PcreRunner::Blocks {
    static constexpr std::size_t size = 2 * 1024 * pcre_heap_kib;
    bool ready = false;  // until then, and for what is small, the heap serves: that is at construction
    std::array<std::unique_ptr<std::uint8_t, decltype(&std::free)>, 2> memory{{{nullptr, &std::free}, {nullptr, &std::free}}};
    std::array<bool, 2> taken{};

    Blocks() {
        for (auto& block : memory) block.reset(static_cast<std::uint8_t*>(std::malloc(size)));
    }
    static void* take(std::size_t wanted, void* self) noexcept {
        auto& blocks = *static_cast<Blocks*>(self);
        if (!blocks.ready) return std::malloc(wanted);
        for (std::size_t i = 0; i < 2; ++i) {
            if (blocks.taken[i] || wanted > size) continue;
            blocks.taken[i] = true;
            return blocks.memory[i].get();
        }
        return nullptr;
    }
    static void give_back(void* memory, void* self) noexcept {
        auto& blocks = *static_cast<Blocks*>(self);
        for (std::size_t i = 0; i < 2; ++i) {
            if (memory == nullptr || memory != blocks.memory[i].get()) continue;
            blocks.taken[i] = false;
            return;
        }
        std::free(memory);
    }
};

PcreRunner::PcreRunner() : blocks_(std::make_unique<Blocks>()) {
    constexpr std::size_t stack_start = 32 * 1024, stack_most = 512 * 1024;
    general_ = pcre2_general_context_create(&Blocks::take, &Blocks::give_back, blocks_.get());
    context_ = pcre2_match_context_create(general_);
    data_ = pcre2_match_data_create(2, general_);  // the whole match, and the first group
    stack_ = pcre2_jit_stack_create(stack_start, stack_most, general_);
    pcre2_set_match_limit(context_, pcre_match_limit);
    pcre2_set_depth_limit(context_, pcre_depth_limit);
    pcre2_set_heap_limit(context_, pcre_heap_kib);
    pcre2_jit_stack_assign(context_, nullptr, stack_);
    blocks_->ready = true;
}

PcreRunner::~PcreRunner() {
    pcre2_jit_stack_free(stack_);
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
    pcre2_general_context_free(general_);
}

PcreRunner::Outcome PcreRunner::run(const pcre2_real_code_8* code, Bytes subject, std::size_t start, bool line_start,
                                    Match& match) noexcept {
    const std::uint32_t options = line_start ? 0 : PCRE2_NOTBOL;
    static constexpr std::uint8_t nothing = 0;  // an empty span may have no address
    const auto* const text = reinterpret_cast<PCRE2_SPTR>(subject.empty() ? &nothing : subject.data());
    const int result = pcre2_match(code, text, subject.size(), start, options, data_, context_);
    if (result == PCRE2_ERROR_NOMATCH) return Outcome::no_match;
    if (result < 0) return Outcome::limit;  // of matching, depth, heap or JIT stack: patterns and options are known to be good
    const PCRE2_SIZE* const places = pcre2_get_ovector_pointer(data_);
    match = {places[0], places[1] < places[0] ? places[0] : places[1], 0, 0};  // \K in a lookahead can turn them round
    if (result != 1 && places[2] != PCRE2_UNSET && places[3] >= places[2] && places[3] <= subject.size()) {
        match.group_first = places[2];
        match.group_last = places[3];
    }
    return Outcome::match;
}

}  // namespace weir::rules
