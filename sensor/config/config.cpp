// SPDX-License-Identifier: Apache-2.0
#include "sensor/config/config.hpp"

#include <algorithm>
#include <array>

#include "parsers/base/bytes.hpp"
#include "sensor/config/yaml.hpp"

namespace weir {
namespace {

using Error = std::optional<std::string>;

/// Sizes as Suricata writes them: powers of 1024, in small or capital letters.
constexpr std::array size_units{yaml::Unit{"", 1},           yaml::Unit{"b", 1},           yaml::Unit{"kb", 1ull << 10},
                                yaml::Unit{"mb", 1ull << 20}, yaml::Unit{"gb", 1ull << 30}, yaml::Unit{"kib", 1ull << 10},
                                yaml::Unit{"mib", 1ull << 20}, yaml::Unit{"gib", 1ull << 30}};
constexpr std::array no_units{yaml::Unit{"", 1}};

/// A whole number from `least` to `most`, with a unit where it is a size.
Error parse_number(std::string_view value, bool size, std::uint64_t least, std::uint64_t most, std::uint64_t& out) {
    std::string lower{value};
    for (char& c : lower) c = static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
    const auto number = size ? yaml::with_unit(lower, size_units) : yaml::with_unit(lower, no_units);
    if (!number || *number < least || *number > most)
        return yaml::quoted(value) + " is not a " + (size ? "size" : "whole number") + " from " + std::to_string(least) + " to " +
               std::to_string(most) + (size ? " bytes (kb, mb, gb allowed)" : "");
    out = *number;
    return {};
}

template <class>
struct member_type;
template <class M>
struct member_type<M Config::*> {
    using type = M;
};

template <auto Member, std::uint64_t Least, std::uint64_t Most, bool Size = false>
constexpr Setting number(std::string_view key, std::string_view unit, std::string_view range, std::string_view doc) {
    using Type = typename member_type<decltype(Member)>::type;
    return {key, unit, range, doc, [](const Config& config) { return std::to_string(config.*Member); },
            [](Config& config, std::string_view, std::string_view value) -> Error {
                std::uint64_t parsed = 0;
                if (Error error = parse_number(value, Size, Least, Most, parsed)) return error;
                config.*Member = static_cast<Type>(parsed);
                return {};
            }};
}

template <auto Member, std::uint64_t Least, std::uint64_t Most>
constexpr Setting size(std::string_view key, std::string_view range, std::string_view doc) {
    return number<Member, Least, Most, true>(key, "bytes", range, doc);
}

template <auto Member>
constexpr Setting flag(std::string_view key, std::string_view doc) {
    return {key, "", "yes or no", doc, [](const Config& config) { return std::string{config.*Member ? "yes" : "no"}; },
            [](Config& config, std::string_view, std::string_view value) -> Error {
                const auto answer = yaml::as_boolean(value);
                if (!answer) return yaml::quoted(value) + " is neither yes nor no";
                config.*Member = *answer;
                return {};
            }};
}

/// A text of a closed list; `Words` is a function that returns it, separated by blanks.
template <auto Member, std::string_view (*Words)()>
constexpr Setting choice(std::string_view key, std::string_view doc) {
    return {key, "", Words(), doc, [](const Config& config) { return config.*Member; },
            [](Config& config, std::string_view, std::string_view value) -> Error {
                for (std::string_view rest = Words(); !rest.empty();) {
                    const std::string_view word = rest.substr(0, rest.find(' '));
                    if (word == value) {
                        config.*Member = std::string{value};
                        return {};
                    }
                    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
                }
                return yaml::quoted(value) + " is not one of: " + std::string{Words()};
            }};
}

template <auto Member>
constexpr Setting text(std::string_view key, std::string_view range, std::string_view doc) {
    return {key, "", range, doc, [](const Config& config) { return config.*Member; },
            [](Config& config, std::string_view, std::string_view value) -> Error {
                config.*Member = std::string{value};
                return {};
            }};
}

/// A group of variables: `vars.address-groups.HOME_NET`. What the value means is checked where rules are loaded.
template <auto Member>
constexpr Setting group(std::string_view key, std::string_view range, std::string_view doc) {
    return {key, "", range, doc,
            [](const Config& config) {
                std::string out;
                for (const auto& [name, value] : config.*Member) out += (out.empty() ? "" : "; ") + name + " = " + value;
                return out;
            },
            [](Config& config, std::string_view name, std::string_view value) -> Error {
                (config.*Member)[std::string{name.substr(name.rfind('.') + 1)}] = std::string{value};
                return {};
            }};
}

constexpr std::string_view policies() { return "first last bsd bsd-right linux old-linux windows solaris hpux10 irix macos vista"; }
constexpr std::string_view fragment_policies() { return "first last bsd bsd-right linux windows solaris"; }

constexpr std::string_view contract_actions() { return "alert drop reject"; }
constexpr std::string_view drivers() { return "af_packet af_xdp"; }
constexpr std::string_view hugepage_choices() { return "auto yes no"; }

/// One of two words for a flag; the first one sets it.
template <auto Member, std::string_view (*Words)()>
constexpr Setting either(std::string_view key, std::string_view doc) {
    return {key, "", Words(), doc,
            [](const Config& config) {
                const std::string_view words = Words();
                return std::string{config.*Member ? words.substr(0, words.find(' ')) : words.substr(words.find(' ') + 1)};
            },
            [](Config& config, std::string_view, std::string_view value) -> Error {
                const std::string_view words = Words();
                const bool first = value == words.substr(0, words.find(' '));
                if (!first && value != words.substr(words.find(' ') + 1)) return yaml::quoted(value) + " is not one of: " + std::string{words};
                config.*Member = first;
                return {};
            }};
}
constexpr std::string_view modes() { return "enforce monitor"; }
constexpr std::string_view fail_modes() { return "open closed"; }

constexpr std::uint64_t gib = 1u << 30;
constexpr std::uint64_t year = 366ull * 86400;

constexpr std::array table{
    number<&Config::max_sessions, 16, 16'000'000>("flow.max-sessions", "sessions", "16 to 16000000", "Sessions held at once; the least valuable is evicted beyond"),
    number<&Config::tcp_new, 1, year>("flow.timeouts.tcp.new", "s", "from 1", "TCP whose handshake is not complete"),
    number<&Config::tcp_established, 1, year>("flow.timeouts.tcp.established", "s", "from 1", "Established TCP without a packet"),
    number<&Config::tcp_closed, 1, year>("flow.timeouts.tcp.closed", "s", "from 1", "Closed TCP, so that late packets find their session"),
    number<&Config::udp_new, 1, year>("flow.timeouts.udp.new", "s", "from 1", "UDP that only one side has spoken in"),
    number<&Config::udp_established, 1, year>("flow.timeouts.udp.established", "s", "from 1", "UDP that both sides have spoken in"),
    number<&Config::icmp_new, 1, year>("flow.timeouts.icmp.new", "s", "from 1", "ICMP without an answer"),
    number<&Config::icmp_established, 1, year>("flow.timeouts.icmp.established", "s", "from 1", "ICMP with an answer"),
    number<&Config::other_new, 1, year>("flow.timeouts.default.new", "s", "from 1", "Other protocols that only one side has spoken in"),
    number<&Config::other_established, 1, year>("flow.timeouts.default.established", "s", "from 1", "Other protocols that both sides have spoken in"),
    number<&Config::flow_update, 1, year>("flow.update-interval", "s", "from 1", "A `flow` event is written this often for a session that stays open"),
    number<&Config::fragment_trackers, 1, 1'000'000>("defrag.trackers", "datagrams", "1 to 1000000", "Fragmented datagrams put together at once"),
    size<&Config::fragment_memory, 65'536, gib>("defrag.memcap", "64kb to 1gb", "Memory for fragments"),
    number<&Config::fragment_timeout, 1, 3600>("defrag.timeout", "s", "1 to 3600", "A datagram whose fragments do not all come by then is given up"),
    choice<&Config::fragment_policy, &fragment_policies>("defrag.policy", "Which of two overlapping IPv4 fragments wins"),
    number<&Config::stream_sessions, 16, 16'000'000>("stream.max-sessions", "sessions", "16 to 16000000", "TCP sessions reassembled at once"),
    size<&Config::stream_memory, 65'536, gib>("stream.reassembly.memcap", "64kb to 1gb", "Memory for out-of-order and unfinished stream data"),
    size<&Config::stream_depth, 0, 1ull << 40>("stream.reassembly.depth", "from 0", "Rules look at this much of each direction"),
    choice<&Config::overlap_policy_v4, &policies>("stream.overlap-policy.ipv4", "Which of two overlapping TCP segments over IPv4 wins"),
    choice<&Config::overlap_policy_v6, &policies>("stream.overlap-policy.ipv6", "Which of two overlapping TCP segments over IPv6 wins"),
    flag<&Config::checksum_validation>("stream.checksum-validation", "Packets with a wrong checksum do not reach sessions"),
    size<&Config::parser_memory, 65'536, gib>("app-layer.memcap", "64kb to 1gb", "Memory for the states of application parsers"),
    size<&Config::behavior_memory, 65'536, gib>("behavior.memcap", "64kb to 1gb", "Memory for what the detectors of behaviour remember of sessions"),
    group<&Config::address_groups>("vars.address-groups.*", "addresses as in rules", "Address variables of rules, such as HOME_NET"),
    group<&Config::port_groups>("vars.port-groups.*", "ports as in rules", "Port variables of rules, such as SSH_PORTS"),
    number<&Config::rule_sessions, 16, 16'000'000>("detect.sessions", "sessions", "16 to 16000000", "Sessions that rules remember something of at once"),
    size<&Config::rule_window_memory, 65'536, gib>("detect.window-memcap", "64kb to 1gb", "Memory for the stream windows that rules look at"),
    number<&Config::rule_host_bits, 16, 16'000'000>("detect.xbits", "marks", "16 to 16000000", "Marks of xbits and hostbits held at once"),
    text<&Config::threshold_file>("threshold-file", "a file", "threshold.config: suppress, event_filter and rate_filter for the alerts of rules"),
    text<&Config::classification_file>("classification-file", "a file", "classification.config: classes beside the built-in ones"),
    text<&Config::reputation_categories>("reputation-categories-file", "a file", "Categories of the reputations that `iprep` asks for"),
    text<&Config::reputation_folder>("default-reputation-path", "a folder", "Where `reputation-files` are looked for"),
    text<&Config::reputation_files>("reputation-files", "files separated by commas", "Reputations of addresses"),
    flag<&Config::profile_rules>("profiling.rules.enabled", "Count what each rule costs: weir replay prints it with --profile-rules"),
    text<&Config::rule_cache>("detect.cache-dir", "a folder", "Where compiled rule databases are kept; by default below the user's cache folder"),
    text<&Config::tap>("tap", "a port", "Port that `weir run` listens on: a PCI address, a kernel interface or a DPDK device"),
    text<&Config::inline_ports>("inline", "two ports separated by a comma", "Ports that `weir run` stands between"),
    either<&Config::enforce, &modes>("mode", "monitor: packets go on at once, inspection sees a copy. enforce: they wait for the verdict"),
    either<&Config::fail_open, &fail_modes>("fail", "What becomes of a packet in `enforce` that inspection has not judged in time"),
    number<&Config::deadline, 50, 1'000'000>("deadline", "us", "50 to 1000000", "How long a packet waits for its verdict in `enforce`"),
    choice<&Config::contract_action, &contract_actions>("contract.action", "What `enforce` does with sessions that the contract does not allow"),
    number<&Config::workers, 1, 64>("workers", "", "1 to 64", "Inspectors of `weir run`, a process and a ring each"),
    size<&Config::ring_memory, 65'536, gib>("ring.packets", "64kb to 1gb", "Memory for packets on their way to one inspector"),
    size<&Config::event_memory, 262'144, gib>("ring.events", "256kb to 1gb", "Memory for events on their way from one inspector"),
    text<&Config::run_directory>("run.directory", "a folder", "Where the processes of `weir run` meet: shared memory and the control socket; best in memory (tmpfs)"),
    text<&Config::run_user>("run.user", "a user", "Whom inspectors run as, where weir is started as root"),
    text<&Config::metrics_listen>("metrics.listen", "ADDRESS:PORT, or no", "Where `weir run` answers Prometheus"),
    choice<&Config::dpdk_driver, &drivers>("dpdk.driver", "DPDK's driver for kernel interfaces"),
    choice<&Config::dpdk_hugepages, &hugepage_choices>("dpdk.hugepages", "Packet memory in hugepages; auto: where enough are free"),
    number<&Config::dpdk_frame, 1518, 16'384>("dpdk.frame", "bytes", "1518 to 16384", "The longest frame that is forwarded"),
    number<&Config::dpdk_packets, 1024, 1'000'000>("dpdk.packets", "packets", "1024 to 1000000", "Packets inside the forwarder at once"),
    text<&Config::dpdk_eal>("dpdk.eal", "arguments separated by blanks", "Further arguments for DPDK's environment layer"),
    text<&Config::eve_types>("outputs.eve.types", "all, or event types separated by commas", "Which events go to eve.json"),
    number<&Config::dns_version, 2, 3>("outputs.eve.dns.version", "", "2 or 3", "Layout of `dns` events: Suricata 7's or Suricata 8's"),
    number<&Config::community_id_seed, 0, 65'535>("outputs.eve.community-id-seed", "", "0 to 65535", "Seed of the Community ID"),
    flag<&Config::secrets>("outputs.secrets", "Write passwords, communities and keys as they are; else a hash and the length"),
    text<&Config::secret_salt>("outputs.secret-salt", "any text", "What secrets are hashed with: choose your own, else short ones can be guessed"),
    number<&Config::stats_interval, 0, year>("stats.interval", "s", "from 0", "Packet time between `stats` events; 0: one at the end"),
    flag<&Config::evidence>("outputs.evidence.enabled", "Write a pcap per alerted session"),
    size<&Config::evidence_history, 65'536, gib>("outputs.evidence.history", "64kb to 1gb", "Packets remembered so that evidence begins before the alert"),
    size<&Config::evidence_session_bytes, 0, gib>("outputs.evidence.session-bytes", "0 to 1gb", "Evidence per session"),
    size<&Config::evidence_total_bytes, 0, 1ull << 40>("outputs.evidence.total-bytes", "from 0", "Evidence per run"),
};

bool matches(const Setting& setting, std::string_view key) noexcept {
    if (!setting.key.ends_with('*')) return setting.key == key;
    const std::string_view prefix = setting.key.substr(0, setting.key.size() - 1);
    return key.size() > prefix.size() && key.starts_with(prefix) && key.find('.', prefix.size()) == std::string_view::npos;
}

std::string suggestion_for(std::string_view key) {
    std::vector<std::string_view> keys;
    for (const Setting& setting : table) keys.push_back(setting.key);
    const std::string_view near = yaml::nearest(key, keys);
    return near.empty() ? std::string{} : ", did you mean `" + std::string{near} + "`?";
}

const Setting* find(std::string_view key) noexcept {
    const auto found = std::find_if(table.begin(), table.end(), [key](const Setting& setting) { return matches(setting, key); });
    return found == table.end() ? nullptr : &*found;
}

std::string unknown(std::string_view key) { return "unknown setting " + yaml::quoted(key) + suggestion_for(key); }

/// Whether settings stand below `key`.
bool is_section(std::string_view key) noexcept {
    return std::any_of(table.begin(), table.end(), [key](const Setting& setting) {
        return setting.key.size() > key.size() && setting.key.starts_with(key) && setting.key[key.size()] == '.';
    });
}

/// A value as `set` takes it: a list of plain values becomes `a,b`. Nothing for what holds more than that.
std::optional<std::string> plain(const yaml::Node& value) {
    std::string out;
    for (const yaml::Node& item : value.items()) {
        if (item.type != yaml::Type::scalar) return std::nullopt;
        out += (out.empty() ? "" : ",") + std::string{item.text};
    }
    return out;
}

/// Walks the tree and sets every leaf by its dotted key. A key without a value leaves the default.
void apply(Config& config, const yaml::Node& node, const std::string& prefix, yaml::Errors& errors) {
    for (std::size_t i = 0; i + 1 < node.children.size() && !errors.full(); i += 2) {
        const yaml::Node& name = node.children[i];
        const yaml::Node& value = node.children[i + 1];
        const std::string key = prefix + (prefix.empty() ? "" : ".") + std::string{name.text};
        const bool section = is_section(key);
        if (!section && find(key) == nullptr) {
            errors.add(name, unknown(key));
        } else if (value.type == yaml::Type::null) {
            continue;
        } else if (section && value.type == yaml::Type::map) {
            apply(config, value, key, errors);
        } else if (section) {
            errors.add(value, yaml::quoted(key) + ": expected settings (`key: value` pairs)");
        } else if (const auto text = plain(value)) {
            if (const Error error = set(config, key, *text)) errors.add(value, *error);
        } else {
            errors.add(value, yaml::quoted(key) + ": expected a value or a list of plain values");
        }
    }
}

}  // namespace

std::span<const Setting> settings() noexcept { return table; }

Error set(Config& config, std::string_view key, std::string_view value) {
    const Setting* const setting = find(key);
    if (setting == nullptr) return unknown(key);
    if (const Error error = setting->set(config, key, value)) return std::string{key} + ": " + *error;
    return {};
}

Result<Config, std::vector<FileError>> load_config(const std::string& file, std::string_view text, Config defaults) {
    const auto document = yaml::parse(file, text);
    if (!document) return Unexpected{std::vector{document.error()}};
    yaml::Errors errors{file};
    const yaml::Node& root = document->root();
    if (root.type == yaml::Type::map)
        apply(defaults, root, "", errors);
    else if (root.type != yaml::Type::null)
        errors.add(root, "settings are a map, expected `key: value`");
    if (!errors.empty()) return Unexpected{errors.take()};
    return defaults;
}

}  // namespace weir
