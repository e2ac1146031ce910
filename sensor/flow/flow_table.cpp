// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/flow_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace weir {
namespace {

constexpr std::uint32_t max_capacity = 1u << 24;
constexpr std::uint32_t eviction_sample = 16;  ///< sessions looked at for one to evict

/// 2/3 of the index's places at most are in use: then a session practically always finds one.
std::size_t buckets_for(std::size_t sessions, std::size_t bucket_entries) noexcept {
    return std::bit_ceil(std::max<std::size_t>(2, sessions * 3 / 2 / bucket_entries + 1));
}

/// A bijection of 51-bit numbers that leaves no pattern of its argument.
std::uint64_t scramble(std::uint64_t value, std::uint64_t mask) noexcept {
    value ^= value >> 27;
    value = value * 0x3c79ac492ba7b653 & mask;
    value ^= value >> 25;
    value = value * 0x1c69b3f74ac4ae35 & mask;
    value ^= value >> 27;
    return value == 0 ? mask : value;
}

Time later(Time time, Time delay) noexcept {
    constexpr Time never = std::numeric_limits<Time>::max();
    return time > never - delay ? never : time + delay;
}

}  // namespace

FlowTable::FlowTable(const FlowConfig& config, const ServicePorts& services, FlowMetrics& metrics)
    : slots_(std::clamp(config.max_sessions, 1u, max_capacity)),
      buckets_(buckets_for(slots_.size(), bucket_entries)),
      due_(slots_.size() * 3),
      timers_(slots_.size()),
      update_interval_(std::max(config.update_interval, tick)),
      services_(&services),
      metrics_(&metrics),
      bucket_mask_(buckets_.size() - 1) {
    const std::array classes{config.tcp, config.udp, config.icmp, config.other};
    for (std::size_t i = 0; i < classes.size(); ++i) timeouts_[i] = {classes[i].fresh, classes[i].established, classes[i].closed};
    metrics_->sessions_limit.set(slots_.size());
}

// ---------------------------------------------------------------- index

std::size_t FlowTable::other_of(std::size_t bucket, std::uint32_t tag) const noexcept {
    const std::uint64_t step = (std::uint64_t{tag} * 0x9e3779b97f4a7c15) >> 32;
    return (bucket ^ (step | 1)) & bucket_mask_;  // never the bucket itself, and back again with the same step
}

void FlowTable::prefetch_session(std::uint64_t hash) const noexcept {
    const std::uint32_t tag = tag_of(hash);
    const std::size_t home = home_of(hash);
    const Bucket& bucket = buckets_[home];
    for (std::size_t i = 0; i < bucket_entries; ++i) {
        if (bucket.tag[i] != tag || bucket.slot[i] == 0) continue;
        const auto* const lines = reinterpret_cast<const std::byte*>(&slots_[bucket.slot[i] - 1]);
        __builtin_prefetch(lines, 1);
        __builtin_prefetch(lines + 64, 1);
        __builtin_prefetch(lines + 128, 1);
        return;
    }
    __builtin_prefetch(&buckets_[other_of(home, tag)]);
}

Session* FlowTable::find(const FlowKey& key, std::uint64_t hash) noexcept {
    const std::uint32_t tag = tag_of(hash);
    std::size_t at = home_of(hash);
    for (int turn = 0; turn < 2; ++turn) {
        const Bucket& bucket = buckets_[at];
        unsigned candidates = 0;
        for (std::size_t i = 0; i < bucket_entries; ++i) candidates |= unsigned{bucket.tag[i] == tag && bucket.slot[i] != 0} << i;
        for (; candidates != 0; candidates &= candidates - 1) {
            Session& session = slots_[bucket.slot[static_cast<std::size_t>(std::countr_zero(candidates))] - 1].session;
            if (session.key == key) return &session;
        }
        at = other_of(at, tag);
    }
    return nullptr;
}

/// A free place in a bucket; null when it is full.
std::uint32_t* FlowTable::free_entry(std::size_t bucket) noexcept {
    auto& slots = buckets_[bucket].slot;
    const auto found = std::ranges::find(slots, 0u);
    return found == slots.end() ? nullptr : &*found;
}

/// Makes a free place by moving one session to its other bucket; false where none can move.
bool FlowTable::displace_from(std::size_t from) noexcept {
    Bucket& bucket = buckets_[from];
    for (std::size_t i = 0; i < bucket_entries; ++i) {
        const std::size_t to = other_of(from, bucket.tag[i]);
        std::uint32_t* const place = free_entry(to);
        if (place == nullptr) continue;
        buckets_[to].tag[static_cast<std::size_t>(place - buckets_[to].slot.data())] = bucket.tag[i];
        *place = bucket.slot[i];
        bucket.slot[i] = 0;
        return true;
    }
    return false;
}

bool FlowTable::has_place(std::uint64_t hash) noexcept {
    const std::size_t home = home_of(hash);
    const std::size_t other = other_of(home, tag_of(hash));
    return free_entry(home) != nullptr || free_entry(other) != nullptr || displace_from(home) || displace_from(other);
}

