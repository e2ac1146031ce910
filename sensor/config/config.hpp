// SPDX-License-Identifier: Apache-2.0
// Settings of a run: typed, with one row per key for weir.yaml, `--set KEY=VALUE` and the reference page alike.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/base/result.hpp"

namespace weir {

/// Every setting with its default. Times are seconds, sizes bytes.
struct Config {
    // flow
    std::uint64_t max_sessions = 300'000;
    std::uint64_t tcp_new = 60, tcp_established = 600, tcp_closed = 10;
    std::uint64_t udp_new = 30, udp_established = 300, icmp_new = 30, icmp_established = 300, other_new = 30, other_established = 300;
    std::uint64_t flow_update = 300;

    // defrag
    std::uint64_t fragment_trackers = 1024, fragment_memory = 4u << 20, fragment_timeout = 60;
    std::string fragment_policy = "bsd";

    // stream
    std::uint64_t stream_sessions = 100'000, stream_memory = 16u << 20, stream_depth = 1u << 20;
    std::string overlap_policy_v4 = "windows", overlap_policy_v6 = "bsd";
    bool checksum_validation = false;

    // application layer
    std::uint64_t parser_memory = 32u << 20;
    std::uint64_t behavior_memory = 8u << 20;

    // rules
    std::map<std::string, std::string> address_groups, port_groups;
    std::uint64_t rule_sessions = 131'072, rule_window_memory = 16u << 20;
    std::uint64_t rule_host_bits = 65'536;
    std::string threshold_file, classification_file;
    std::string reputation_categories, reputation_folder, reputation_files;
    bool profile_rules = false;
    std::string rule_cache;  ///< folder of compiled databases; empty: the user's cache folder

    // live
    bool enforce = false, fail_open = true;
    std::string contract_action = "alert";
    std::uint64_t workers = 1, deadline = 2000, ring_memory = 8u << 20, event_memory = 8u << 20;
    std::string tap, inline_ports;
    std::string run_directory = "/run/weir", run_user = "nobody", metrics_listen = "127.0.0.1:9469";
    std::string dpdk_driver = "af_packet", dpdk_hugepages = "auto", dpdk_eal;
    std::uint64_t dpdk_frame = 1984, dpdk_packets = 8192;

    // outputs
    std::string eve_types = "all";  ///< comma list of event types
    unsigned dns_version = 3;
    std::uint16_t community_id_seed = 0;
    bool secrets = false;
    std::string secret_salt = "weir";
    std::uint64_t stats_interval = 0;  ///< seconds of packet time between `stats` events; 0: one at the end
    bool evidence = true;
    std::uint64_t evidence_history = 16u << 20, evidence_session_bytes = 256u << 10, evidence_total_bytes = 256u << 20;
};

/// A row of the settings table.
struct Setting {
    std::string_view key;    ///< dotted, as in weir.yaml; a final `*` stands for any name
    std::string_view unit;   ///< s, bytes, sessions ...; empty where there is none
    std::string_view range;  ///< what is accepted, in words
    std::string_view doc;    ///< one line for the reference page
    /// The value now, as `set` takes it (groups: `name = value; ...`).
    std::string (*show)(const Config&);
    /// Takes a value from text, or says what is wrong with it.
    std::optional<std::string> (*set)(Config&, std::string_view key, std::string_view value);
};

/// All settings, in the order of the reference page.
[[nodiscard]] std::span<const Setting> settings() noexcept;

/// Sets one key from text. The error is a sentence: what is wrong, what was expected.
[[nodiscard]] std::optional<std::string> set(Config& config, std::string_view key, std::string_view value);

/// Reads weir.yaml over the defaults. Either everything in it is good, or the errors say what is not, and nothing applies.
[[nodiscard]] Result<Config, std::vector<FileError>> load_config(const std::string& file, std::string_view text, Config defaults = {});

}  // namespace weir
