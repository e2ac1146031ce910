// SPDX-License-Identifier: Apache-2.0
// TCP reassembly: segments in, the bytes of each direction out, in order and once; holes are said, never hidden.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>

#include "sensor/decode/layers.hpp"
#include "sensor/flow/lazy_memory.hpp"
#include "sensor/flow/session.hpp"
#include "sensor/stream/overlap.hpp"
#include "sensor/stream/segment_pool.hpp"
#include "sensor/stream/stream_event.hpp"
#include "sensor/stream/stream_metrics.hpp"

namespace weir {

struct StreamConfig {
    std::uint32_t max_sessions = 100'000;         ///< sessions with reassembly state, 1..2^24
    std::size_t memory = std::size_t{16} << 20;   ///< bytes for all that waits (see SegmentPool)
    std::uint64_t depth = std::uint64_t{1} << 20; ///< rules see this many bytes of each direction; 0: all of them
    std::uint32_t history_depth = 64 * 1024;      ///< retransmissions are compared within this many bytes of each direction
    std::uint32_t pending_limit = 64 * 1024;      ///< bytes kept of one direction for a parser; at most SegmentPool::max_block
    std::uint32_t ahead_bytes = 1 << 20;          ///< bytes waiting behind a hole, where acknowledgements are seen
    std::uint16_t ahead_segments = 1024;
    std::uint32_t blind_ahead_bytes = 64 * 1024;  ///< the same where none are (one-sided captures)
    std::uint16_t blind_ahead_segments = 64;
    OverlapPolicy overlap_ipv4 = OverlapPolicy::windows, overlap_ipv6 = OverlapPolicy::bsd;
};

/// Who takes the bytes of one session. Directions are as the session has them at the moment of the call: `reorient` may be
/// called inside `data`. All spans die with the call.
template <class C>
concept StreamConsumer = requires(C& consumer, Direction direction, Bytes bytes, std::uint64_t number, StreamEvent event) {
    /// Bytes for the parser: those that it has not consumed, then new ones. Called before `raw` of the same bytes.
    { consumer.data(direction, bytes) } noexcept -> std::same_as<Fed>;
    /// The parser misses `number` bytes; what it had not consumed is gone. `malformed` ends parsing in both directions.
    { consumer.gap(direction, number) } noexcept -> std::same_as<Fed>;
    /// New bytes for rules, each once; `number` is the offset of the first in its direction.
    { consumer.raw(direction, bytes, number) } noexcept;
    /// `number` bytes that rules will not see: a hole, before what lies behind it.
    { consumer.raw_gap(direction, number) } noexcept;
    /// Whether `raw` and `raw_gap` are of any use for this direction.
    { consumer.raw_wanted(direction) } noexcept -> std::same_as<bool>;
    { consumer.event(event, direction) } noexcept;
};

/// Reassembly of all sessions of one worker. No allocation after construction.
///
/// Bytes in order go from the packet to the consumer at once, without a copy, and are final. What is behind a hole waits
/// until the hole is filled, or acknowledged by the other end, or too much waits; then the hole is a gap.
class Reassembler {
public:
    /// In Session::stream: its reassembly state was evicted; its segments are counted and passed over.
    static constexpr Handle evicted = 0xffff'ffff;

    Reassembler(const StreamConfig& config, StreamMetrics& metrics);
    Reassembler(const Reassembler&) = delete;
    Reassembler& operator=(const Reassembler&) = delete;

    /// A TCP segment of `session`, going in `direction`.
    template <StreamConsumer C>
    void segment(Session& session, Direction direction, const Layers& layers, C& consumer) noexcept;

    /// Shows the parser again what it has not consumed of a direction: when it has only now become known which parser it is.
    template <StreamConsumer C>
    void offer(Session& session, Direction direction, C& consumer) noexcept;

    /// The session ends: hands over what waits behind holes, then forgets the session.
    template <StreamConsumer C>
    void close(Session& session, C& consumer) noexcept;

    /// Bytes of a direction so far, those missing in holes included.
    [[nodiscard]] std::uint64_t bytes(const Session& session, Direction direction) const noexcept;

