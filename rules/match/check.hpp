// SPDX-License-Identifier: Apache-2.0
// Whether the steps of a plan hold over a buffer: contents with their places, numbers, regular expressions, with backtracking.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>

#include "parsers/base/bytes.hpp"
#include "rules/compile/compiled.hpp"
#include "rules/match/dataset.hpp"

struct hs_scratch;

namespace weir::rules {

/// A buffer to search. Positions count from the buffer's start, which for a stream may lie before the bytes at hand.
struct Buffer {
    Bytes bytes;
    std::uint64_t base = 0;  ///< position of the first byte
    bool open = false;       ///< more bytes may follow: a stream
};

/// What came of checking a group of steps.
struct Checked {
    bool matched = false;
    bool starved = false;       ///< it did not, but might once more bytes have come
    std::int32_t awaited = -1;  ///< with starved: the content step of which a new occurrence must come; -1: unknown
};

/// Work per check, at most: places tried for contents and regular expressions together. Suricata's inspection-recursion-limit.
inline constexpr unsigned max_places = 3000;

struct CheckCounters {
    std::uint64_t pcre_limit_hits = 0, place_limit_hits = 0;
};

/// One per engine. Variables live from `begin_rule` to the next.
class Checker {
public:
    /// `dataset_changes`: members that rules may add to sets or take out of them, at most.
    explicit Checker(const Compiled& rules, std::size_t dataset_changes = 65'536);
    ~Checker();
    Checker(const Checker&) = delete;
    Checker& operator=(const Checker&) = delete;

    void begin_rule() noexcept { variables_.fill(0); }
    /// `decoded`: the steps over what a Base64Decode among `steps` makes of the buffer.
    [[nodiscard]] Checked check(std::span<const Step> steps, const Buffer& buffer, std::span<const Step> decoded = {}) noexcept;
    [[nodiscard]] Checked check(const GroupPlan& group, const Buffer& buffer) noexcept { return check(group.steps, buffer, group.decoded); }

    [[nodiscard]] const CheckCounters& counters() const noexcept { return counters_; }
    [[nodiscard]] const DatasetTable& datasets() const noexcept { return datasets_; }
    /// For the literal sets of the same Compiled, too: Hyperscan's scratch fits all its databases.
    [[nodiscard]] hs_scratch* scratch() const noexcept { return scratch_.get(); }

private:
    enum class Verdict : std::uint8_t { matched, failed, final };
    struct Pcre;
    struct Run;  // one call of check()

    Verdict step(Run& run, std::size_t i, std::int64_t position) noexcept;
    Verdict place(Run& run, std::size_t i, const ContentStep& content, std::int64_t position) noexcept;
    Verdict regex(Run& run, std::size_t i, const RegexStep& step, std::int64_t position) noexcept;
    [[nodiscard]] bool decoded_matches(Run& run, std::size_t i, const Base64Decode& decode, std::int64_t position) noexcept;
    [[nodiscard]] std::optional<std::uint64_t> read(Run& run, const ByteSource& source, std::int64_t position, std::int64_t* end) noexcept;
    [[nodiscard]] std::int64_t value_of(const Number& number) const noexcept;

    struct FreeScratch {
        void operator()(hs_scratch* scratch) const noexcept;
    };
    const Compiled& rules_;
    std::unique_ptr<hs_scratch, FreeScratch> scratch_;
    std::unique_ptr<Pcre> pcre_;
    std::array<std::uint64_t, max_variables> variables_{};
    DatasetTable datasets_;
    std::vector<std::uint8_t> decoded_;  ///< what base64_decode made, while it is looked at
    CheckCounters counters_;
};

}  // namespace weir::rules
