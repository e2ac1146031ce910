// SPDX-License-Identifier: Apache-2.0
#include "sensor/stream/reassembly.hpp"

#include <cstring>

namespace weir {
namespace {

constexpr std::uint32_t max_entries = 1u << 24;
constexpr std::uint32_t sample = 16;              ///< entries looked at for one to evict
constexpr unsigned max_window_scale = 14;         ///< RFC 7323 section 2.3
constexpr std::uint8_t option_end = 0, option_nop = 1, option_window_scale = 3;

StreamConfig checked(StreamConfig config) noexcept {
    constexpr auto most = static_cast<std::uint32_t>(SegmentPool::max_block);
    config.max_sessions = std::clamp(config.max_sessions, 1u, max_entries);
    config.history_depth = std::min(config.history_depth, most);
    config.pending_limit = std::clamp(config.pending_limit, 1u, most);
    return config;
}

}  // namespace

Reassembler::Reassembler(const StreamConfig& config, StreamMetrics& metrics)
    : config_(checked(config)), metrics_(&metrics), pool_(config_.memory), entries_(config_.max_sessions) {
    metrics_->memory_limit.set(pool_.limit());
    metrics_->sessions_limit.set(entries_.size());
}

std::uint64_t Reassembler::bytes(const Session& session, Direction direction) const noexcept {
    if (session.stream == 0 || session.stream == evicted) return 0;
    const Entry& entry = entries_[session.stream - 1];
    return entry.sides[(direction == Direction::to_server) == session.client_is_low ? 0 : 1].delivered;
}

// ---------------------------------------------------------------- sequence numbers

/// Whether an acknowledgement in a SYN-ACK names the start of what `side` sends, or data that came with its SYN.
bool Reassembler::answers(const Side& side, std::uint32_t acknowledgement) noexcept {
    return distance(side.next - static_cast<std::uint32_t>(side.delivered), acknowledgement) >= 0 && distance(acknowledgement, side.next) >= 0;
}

/// Whether the first data show that the SYN before them, which nobody has answered, was none of this stream's: they are
/// nowhere near it. Else a false SYN could make true data look like repetitions.
bool Reassembler::misled_by_syn(const Entry& entry, const Side& side, const Piece& piece) const noexcept {
    if (!side.syn || other_of(entry, side).syn || side.delivered != 0 || side.waiting != 0) return false;
    const std::int32_t ahead = distance(side.next, piece.sequence);
    return !is_keep_alive(side, piece) && (ahead < 0 || static_cast<std::uint32_t>(ahead) > config_.ahead_bytes);
}

/// The byte before the next one, sent again (or none) when all is acknowledged: it means nothing (RFC 9293 section 3.8.4).
bool Reassembler::is_keep_alive(const Side& side, const Piece& piece) noexcept {
    return piece.sequence == side.next - 1 && piece.bytes.size() + piece.cut <= 1 && (!side.acks_seen || side.acked == side.next);
}

void Reassembler::read_syn(Side& side, const TcpHeader& tcp) noexcept {
    side.syn = true;
    side.scales = false;
    const Bytes options = tcp.options;
    for (std::size_t at = 0; at < options.size() && options[at] != option_end;) {
        if (options[at] == option_nop) {
            ++at;
            continue;
        }
        if (at + 1 >= options.size() || options[at + 1] < 2 || options[at + 1] > options.size() - at) return;
        if (options[at] == option_window_scale && options[at + 1] == 3) {
            side.scales = true;
            side.window_scale = static_cast<std::uint8_t>(std::min<unsigned>(options[at + 2], max_window_scale));
        }
        at += options[at + 1];
    }
}

/// Notes how far `receiver` lets `side` send. Without both SYNs the scale is unknown, and so is the window.
void Reassembler::offer_window(Side& side, const Side& receiver, const TcpHeader& tcp) noexcept {
    if (!side.syn || !receiver.syn) return;
    const bool scaled = side.scales && receiver.scales && (tcp.flags & tcp_flag::syn) == 0;
    const std::uint32_t edge = tcp.acknowledgement + (std::uint32_t{tcp.window} << (scaled ? receiver.window_scale : 0));
    if (!side.edge_known || distance(side.edge, edge) > 0) side.edge = edge;
    side.edge_known = true;
}

void Reassembler::advance(Side& side, std::uint32_t count) noexcept {
    side.next += count;
    side.delivered += count;
    // Marks left behind by half the number space would seem to lie ahead.
    if (distance(side.acked, side.next) > far_away) side.acked = side.next - far_away;
    if (distance(side.edge, side.next) > far_away) side.edge = side.next - far_away;
}

/// Nobody looks at the bytes any more: only the place in the stream is kept.
void Reassembler::sequence_only(Side& side, const Piece& piece) noexcept {
    drop_waiting(side);
    forget_history(side);
    const std::int32_t ahead = distance(side.next, piece.end() + piece.cut);
    if (ahead > 0 && ahead < far_away) advance(side, static_cast<std::uint32_t>(ahead));
}

// ---------------------------------------------------------------- the parser's view

/// Does what the parser's answer says of bytes to come; false when it wants none.
bool Reassembler::obey(Entry& entry, Side& side, const Fed& fed) noexcept {
    side.skip = fed.skip;
    if (fed.status == Fed::Status::done || fed.status == Fed::Status::malformed) {
        side.ended = true;
        keep_last(side, 0);
    }
    if (fed.status == Fed::Status::malformed) {
        Side& other = other_of(entry, side);
        other.ended = true;
        keep_last(other, 0);
    }
    return !side.ended;
}

/// Appends to what the parser has not consumed; false, and nothing done, when there is no memory.
bool Reassembler::keep(Entry& entry, Side& side, Bytes bytes) noexcept {
    const std::size_t size = side.pending_size + bytes.size();
    if (side.pending == 0 || size > pool_.capacity_of(side.pending)) {
        const std::size_t wanted = std::min<std::size_t>(std::max<std::size_t>(size, side.want), config_.pending_limit);
        const Handle block = take(entry, std::max(size, wanted));
        if (block == 0) return false;
        if (side.pending != 0) {
            std::memcpy(pool_.data(block), pool_.data(side.pending) + side.pending_at, side.pending_size);
            give(side.pending);
        }
        side.pending = block;
        side.pending_at = 0;
    } else if (side.pending_at + size > pool_.capacity_of(side.pending)) {
        std::memmove(pool_.data(side.pending), pool_.data(side.pending) + side.pending_at, side.pending_size);
        side.pending_at = 0;
    }
    std::memcpy(pool_.data(side.pending) + side.pending_at + side.pending_size, bytes.data(), bytes.size());
    side.pending_size = static_cast<std::uint32_t>(size);
    metrics_->pending.add(bytes.size());
    return true;
}

/// Of what the parser has not consumed, only the last `count` bytes remain.
void Reassembler::keep_last(Side& side, std::size_t count) noexcept {
    if (side.pending == 0) return;
    const auto gone = side.pending_size - static_cast<std::uint32_t>(count);
    side.pending_at += gone;
    side.pending_size -= gone;
    metrics_->pending.set(metrics_->pending.get() - gone);
    if (side.pending_size != 0) return;
    give(side.pending);
    side.pending = 0;
    side.pending_at = 0;
}

// ---------------------------------------------------------------- what waits

/// Puts `bytes` among the segments that wait: where they overlap, the policy says whose bytes stay; what is new is added.
Reassembler::Inserted Reassembler::insert(Entry& entry, Side& side, std::uint32_t sequence, Bytes bytes) noexcept {
    Inserted result{};
    const OverlapPolicy policy = policy_of(entry);
    const auto from_next = [&side](std::uint32_t number) -> std::int64_t { return distance(side.next, number); };
    const Extent fresh{from_next(sequence), from_next(sequence) + static_cast<std::int64_t>(bytes.size())};
    Handle behind = side.tail;  // most segments belong at the end
    while (behind != 0 && distance(sequence, waiting(behind).sequence) >= 0) behind = waiting(behind).previous;
    Handle at = behind != 0 ? behind : side.head;
    while (!bytes.empty()) {
        const std::int64_t begin = from_next(sequence);
        std::size_t count = bytes.size();
        if (at != 0) {
            const Extent old{from_next(waiting(at).sequence), from_next(waiting(at).sequence) + waiting(at).length};
            if (old.end <= begin) {
                behind = at;
                at = waiting(at).next;
                continue;
            }
            if (old.begin <= begin) {
                count = static_cast<std::size_t>(std::min<std::int64_t>(old.end - begin, static_cast<std::int64_t>(count)));
                std::uint8_t* const there = bytes_of(at) + (begin - old.begin);
                result.overlapped = true;
                if (std::memcmp(there, bytes.data(), count) != 0) {
                    result.different = true;
                    if (replaces(policy, old, fresh)) std::memcpy(there, bytes.data(), count);
                }
                sequence += static_cast<std::uint32_t>(count);
                bytes = bytes.subspan(count);
                continue;
            }
            count = static_cast<std::size_t>(std::min<std::int64_t>(old.begin - begin, static_cast<std::int64_t>(count)));
        }
        count = std::min(count, SegmentPool::max_block - sizeof(Waiting));
        const Handle added = insert_behind(entry, side, behind, sequence, bytes.first(count));
        if (added == 0)
            result.refused = true;
        else
            behind = added;
        sequence += static_cast<std::uint32_t>(count);
        bytes = bytes.subspan(count);
    }
    return result;
}

/// A copy of `bytes` in the list of those that wait, after `behind` (0: as the first); 0 when there is no memory.
Handle Reassembler::insert_behind(Entry& entry, Side& side, Handle behind, std::uint32_t sequence, Bytes bytes) noexcept {
    const Handle handle = take(entry, sizeof(Waiting) + bytes.size());
    if (handle == 0) return 0;
    const Handle next = behind != 0 ? waiting(behind).next : side.head;
    waiting(handle) = {next, behind, sequence, static_cast<std::uint32_t>(bytes.size())};
    std::memcpy(bytes_of(handle), bytes.data(), bytes.size());
    (behind != 0 ? waiting(behind).next : side.head) = handle;
    (next != 0 ? waiting(next).previous : side.tail) = handle;
    ++side.waiting;
    side.waiting_bytes += static_cast<std::uint32_t>(bytes.size());
    return handle;
}

void Reassembler::unlink_first(Side& side) noexcept {
    const Waiting& first = waiting(side.head);
    --side.waiting;
    side.waiting_bytes -= first.length;
    side.head = first.next;
    (side.head != 0 ? waiting(side.head).previous : side.tail) = 0;
}

void Reassembler::drop_waiting(Side& side) noexcept {
    while (side.waiting != 0) {
        const Handle first = side.head;
        unlink_first(side);
        give(first);
    }
}

bool Reassembler::too_much_waits(const Side& side) const noexcept {
    const bool blind = !side.acks_seen;
    return side.waiting > (blind ? config_.blind_ahead_segments : config_.ahead_segments) ||
           side.waiting_bytes > (blind ? config_.blind_ahead_bytes : config_.ahead_bytes);
}

// ---------------------------------------------------------------- comparison with retransmissions

/// Keeps a copy of bytes that are about to be delivered, until they are acknowledged. Only while memory is plentiful: it
/// serves those first who wait.
void Reassembler::remember(Side& side, Bytes bytes, std::uint64_t offset) noexcept {
    if (offset >= config_.history_depth) return;
    bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), config_.history_depth - offset)));
    const std::size_t size = side.history_size + bytes.size();
    if (side.history == 0 || size > pool_.capacity_of(side.history)) {
        const Handle block = pool_.used() < pool_.limit() / 2 ? pool_.take(size) : 0;
        if (block == 0) {
            metrics_->history_skipped.add();
            return forget_history(side);
        }
        if (side.history != 0) {
            std::memcpy(pool_.data(block), pool_.data(side.history) + side.history_at, side.history_size);
            pool_.give(side.history);
        }
        side.history = block;
        side.history_at = 0;
        metrics_->memory.set(pool_.used());
    } else if (side.history_at + size > pool_.capacity_of(side.history)) {
        std::memmove(pool_.data(side.history), pool_.data(side.history) + side.history_at, side.history_size);
        side.history_at = 0;
    }
    std::memcpy(pool_.data(side.history) + side.history_at + side.history_size, bytes.data(), bytes.size());
    side.history_size = static_cast<std::uint32_t>(size);
}

