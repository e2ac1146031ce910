// SPDX-License-Identifier: Apache-2.0
#include "sensor/forward/forwarder.hpp"

#include <rte_ether.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_prefetch.h>
#include <time.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "sensor/decode/steer.hpp"

namespace weir {
namespace {

constexpr Time tick = 500'000;                  // inspectors hear of the time at least so often
constexpr Time stall = second / 10;             // an inspector that does not move for so long has stopped
constexpr Time look_interval = second / 4;
constexpr unsigned quiet_turns = 4096;          // before the loop rests
constexpr long rest_nanoseconds = 10'000;
constexpr std::size_t longest = 65'535;
constexpr unsigned output_patience = 256;       // attempts to hand a burst to a device whose queue is full

}  // namespace

/// A packet that waits for its verdict.
struct Forwarder::Held {
    rte_mbuf* packet;
    std::uint64_t position;  ///< where it ends in the ring; 0: it was not copied, and waits for those before it only
    std::uint64_t tag;
    Time deadline;
    std::uint8_t side;
};

/// What belongs to one worker.
struct Forwarder::Lane {
    Lane(PacketRingWriter writer, LaneAccount& counters, std::size_t capacity, std::size_t remembered)
        : ring(writer), account(counters), held(capacity), sessions(remembered) {}

    [[nodiscard]] bool full() const noexcept { return last - first == held.size(); }
    [[nodiscard]] bool empty() const noexcept { return last == first; }
    [[nodiscard]] Held& front() noexcept { return held[first & (held.size() - 1)]; }

    PacketRingWriter ring;
    LaneAccount& account;
    std::vector<Held> held;  ///< a ring of its own; its size is a power of two
    std::size_t first = 0, last = 0;
    std::optional<VerdictEntry> verdict;  ///< the next one, taken and not used yet
    SessionMemory sessions;
    std::uint32_t pushed = 0;  ///< packets since they were last published
    std::uint64_t cursor = 0;  ///< as last seen, and when it last moved
    Time moved = 0;         ///< 0: not looked at yet
    bool stalled = false;
};

Forwarder::Forwarder(const ForwarderConfig& config, const Ports& ports, ForwardAccount& account, std::vector<PacketRingWriter> rings,
                     Steering steering)
    : config_(config), ports_(ports), account_(account), steering_(std::move(steering)), scratch_(longest) {
    account_.ports = static_cast<std::uint32_t>(ports_.ids.size());
    account_.lanes = static_cast<std::uint32_t>(rings.size());
    number_ = std::max<std::uint64_t>(1, account_.next_number.get());
    const std::size_t held = config_.enforce ? std::bit_ceil(config_.held) : 1;
    for (PacketRingWriter& ring : rings) {
        LaneAccount& counters = account_.lane[lanes_.size()];
        lanes_.push_back(std::make_unique<Lane>(ring, counters, held, config_.enforce ? 4096u : 1u));
        counters.ring_limit.set(ring.capacity());
        counters.remembered_limit.set(lanes_.back()->sessions.limit());
    }
    for (PortAccount& port : account_.port) {  // what the one before me held
        port.dropped[static_cast<std::size_t>(ForwardDrop::forwarder_ended)].add(port.held.get());
        port.held.set(0);
    }
    time_ = now();
}

Forwarder::~Forwarder() = default;

Time Forwarder::now() noexcept {
    timespec wall{};
    clock_gettime(CLOCK_REALTIME, &wall);
    return std::max(time_, Time{wall.tv_sec} * second + wall.tv_nsec);
}

void Forwarder::run(const std::atomic<bool>& pause) noexcept {
    unsigned quiet = 0;
    while (!pause.load(std::memory_order_relaxed)) {
        if (turn()) {
            quiet = 0;
        } else if (++quiet > quiet_turns) {
            const timespec rest{0, rest_nanoseconds};
            nanosleep(&rest, nullptr);
        }
    }
}

void Forwarder::finish() noexcept {
    for (const auto& lane : lanes_) settle(*lane, true);
    for (std::size_t side = 0; side < ports_.ids.size(); ++side) flush(side);
    look_around();
}

bool Forwarder::turn() noexcept {
    time_ = now();
    bool busy = false;
    for (std::size_t side = 0; side < ports_.ids.size(); ++side) busy |= take_in(side);
    const bool due = time_ - published_ >= tick;
    if (due) published_ = time_;
    for (const auto& lane : lanes_) {
        if (lane->pushed != 0 || due) lane->ring.publish(time_, number_);
        lane->account.copied.add(std::exchange(lane->pushed, 0));
        if (!config_.enforce) continue;
        if (due) watch(*lane);
        busy |= !lane->empty();
        settle(*lane, false);
    }
    for (std::size_t side = 0; side < ports_.ids.size(); ++side) flush(side);
    account_.turns.add();
    if (time_ - looked_ >= look_interval) look_around();
    return busy;
}

bool Forwarder::take_in(std::size_t side) noexcept {
    std::array<rte_mbuf*, at_once> packets;
    const std::uint16_t count = rte_eth_rx_burst(ports_.ids[side], 0, packets.data(), at_once);
    if (count == 0) return false;
    account_.port[side].received.add(count);
    std::uint64_t bytes = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        constexpr std::uint16_t ahead = 4;
        if (i + ahead < count) rte_prefetch0(rte_pktmbuf_mtod(packets[i + ahead], const void*));
        bytes += one_packet(side, packets[i]);
    }
    account_.port[side].received_bytes.add(bytes);
    flush(side);
    if (!config_.enforce) {
        const auto taken = static_cast<std::uint64_t>(now() - time_);
        const auto bound = std::ranges::lower_bound(latency_bounds, taken) - latency_bounds.begin();
        account_.latency[static_cast<std::size_t>(bound)].add(count);
        account_.latency_sum.add(taken * count);
    }
    return true;
}

