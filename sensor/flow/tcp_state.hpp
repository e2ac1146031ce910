// SPDX-License-Identifier: Apache-2.0
// The TCP connection as its flags tell it (RFC 9293 section 3.3.2), seen from the accepting end.
#pragma once

#include <array>
#include <string_view>

#include "sensor/decode/layers.hpp"
#include "sensor/flow/session.hpp"

namespace weir {

/// Rows of Session::tcp_state.
enum class TcpState : std::uint8_t {
    none, syn_sent, syn_recv, established,
    fin_wait1, fin_wait2,  ///< the accepting end has sent its FIN (and seen it acknowledged)
    close_wait,            ///< the opening end has sent its FIN
    last_ack,              ///< ... and the accepting end its own
    closing,               ///< the accepting end's FIN came first, and is not acknowledged yet
    time_wait, closed, count
};

/// As EVE prints them in `tcp.state`.
inline constexpr std::array<std::string_view, static_cast<std::size_t>(TcpState::count)> tcp_state_names{
    "none", "syn_sent", "syn_recv", "established", "fin_wait1", "fin_wait2", "close_wait", "last_ack", "closing", "time_wait", "closed"};
[[nodiscard]] constexpr std::string_view name_of(TcpState state) noexcept { return tcp_state_names[static_cast<std::size_t>(state)]; }

/// The state after a segment with these flags. A segment that does not fit leaves the state as it is; a session whose start
/// was not seen is established with its first segment.
[[nodiscard]] TcpState next_state(TcpState state, Direction direction, std::uint8_t flags) noexcept;

/// What a state means for timeouts: open, half-open, or over on both sides.
[[nodiscard]] SessionState session_state_of(TcpState state) noexcept;

/// The same connection with its ends exchanged.
[[nodiscard]] TcpState mirrored(TcpState state) noexcept;

}  // namespace weir
