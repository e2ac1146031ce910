// SPDX-License-Identifier: Apache-2.0
#include "rules/match/host_bits.hpp"

#include <cstring>

#include "rules/match/mix.hpp"

namespace weir::rules {

HostBits::HostBits(std::size_t capacity) : marks_((capacity + ways - 1) / ways * ways) {}

std::size_t HostBits::bucket_of(const Key& key) const noexcept {
    std::uint64_t sum = key.bit;
    for (const IpAddress* const address : {&key.first, &key.second}) {
        std::array<std::uint64_t, 2> halves{};
        std::memcpy(halves.data(), address->bytes().data(), sizeof halves);
        sum = mix(mix(sum + halves[0]) + halves[1]);
    }
    return sum % (marks_.size() / ways) * ways;
}

const HostBits::Mark* HostBits::find(const Key& key) const noexcept {
    if (marks_.empty()) return nullptr;
    const Mark* const bucket = &marks_[bucket_of(key)];
    for (std::size_t i = 0; i < ways; ++i)
        if (bucket[i].used && bucket[i].key == key) return &bucket[i];
    return nullptr;
}

bool HostBits::is_set(const Key& key, std::uint64_t now) const noexcept {
    const Mark* const mark = find(key);
    return mark != nullptr && mark->expires >= now;
}

void HostBits::set(const Key& key, std::uint64_t now, std::uint32_t seconds) noexcept {
    if (marks_.empty()) return;
    Mark* place = const_cast<Mark*>(find(key));
    if (place == nullptr) {
        Mark* const bucket = &marks_[bucket_of(key)];
        place = bucket;
        for (std::size_t i = 0; i < ways && place->used; ++i)
            if (!bucket[i].used || bucket[i].expires < place->expires) place = &bucket[i];
        if (place->used && place->expires >= now) ++evicted_;
    }
    *place = {key, true, now + seconds};
}

void HostBits::unset(const Key& key) noexcept {
    if (Mark* const mark = const_cast<Mark*>(find(key))) mark->used = false;
}

}  // namespace weir::rules