/// Its length.
std::uint32_t Forwarder::one_packet(std::size_t side, rte_mbuf* packet) noexcept {
    // Some devices take the VLAN tag off and hand it over beside the packet: on the wire it stood in it.
    constexpr std::uint64_t stripped = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
    if ((packet->ol_flags & stripped) == stripped && rte_vlan_insert(&packet) != 0) {
        drop(side, packet, ForwardDrop::unusable);
        return 0;
    }
    packet->ol_flags &= ~stripped;
    const std::uint32_t length = rte_pktmbuf_pkt_len(packet);

    Packet view;
    const std::uint32_t seen = std::min<std::uint32_t>(length, longest);
    view.data = {static_cast<const std::uint8_t*>(rte_pktmbuf_read(packet, 0, seen, scratch_.data())), seen};
    view.wire_length = length;
    view.origin = static_cast<std::uint16_t>(side);
    view.time = view.clock = time_;
    view.number = number_++;
    Lane& lane = *lanes_[choose_worker(view, static_cast<std::uint32_t>(lanes_.size()), [this](const IpAddress& address) { return steering_.contains(address); })];
    const std::uint64_t tag = config_.enforce ? session_tag(view) : 0;
    std::optional<std::uint64_t> position;
    if (!lane.ring.attended() || lane.stalled) {
        lane.account.bypassed[static_cast<std::size_t>(Bypass::no_inspector)].add();
    } else if ((position = lane.ring.push(view, tag))) {
        ++lane.pushed;
    } else {
        lane.account.bypassed[static_cast<std::size_t>(Bypass::ring_full)].add();
    }
    if (!config_.enforce) {
        put_out(side, packet);
        return length;
    }
    if (const Action action = tag != 0 ? lane.sessions.find(tag, time_) : Action::pass; action != Action::pass) {
        refuse(side, packet, action);
        return length;
    }
    if (lane.full()) {  // the oldest has waited long enough
        lane.account.deadlines.add();
        let_go(lane, false);
    }
    lane.held[lane.last++ & (lane.held.size() - 1)] = {packet, position.value_or(0), tag, time_ + config_.deadline, static_cast<std::uint8_t>(side)};
    account_.port[side].held.add();
    return length;
}

/// Where nobody looks at what is in the ring, packets need not wait for it.
void Forwarder::watch(Lane& lane) noexcept {
    const std::uint64_t cursor = lane.ring.cursor();
    if (cursor != lane.cursor || lane.ring.used() == 0 || lane.moved == 0) {
        lane.cursor = cursor;
        lane.moved = time_;
    }
    lane.stalled = time_ - lane.moved > stall;
}

/// Lets go of held packets, in their order: of those that have been judged, of those that have waited too long, or of all.
void Forwarder::settle(Lane& lane, bool give_up) noexcept {
    const std::uint64_t cursor = lane.ring.cursor();
    while (!lane.empty()) {
        const Held& held = lane.front();
        const bool judged = held.position != 0 && held.position <= cursor;
        if (!judged && held.position != 0 && time_ < held.deadline && !give_up) break;
        if (!judged && held.position != 0) lane.account.deadlines.add();
        let_go(lane, judged);
    }
    lane.account.remembered.set(lane.sessions.size());
    lane.account.forgotten.set(lane.sessions.forgotten());
    lane.account.nonsense.set(lane.ring.nonsense());
}

