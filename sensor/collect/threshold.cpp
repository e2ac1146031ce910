// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/threshold.hpp"

#include <algorithm>

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
    return mix(hash_of(key.first) + mix(hash_of(key.second) + mix(key.flow_id + mix(std::uint64_t{key.rule} * 2 + (key.detection ? 1 : 0)))));
}

bool Thresholds::pass(const rules::Rule& rule, const RecordHead& alert) {
    // detection_filter says when a rule matches at all, threshold how often that is worth telling.
    if (rule.detection_filter && !count(*rule.detection_filter, alert, true)) return false;
    return !rule.threshold || count(*rule.threshold, alert, false);
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
    order_.push_front(Entry{key, now, 0, 0});
    entries_.emplace(key, order_.begin());
    return order_.front();
}

bool Thresholds::count(const rules::Threshold& threshold, const RecordHead& alert, bool detection) {
    using Type = rules::Threshold::Type;
    using Track = rules::Threshold::Track;
    Key key;
    key.rule = alert.rule;
    key.detection = detection;
    switch (threshold.track) {
        case Track::by_src: key.first = alert.source; break;
        case Track::by_dst: key.first = alert.destination; break;
        case Track::by_both: key.first = alert.source, key.second = alert.destination; break;
        case Track::by_rule: break;
        case Track::by_flow: key.flow_id = alert.flow_id; break;
    }
    const Time now = alert.key.clock;
    bool fresh = false;
    Entry& entry = find(key, now, fresh);
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