void FlowTable::place(std::uint64_t hash, std::uint32_t position) noexcept {
    std::size_t at = home_of(hash);
    std::uint32_t* entry = free_entry(at);
    if (entry == nullptr) {
        at = other_of(at, tag_of(hash));
        entry = free_entry(at);  // there is one: `make_room` came before
    }
    buckets_[at].tag[static_cast<std::size_t>(entry - buckets_[at].slot.data())] = tag_of(hash);
    *entry = position + 1;
}

// ---------------------------------------------------------------- sessions

Session& FlowTable::open(const PacketKey& key, const Decoded& decoded, std::size_t layer, const Packet& packet) noexcept {
    const Layers& layers = decoded.layers[layer];
    std::uint32_t position = touched_;
    if (free_ != 0) {
        position = free_ - 1;
        free_ = slots_[position].next_free;
    } else {
        ++touched_;
    }
    Slot& slot = slots_[position];
    slot.check = 0;
    slot.hash = key.hash;
    slot.used = true;
    slot.session = Session{};
    Session& session = slot.session;
    const Orientation orientation = orient(layers, *services_);
    session.key = key.key;
    session.client_is_low = orientation.source_opened == key.from_low;
    session.opening = orientation.opening;
    session.slot = position;
    session.last = packet.clock;
    session.start = packet.time;
    session.next_update = later(packet.clock, update_interval_);
    session.first_packet = packet.number;
    session.depth = layers.depth;
    session.id = scramble(age_of(session), id_mask);
    session.vlan = layers.vlan;
    session.vlan_count = layers.vlan_count;
    session.tunnel = static_cast<std::uint8_t>(layers.tunnel);
    if (class_of(layers.protocol) == icmp_class && !layers.incomplete_fragment) {
        session.icmp_type = layers.icmp_type;
        session.icmp_code = layers.icmp_code;
    }
    session.origin = packet.origin;
    if (layers.depth == 0) {  // Linux cooked captures know the sender's address alone
        const std::size_t sender = orientation.source_opened ? 0 : 1;
        if (decoded.source_mac != nullptr) std::memcpy(session.mac[sender].data(), decoded.source_mac, 6);
        if (decoded.destination_mac != nullptr) std::memcpy(session.mac[1 - sender].data(), decoded.destination_mac, 6);
    }
    place(key.hash, position);
    set_timer(position);
    metrics_->sessions.set(++size_);
    switch (session.opening) {
        case Opening::syn: metrics_->opened_syn.add(); break;
        case Opening::syn_ack: metrics_->opened_syn_ack.add(); break;
        case Opening::guessed: metrics_->opened_guessed.add(); break;
        default: metrics_->opened_first.add(); break;
    }
    return session;
}

Direction FlowTable::account(Session& session, const PacketKey& key, const Layers& layers, const Packet& packet) noexcept {
    const Direction direction = key.from_low == session.client_is_low ? Direction::to_server : Direction::to_client;
    const auto index = static_cast<std::size_t>(direction);
    session.last = packet.clock;
    session.end = packet.time;
    session.bytes[index] += layers.depth == 0 ? packet.wire_length : layers.ip_header.size() + layers.transport.size() + layers.payload_missing;
    ++session.packets[index];
    if (layers.protocol == ip_protocol::tcp && !layers.incomplete_fragment) {
        session.tcp_flags[index] |= layers.tcp.flags;
        const auto before = static_cast<TcpState>(session.tcp_state);
        const TcpState after = next_state(before, direction, layers.tcp.flags);
        if (after != before) {
            session.tcp_state = static_cast<std::uint8_t>(after);
            session.state = session_state_of(after);
            hasten_timer(session.slot);
        }
    } else if (session.state == SessionState::new_ && session.packets[0] != 0 && session.packets[1] != 0) {
        session.state = SessionState::established;
        hasten_timer(session.slot);
    }
    return direction;
}

void FlowTable::remove(Session& session, SessionEnd reason) noexcept {
    const std::uint32_t position = session.slot;
    Slot& slot = slots_[position];
    std::size_t at = home_of(slot.hash);
    auto found = std::ranges::find(buckets_[at].slot, position + 1);
    if (found == buckets_[at].slot.end()) {
        at = other_of(at, tag_of(slot.hash));
        found = std::ranges::find(buckets_[at].slot, position + 1);
    }
    *found = 0;
    timers_.remove(position);
    slot.used = false;
    slot.next_free = free_;
    free_ = position + 1;
    metrics_->sessions.set(--size_);
    switch (reason) {
        case SessionEnd::timeout: metrics_->ended_timeout.add(); break;
        case SessionEnd::closed: metrics_->ended_closed.add(); break;
        case SessionEnd::evicted: metrics_->ended_evicted.add(); break;
        case SessionEnd::shutdown: metrics_->ended_shutdown.add(); break;
    }
}

