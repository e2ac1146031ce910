// SPDX-License-Identifier: Apache-2.0
// The steps of Reassembler that call the consumer; included by reassembly.hpp alone.
#pragma once

#include "sensor/stream/reassembly.hpp"

namespace weir {

template <StreamConsumer C>
void Reassembler::segment(Session& session, Direction direction, const Layers& layers, C& consumer) noexcept {
    metrics_->segments.add();
    Entry* const entry = entry_of(session, layers);
    if (entry == nullptr) return;
    Side& side = side_of(*entry, direction);
    const TcpHeader& tcp = layers.tcp;
    const bool syn = (tcp.flags & tcp_flag::syn) != 0;
    if ((tcp.flags & tcp_flag::rst) != 0) return reset(*entry, side, tcp, consumer);  // what it carries is no data of the stream
    if (syn && !synchronise(*entry, side, tcp, consumer)) return;
    acknowledge(*entry, side, tcp, consumer);
    if (layers.payload.empty() && layers.payload_missing == 0) return;
    const Piece piece{tcp.sequence + (syn ? 1u : 0u), layers.payload, layers.payload_missing};
    if (!side.started || misled_by_syn(*entry, side, piece)) {
        side.started = true;
        side.syn = false;
        side.next = piece.sequence;
    }
    accept(*entry, side, piece, consumer);
}

/// Nothing ends here: a receiver may have ignored the RST, and what comes behind it must not be hidden by it.
template <class C>
void Reassembler::reset(Entry& entry, Side& side, const TcpHeader& tcp, C& consumer) noexcept {
    if (!side.started) return;
    const std::int32_t ahead = distance(side.next, tcp.sequence);
    const std::int32_t window = side.edge_known ? std::max(distance(side.next, side.edge), 0) : far_away;
    if (ahead < 0 || ahead > window)
        say(entry, side, StreamEvent::suspected_rst_inject, consumer);
    else
        side.reset = true;
}

/// A SYN or SYN-ACK. False when its receiver cannot have accepted it.
template <class C>
bool Reassembler::synchronise(Entry& entry, Side& side, const TcpHeader& tcp, C& consumer) noexcept {
    Side& other = other_of(entry, side);
    if ((tcp.flags & tcp_flag::ack) != 0 && other.syn) {
        if (other.syn_changed && other.delivered == 0 && other.waiting == 0) other.next = tcp.acknowledgement;
        if (!answers(other, tcp.acknowledgement)) {
            say(entry, side, StreamEvent::pkt_invalid_ack, consumer);
            return false;
        }
    }
    const std::uint32_t first = tcp.sequence + 1;
    if (side.started && first == side.next - static_cast<std::uint32_t>(side.delivered)) return true;  // the same SYN again
    const bool undecided = side.delivered == 0 && side.waiting == 0 && !other.syn;
    if (side.started && !undecided) {
        say(entry, side, StreamEvent::est_syn_resend_diff_seq, consumer);
        return false;
    }
    side.syn_changed = side.started;
    side.started = true;
    side.next = first;
    read_syn(side, tcp);
    return true;
}

template <class C>
void Reassembler::acknowledge(Entry& entry, Side& side, const TcpHeader& tcp, C& consumer) noexcept {
    if ((tcp.flags & tcp_flag::ack) == 0) {
        if (tcp.acknowledgement != 0) say(entry, side, StreamEvent::pkt_broken_ack, consumer);
        return;
    }
    Side& sender = other_of(entry, side);
    if (!sender.started) return;
    if (sender.edge_known && distance(sender.edge, tcp.acknowledgement) > 1) say(entry, side, StreamEvent::pkt_invalid_ack, consumer);
    offer_window(sender, side, tcp);
    // Nobody can have received what was not sent: an acknowledgement counts for the bytes that were seen, no further.
    std::uint32_t end = sender.next;
    if (sender.waiting != 0) end = waiting(sender.tail).sequence + waiting(sender.tail).length;
    const std::uint32_t acked = distance(end, tcp.acknowledgement) > 0 ? end : tcp.acknowledgement;
    if (sender.acks_seen && distance(sender.acked, acked) <= 0) return;
    sender.acks_seen = true;
    sender.acked = acked;
    forget_acked(sender);
    settle(entry, sender, consumer);
}

template <class C>
void Reassembler::accept(Entry& entry, Side& side, Piece piece, C& consumer) noexcept {
    if (side.ended && !raw_useful(entry, side, consumer)) return sequence_only(side, piece);
    const std::int32_t ahead = distance(side.next, piece.sequence);
    if (ahead < 0) {
        const auto back = static_cast<std::uint32_t>(-ahead);
        const std::size_t size = piece.bytes.size();
        if (is_keep_alive(side, piece)) return;
        metrics_->retransmitted.add();
        if (!repeats(side, back, piece.bytes.first(std::min<std::size_t>(back, size)))) {
            metrics_->overlaps_different.add();
            say(entry, side, StreamEvent::reassembly_overlap_different_data, consumer);
        }
        if (size + piece.cut <= back) return;
        if (size <= back) piece.cut -= static_cast<std::uint32_t>(back - size);
        piece.bytes = piece.bytes.subspan(std::min<std::size_t>(back, size));
        piece.sequence = side.next;
    } else if (ahead > far_away || (side.edge_known && ahead > std::max(distance(side.next, side.edge), 0) + window_slack)) {
        metrics_->ignored.add();
        return say(entry, side, StreamEvent::est_packet_out_of_window, consumer);
    }
    if (side.reset) {
        side.reset = false;
        say(entry, side, StreamEvent::suspected_rst_inject, consumer);
    }
    if (piece.sequence == side.next && (side.waiting == 0 || distance(piece.end(), waiting(side.head).sequence) >= 0)) {
        if (!piece.bytes.empty()) deliver(entry, side, piece.bytes, consumer);
        const std::uint32_t room = side.waiting == 0 ? piece.cut : waiting(side.head).sequence - side.next;
        if (piece.cut != 0 && room != 0) hole(entry, side, std::min(piece.cut, room), consumer);
    } else {
        if (piece.sequence != side.next) metrics_->out_of_order.add();
        const Inserted inserted = insert(entry, side, piece.sequence, piece.bytes);
        if (inserted.overlapped) metrics_->overlaps.add();
        if (inserted.different) {
            metrics_->overlaps_different.add();
            say(entry, side, StreamEvent::reassembly_overlap_different_data, consumer);
        }
        if (inserted.refused) {
            side.memory_short = true;
            say(entry, side, StreamEvent::reassembly_insert_memcap, consumer);
        }
    }
    settle(entry, side, consumer);
}

/// Hands over what waits, as far as there are no holes, or none that can still be filled.
template <class C>
void Reassembler::settle(Entry& entry, Side& side, C& consumer) noexcept {
    while (side.waiting != 0) {
        const std::uint32_t first = waiting(side.head).sequence;
        if (first != side.next) {
            const bool lost = side.acks_seen && distance(first, side.acked) >= 0;
            const bool limit = !lost && too_much_waits(side);
            if (!lost && !limit && !side.memory_short) return;
            if (limit) say(entry, side, StreamEvent::reassembly_insert_limit, consumer);
            hole(entry, side, first - side.next, consumer);
        }
        deliver_first(entry, side, consumer);
    }
    side.memory_short = false;
}

template <class C>
void Reassembler::deliver_first(Entry& entry, Side& side, C& consumer) noexcept {
    const Handle handle = side.head;
    unlink_first(side);
    deliver(entry, side, {bytes_of(handle), waiting(handle).length}, consumer);
    give(handle);
}

template <class C>
void Reassembler::deliver(Entry& entry, Side& side, Bytes bytes, C& consumer) noexcept {
    const std::uint64_t offset = side.delivered;
    const bool raw = raw_useful(entry, side, consumer);
    remember(side, bytes, offset);
    advance(side, static_cast<std::uint32_t>(bytes.size()));
    metrics_->bytes.add(bytes.size());
    feed(entry, side, bytes, consumer);
    if (!raw) return;
    const std::uint64_t left = config_.depth == 0 ? bytes.size() : config_.depth - offset;
    consumer.raw(direction_of(entry, side), bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left))), offset);
    if (config_.depth == 0 || side.delivered < config_.depth || side.depth_said) return;
    side.depth_said = true;
    say(entry, side, StreamEvent::reassembly_depth_reached, consumer);
}