/// The oldest held packet goes its way. Verdicts come in the order of packets; those on packets that have gone by then still hold for
/// their sessions.
void Forwarder::let_go(Lane& lane, bool judged) noexcept {
    const Held held = lane.front();
    ++lane.first;
    account_.port[held.side].held.set(account_.port[held.side].held.get() - 1);
    Action action = Action::pass;
    // A bound: an inspector that gives verdicts without end must not hold the wire.
    for (std::size_t left = packet_ring::verdicts; judged && left > 0; --left) {
        if (!lane.verdict) lane.verdict = lane.ring.next_verdict();
        if (!lane.verdict || lane.verdict->position > held.position) break;
        const Action said = lane.verdict->action == static_cast<std::uint32_t>(Action::drop)     ? Action::drop
                            : lane.verdict->action == static_cast<std::uint32_t>(Action::reject) ? Action::reject
                                                                                                  : Action::pass;
        if (said != Action::pass) {
            if (lane.verdict->position == held.position) action = said;
            lane.sessions.remember(lane.verdict->tag, said, time_);
        }
        lane.verdict.reset();
    }
    if (action == Action::pass && held.tag != 0) action = lane.sessions.find(held.tag, time_);
    if (action != Action::pass) {
        refuse(held.side, held.packet, action);
    } else if (!judged && !config_.fail_open) {
        drop(held.side, held.packet, ForwardDrop::fail_closed);
    } else {
        put_out(held.side, held.packet);
    }
}

void Forwarder::put_out(std::size_t side, rte_mbuf* packet) noexcept {
    if (ports_.ids.size() < 2) {
        drop(side, packet, ForwardDrop::tapped);
        return;
    }
    out_[side][out_count_[side]++] = packet;
    if (out_count_[side] == at_once) flush(side);
}

void Forwarder::flush(std::size_t side) noexcept {
    const auto count = static_cast<std::uint16_t>(out_count_[side]);
    if (count == 0) return;
    out_count_[side] = 0;
    std::uint64_t bytes = 0;
    for (std::uint16_t i = 0; i < count; ++i) bytes += rte_pktmbuf_pkt_len(out_[side][i]);  // they are the device's afterwards
    std::uint16_t sent = 0;
    for (unsigned attempt = 0; sent < count && attempt < output_patience; ++attempt) {
        if (attempt != 0) rte_pause();
        sent = static_cast<std::uint16_t>(sent + rte_eth_tx_burst(ports_.ids[1 - side], 0, &out_[side][sent], static_cast<std::uint16_t>(count - sent)));
    }
    PortAccount& port = account_.port[side];
    for (std::uint16_t i = sent; i < count; ++i) {
        bytes -= rte_pktmbuf_pkt_len(out_[side][i]);
        drop(side, out_[side][i], ForwardDrop::output_full);
    }
    port.forwarded.add(sent);
    port.forwarded_bytes.add(bytes);
}

void Forwarder::drop(std::size_t side, rte_mbuf* packet, ForwardDrop reason) noexcept {
    account_.port[side].dropped[static_cast<std::size_t>(reason)].add();
    rte_pktmbuf_free(packet);
}

/// A packet that a verdict is against; both ends may be told that their session is over.
void Forwarder::refuse(std::size_t side, rte_mbuf* packet, Action action) noexcept {
    if (action == Action::reject) {
        answer(side, RejectTo::sender, *packet);
        answer(side, RejectTo::receiver, *packet);
    }
    drop(side, packet, ForwardDrop::verdict);
}

void Forwarder::answer(std::size_t side, RejectTo to, const rte_mbuf& packet) noexcept {
    std::array<std::uint8_t, reject_size> frame;
    const std::uint32_t length = std::min<std::uint32_t>(rte_pktmbuf_pkt_len(&packet), longest);
    const auto* const data = static_cast<const std::uint8_t*>(rte_pktmbuf_read(&packet, 0, length, scratch_.data()));
    const std::size_t size = reject({data, length}, to, frame);
    rte_mbuf* made = size != 0 ? rte_pktmbuf_alloc(ports_.pool) : nullptr;
    if (made == nullptr) return;
    std::memcpy(rte_pktmbuf_append(made, static_cast<std::uint16_t>(size)), frame.data(), size);
    if (rte_eth_tx_burst(ports_.ids[to == RejectTo::sender ? side : 1 - side], 0, &made, 1) == 1)
        account_.port[side].rejects.add();
    else
        rte_pktmbuf_free(made);
}

/// What need not be known at once.
void Forwarder::look_around() noexcept {
    looked_ = time_;
    account_.clock.set(static_cast<std::uint64_t>(time_));
    account_.next_number.set(number_);
    for (const auto& lane : lanes_) lane->account.ring_bytes.set(lane->ring.used());
    for (std::size_t side = 0; side < ports_.ids.size(); ++side) {
        rte_eth_stats stats{};
        if (rte_eth_stats_get(ports_.ids[side], &stats) == 0) account_.port[side].missed.set(stats.imissed + stats.rx_nombuf);
        rte_eth_link link{};
        if (rte_eth_link_get_nowait(ports_.ids[side], &link) == 0) account_.port[side].up.set(link.link_status);
    }
}

}  // namespace weir
