// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/threshold_file.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string>

#include "rules/language/lexer.hpp"

namespace weir {
namespace {

using namespace rules::language;
using rules::Threshold;

constexpr std::uint64_t any_u32 = std::numeric_limits<std::uint32_t>::max();

template <class Value, std::size_t N>
Value word_of(const std::array<std::pair<std::string_view, Value>, N>& words, Text word) {
    std::string expected;
    for (const auto& [name, value] : words) {
        if (word.is(name)) return value;
        expected += (expected.empty() ? "" : ", ") + std::string(name);
    }
    refuse(word, "unknown word " + shown(word.text) + ": expected one of " + expected);
}

constexpr std::array<std::pair<std::string_view, Threshold::Type>, 3> types{
    {{"limit", Threshold::Type::limit}, {"threshold", Threshold::Type::threshold}, {"both", Threshold::Type::both}}};
constexpr std::array<std::pair<std::string_view, Threshold::Track>, 5> tracks{{{"by_src", Threshold::Track::by_src},
                                                                               {"by_dst", Threshold::Track::by_dst},
                                                                               {"by_both", Threshold::Track::by_both},
                                                                               {"by_rule", Threshold::Track::by_rule},
                                                                               {"by_flow", Threshold::Track::by_flow}}};
constexpr std::array<std::pair<std::string_view, Suppression::Track>, 3> ends{
    {{"by_src", Suppression::Track::by_src}, {"by_dst", Suppression::Track::by_dst}, {"by_either", Suppression::Track::by_either}}};
constexpr std::array<std::pair<std::string_view, rules::Action>, 4> actions{{{"alert", rules::Action::alert},
                                                                             {"drop", rules::Action::drop},
                                                                             {"pass", rules::Action::pass},
                                                                             {"reject", rules::Action::reject}}};

/// A line's `name value` pairs, each taken once; what is left over at the end is not known.
class Parts {
public:
    explicit Parts(Text rest) : end_(rest.end()) {
        while (!rest.empty()) {
            Text part = take_part(rest);
            const Text name = take_word(part);
            if (name.empty()) refuse(name, "a word is missing between commas");
            if (!values_.emplace(name.text, std::pair{name, part}).second) refuse(name, std::string(name.text) + " stands twice");
        }
    }
    [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
    Text take(std::string_view name) {
        const auto found = values_.find(name);
        if (found == values_.end()) refuse(end_, std::string(name) + " is missing");
        const Text value = found->second.second;
        values_.erase(found);
        return value;
    }
    std::uint32_t number(std::string_view name, std::uint64_t least) { return static_cast<std::uint32_t>(parse_unsigned(take(name), least, any_u32)); }
    RuleNumber rule() { return {number("gen_id", 0), number("sig_id", 0)}; }
    void finish() const {
        if (!values_.empty()) refuse(values_.begin()->second.first, "unknown word " + shown(values_.begin()->first));
    }

private:
    /// Up to a comma outside brackets.
    static Text take_part(Text& rest) {
        std::size_t end = 0;
        for (int open = 0; end < rest.size() && (rest.text[end] != ',' || open > 0); ++end) open += rest.text[end] == '[' ? 1 : rest.text[end] == ']' ? -1 : 0;
        const Text part = rest.first(end).trimmed();
        rest = end == rest.size() ? rest.end() : rest.from(end + 1);
        return part;
    }
    Text end_;
    std::map<std::string_view, std::pair<Text, Text>> values_;
};

void read_line(Text line, ListReader& lists, ThresholdFile& into) {
    Text rest = line;
    Text word = take_word(rest);
    if (word.text.ends_with(':')) word = word.first(word.size() - 1);
    Parts parts(rest);
    if (word.is("suppress")) {
        Suppression suppression{parts.rule(), {}, {}};
        if (parts.has("track")) {
            suppression.track = word_of(ends, parts.take("track"));
            suppression.addresses = lists.addresses(parts.take("ip"));
        }
        parts.finish();
        into.suppressions.push_back(std::move(suppression));
    } else if (word.is("threshold") || word.is("event_filter")) {
        EventFilter filter{parts.rule(), {}};
        filter.threshold.type = word_of(types, parts.take("type"));
        filter.threshold.track = word_of(tracks, parts.take("track"));
        filter.threshold.count = parts.number("count", 1);
        filter.threshold.seconds = parts.number("seconds", 1);
        parts.finish();
        into.filters.push_back(filter);
    } else if (word.is("rate_filter")) {
        RateFilter filter{parts.rule(), {}, {}, 0};
        filter.rate.track = word_of(tracks, parts.take("track"));
        filter.rate.count = parts.number("count", 1);
        filter.rate.seconds = parts.number("seconds", 1);
        filter.new_action = word_of(actions, parts.take("new_action"));
        filter.timeout = parts.number("timeout", 0);
        parts.finish();
        into.rates.push_back(filter);
    } else {
        refuse(word, "unknown word " + shown(word.text) + ": expected suppress, threshold, event_filter or rate_filter");
    }
}

}  // namespace

std::vector<FileError> load_thresholds(std::string_view file, std::string_view text, const rules::Variables& variables, ThresholdFile& into) {
    std::vector<FileError> errors;
    ListReader lists(variables);
    RuleReader reader(text);
    RuleLine line;
    while (reader.next(line)) {
        try {
            read_line(Text{line.text(), 0}.trimmed(), lists, into);
        } catch (const Refusal& refusal) {
            const auto place = line.position(refusal.offset);
            errors.push_back({std::string(file), place.line, place.column, refusal.reason});
        }
    }
    return errors;
}

}  // namespace weir
