// SPDX-License-Identifier: Apache-2.0
#include "rules/match/dataset.hpp"

#include <algorithm>

#include "rules/match/mix.hpp"

namespace weir::rules {
namespace {

bool changes_sets(const RuleText& text) {
    for (const Rule& rule : text.rules)
        for (const BufferGroup& group : rule.groups)
            for (const Check& check : group.checks)
                if (const auto* const dataset = std::get_if<DatasetCheck>(&check))
                    if (dataset->op == DatasetCheck::Op::set || dataset->op == DatasetCheck::Op::unset) return true;
    return false;
}

}  // namespace

DatasetTable::DatasetTable(const RuleText& text, std::size_t changes) : text_(text), most_(changes_sets(text) ? changes : 0) {
    changes_.resize(2 * most_);
}

/// Where the member stands among the changes, or would stand.
std::size_t DatasetTable::place_of(const DatasetMember& member) const noexcept {
    std::size_t place = mix(member.digest[0] + member.set) % changes_.size();
    while (changes_[place].used && !changes_[place].member.same(member)) place = (place + 1) % changes_.size();
    return place;
}

bool DatasetTable::check(const DatasetCheck& check, Bytes buffer) noexcept {
    using Op = DatasetCheck::Op;
    const auto member = dataset_member(text_.datasets[check.set].type, check.set, buffer);
    if (!member) return false;
    const auto& loaded = text_.dataset_members;
    const auto found = std::lower_bound(loaded.begin(), loaded.end(), *member, DatasetMember::before);
    const bool from_file = found != loaded.end() && found->same(*member);
    if (check.op == Op::reputation) return from_file && check.reputation.matches(found->value);

    bool present = from_file;
    std::size_t place = 0;
    if (!changes_.empty()) {
        place = place_of(*member);
        if (changes_[place].used) present = changes_[place].present;
    }
    if (check.op == Op::isset || check.op == Op::isnotset) return present == (check.op == Op::isset);
    const bool wanted = check.op == Op::set;
    if (present == wanted) return false;
    if (!changes_[place].used) {
        if (used_ >= most_) {
            ++refused_;
            return false;
        }
        ++used_;
    }
    changes_[place] = {*member, true, wanted};
    return true;
}

}  // namespace weir::rules
