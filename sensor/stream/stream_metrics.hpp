// SPDX-License-Identifier: Apache-2.0
// What the stream stage counts.
#pragma once

#include <array>

#include "sensor/metrics/counter.hpp"

namespace weir {

struct StreamMetrics {
    Counter segments, bytes, out_of_order, retransmitted, overlaps, overlaps_different;
    Counter gaps, gap_bytes, ignored, unreassembled;
    Counter memory, memory_limit, memory_evictions, memory_refusals, history_skipped;
    Counter pending, pending_overflows;
    Counter sessions, sessions_limit, sessions_evicted;
};

inline constexpr std::array stream_metric_rows{
    counter<&StreamMetrics::segments>("weir_stream_segments_total", "TCP segments seen by reassembly"),
    counter<&StreamMetrics::bytes>("weir_stream_delivered_bytes_total", "Bytes of TCP streams delivered in order"),
    counter<&StreamMetrics::out_of_order>("weir_stream_out_of_order_segments_total", "Segments that came before the bytes in front of them"),
    counter<&StreamMetrics::retransmitted>("weir_stream_retransmitted_segments_total", "Segments with bytes that had been delivered before"),
    counter<&StreamMetrics::overlaps>("weir_stream_overlapping_segments_total", "Segments that overlapped others which were waiting"),
    counter<&StreamMetrics::overlaps_different>("weir_stream_overlaps_different_total", "Segments that repeated bytes with other values"),
    counter<&StreamMetrics::gaps>("weir_stream_gaps_total", "Holes given up"),
    counter<&StreamMetrics::gap_bytes>("weir_stream_gap_bytes_total", "Bytes missing in holes given up"),
    counter<&StreamMetrics::ignored>("weir_stream_ignored_segments_total", "Segments with data outside the receiver's window"),
    counter<&StreamMetrics::unreassembled>("weir_stream_unreassembled_segments_total", "Segments of sessions whose reassembly state was evicted"),
    gauge<&StreamMetrics::memory>("weir_stream_memory_bytes", "Memory in use for bytes out of order, kept for parsers or not yet acknowledged"),
    gauge<&StreamMetrics::memory_limit>("weir_stream_memory_limit_bytes", "Memory for bytes out of order, kept for parsers or not yet acknowledged"),
    counter<&StreamMetrics::memory_evictions>("weir_stream_memory_evictions_total", "Directions whose waiting segments were dropped to make room"),
    counter<&StreamMetrics::memory_refusals>("weir_stream_memory_refusals_total", "Requests for memory that could not be met"),
    counter<&StreamMetrics::history_skipped>("weir_stream_history_skipped_total", "Deliveries not kept for comparison with retransmissions, for want of memory"),
    gauge<&StreamMetrics::pending>("weir_stream_pending_bytes", "Bytes that parsers have not consumed yet"),
    counter<&StreamMetrics::pending_overflows>("weir_stream_pending_overflows_total", "Times that a parser left more bytes unconsumed than may be kept"),
    gauge<&StreamMetrics::sessions>("weir_stream_sessions", "Sessions with reassembly state"),
    gauge<&StreamMetrics::sessions_limit>("weir_stream_sessions_limit", "Sessions with reassembly state at most"),
    counter<&StreamMetrics::sessions_evicted>("weir_stream_sessions_evicted_total", "Sessions whose reassembly state was evicted"),
};

}  // namespace weir
