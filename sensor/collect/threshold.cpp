// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/threshold.hpp"

#include <algorithm>
#include <tuple>

namespace weir {
namespace {

/// SplitMix64's last step: spreads what is combined over all bits. Where an entry stands decides nothing that can be seen.
std::uint64_t mix(std::uint64_t value) noexcept {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

std::uint64_t hash_of(const IpAddress& address) noexcept {
    std::array<std::uint64_t, 2> halves{};
    std::memcpy(halves.data(), address.bytes().data(), sizeof halves);
    return mix(halves[0] ^ mix(halves[1]));
}

}  // namespace

std::size_t Thresholds::Hash::operator()(const Key& key) const noexcept {
    return mix(hash_of(key.first) + mix(hash_of(key.second) + mix(key.flow_id + mix(std::uint64_t{key.rule} * 3 + static_cast<std::uint64_t>(key.use) + mix(key.line)))));
}

bool Thresholds::suppressed(const rules::Rule& rule, const RecordHead& alert) const {
    using Track = Suppression::Track;
    return std::any_of(file_.suppressions.begin(), file_.suppressions.end(), [&](const Suppression& line) {
        if (!line.rule.covers(rule)) return false;
        const bool source = line.track != Track::by_dst && line.addresses.contains(alert.source);
        const bool destination = line.track != Track::by_src && line.addresses.contains(alert.destination);
        return line.track == Track::always || source || destination;
    });
}

/// The line that names the rule, else the last one that is about all of its kind.
const EventFilter* Thresholds::filter_of(const rules::Rule& rule) const {
    const EventFilter* out = nullptr;
    for (const EventFilter& line : file_.filters)
        if (line.rule.covers(rule) && (out == nullptr || line.rule.is_one() || !out->rule.is_one())) out = &line;
    return out;
}

bool Thresholds::pass(const rules::Rule& rule, const RecordHead& alert) {
    if (suppressed(rule, alert)) return false;
    const EventFilter* const filter = filter_of(rule);
    const bool replaced = filter != nullptr && filter->rule.is_one();
    // detection_filter says when a rule matches at all, threshold how often that is worth telling.
    if (!replaced && rule.detection_filter && !count(*rule.detection_filter, alert, Use::detection)) return false;
    if (!replaced && rule.threshold) {
        if (!count(*rule.threshold, alert, Use::threshold)) return false;
    } else if (filter != nullptr && (replaced || !rule.detection_filter) && !count(filter->threshold, alert, Use::threshold)) {
        return false;
    }
    bool pass = true;
    for (std::size_t i = 0; i < file_.rates.size(); ++i)
        if (file_.rates[i].rule.covers(rule) && rate_exceeded(file_.rates[i], static_cast<std::uint32_t>(i), alert))
            pass = pass && file_.rates[i].new_action != rules::Action::pass;
    return pass;
}

bool Thresholds::rate_exceeded(const RateFilter& filter, std::uint32_t line, const RecordHead& alert) {
    Key key = key_of(filter.rate, alert, Use::rate);
    key.line = line;
    const Time now = alert.key.clock;
    bool fresh = false;
    Entry& entry = find(key, now, fresh);
    if (entry.exceeded) {
        if (now - *entry.exceeded <= filter.timeout * second) return true;
        entry.exceeded.reset();
    }
    if (now - entry.start >= filter.rate.seconds * second) {
        entry.start = now;
        entry.count = 0;
    }
    if (++entry.count <= filter.rate.count) return false;
    entry.exceeded = now;
    return true;
}

Thresholds::Entry& Thresholds::find(const Key& key, Time now, bool& fresh) {
    const auto known = entries_.find(key);
    fresh = known == entries_.end();
    if (!fresh) {
        order_.splice(order_.begin(), order_, known->second);
        return order_.front();
    }
    if (entries_.size() >= capacity_ && !order_.empty()) {
        entries_.erase(order_.back().key);
        order_.pop_back();
        ++evicted_;
    }
    order_.push_front(Entry{key, now, 0, 0, {}});
    entries_.emplace(key, order_.begin());
    return order_.front();
}

Thresholds::Key Thresholds::key_of(const rules::Threshold& threshold, const RecordHead& alert, Use use) {
    using Track = rules::Threshold::Track;
    Key key;
    key.rule = alert.rule;
    key.use = use;
    switch (threshold.track) {
        case Track::by_src: key.first = alert.source; break;
        case Track::by_dst: key.first = alert.destination; break;
        case Track::by_both: std::tie(key.first, key.second) = std::minmax(alert.source, alert.destination); break;  // either way round
        case Track::by_rule: break;
        case Track::by_flow: key.flow_id = alert.flow_id; break;
    }
    return key;
}

bool Thresholds::count(const rules::Threshold& threshold, const RecordHead& alert, Use use) {
    using Type = rules::Threshold::Type;
    const Time now = alert.key.clock;
    bool fresh = false;
    Entry& entry = find(key_of(threshold, alert, use), now, fresh);
    if (threshold.type == Type::backoff) {  // alerts at hits 1 x count, multiplier x count, multiplier^2 x count, ...
        if (fresh) entry.next = std::max(threshold.count, 1u);
        if (++entry.count < entry.next) return false;
        const std::uint64_t factor = std::max(threshold.multiplier, 1u);
        entry.next = entry.next > ~std::uint64_t{0} / factor ? ~std::uint64_t{0} : entry.next * factor;
        return true;
    }
    if (now - entry.start > threshold.seconds * second) {  // a new window begins with this hit
        entry.start = now;
        entry.count = 0;
    }
    ++entry.count;
    switch (threshold.type) {
        case Type::limit: return entry.count <= threshold.count;
        case Type::threshold:
            if (entry.count < threshold.count) return false;
            entry.count = 0;
            return true;
        case Type::both: return entry.count == std::max(threshold.count, 1u);
        case Type::detection_filter: return entry.count > threshold.count;
        case Type::backoff: break;
    }
    return true;
}

}  // namespace weir