template <class C>
void Reassembler::hole(Entry& entry, Side& side, std::uint32_t missing, C& consumer) noexcept {
    metrics_->gaps.add();
    metrics_->gap_bytes.add(missing);
    say(entry, side, StreamEvent::reassembly_seq_gap, consumer);
    if (raw_useful(entry, side, consumer)) consumer.raw_gap(direction_of(entry, side), missing);
    forget_history(side);
    advance(side, missing);
    call_gap(entry, side, missing, consumer);
}

// ---------------------------------------------------------------- the parser's view

template <class C>
void Reassembler::feed(Entry& entry, Side& side, Bytes bytes, C& consumer) noexcept {
    while (!side.ended) {
        const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(side.skip, bytes.size()));
        side.skip -= skipped;
        bytes = bytes.subspan(skipped);
        if (bytes.empty()) return;
        if (side.pending_size == 0 && bytes.size() >= side.want) {
            const Bytes left = call_parser(entry, side, bytes, consumer);
            if (left.empty()) return;
            if (left.size() > config_.pending_limit) return overflow(entry, side, StreamEvent::reassembly_insert_limit, left.size(), consumer);
            if (!keep(entry, side, left)) overflow(entry, side, StreamEvent::reassembly_insert_memcap, left.size(), consumer);
            return;
        }
        const Bytes part = bytes.first(std::min<std::size_t>(bytes.size(), config_.pending_limit - side.pending_size));
        if (part.empty()) {
            overflow(entry, side, StreamEvent::reassembly_insert_limit, side.pending_size, consumer);
        } else if (!keep(entry, side, part)) {
            overflow(entry, side, StreamEvent::reassembly_insert_memcap, side.pending_size, consumer);
        } else {
            bytes = bytes.subspan(part.size());
            if (side.pending_size >= side.want) keep_last(side, call_parser(entry, side, pending_of(side), consumer).size());
        }
    }
}