/// Closed sessions go first, then those that nobody answered, then the longest silent.
bool FlowTable::worth_less(std::uint32_t left, std::uint32_t right) const noexcept {
    const auto worth = [](const Session& session) {
        return session.state == SessionState::closed ? 0 : session.state == SessionState::new_ ? 1 : 2;
    };
    const Session& a = slots_[left].session;
    const Session& b = slots_[right].session;
    if (worth(a) != worth(b)) return worth(a) < worth(b);
    return a.last != b.last ? a.last < b.last : age_of(a) < age_of(b);
}

/// Of the next few sessions in turn, the one that is worth least. Only for a full table: every slot is in use.
Session& FlowTable::least_valuable() noexcept {
    const std::uint32_t count = capacity();
    std::uint32_t found = hand_ % count;
    for (std::uint32_t i = 0; i < std::min(eviction_sample, count); ++i) {
        const std::uint32_t candidate = hand_ % count;
        hand_ = candidate + 1;
        if (worth_less(candidate, found)) found = candidate;
    }
    return slots_[found].session;
}

/// Of the sessions in both buckets of a hash, which are full, the one that is worth least.
Session& FlowTable::least_valuable_near(std::uint64_t hash) noexcept {
    const std::size_t home = home_of(hash);
    std::uint32_t found = buckets_[home].slot[0] - 1;
    for (const std::size_t at : {home, other_of(home, tag_of(hash))})
        for (const std::uint32_t slot : buckets_[at].slot)
            if (worth_less(slot - 1, found)) found = slot - 1;
    return slots_[found].session;
}

// ---------------------------------------------------------------- time

Time FlowTable::due_of(const Slot& slot) const noexcept {
    const Time due = std::min(expiry_of(slot.session), slot.session.next_update);
    return slot.check != 0 ? std::min(due, slot.check) : due;
}

namespace {
/// The first boundary at or after `time`, as a tick.
TimerWheel::Tick tick_at(Time time) noexcept {
    if (time <= 0) return 0;
    return (static_cast<std::uint64_t>(time) + static_cast<std::uint64_t>(FlowTable::tick - 1)) >> FlowTable::tick_bits;
}
}  // namespace

void FlowTable::set_timer(std::uint32_t position) noexcept { timers_.add(position, tick_at(due_of(slots_[position]))); }

/// Something may fall due earlier than thought. What falls due later is found out when the timer fires.
void FlowTable::hasten_timer(std::uint32_t position) noexcept {
    if (tick_at(due_of(slots_[position])) >= timers_.tick_of(position)) return;
    timers_.remove(position);
    set_timer(position);
}

void FlowTable::schedule_check(Session& session, Time when) noexcept {
    Slot& slot = slots_[session.slot];
    if (slot.check != 0 && slot.check <= when) return;
    slot.check = std::max<Time>(when, 1);
    hasten_timer(session.slot);
}

/// Everything that is due at this boundary, in order. Sessions whose timer fired too early get a new one.
std::span<const FlowTable::Due> FlowTable::collect(Time boundary) noexcept {
    std::size_t count = 0;
    const Time begin = boundary - tick + 1;
    const auto note = [&](Time due, std::uint32_t position, TimerEvent::Kind kind) {
        const auto offset = static_cast<std::uint64_t>(std::clamp(due, begin, boundary) - begin);
        due_[count++] = {(offset >> (tick_bits - 13)) << 51 | age_of(slots_[position].session), due, position, kind};
    };
    for (std::uint32_t position; (position = timers_.pop()) != TimerWheel::none;) {
        Slot& slot = slots_[position];
        Session& session = slot.session;
        const Time expiry = expiry_of(session);
        const Time limit = std::min(expiry - 1, boundary);  // what comes after its end comes no more
        if (slot.check != 0 && slot.check <= limit) {
            note(slot.check, position, TimerEvent::Kind::check);
            slot.check = 0;
        }
        if (session.next_update <= limit) {
            note(session.next_update, position, TimerEvent::Kind::update);
            const Time missed = (limit - session.next_update) / update_interval_;
            session.next_update = later(session.next_update, (missed + 1) * update_interval_);
        }
        if (expiry <= boundary) note(expiry, position, TimerEvent::Kind::end);
        set_timer(position);
    }
    const auto found = std::span(due_.data(), count);
    std::ranges::sort(found, [](const Due& a, const Due& b) { return a.order != b.order ? a.order < b.order : a.kind < b.kind; });
    return found;
}

std::span<const FlowTable::Due> FlowTable::collect_all() noexcept {
    std::size_t count = 0;
    for (std::uint32_t position = 0; position < touched_; ++position)
        if (slots_[position].used) due_[count++] = {age_of(slots_[position].session), 0, position, TimerEvent::Kind::end};
    const auto found = std::span(due_.data(), count);
    std::ranges::sort(found, {}, &Due::order);
    return found;
}

}  // namespace weir