    /// Asks for the state of a session to be fetched into the cache.
    void prefetch(const Session& session) const noexcept {
        if (session.stream == 0 || session.stream == evicted) return;
        const auto* const lines = reinterpret_cast<const std::byte*>(&entries_[session.stream - 1]);
        __builtin_prefetch(lines, 1);
        __builtin_prefetch(lines + 64, 1);
        __builtin_prefetch(lines + 128, 1);
    }

private:
    /// One direction: the bytes that one end sends.
    struct Side {
        std::uint64_t delivered;        ///< offset in the stream of `next`
        std::uint64_t skip;             ///< bytes that the parser does not want to see
        std::uint32_t next;             ///< sequence number of the next byte in order
        std::uint32_t acked;            ///< the other end's highest acknowledgement of bytes that were seen
        std::uint32_t edge;             ///< end of the window that the other end has offered
        Handle head, tail;              ///< segments that wait, sorted, not overlapping
        std::uint32_t waiting_bytes;
        Handle pending;                 ///< bytes that the parser has not consumed
        std::uint32_t pending_at, pending_size, want;
        Handle history;                 ///< the last `history_size` bytes before `next`: not yet acknowledged
        std::uint32_t history_at, history_size;
        std::uint16_t waiting;
        std::uint8_t window_scale;
        bool started : 1, syn : 1, scales : 1, acks_seen : 1, edge_known : 1;
        bool syn_changed : 1;           ///< SYNs with different sequence numbers came: the answer decides which one counts
        bool ended : 1;                 ///< the parser wants no more
        bool reset : 1, depth_said : 1;
        bool memory_short : 1;          ///< a segment could not be kept: holes are given up at once
    };
    /// A session's two directions, by end: what `key.low` sends, what `key.high` sends. So `reorient` changes nothing here.
    struct Entry {
        Session* session;               ///< null: free
        Handle next_free;
        std::array<Side, 2> sides;
    };
    static_assert(sizeof(Entry) <= 192);

    /// Head of a waiting segment in the pool; its bytes follow.
    struct Waiting {
        Handle next, previous;
        std::uint32_t sequence, length;
    };
    /// New payload after trimming.
    struct Piece {
        std::uint32_t sequence;
        Bytes bytes;
        std::uint32_t cut;  ///< bytes behind it that the capture lacks
        [[nodiscard]] std::uint32_t end() const noexcept { return sequence + static_cast<std::uint32_t>(bytes.size()); }
    };

    static constexpr std::int32_t window_slack = 64 * 1024;  ///< data may be captured before the acknowledgement that admits it
    static constexpr std::int32_t far_away = 1 << 30;        ///< of sequence numbers: no longer comparable

    static constexpr std::int32_t distance(std::uint32_t from, std::uint32_t to) noexcept { return static_cast<std::int32_t>(to - from); }
    [[nodiscard]] static Direction direction_of(const Entry& entry, const Side& side) noexcept {
        return (&side == &entry.sides[0]) == entry.session->client_is_low ? Direction::to_server : Direction::to_client;
    }
    [[nodiscard]] static Side& side_of(Entry& entry, Direction direction) noexcept {
        return entry.sides[(direction == Direction::to_server) == entry.session->client_is_low ? 0 : 1];
    }
    template <class E>
    [[nodiscard]] static auto& other_of(E& entry, const Side& side) noexcept { return entry.sides[&side == &entry.sides[0] ? 1 : 0]; }
    template <class C>
    static void say(const Entry& entry, const Side& side, StreamEvent event, C& consumer) noexcept { consumer.event(event, direction_of(entry, side)); }

