// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/tcp_state.hpp"

#include <utility>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;
using enum TcpState;

namespace {

constexpr std::uint8_t syn = tcp_flag::syn, ack = tcp_flag::ack, fin = tcp_flag::fin, rst = tcp_flag::rst, psh = tcp_flag::psh;

struct Step {
    Direction direction;
    std::uint8_t flags;
    TcpState after;
};
constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;

void walk(const std::vector<Step>& steps) {
    TcpState state = none;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        state = next_state(state, steps[i].direction, steps[i].flags);
        INFO("step " << i);
        CHECK(name_of(state) == name_of(steps[i].after));
    }
}

const Step opened[] = {{to_server, syn, syn_sent}, {to_client, syn | ack, syn_recv}, {to_server, ack, established}};
std::vector<Step> after_opening(std::vector<Step> steps) {
    steps.insert(steps.begin(), std::begin(opened), std::end(opened));
    return steps;
}

}  // namespace

TEST_CASE("The client closes") {
    walk(after_opening({{to_server, psh | ack, established}, {to_server, fin | ack, close_wait}, {to_client, ack, close_wait},
                        {to_client, fin | ack, last_ack}, {to_client, fin | ack, last_ack}, {to_server, ack, closed}, {to_server, ack, closed}}));
}

TEST_CASE("The server closes") {
    walk(after_opening({{to_client, fin | ack, fin_wait1}, {to_client, fin | ack, fin_wait1}, {to_server, ack, fin_wait2},
                        {to_server, psh | ack, fin_wait2}, {to_server, fin | ack, time_wait}, {to_client, ack, closed}}));
}

TEST_CASE("Both close at once") {
    walk(after_opening({{to_client, fin | ack, fin_wait1}, {to_server, fin, closing}, {to_server, ack, time_wait}}));
}

TEST_CASE("A RST closes from any state") {
    walk({{to_server, syn, syn_sent}, {to_client, rst | ack, closed}});
    walk(after_opening({{to_server, rst, closed}}));
}

TEST_CASE("A session whose start was not seen") {
    walk({{to_client, psh | ack, established}, {to_server, ack, established}});
    walk({{to_client, syn | ack, syn_recv}, {to_server, ack, established}});
    walk({{to_server, fin | ack, close_wait}});
}

TEST_CASE("What does not fit changes nothing") {
    walk({{to_server, syn, syn_sent}, {to_server, syn, syn_sent}, {to_client, syn, syn_sent}, {to_client, ack, syn_sent}, {to_server, ack, established},
          {to_server, syn, established}, {to_client, syn | ack, established}});
}

TEST_CASE("Sessions are closed when both sides are, and the mirror of a mirror is the original") {
    const std::vector<std::pair<TcpState, SessionState>> rows{
        {none, SessionState::new_}, {syn_sent, SessionState::new_}, {syn_recv, SessionState::new_}, {established, SessionState::established},
        {fin_wait1, SessionState::established}, {fin_wait2, SessionState::established}, {close_wait, SessionState::established},
        {last_ack, SessionState::closed}, {closing, SessionState::closed}, {time_wait, SessionState::closed}, {closed, SessionState::closed}};
    CHECK(rows.size() == tcp_state_names.size());
    for (const auto& [state, expected] : rows) {
        CHECK(session_state_of(state) == expected);
        if (state != fin_wait2) CHECK(mirrored(mirrored(state)) == state);
    }
}
