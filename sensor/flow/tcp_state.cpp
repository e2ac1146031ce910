// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/tcp_state.hpp"

namespace weir {

TcpState next_state(TcpState state, Direction direction, std::uint8_t flags) noexcept {
    using enum TcpState;
    const bool from_client = direction == Direction::to_server;
    const bool ack = (flags & tcp_flag::ack) != 0;
    if ((flags & tcp_flag::rst) != 0) return closed;
    if ((flags & tcp_flag::syn) != 0) {
        if (!ack) return state == none && from_client ? syn_sent : state;
        return !from_client && (state == none || state == syn_sent) ? syn_recv : state;
    }
    if ((flags & tcp_flag::fin) != 0) {
        switch (state) {
            case none:
            case syn_sent:
            case syn_recv:
            case established: return from_client ? close_wait : fin_wait1;
            case fin_wait1: return from_client ? (ack ? time_wait : closing) : state;
            case fin_wait2: return from_client ? time_wait : state;
            case close_wait: return from_client ? state : last_ack;
            default: return state;
        }
    }
    switch (state) {
        case none: return established;
        case syn_sent:  // an ACK without the SYN-ACK seen: the opener goes on, so it was answered
        case syn_recv: return ack && from_client ? established : state;
        case fin_wait1: return ack && from_client ? fin_wait2 : state;
        case last_ack: return ack && from_client ? closed : state;
        case closing: return ack && from_client ? time_wait : state;
        case time_wait: return ack && !from_client ? closed : state;
        default: return state;
    }
}

SessionState session_state_of(TcpState state) noexcept {
    using enum TcpState;
    switch (state) {
        case none:
        case syn_sent:
        case syn_recv: return SessionState::new_;
        case established:
        case fin_wait1:
        case fin_wait2:
        case close_wait: return SessionState::established;
        default: return SessionState::closed;
    }
}

TcpState mirrored(TcpState state) noexcept {
    using enum TcpState;
    switch (state) {
        case fin_wait1:
        case fin_wait2: return close_wait;
        case close_wait: return fin_wait1;
        case last_ack: return closing;
        case closing: return last_ack;
        default: return state;
    }
}

}  // namespace weir