void Reassembler::forget_acked(Side& side) noexcept {
    if (side.history == 0) return;
    const auto open = static_cast<std::uint64_t>(std::max(distance(side.acked, side.next), 0));
    const std::uint64_t acked = side.delivered - std::min(side.delivered, open);
    const std::uint64_t begin = history_end(side) - side.history_size;
    if (acked <= begin) return;
    if (acked >= history_end(side)) return forget_history(side);
    side.history_at += static_cast<std::uint32_t>(acked - begin);
    side.history_size -= static_cast<std::uint32_t>(acked - begin);
}

void Reassembler::forget_history(Side& side) noexcept {
    if (side.history == 0) return;
    give(side.history);
    side.history = 0;
    side.history_at = side.history_size = 0;
}

/// Whether `bytes`, which begin `back` bytes before the next one, are what was delivered, as far as that is remembered.
bool Reassembler::repeats(const Side& side, std::uint32_t back, Bytes bytes) noexcept {
    if (side.history == 0) return true;
    const auto end = static_cast<std::int64_t>(history_end(side));
    const std::int64_t begin = end - side.history_size;
    const std::int64_t at = static_cast<std::int64_t>(side.delivered) - back;
    const std::int64_t first = std::max(begin, at);
    const std::int64_t last = std::min(end, at + static_cast<std::int64_t>(bytes.size()));
    if (first >= last) return true;
    const std::uint8_t* const known = pool_.data(side.history) + side.history_at + (first - begin);
    return std::memcmp(known, bytes.data() + (first - at), static_cast<std::size_t>(last - first)) == 0;
}