/// Calls the parser until it makes nothing more of `view`; gives what is left of it to be kept.
template <class C>
Bytes Reassembler::call_parser(Entry& entry, Side& side, Bytes view, C& consumer) noexcept {
    for (;;) {
        side.want = 0;
        const Fed fed = consumer.data(direction_of(entry, side), view);
        const std::size_t consumed = std::min(fed.consumed, view.size());
        view = view.subspan(consumed);
        if (!obey(entry, side, fed)) return {};
        if (fed.status == Fed::Status::need_more) {
            if (fed.want > view.size()) side.want = static_cast<std::uint32_t>(std::min<std::size_t>(fed.want, ~std::uint32_t{0}));
            return view;
        }
        const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(side.skip, view.size()));
        side.skip -= skipped;
        view = view.subspan(skipped);
        if (view.empty() || consumed + skipped == 0) return view;
    }
}

/// A hole inside bytes that the parser has asked to skip is none for it.
template <class C>
void Reassembler::call_gap(Entry& entry, Side& side, std::uint64_t missing, C& consumer) noexcept {
    if (side.ended) return;
    const std::uint64_t skipped = std::min(side.skip, missing);
    side.skip -= skipped;
    if (skipped == missing && skipped != 0) return;
    keep_last(side, 0);
    side.want = 0;
    (void)obey(entry, side, consumer.gap(direction_of(entry, side), missing - skipped));
}

/// The parser wants more bytes together than can be kept: it loses the `lost` ones that it has not consumed.
template <class C>
void Reassembler::overflow(Entry& entry, Side& side, StreamEvent event, std::size_t lost, C& consumer) noexcept {
    side.want = 0;
    if (lost == 0) return;  // nothing yet: it is shown what there is, too little or not
    metrics_->pending_overflows.add();
    say(entry, side, event, consumer);
    call_gap(entry, side, lost, consumer);
}

template <StreamConsumer C>
void Reassembler::offer(Session& session, Direction direction, C& consumer) noexcept {
    if (session.stream == 0 || session.stream == evicted) return;
    Entry& entry = entries_[session.stream - 1];
    Side& side = side_of(entry, direction);
    if (side.ended || side.pending_size == 0) return;
    keep_last(side, call_parser(entry, side, pending_of(side), consumer).size());
}

template <StreamConsumer C>
void Reassembler::close(Session& session, C& consumer) noexcept {
    if (session.stream != 0 && session.stream != evicted) {
        Entry& entry = entries_[session.stream - 1];
        for (const Direction direction : {Direction::to_server, Direction::to_client}) {
            Side& side = side_of(entry, direction);
            side.memory_short = true;  // nothing more will come: give up every hole
            settle(entry, side, consumer);
        }
        release(entry);
    }
    session.stream = 0;
}

}  // namespace weir