    // --- steps of `segment`, in their order
    template <class C> void reset(Entry& entry, Side& side, const TcpHeader& tcp, C& consumer) noexcept;
    template <class C> [[nodiscard]] bool synchronise(Entry& entry, Side& side, const TcpHeader& tcp, C& consumer) noexcept;
    template <class C> void acknowledge(Entry& entry, Side& side, const TcpHeader& tcp, C& consumer) noexcept;
    template <class C> void accept(Entry& entry, Side& side, Piece piece, C& consumer) noexcept;
    template <class C> void settle(Entry& entry, Side& side, C& consumer) noexcept;
    template <class C> void deliver(Entry& entry, Side& side, Bytes bytes, C& consumer) noexcept;
    template <class C> void hole(Entry& entry, Side& side, std::uint32_t missing, C& consumer) noexcept;
    template <class C> void deliver_first(Entry& entry, Side& side, C& consumer) noexcept;
    template <class C> [[nodiscard]] bool raw_useful(const Entry& entry, const Side& side, C& consumer) const noexcept {
        return (config_.depth == 0 || side.delivered < config_.depth) && consumer.raw_wanted(direction_of(entry, side));
    }
    [[nodiscard]] static bool answers(const Side& side, std::uint32_t acknowledgement) noexcept;
    [[nodiscard]] bool misled_by_syn(const Entry& entry, const Side& side, const Piece& piece) const noexcept;
    [[nodiscard]] static bool is_keep_alive(const Side& side, const Piece& piece) noexcept;
    void read_syn(Side& side, const TcpHeader& tcp) noexcept;
    void offer_window(Side& side, const Side& receiver, const TcpHeader& tcp) noexcept;
    void advance(Side& side, std::uint32_t count) noexcept;
    void sequence_only(Side& side, const Piece& piece) noexcept;

    // --- the parser's view
    template <class C> void feed(Entry& entry, Side& side, Bytes bytes, C& consumer) noexcept;
    template <class C> Bytes call_parser(Entry& entry, Side& side, Bytes view, C& consumer) noexcept;
    template <class C> void call_gap(Entry& entry, Side& side, std::uint64_t missing, C& consumer) noexcept;
    template <class C> void overflow(Entry& entry, Side& side, StreamEvent event, std::size_t lost, C& consumer) noexcept;
    [[nodiscard]] bool obey(Entry& entry, Side& side, const Fed& fed) noexcept;
    [[nodiscard]] bool keep(Entry& entry, Side& side, Bytes bytes) noexcept;
    void keep_last(Side& side, std::size_t count) noexcept;
    [[nodiscard]] Bytes pending_of(const Side& side) noexcept { return {pool_.data(side.pending) + side.pending_at, side.pending_size}; }

    // --- what waits
    struct Inserted {
        bool overlapped, different, refused;
    };
    Inserted insert(Entry& entry, Side& side, std::uint32_t sequence, Bytes bytes) noexcept;
    [[nodiscard]] Handle insert_behind(Entry& entry, Side& side, Handle behind, std::uint32_t sequence, Bytes bytes) noexcept;
    void drop_waiting(Side& side) noexcept;
    void unlink_first(Side& side) noexcept;
    [[nodiscard]] bool too_much_waits(const Side& side) const noexcept;
    [[nodiscard]] Waiting& waiting(Handle handle) noexcept { return *reinterpret_cast<Waiting*>(pool_.data(handle)); }
    [[nodiscard]] std::uint8_t* bytes_of(Handle handle) noexcept { return pool_.data(handle) + sizeof(Waiting); }

    // --- comparison with retransmissions
    void remember(Side& side, Bytes bytes, std::uint64_t offset) noexcept;
    void forget_acked(Side& side) noexcept;
    void forget_history(Side& side) noexcept;
    [[nodiscard]] bool repeats(const Side& side, std::uint32_t back, Bytes bytes) noexcept;
    [[nodiscard]] std::uint64_t history_end(const Side& side) const noexcept { return std::min<std::uint64_t>(side.delivered, config_.history_depth); }

    // --- memory
    [[nodiscard]] Entry* entry_of(Session& session, const Layers& layers) noexcept;
    [[nodiscard]] Entry& new_entry(Session& session) noexcept;
    void evict_entry() noexcept;
    void release(Entry& entry) noexcept;
    [[nodiscard]] Handle take(Entry& entry, std::size_t size) noexcept;
    void give(Handle block) noexcept;
    [[nodiscard]] bool reclaim(const Entry& entry) noexcept;
    [[nodiscard]] OverlapPolicy policy_of(const Entry& entry) const noexcept {
        return entry.session->key.ip_version == 6 ? config_.overlap_ipv6 : config_.overlap_ipv4;
    }

    StreamConfig config_;
    StreamMetrics* metrics_;
    SegmentPool pool_;
    LazyArray<Entry> entries_;
    Handle free_ = 0;
    std::uint32_t touched_ = 0, size_ = 0, hand_ = 0;
};

}  // namespace weir

#include "sensor/stream/reassembly_steps.hpp"
