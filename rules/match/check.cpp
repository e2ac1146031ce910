// SPDX-License-Identifier: Apache-2.0
#include "rules/match/check.hpp"

#include <hs/hs.h>

#include <algorithm>
#include <limits>

#include "parsers/base/base64.hpp"
#include "rules/match/bytes_search.hpp"
#include "rules/match/number.hpp"
#include "rules/match/pcre_runner.hpp"

namespace weir::rules {
namespace {

/// Positions are kept in this range, so that sums of a few never overflow.
constexpr std::int64_t far = std::int64_t{1} << 60;
constexpr std::int64_t clamp(std::int64_t value) noexcept { return std::clamp(value, -far, far); }

bool compare(ByteTest::Op op, std::uint64_t left, std::uint64_t right) noexcept {
    switch (op) {
        case ByteTest::Op::less: return left < right;
        case ByteTest::Op::greater: return left > right;
        case ByteTest::Op::equal: return left == right;
        case ByteTest::Op::less_equal: return left <= right;
        case ByteTest::Op::greater_equal: return left >= right;
        case ByteTest::Op::bit_and: return (left & right) != 0;
        case ByteTest::Op::bit_xor: return (left ^ right) != 0;
    }
    return false;
}

std::optional<std::uint64_t> calculate(char op, std::uint64_t left, std::uint64_t right) noexcept {
    switch (op) {
        case '+': return left + right;
        case '-': return left - right;
        case '*': return left * right;
        case '/': return right == 0 ? std::nullopt : std::optional{left / right};
        case '<': return right < 64 ? left << right : 0;
        case '>': return right < 64 ? left >> right : 0;
        default: return std::nullopt;
    }
}

/// Bytes that base64_decode makes of one buffer at most.
constexpr std::size_t longest_decoded = 48 * 1024;

std::uint64_t aligned(std::uint64_t value, std::uint64_t to) noexcept { return to < 2 ? value : (value + to - 1) / to * to; }

}  // namespace

struct Checker::Pcre {
    PcreRunner runner;
};

/// Positions inside are relative to the first byte at hand; `base` of them lie before it.
struct Checker::Run {
    std::span<const Step> steps, decoded;
    const Buffer& buffer;
    std::int64_t base, size;
    unsigned places = 0;
    bool starved = false;
    std::size_t starved_at = 0;  // the furthest step that wanted bytes that are not there yet