// ---------------------------------------------------------------- memory

/// The state of a session, made where there is none and the segment needs one; null when it needs none, or is passed over.
Reassembler::Entry* Reassembler::entry_of(Session& session, const Layers& layers) noexcept {
    if (session.stream == evicted) {
        metrics_->unreassembled.add();
        return nullptr;
    }
    if (session.stream != 0) return &entries_[session.stream - 1];
    const bool opens = (layers.tcp.flags & (tcp_flag::syn | tcp_flag::rst)) == tcp_flag::syn;
    const bool carries = (layers.tcp.flags & tcp_flag::rst) == 0 && (!layers.payload.empty() || layers.payload_missing != 0);
    return opens || carries ? &new_entry(session) : nullptr;
}

Reassembler::Entry& Reassembler::new_entry(Session& session) noexcept {
    if (size_ == entries_.size()) evict_entry();
    Handle handle = free_;
    if (handle != 0)
        free_ = entries_[handle - 1].next_free;
    else
        handle = ++touched_;
    Entry& entry = entries_[handle - 1];
    entry = Entry{};
    entry.session = &session;
    session.stream = handle;
    metrics_->sessions.set(++size_);
    return entry;
}

/// Makes room: of the next few entries in turn, one without data goes first, then one whose parser is done, then the one
/// that has been silent longest. Only for a full table.
void Reassembler::evict_entry() noexcept {
    const auto worth = [](const Entry& entry) {
        if (entry.sides[0].delivered == 0 && entry.sides[1].delivered == 0) return 0;
        return entry.sides[0].ended && entry.sides[1].ended ? 1 : 2;
    };
    Entry* found = nullptr;
    for (std::uint32_t i = 0; i < sample; ++i) {
        Entry& entry = entries_[hand_++ % entries_.size()];
        const bool better = found == nullptr || worth(entry) < worth(*found) ||
                            (worth(entry) == worth(*found) && entry.session->last < found->session->last);
        if (better) found = &entry;
    }
    // Without data so far, it may be picked up again later; with data, its parser must not see a torn stream.
    found->session->stream = worth(*found) == 0 ? 0 : evicted;
    metrics_->sessions_evicted.add();
    release(*found);
}

