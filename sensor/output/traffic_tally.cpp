// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/traffic_tally.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "sensor/output/eve_text.hpp"

namespace weir {
namespace {

std::uint64_t hash_of(const TrafficRow::Key& key) noexcept {
    constexpr std::uint64_t prime = 0x9e3779b97f4a7c15u;
    std::array<std::uint64_t, 5> words{};
    std::memcpy(words.data(), key.client.bytes().data(), 16);
    std::memcpy(words.data() + 2, key.server.bytes().data(), 16);
    words[4] = std::uint64_t{key.server_port} << 16 | std::uint64_t{key.protocol} << 8 | key.app;
    std::uint64_t hash = 0;
    for (const std::uint64_t word : words) hash = (std::rotl(hash, 29) ^ word) * prime;
    return hash ^ (hash >> 32);
}

void add_up(TrafficRow& row, const TrafficRow& more) noexcept {
    row.sessions += more.sessions;
    row.packets += more.packets;
    row.bytes += more.bytes;
    row.alerted += more.alerted;
}

}  // namespace

TrafficTally::TrafficTally(std::size_t capacity) : slots_(std::bit_ceil(std::max<std::size_t>(capacity, 16) * 2)), limit_(slots_.size() / 2) {}

void TrafficTally::add(const Session& session) noexcept {
    const TrafficRow::Key key{session.client(),
                              session.server(),
                              session.equipment[0],
                              session.equipment[1],
                              has_ports(session.key.protocol) ? session.server_port() : std::uint16_t{0},
                              session.key.protocol,
                              session.app};
    const TrafficRow one{key, 1, std::uint64_t{session.packets[0]} + session.packets[1], session.bytes[0] + session.bytes[1], session.alerted ? 1u : 0u};
    std::size_t slot = hash_of(key) & (slots_.size() - 1);
    while (slots_[slot].sessions != 0 && slots_[slot].key != key) slot = (slot + 1) & (slots_.size() - 1);  // half of them are free
    if (slots_[slot].sessions != 0) return add_up(slots_[slot], one);
    if (used_ == limit_) {
        ++unlisted_;
        return;
    }
    ++used_;
    slots_[slot] = one;
}

std::vector<TrafficRow> TrafficTally::merge(std::span<const TrafficTally* const> tallies) {
    std::map<TrafficRow::Key, TrafficRow> sums;
    for (const TrafficTally* const tally : tallies) {
        for (const TrafficRow& row : tally->slots_) {
            if (row.sessions == 0) continue;
            const auto [place, fresh] = sums.try_emplace(row.key, row);
            if (!fresh) add_up(place->second, row);
        }
    }
    std::vector<TrafficRow> out;
    out.reserve(sums.size());
    for (const auto& [key, row] : sums) out.push_back(row);
    return out;
}

}  // namespace weir
