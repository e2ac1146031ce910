// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/settings.hpp"

namespace weir {
namespace {

Time seconds(std::uint64_t count) noexcept { return static_cast<Time>(count) * second; }

}  // namespace

DecoderConfig decoder_config(const Config& config) {
    DecoderConfig out;
    out.checksums = config.checksum_validation;
    out.defrag.overlap = find_fragment_overlap(config.fragment_policy).value_or(FragmentOverlap::bsd);
    out.defrag.datagrams = static_cast<std::uint32_t>(config.fragment_trackers);
    out.defrag.memory = static_cast<std::uint32_t>(config.fragment_memory);
    out.defrag.timeout = seconds(config.fragment_timeout);
    return out;
}

FlowConfig flow_config(const Config& config) {
    FlowConfig out;
    out.max_sessions = static_cast<std::uint32_t>(config.max_sessions);
    out.tcp = {seconds(config.tcp_new), seconds(config.tcp_established), seconds(config.tcp_closed)};
    out.udp = {seconds(config.udp_new), seconds(config.udp_established), seconds(config.udp_established)};
    out.icmp = {seconds(config.icmp_new), seconds(config.icmp_established), seconds(config.icmp_established)};
    out.other = {seconds(config.other_new), seconds(config.other_established), seconds(config.other_established)};
    out.update_interval = seconds(config.flow_update);
    return out;
}

StreamConfig stream_config(const Config& config) {
    StreamConfig out;
    out.max_sessions = static_cast<std::uint32_t>(config.stream_sessions);
    out.memory = config.stream_memory;
    out.depth = config.stream_depth;
    out.overlap_ipv4 = find_overlap_policy(config.overlap_policy_v4).value_or(OverlapPolicy::windows);
    out.overlap_ipv6 = find_overlap_policy(config.overlap_policy_v6).value_or(OverlapPolicy::bsd);
    return out;
}

ReporterConfig reporter_config(const Config& config, const EveConfig& eve) {
    ReporterConfig out;
    out.eve = eve;
    out.evidence = config.evidence;
    out.history = config.evidence_history;
    out.evidence_session_bytes = static_cast<std::uint32_t>(config.evidence_session_bytes);
    return out;
}

Action contract_action(const Config& config) {
    return config.contract_action == "drop" ? Action::drop : config.contract_action == "reject" ? Action::reject : Action::pass;
}

rules::EngineLimits engine_limits(const Config& config) {
    rules::EngineLimits out;
    out.sessions = config.rule_sessions;
    out.window_memory = config.rule_window_memory;
    out.host_bits = config.rule_host_bits;
    out.profile = config.profile_rules;
    return out;
}

}  // namespace weir
