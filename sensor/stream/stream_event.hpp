// SPDX-License-Identifier: Apache-2.0
// Oddities of a TCP stream, with the names that EVE's anomaly events of type `stream` give them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

enum class StreamEvent : std::uint8_t {
    pkt_broken_ack,
    pkt_invalid_ack,
    est_packet_out_of_window,
    est_syn_resend_diff_seq,
    suspected_rst_inject,
    reassembly_seq_gap,
    reassembly_overlap_different_data,
    reassembly_depth_reached,
    reassembly_insert_limit,
    reassembly_insert_memcap,
    count
};

struct StreamEventInfo {
    std::string_view event;
    std::string_view doc;
};

/// In the order of StreamEvent.
inline constexpr std::array stream_events{
    StreamEventInfo{"stream.pkt_broken_ack", "An acknowledgement number without the ACK flag, RFC 9293 section 3.1"},
    StreamEventInfo{"stream.pkt_invalid_ack", "Acknowledges bytes beyond the window that its sender has offered, RFC 9293 section 3.4"},
    StreamEventInfo{"stream.est_packet_out_of_window", "Data beyond the window that its receiver has offered: ignored, RFC 9293 section 3.4"},
    StreamEventInfo{"stream.est_syn_resend_diff_seq", "A SYN with another sequence number on a session that has begun, RFC 5961 section 4"},
    StreamEventInfo{"stream.suspected_rst_inject", "A RST outside the window, or data behind a RST of the same end, RFC 5961 section 3"},
    StreamEventInfo{"stream.reassembly_seq_gap", "Bytes of the stream are missing in the capture"},
    StreamEventInfo{"stream.reassembly_overlap_different_data", "Bytes sent again, or sent twice, that are not the same"},
    StreamEventInfo{"stream.reassembly_depth_reached", "Rules look at the stream no further: stream.reassembly.depth is reached"},
    StreamEventInfo{"stream.reassembly_insert_limit", "More bytes out of order, or kept for a parser, than the limits of one direction allow"},
    StreamEventInfo{"stream.reassembly_insert_memcap", "No memory left for bytes out of order or kept for a parser"},
};
static_assert(stream_events.size() == static_cast<std::size_t>(StreamEvent::count));
[[nodiscard]] constexpr std::string_view name_of(StreamEvent event) noexcept { return stream_events[static_cast<std::size_t>(event)].event; }

}  // namespace weir