    /// Step `i` failed, but more bytes could change that.
    void wants_more(std::size_t i) noexcept {
        if (!buffer.open) return;
        starved = true;
        starved_at = std::max(starved_at, i);
    }
};

void Checker::FreeScratch::operator()(hs_scratch* scratch) const noexcept { hs_free_scratch(scratch); }

Checker::Checker(const Compiled& rules, std::size_t dataset_changes)
    : rules_(rules), pcre_(std::make_unique<Pcre>()), datasets_(rules.text(), dataset_changes), decoded_(longest_decoded) {
    hs_scratch_t* scratch = nullptr;
    for (const Database& database : rules.databases())
        if (database) (void)hs_alloc_scratch(database.get(), &scratch);
    scratch_.reset(scratch);
}

Checker::~Checker() = default;

std::int64_t Checker::value_of(const Number& number) const noexcept {
    if (number.variable < 0) return number.value;
    const std::uint64_t value = variables_[static_cast<std::size_t>(number.variable)];
    return value > static_cast<std::uint64_t>(far) ? far : static_cast<std::int64_t>(value);
}

Checked Checker::check(std::span<const Step> steps, const Buffer& buffer, std::span<const Step> decoded) noexcept {
    Run run{steps, decoded, buffer, static_cast<std::int64_t>(buffer.base), static_cast<std::int64_t>(buffer.bytes.size())};
    Checked out;
    // Before anything has matched, the detection position is the start of the whole buffer.
    out.matched = step(run, 0, -run.base) == Verdict::matched;
    if (run.places > max_places) ++counters_.place_limit_hits;
    if (out.matched) return out;
    out.starved = run.starved;
    if (!run.starved) return out;
    // With a negative distance anywhere, an old occurrence may do for a new place of what stands before it.
    const bool backwards = std::any_of(steps.begin(), steps.end(), [](const Step& s) {
        const auto* const content = std::get_if<ContentStep>(&s.what);
        return std::holds_alternative<ByteJump>(s.what) ||
               (content != nullptr && content->distance && (content->distance->variable >= 0 || content->distance->value < 0));
    });
    if (const auto* const content = std::get_if<ContentStep>(&steps[run.starved_at].what);
        content != nullptr && !content->negated && !backwards)
        out.awaited = static_cast<std::int32_t>(run.starved_at);
    return out;
}

Checker::Verdict Checker::step(Run& run, std::size_t i, std::int64_t position) noexcept {
    if (i == run.steps.size()) return Verdict::matched;
    const Step& current = run.steps[i];
    const Verdict missed = current.independent ? Verdict::final : Verdict::failed;
    const auto proceed = [&](bool holds, std::int64_t next) noexcept { return holds ? step(run, i + 1, next) : missed; };

    if (const auto* const content = std::get_if<ContentStep>(&current.what)) return place(run, i, *content, position);
    if (const auto* const expression = std::get_if<RegexStep>(&current.what)) return regex(run, i, *expression, position);
    if (const auto* const size = std::get_if<BufferSize>(&current.what)) {
        const bool holds = size->size.matches(run.buffer.base + run.buffer.bytes.size());
        if (!holds) run.wants_more(i);
        return proceed(holds, position);
    }
    if (const auto* const at = std::get_if<DataAt>(&current.what)) {
        // Absolute: there is a byte at that offset. Relative: so many bytes follow (manual, "isdataat").
        const std::int64_t wanted = at->relative ? position + value_of(at->at) : value_of(at->at) - run.base + 1;
        const bool there = wanted <= run.size;
        if (!there && !at->negated) run.wants_more(i);
        return proceed(there != at->negated, position);
    }
    if (const auto* const dataset = std::get_if<DatasetCheck>(&current.what)) return proceed(datasets_.check(*dataset, run.buffer.bytes), position);
    if (const auto* const decode = std::get_if<Base64Decode>(&current.what)) return proceed(decoded_matches(run, i, *decode, position), position);
    std::int64_t end = 0;
    if (const auto* const test = std::get_if<ByteTest>(&current.what)) {
        const auto value = read(run, test->source, position, &end);
        if (!value && end > run.size) run.wants_more(i);
        const std::uint64_t right = test->variable >= 0 ? variables_[static_cast<std::size_t>(test->variable)] : test->value;
        return proceed(value && compare(test->op, *value, right) != test->negated, position);
    }
    if (const auto* const jump = std::get_if<ByteJump>(&current.what)) {
        const auto value = read(run, jump->source, position, &end);
        if (!value) {
            if (end > run.size) run.wants_more(i);
            return missed;
        }
        std::uint64_t distance = *value * jump->multiplier;
        if (jump->align) distance = aligned(distance, 4);
        std::int64_t target =
            clamp(distance > static_cast<std::uint64_t>(far) ? far : static_cast<std::int64_t>(distance)) + jump->post_offset;
        target += jump->from_beginning ? -run.base : jump->from_end ? run.size : end;
        const bool inside = target >= 0 && target < run.size;
        if (target >= run.size) run.wants_more(i);
        return proceed(inside, target);
    }
    if (const auto* const extract = std::get_if<ByteExtract>(&current.what)) {
        const auto value = read(run, extract->source, position, &end);
        if (!value && end > run.size) run.wants_more(i);
        if (value) variables_[static_cast<std::size_t>(extract->variable)] = aligned(*value * extract->multiplier, extract->align);
        return proceed(value.has_value(), position);
    }
    const auto& math = std::get<ByteMath>(current.what);
    const auto value = read(run, math.source, position, &end);
    if (!value && end > run.size) run.wants_more(i);
    const std::uint64_t right =
        math.right.variable >= 0 ? variables_[static_cast<std::size_t>(math.right.variable)] : static_cast<std::uint32_t>(math.right.value);
    const auto result = value ? calculate(math.op, *value, right) : std::nullopt;
    if (result) variables_[static_cast<std::size_t>(math.variable)] = *result;
    return proceed(result.has_value(), position);
}

bool Checker::decoded_matches(Run& run, std::size_t i, const Base64Decode& decode, std::int64_t position) noexcept {
    const std::int64_t start = (decode.relative ? position : -run.base) + decode.offset;
    if (start < 0 || start >= run.size) {
        if (start >= run.size) run.wants_more(i);
        return false;
    }
    Bytes text = run.buffer.bytes.subspan(static_cast<std::size_t>(start));
    const bool all = decode.bytes == 0 || text.size() < decode.bytes;
    if (!all) text = text.first(decode.bytes);
    const Base64Result decoded = base64_decode(text, decoded_);
    if (all && decoded.read == text.size()) run.wants_more(i);  // it may go on
    if (decoded.written == 0) return false;
    return check(run.decoded, {Bytes{decoded_}.first(decoded.written)}).matched;
}

std::optional<std::uint64_t> Checker::read(Run& run, const ByteSource& source, std::int64_t position, std::int64_t* end) noexcept {
    const std::int64_t count = source.count_variable >= 0 ? value_of({0, source.count_variable}) : source.count;
    const std::int64_t at = value_of(source.offset) + (source.relative ? position : -run.base);
    *end = clamp(at) + count;
    if (at < 0 || *end > run.size || count < 0) return std::nullopt;
    const auto number = read_number(run.buffer.bytes, static_cast<std::size_t>(at), static_cast<std::size_t>(count), source);
    if (!number) return std::nullopt;
    *end = at + static_cast<std::int64_t>(number->size);
    return number->value;
}

Checker::Verdict Checker::place(Run& run, std::size_t i, const ContentStep& content, std::int64_t position) noexcept {
    const Step& current = run.steps[i];
    const auto length = static_cast<std::int64_t>(content.pattern.size());
    std::int64_t low = -run.base, high = far;
    if (content.startswith) high = low + length;
    if (content.offset) low = value_of(*content.offset) - run.base;
    if (content.depth) high = low + value_of(*content.depth);
    if (content.relative()) {
        low = std::max(low, position + (content.distance ? value_of(*content.distance) : 0));
        if (content.within)
            high = std::min(high, position + (content.distance ? value_of(*content.distance) : 0) + value_of(*content.within));
    }
    const bool cut = high > run.size;  // part of the range is not there yet, or will never be
    const std::int64_t end = std::min(high, run.size);
    if (content.endswith) low = std::max(low, run.size - length);
    low = std::max<std::int64_t>(low, 0);
    const auto search = [&](std::int64_t from) noexcept -> std::optional<std::size_t> {
        if (end < 0 || from > end) return std::nullopt;
        return find(run.buffer.bytes, static_cast<std::size_t>(from), static_cast<std::size_t>(end), content.pattern, content.nocase);
    };

    auto found = search(low);
    if (content.negated) {
        if (!found) return step(run, i + 1, position);
        return current.independent ? Verdict::final : Verdict::failed;
    }
    if (!found) {
        if (cut || content.endswith) run.wants_more(i);
        return current.independent || current.forward ? Verdict::final : Verdict::failed;
    }
    while (found) {
        if (++run.places > max_places) return Verdict::final;
        const auto start = static_cast<std::int64_t>(*found);
        const Verdict rest = step(run, i + 1, start + length);
        if (rest != Verdict::failed) return rest;
        if (!current.retry) break;
        found = search(start + 1);
        if (!found && cut) run.wants_more(i);  // all places so far have failed for good; the next one may not
    }
    return current.independent ? Verdict::final : Verdict::failed;
}

Checker::Verdict Checker::regex(Run& run, std::size_t i, const RegexStep& expression, std::int64_t position) noexcept {
    const Step& current = run.steps[i];
    const Verdict missed = current.independent ? Verdict::final : Verdict::failed;
    const std::int64_t low = expression.relative ? std::max<std::int64_t>(position, 0) : 0;
    if (low > run.size) {
        run.wants_more(i);
        return expression.negated ? step(run, i + 1, position) : missed;
    }
    const Bytes subject = run.buffer.bytes.subspan(static_cast<std::size_t>(low));
    const Regex& regex = rules_.regexes()[expression.regex];
    ++run.places;
    if (regex.database >= 0) {
        bool matched = false;
        const auto note = [](unsigned, unsigned long long, unsigned long long, unsigned, void* context) {
            *static_cast<bool*>(context) = true;
            return 1;  // once is enough
        };
        static constexpr char nothing = 0;
        const auto* const text = subject.empty() ? &nothing : reinterpret_cast<const char*>(subject.data());
        (void)hs_scan(rules_.databases()[static_cast<std::size_t>(regex.database)].get(), text, static_cast<unsigned>(subject.size()), 0,
                      scratch_.get(), note, &matched);
        if (!matched && !expression.negated) run.wants_more(i);
        return matched != expression.negated ? step(run, i + 1, position) : missed;
    }

    const bool whole = expression.relative || run.base == 0;
    for (std::size_t start = 0; start <= subject.size();) {
        PcreRunner::Match match;
        auto outcome = PcreRunner::Outcome::no_match;
        if (whole || !expression.anchored) outcome = pcre_->runner.run(regex.code.get(), subject, start, whole, match);
        if (outcome == PcreRunner::Outcome::limit) ++counters_.pcre_limit_hits;
        if (outcome != PcreRunner::Outcome::match) {
            if (expression.negated && start == 0) return outcome == PcreRunner::Outcome::no_match ? step(run, i + 1, position) : missed;
            run.wants_more(i);
            return missed;
        }
        if (expression.negated) return missed;
        if (++run.places > max_places) return Verdict::final;
        const Verdict rest = step(run, i + 1, low + static_cast<std::int64_t>(match.last));
        if (rest != Verdict::failed) return rest;
        if (!current.retry || expression.anchored) return missed;
        start = match.first + 1;
    }
    return missed;
}

}  // namespace weir::rules
