// SPDX-License-Identifier: Apache-2.0
// The bounded table of sessions: find, open, time out, evict. One per worker; no allocation after construction.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "sensor/flow/direction.hpp"
#include "sensor/flow/flow_key.hpp"
#include "sensor/flow/flow_metrics.hpp"
#include "sensor/flow/lazy_memory.hpp"
#include "sensor/flow/session.hpp"
#include "sensor/flow/tcp_state.hpp"
#include "sensor/flow/timer_wheel.hpp"

namespace weir {

/// How long a session may be silent, by its state; nanoseconds of clock time.
struct Timeouts {
    Time fresh, established, closed;
};

/// Defaults as Suricata's, but a closed session lingers so that late packets open no ghost.
struct FlowConfig {
    std::uint32_t max_sessions = 300'000;        ///< 1..2^24
    Timeouts tcp{60 * second, 600 * second, 10 * second};
    Timeouts udp{30 * second, 300 * second, 300 * second};
    Timeouts icmp{30 * second, 300 * second, 300 * second};
    Timeouts other{30 * second, 300 * second, 300 * second};
    Time update_interval = 300 * second;         ///< a `flow` update this often while a session stays open
};

/// Where a packet belongs.
struct Tracked {
    Session* session;
    Direction direction;
    bool opened;  ///< this packet opened it
};

/// Something that falls due on a session without a packet.
struct TimerEvent {
    enum class Kind : std::uint8_t {
        check,   ///< what `schedule_check` asked for
        update,  ///< a `flow` update
        end,     ///< its time is up; the session leaves the table when the handler returns
    };
    Kind kind;
    SessionEnd end;       ///< with Kind::end: timeout or closed
    Time due;             ///< the moment itself, at or before `boundary`
    Time boundary;        ///< the tick at which it is noticed
    std::uint64_t order;  ///< ascending among the events of one boundary, over all workers: by `due` (to 16 us), then age
};

class FlowTable {
public:
    static constexpr unsigned tick_bits = 27;                      ///< a tick is 2^27 ns (134 ms) of the global clock
    static constexpr Time tick = Time{1} << tick_bits;

    FlowTable(const FlowConfig& config, const ServicePorts& services, FlowMetrics& metrics);
    FlowTable(const FlowTable&) = delete;
    FlowTable& operator=(const FlowTable&) = delete;