void Reassembler::release(Entry& entry) noexcept {
    for (Side& side : entry.sides) {
        drop_waiting(side);
        keep_last(side, 0);
        forget_history(side);
    }
    entry.session = nullptr;
    entry.next_free = free_;
    free_ = static_cast<Handle>(&entry - entries_.data()) + 1;
    metrics_->sessions.set(--size_);
}

/// Memory for `entry`, if need be at the cost of its history and of others; 0 when there is none.
Handle Reassembler::take(Entry& entry, std::size_t size) noexcept {
    Handle block = pool_.take(size);
    if (block == 0) {
        for (Side& side : entry.sides) forget_history(side);
        block = pool_.take(size);
    }
    while (block == 0 && reclaim(entry)) block = pool_.take(size);
    if (block == 0) metrics_->memory_refusals.add();
    metrics_->memory.set(pool_.used());
    return block;
}

void Reassembler::give(Handle block) noexcept {
    pool_.give(block);
    metrics_->memory.set(pool_.used());
}

/// Drops what the greediest of the next few other entries has waiting and remembers, as if the capture had lost it; false
/// when none of them has anything.
bool Reassembler::reclaim(const Entry& entry) noexcept {
    const auto held = [](const Entry& candidate) {
        return candidate.sides[0].waiting_bytes + candidate.sides[0].history_size + candidate.sides[1].waiting_bytes + candidate.sides[1].history_size;
    };
    Entry* found = nullptr;
    for (std::uint32_t i = 0; i < std::min(sample, touched_); ++i) {
        Entry& candidate = entries_[hand_++ % touched_];
        if (&candidate == &entry || candidate.session == nullptr) continue;
        if (held(candidate) > (found == nullptr ? 0 : held(*found))) found = &candidate;
    }
    if (found == nullptr) return false;
    for (Side& side : found->sides) {
        drop_waiting(side);
        forget_history(side);
    }
    metrics_->memory_evictions.add();
    return true;
}

}  // namespace weir
