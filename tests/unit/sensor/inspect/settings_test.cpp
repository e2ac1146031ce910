// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/settings.hpp"

#include <string_view>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {
std::uint64_t in_seconds(Time time) { return static_cast<std::uint64_t>(time / second); }
}  // namespace

TEST_CASE("Every setting of a stage reaches that stage") {
    struct Case {
        std::string_view key, value;
        std::uint64_t (*get)(const Config&);
        std::uint64_t expected;
    };
    const Case cases[]{
        {"stream.checksum-validation", "yes", [](const Config& c) { return std::uint64_t{decoder_config(c).checksums}; }, 1},
        {"defrag.trackers", "77", [](const Config& c) { return std::uint64_t{decoder_config(c).defrag.datagrams}; }, 77},
        {"defrag.memcap", "128kb", [](const Config& c) { return std::uint64_t{decoder_config(c).defrag.memory}; }, 128 * 1024},
        {"defrag.timeout", "7", [](const Config& c) { return in_seconds(decoder_config(c).defrag.timeout); }, 7},
        {"defrag.policy", "solaris", [](const Config& c) { return static_cast<std::uint64_t>(decoder_config(c).defrag.overlap); },
         static_cast<std::uint64_t>(FragmentOverlap::solaris)},
        {"flow.max-sessions", "99", [](const Config& c) { return std::uint64_t{flow_config(c).max_sessions}; }, 99},
        {"flow.timeouts.tcp.new", "3", [](const Config& c) { return in_seconds(flow_config(c).tcp.fresh); }, 3},
        {"flow.timeouts.tcp.established", "4", [](const Config& c) { return in_seconds(flow_config(c).tcp.established); }, 4},
        {"flow.timeouts.tcp.closed", "5", [](const Config& c) { return in_seconds(flow_config(c).tcp.closed); }, 5},
        {"flow.timeouts.udp.new", "6", [](const Config& c) { return in_seconds(flow_config(c).udp.fresh); }, 6},
        {"flow.timeouts.udp.established", "7", [](const Config& c) { return in_seconds(flow_config(c).udp.established); }, 7},
        {"flow.timeouts.icmp.new", "8", [](const Config& c) { return in_seconds(flow_config(c).icmp.fresh); }, 8},
        {"flow.timeouts.icmp.established", "9", [](const Config& c) { return in_seconds(flow_config(c).icmp.established); }, 9},
        {"flow.timeouts.default.new", "10", [](const Config& c) { return in_seconds(flow_config(c).other.fresh); }, 10},
        {"flow.timeouts.default.established", "11", [](const Config& c) { return in_seconds(flow_config(c).other.established); }, 11},
        {"flow.update-interval", "12", [](const Config& c) { return in_seconds(flow_config(c).update_interval); }, 12},
        {"stream.max-sessions", "88", [](const Config& c) { return std::uint64_t{stream_config(c).max_sessions}; }, 88},
        {"stream.reassembly.memcap", "2mb", [](const Config& c) { return std::uint64_t{stream_config(c).memory}; }, 2 << 20},
        {"stream.reassembly.depth", "64kb", [](const Config& c) { return stream_config(c).depth; }, 64 << 10},
        {"stream.overlap-policy.ipv4", "old-linux",
         [](const Config& c) { return static_cast<std::uint64_t>(stream_config(c).overlap_ipv4); },
         static_cast<std::uint64_t>(OverlapPolicy::old_linux)},
        {"stream.overlap-policy.ipv6", "last", [](const Config& c) { return static_cast<std::uint64_t>(stream_config(c).overlap_ipv6); },
         static_cast<std::uint64_t>(OverlapPolicy::last)},
        {"outputs.evidence.enabled", "no", [](const Config& c) { return std::uint64_t{reporter_config(c, {}).evidence}; }, 0},
        {"outputs.evidence.history", "128kb", [](const Config& c) { return std::uint64_t{reporter_config(c, {}).history}; }, 128 << 10},
        {"outputs.evidence.session-bytes", "1000",
         [](const Config& c) { return std::uint64_t{reporter_config(c, {}).evidence_session_bytes}; }, 1000},
        {"detect.sessions", "66", [](const Config& c) { return std::uint64_t{engine_limits(c).sessions}; }, 66},
        {"detect.window-memcap", "1mb", [](const Config& c) { return std::uint64_t{engine_limits(c).window_memory}; }, 1 << 20},
    };
    for (const Case& c : cases) {
        CAPTURE(c.key);
        Config config;
        CHECK(c.get(config) != c.expected);  // or the case would show nothing
        CHECK_FALSE(set(config, c.key, c.value));
        CHECK(c.get(config) == c.expected);
    }
}
