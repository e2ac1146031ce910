// SPDX-License-Identifier: Apache-2.0
// What the flow stage counts.
#pragma once

#include <array>

#include "sensor/metrics/counter.hpp"

namespace weir {

struct FlowMetrics {
    Counter opened_syn, opened_syn_ack, opened_first, opened_guessed;
    Counter ended_timeout, ended_closed, ended_evicted, ended_shutdown;
    Counter reused;
    Counter sessions, sessions_limit;
    Counter expectations, expectations_limit, expectations_met, expectations_expired, expectations_evicted;
};

inline constexpr std::array flow_metric_rows{
    counter<&FlowMetrics::opened_syn>("weir_flow_sessions_opened_total", "Sessions opened, by how weir knew who opened them", "opening", "syn"),
    counter<&FlowMetrics::opened_syn_ack>("weir_flow_sessions_opened_total", "Sessions opened, by how weir knew who opened them", "opening", "syn_ack"),
    counter<&FlowMetrics::opened_first>("weir_flow_sessions_opened_total", "Sessions opened, by how weir knew who opened them", "opening", "first"),
    counter<&FlowMetrics::opened_guessed>("weir_flow_sessions_opened_total", "Sessions opened, by how weir knew who opened them", "opening", "guessed"),
    counter<&FlowMetrics::ended_timeout>("weir_flow_sessions_ended_total", "Sessions ended, by reason", "reason", "timeout"),
    counter<&FlowMetrics::ended_closed>("weir_flow_sessions_ended_total", "Sessions ended, by reason", "reason", "closed"),
    counter<&FlowMetrics::ended_evicted>("weir_flow_sessions_ended_total", "Sessions ended, by reason", "reason", "evicted"),
    counter<&FlowMetrics::ended_shutdown>("weir_flow_sessions_ended_total", "Sessions ended, by reason", "reason", "shutdown"),
    counter<&FlowMetrics::reused>("weir_flow_ports_reused_total", "Sessions that a SYN with the ports of a closed one opened"),
    gauge<&FlowMetrics::sessions>("weir_flow_sessions", "Sessions in the table"),
    gauge<&FlowMetrics::sessions_limit>("weir_flow_sessions_limit", "Sessions that the table holds at most"),
    gauge<&FlowMetrics::expectations>("weir_flow_expectations", "Announced sessions that have not come yet"),
    gauge<&FlowMetrics::expectations_limit>("weir_flow_expectations_limit", "Announced sessions held at most"),
    counter<&FlowMetrics::expectations_met>("weir_flow_expectations_met_total", "Announced sessions that came"),
    counter<&FlowMetrics::expectations_expired>("weir_flow_expectations_expired_total", "Announced sessions that did not come in time"),
    counter<&FlowMetrics::expectations_evicted>("weir_flow_expectations_evicted_total", "Announced sessions forgotten because the table was full"),
};

}  // namespace weir