    // --- for a burst: first `prefetch` for all its packets, then `prefetch_session` for all, then `track` one by one
    void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&buckets_[home_of(hash)]); }
    void prefetch_session(std::uint64_t hash) const noexcept;

    /// The session of a packet, opened where there is none, with the packet accounted for: `last`, `end`, bytes, packets,
    /// flags and states. A session whose time is up (even if its timer has not fired yet) or that a SYN finds closed ends
    /// here first. `on_end(Session&, SessionEnd) noexcept` hears of every session that leaves the table to make room.
    /// `advance(packet.clock, ...)` comes before.
    template <class OnEnd>
    Tracked track(const PacketKey& key, const Decoded& decoded, std::size_t layer, const Packet& packet, OnEnd&& on_end) noexcept {
        const Layers& layers = decoded.layers[layer];
        Session* session = find(key.key, key.hash);
        if (session != nullptr) {
            if (packet.clock >= expiry_of(*session)) {
                finish(*session, natural_end(*session), on_end);
                session = nullptr;
            } else if (reuses_ports(*session, layers)) {
                metrics_->reused.add();
                finish(*session, SessionEnd::closed, on_end);
                session = nullptr;
            }
        }
        const bool opened = session == nullptr;
        if (opened) {
            make_room(key.hash, on_end);
            session = &open(key, decoded, layer, packet);
        }
        return {session, account(*session, key, layers, packet), opened};
    }

    /// The session of a key, whatever its age; null when there is none.
    [[nodiscard]] Session* find(const FlowKey& key, std::uint64_t hash) noexcept;

    /// Lets time pass up to `clock`: for every tick boundary on the way, in order, what falls due at it, in the order of
    /// TimerEvent::order. `handler(Session&, const TimerEvent&) noexcept` may use `schedule_check` on any session, nothing else of the table.
    template <class Handler>
    void advance(Time clock, Handler&& handler) noexcept {
        if (clock < next_boundary_) return;
        const std::uint64_t target = clock <= 0 ? 0 : static_cast<std::uint64_t>(clock) >> tick_bits;
        while (timers_.next(target)) {
            const Time boundary = static_cast<Time>(timers_.now() << tick_bits);
            for (const Due& due : collect(boundary)) {
                Session& session = slots_[due.slot].session;
                const TimerEvent event{due.kind, natural_end(session), due.time, boundary, due.order};
                handler(session, event);
                if (event.kind == TimerEvent::Kind::end) remove(session, event.end);
            }
        }
        next_boundary_ = target >= TimerWheel::last_tick ? never : static_cast<Time>((target + 1) << tick_bits);
    }

    /// Asks for one TimerEvent::Kind::check of a session at the first boundary at or after `when`; the earliest wish counts.
    void schedule_check(Session& session, Time when) noexcept;

    /// Ends all sessions, the oldest first: `on_end(Session&, SessionEnd) noexcept`.
    template <class OnEnd>
    void shutdown(OnEnd&& on_end) noexcept {
        for (const Due& due : collect_all()) finish(slots_[due.slot].session, SessionEnd::shutdown, on_end);
    }

    /// The moment at which a session ends if no packet comes.
    [[nodiscard]] Time expiry_of(const Session& session) const noexcept {
        const Time timeout = timeouts_[class_of(session.key.protocol)][static_cast<std::size_t>(session.state)];
        return session.last > never - timeout ? never : session.last + timeout;
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    [[nodiscard]] std::uint32_t capacity() const noexcept { return static_cast<std::uint32_t>(slots_.size()); }

    /// Ascending with the age of sessions, over all workers: 51 bits of the first packet's number and the session's depth.
    [[nodiscard]] static std::uint64_t age_of(const Session& session) noexcept { return (session.first_packet << 2 | (session.depth & 3u)) & id_mask; }

private:
    static constexpr Time never = std::numeric_limits<Time>::max();
    static constexpr std::uint64_t id_mask = (std::uint64_t{1} << 51) - 1;
    static constexpr std::size_t bucket_entries = 8;
    static constexpr std::size_t tcp_class = 0, udp_class = 1, icmp_class = 2, other_class = 3;  ///< rows of `timeouts_`

    /// A cache line of the index. A session stands in one of two buckets; its tag leads from one to the other.
    struct alignas(64) Bucket {
        std::array<std::uint32_t, bucket_entries> tag;
        std::array<std::uint32_t, bucket_entries> slot;  ///< position + 1; 0: free
    };
    struct alignas(64) Slot {
        Session session;
        Time check;              ///< 0: none asked for
        std::uint64_t hash;
        std::uint32_t next_free; ///< position + 1; 0: end of the list
        bool used;
    };
    struct Due {
        std::uint64_t order;
        Time time;
        std::uint32_t slot;
        TimerEvent::Kind kind;
    };

    template <class OnEnd>
    void finish(Session& session, SessionEnd reason, OnEnd&& on_end) noexcept {
        on_end(session, reason);
        remove(session, reason);
    }
    template <class OnEnd>
    void make_room(std::uint64_t hash, OnEnd& on_end) noexcept {
        if (size_ == capacity()) finish(least_valuable(), SessionEnd::evicted, on_end);
        if (!has_place(hash)) finish(least_valuable_near(hash), SessionEnd::evicted, on_end);
    }

    [[nodiscard]] static std::size_t class_of(std::uint8_t protocol) noexcept {
        if (protocol == ip_protocol::tcp) return tcp_class;
        if (protocol == ip_protocol::udp) return udp_class;
        return protocol == ip_protocol::icmp || protocol == ip_protocol::icmpv6 ? icmp_class : other_class;
    }
    [[nodiscard]] static bool reuses_ports(const Session& session, const Layers& layers) noexcept {
        return session.state == SessionState::closed && layers.protocol == ip_protocol::tcp && !layers.incomplete_fragment &&
               (layers.tcp.flags & (tcp_flag::syn | tcp_flag::ack | tcp_flag::rst)) == tcp_flag::syn;
    }
    [[nodiscard]] static SessionEnd natural_end(const Session& session) noexcept {
        return session.state == SessionState::closed ? SessionEnd::closed : SessionEnd::timeout;
    }
    [[nodiscard]] static std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32); }
    [[nodiscard]] std::size_t home_of(std::uint64_t hash) const noexcept { return hash & bucket_mask_; }
    [[nodiscard]] std::size_t other_of(std::size_t bucket, std::uint32_t tag) const noexcept;
    [[nodiscard]] std::uint32_t* free_entry(std::size_t bucket) noexcept;
    [[nodiscard]] bool displace_from(std::size_t bucket) noexcept;

    Session& open(const PacketKey& key, const Decoded& decoded, std::size_t layer, const Packet& packet) noexcept;
    Direction account(Session& session, const PacketKey& key, const Layers& layers, const Packet& packet) noexcept;
    void remove(Session& session, SessionEnd reason) noexcept;
    [[nodiscard]] bool has_place(std::uint64_t hash) noexcept;
    void place(std::uint64_t hash, std::uint32_t position) noexcept;
    [[nodiscard]] Session& least_valuable() noexcept;
    [[nodiscard]] Session& least_valuable_near(std::uint64_t hash) noexcept;
    [[nodiscard]] bool worth_less(std::uint32_t left, std::uint32_t right) const noexcept;

    [[nodiscard]] Time due_of(const Slot& slot) const noexcept;
    void set_timer(std::uint32_t position) noexcept;
    void hasten_timer(std::uint32_t position) noexcept;
    [[nodiscard]] std::span<const Due> collect(Time boundary) noexcept;
    [[nodiscard]] std::span<const Due> collect_all() noexcept;

    LazyArray<Slot> slots_;
    LazyArray<Bucket> buckets_;
    LazyArray<Due> due_;
    TimerWheel timers_;
    std::array<std::array<Time, 3>, 4> timeouts_;  ///< by class of protocol, then SessionState
    Time update_interval_;
    Time next_boundary_ = std::numeric_limits<Time>::min();
    const ServicePorts* services_;
    FlowMetrics* metrics_;
    std::uint64_t bucket_mask_;
    std::uint32_t size_ = 0;
    std::uint32_t touched_ = 0;    ///< slots ever used: those beyond are untouched memory
    std::uint32_t free_ = 0;       ///< list of free slots, position + 1
    std::uint32_t hand_ = 0;       ///< where the search for something to evict goes on
};

}  // namespace weir
