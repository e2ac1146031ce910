// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs/hs.h>
#include <pcre2.h>

#include <array>

namespace weir::rules {

void PcreCode::Free::operator()(pcre2_real_code_8* code) const noexcept { pcre2_code_free(code); }

Result<PcreCode, std::string> PcreCode::compile(const Pcre& pcre) {
    std::uint32_t options = 0;
    if (pcre.nocase) options |= PCRE2_CASELESS;
    if (pcre.dot_all) options |= PCRE2_DOTALL;
    if (pcre.multi_line) options |= PCRE2_MULTILINE;
    if (pcre.extended) options |= PCRE2_EXTENDED;
    if (pcre.anchored) options |= PCRE2_ANCHORED;
    if (pcre.dollar_end_only) options |= PCRE2_DOLLAR_ENDONLY;
    if (pcre.ungreedy) options |= PCRE2_UNGREEDY;
    int error = 0;
    PCRE2_SIZE position = 0;
    PcreCode made;
    made.code_.reset(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pcre.pattern.data()), pcre.pattern.size(), options, &error, &position, nullptr));
    if (!made.code_) {
        std::array<PCRE2_UCHAR, 128> message{};
        pcre2_get_error_message(error, message.data(), message.size());
        return Unexpected{std::string{reinterpret_cast<const char*>(message.data())} + " at offset " + std::to_string(position)};
    }
    (void)pcre2_jit_compile(made.code_.get(), PCRE2_JIT_COMPLETE);  // without it the interpreter runs, under the same limits
    return made;
}

std::size_t PcreCode::memory() const noexcept {
    std::size_t size = 0, jit = 0;
    if (code_ != nullptr) {
        pcre2_pattern_info(code_.get(), PCRE2_INFO_SIZE, &size);
        pcre2_pattern_info(code_.get(), PCRE2_INFO_JITSIZE, &jit);
    }
    return size + jit;
}

std::optional<Expression> hyperscan_expression(const Pcre& pcre) {
    if (!pcre.captures.empty()) return std::nullopt;
    if (pcre.dollar_end_only && pcre.pattern.find('$') != std::string::npos) return std::nullopt;
    if (pcre.pattern.find('\0') != std::string::npos) return std::nullopt;  // Hyperscan takes a C string
    Expression expression;
    expression.text = pcre.pattern;
    if (pcre.anchored) expression.text = "\\A(?:" + expression.text + ')';
    if (pcre.extended) expression.text = "(?x)" + expression.text + '\n';  // the line end closes a comment
    if (pcre.anchored && pcre.extended) return std::nullopt;               // ... which would swallow the closing bracket
    if (pcre.nocase) expression.flags |= HS_FLAG_CASELESS;
    if (pcre.dot_all) expression.flags |= HS_FLAG_DOTALL;
    if (pcre.multi_line) expression.flags |= HS_FLAG_MULTILINE;
    return expression;
}

bool looks_at_start(const Pcre& pcre) {
    if (pcre.anchored) return true;
    bool class_opens = false;  // a `^` right behind a `[` negates a class
    for (std::size_t i = 0; i < pcre.pattern.size(); ++i) {
        const char c = pcre.pattern[i];
        if (c == '\\') {
            const char escaped = i + 1 < pcre.pattern.size() ? pcre.pattern[++i] : '\0';
            if (escaped == 'A' || escaped == 'G') return true;
        } else if (c == '^' && !class_opens) {
            return true;
        }
        class_opens = c == '[';
    }
    return false;
}

}  // namespace weir::rules
