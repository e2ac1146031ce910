// SPDX-License-Identifier: Apache-2.0
#include "sensor/config/config.hpp"

#include <algorithm>
#include <set>

#include "sensor/config/yaml.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

/// `key` set to `value`, as the program shows it afterwards; or the error.
std::string after(std::string_view key, std::string_view value) {
    Config config;
    if (const auto error = set(config, key, value)) return *error;
    for (const Setting& setting : settings())
        if (setting.key == key) return setting.show(config);
    return "set";
}

/// weir.yaml with this text: its errors, one a line; or "good".
std::string load(std::string_view text) {
    const auto config = load_config("weir.yaml", text);
    if (config) return "good";
    std::string out;
    for (const FileError& error : config.error()) out += (out.empty() ? "" : "\n") + error.text();
    return out;
}

const Setting& row(std::string_view key) {
    const auto found = std::ranges::find(settings(), key, &Setting::key);
    REQUIRE(found != settings().end());
    return *found;
}

}  // namespace

TEST_CASE("config: every row is a setting of its own that is told apart, shown and described") {
    std::set<std::string_view> keys;
    const Config defaults;
    for (const Setting& setting : settings()) {
        CAPTURE(setting.key);
        CHECK(keys.insert(setting.key).second);
        CHECK_FALSE(setting.range.empty());
        CHECK_FALSE(setting.doc.empty());
        if (setting.key.ends_with('*')) continue;
        // The default is a value that is taken, and taking it changes nothing.
        Config config;
        CHECK_FALSE(set(config, setting.key, setting.show(defaults)));
        CHECK(setting.show(config) == setting.show(defaults));
    }
}

TEST_CASE("config: every row sets what it shows, and nothing else") {
    for (const Setting& setting : settings()) {
        if (setting.key.ends_with('*')) continue;
        CAPTURE(setting.key);
        Config config;
        const std::string before = setting.show(config);
        bool changed = false;
        for (const std::string_view value : {"no", "yes", "1000000", "100000", "65000", "2000", "200", "2", "linux", "enforce", "closed", "drop", "af_xdp", "something"}) {
            changed = !set(config, setting.key, value) && setting.show(config) != before;
            if (changed) break;
        }
        CHECK(changed);
        for (const Setting& other : settings())
            if (other.key != setting.key) CHECK(other.show(config) == other.show(Config{}));
    }
}

TEST_CASE("config: values of every kind") {
    const auto [key, value, shown] = GENERATE(table<std::string, std::string, std::string>({
        // numbers
        {"flow.max-sessions", "16", "16"},
        {"flow.max-sessions", "16000000", "16000000"},
        {"flow.timeouts.tcp.closed", "1", "1"},
        {"outputs.eve.community-id-seed", "65535", "65535"},
        {"outputs.eve.dns.version", "2", "2"},
        // sizes
        {"defrag.memcap", "65536", "65536"},
        {"defrag.memcap", "65536b", "65536"},
        {"defrag.memcap", "64kb", "65536"},
        {"defrag.memcap", "64 KB", "65536"},
        {"defrag.memcap", "64KiB", "65536"},
        {"defrag.memcap", "2mb", "2097152"},
        {"defrag.memcap", "2MiB", "2097152"},
        {"defrag.memcap", "1gb", "1073741824"},
        {"stream.reassembly.depth", "0", "0"},
        {"stream.reassembly.depth", "1024gib", "1099511627776"},
        // yes or no
        {"outputs.evidence.enabled", "no", "no"},
        {"outputs.evidence.enabled", "off", "no"},
        {"outputs.evidence.enabled", "false", "no"},
        {"stream.checksum-validation", "yes", "yes"},
        {"stream.checksum-validation", "on", "yes"},
        {"stream.checksum-validation", "true", "yes"},
        // words of a list
        {"stream.overlap-policy.ipv4", "vista", "vista"},
        {"stream.overlap-policy.ipv6", "old-linux", "old-linux"},
        {"defrag.policy", "solaris", "solaris"},
        // texts
        {"detect.cache-dir", "/var/cache/weir", "/var/cache/weir"},
        {"detect.cache-dir", "", ""},
        {"outputs.eve.types", "alert,flow", "alert,flow"},
    }));
    CAPTURE(key, value);
    CHECK(after(key, value) == shown);
}

TEST_CASE("config: every bad value is refused with what was expected") {
    const std::string sessions = " is not a whole number from 16 to 16000000",
                      memory = " is not a size from 65536 to 1073741824 bytes (kb, mb, gb allowed)";
    const auto [key, value, reason] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"flow.max-sessions", "15", "`15`" + sessions},
        {"flow.max-sessions", "16000001", "`16000001`" + sessions},
        {"flow.max-sessions", "", "``" + sessions},
        {"flow.max-sessions", "-16", "`-16`" + sessions},
        {"flow.max-sessions", "+16", "`+16`" + sessions},
        {"flow.max-sessions", " 16", "` 16`" + sessions},
        {"flow.max-sessions", "16.5", "`16.5`" + sessions},
        {"flow.max-sessions", "1e3", "`1e3`" + sessions},
        {"flow.max-sessions", "0x20", "`0x20`" + sessions},
        {"flow.max-sessions", "16kb", "`16kb`" + sessions},  // sessions have no unit
        {"flow.max-sessions", "18446744073709551632", "`18446744073709551632`" + sessions},
        {"flow.max-sessions", "99999999999999999999999999", "`99999999999999999999999999`" + sessions},
        {"flow.timeouts.udp.new", "0", "`0` is not a whole number from 1 to 31622400"},
        {"defrag.timeout", "3601", "`3601` is not a whole number from 1 to 3600"},
        {"defrag.timeout", "60s", "`60s` is not a whole number from 1 to 3600"},
        {"outputs.eve.dns.version", "1", "`1` is not a whole number from 2 to 3"},
        {"outputs.eve.community-id-seed", "65536", "`65536` is not a whole number from 0 to 65535"},
        {"defrag.memcap", "65535", "`65535`" + memory},
        {"defrag.memcap", "63kb", "`63kb`" + memory},
        {"defrag.memcap", "1025mb", "`1025mb`" + memory},
        {"defrag.memcap", "1tb", "`1tb`" + memory},
        {"defrag.memcap", "64k", "`64k`" + memory},
        {"defrag.memcap", "100000i", "`100000i`" + memory},
        {"defrag.memcap", "64 k b", "`64 k b`" + memory},
        {"defrag.memcap", "64kb ", "`64kb `" + memory},
        {"defrag.memcap", "kb", "`kb`" + memory},
        {"defrag.memcap", "17179869184gb", "`17179869184gb`" + memory},  // 2^64 bytes
        {"outputs.evidence.enabled", "maybe", "`maybe` is neither yes nor no"},
        {"outputs.evidence.enabled", "1", "`1` is neither yes nor no"},
        {"outputs.evidence.enabled", "", "`` is neither yes nor no"},
        {"defrag.policy", "vista", "`vista` is not one of: first last bsd bsd-right linux windows solaris"},
        {"defrag.policy", "", "`` is not one of: first last bsd bsd-right linux windows solaris"},
        {"defrag.policy", "bsd linux", "`bsd linux` is not one of: first last bsd bsd-right linux windows solaris"},
        {"stream.overlap-policy.ipv4", "Linux",
         "`Linux` is not one of: first last bsd bsd-right linux old-linux windows solaris hpux10 irix macos vista"},
    }));
    CAPTURE(key, value);
    CHECK(after(key, value) == key + ": " + reason);
    Config config;
    (void)set(config, key, value);
    CHECK(row(key).show(config) == row(key).show(Config{}));
    CHECK(load("# a comment\n\n" + key + ": \"" + value + "\"\n") == "weir.yaml:3: " + key + ": " + reason);
}

TEST_CASE("config: variables of rules") {
    Config config;
    CHECK_FALSE(set(config, "vars.address-groups.HOME_NET", "[10.0.0.0/8,!10.1.0.0/16]"));
    CHECK_FALSE(set(config, "vars.port-groups.SSH_PORTS", "22"));
    CHECK_FALSE(set(config, "vars.port-groups.SSH_PORTS", "[22,2222]"));
    CHECK_FALSE(set(config, "vars.port-groups.HTTP_PORTS", "any"));
    CHECK(config.address_groups == std::map<std::string, std::string>{{"HOME_NET", "[10.0.0.0/8,!10.1.0.0/16]"}});
    CHECK(row("vars.port-groups.*").show(config) == "HTTP_PORTS = any; SSH_PORTS = [22,2222]");
    for (const char* const key : {"vars.address-groups", "vars.address-groups.", "vars.address-groups.A.B", "vars.address-groupsX"})
        CHECK(set(config, key, "any").value().starts_with("unknown setting"));
}

TEST_CASE("config: an unknown setting is named, with the nearest known one") {
    CHECK(after("flow.max-session", "5") == "unknown setting `flow.max-session`, did you mean `flow.max-sessions`?");
    CHECK(after("nonsense", "5") == "unknown setting `nonsense`");
    CHECK(after("", "5") == "unknown setting ``");
    CHECK(after("flow", "5") == "unknown setting `flow`");
    CHECK(after("FLOW.max-sessions", "5").starts_with("unknown setting "));
    CHECK(after("a\nb" + std::string(5000, 'x'), "5").size() < 200);
}

TEST_CASE("config: a file sets what it names and leaves the rest, nested or dotted") {
    const std::string_view text = R"(
# how this sensor runs
flow:
  max-sessions: 50000
  timeouts: {tcp: {new: 5, established: 3600}}
stream.reassembly:
  depth: 2mb
stream.overlap-policy.ipv4: 'linux'
vars:
  address-groups:
    HOME_NET: "[10.0.0.0/8,192.168.0.0/16]"
    BRANCH: [10.1.0.0/16, "!10.1.1.0/24"]
  port-groups: {SSH_PORTS: 22}
outputs:
  eve:
    types: [alert, flow, dns]
    dns:
      version: 2
  evidence:
    enabled: no
    history:            # left as it is
stats:
)";
    const auto config = load_config("weir.yaml", text);
    REQUIRE(config.has_value());
    Config expected;
    expected.max_sessions = 50'000;
    expected.tcp_new = 5;
    expected.tcp_established = 3600;
    expected.stream_depth = 2u << 20;
    expected.overlap_policy_v4 = "linux";
    expected.address_groups = {{"HOME_NET", "[10.0.0.0/8,192.168.0.0/16]"}, {"BRANCH", "10.1.0.0/16,!10.1.1.0/24"}};
    expected.port_groups = {{"SSH_PORTS", "22"}};
    expected.eve_types = "alert,flow,dns";
    expected.dns_version = 2;
    expected.evidence = false;
    for (const Setting& setting : settings()) {
        CAPTURE(setting.key);
        CHECK(setting.show(*config) == setting.show(expected));
    }
}

TEST_CASE("config: files without a setting are good, and change nothing") {
    for (const char* const text : {"", "\n", "# nothing yet\n", "~", "{}", "flow:\n", "flow: {}\nstats: ~\n", "---\n...\n"}) {
        CAPTURE(text);
        CHECK(load(text) == "good");
    }
}

TEST_CASE("config: a file goes over the defaults that it is given") {
    Config defaults;
    defaults.max_sessions = 77;
    defaults.port_groups["A"] = "1";
    const auto config = load_config("weir.yaml", "vars: {port-groups: {B: 2}}\n", defaults);
    REQUIRE(config.has_value());
    CHECK(config->max_sessions == 77);
    CHECK(config->port_groups.size() == 2);
}

TEST_CASE("config: what is wrong with a file is said with its line") {
    const auto [text, errors] = GENERATE(table<std::string, std::string>({
        {"flwo:\n  max-sessions: 5\n", "weir.yaml:1: unknown setting `flwo`"},
        {"flow:\n  max-sesions: 50000\n", "weir.yaml:2: unknown setting `flow.max-sesions`, did you mean `flow.max-sessions`?"},
        {"\n\nnothing:\n", "weir.yaml:3: unknown setting `nothing`"},
        {"nothing: {}\n", "weir.yaml:1: unknown setting `nothing`"},
        {"nothing: {a: {b: 1, c: 2}, d: 3}\n", "weir.yaml:1: unknown setting `nothing`"},  // once, not for each key below
        {"flow: {max-sessions: 5, update-interval: 0}\n",
         "weir.yaml:1: flow.max-sessions: `5` is not a whole number from 16 to 16000000\n"
         "weir.yaml:1: flow.update-interval: `0` is not a whole number from 1 to 31622400"},
        {"flow: 5\n", "weir.yaml:1: `flow`: expected settings (`key: value` pairs)"},
        {"flow: [max-sessions]\n", "weir.yaml:1: `flow`: expected settings (`key: value` pairs)"},
        {"flow.max-sessions: {a: 1}\n", "weir.yaml:1: `flow.max-sessions`: expected a value or a list of plain values"},
        {"flow.max-sessions: [100, 200]\n", "weir.yaml:1: flow.max-sessions: `100,200` is not a whole number from 16 to 16000000"},
        {"vars:\n  address-groups:\n    A: [10.0.0.1, [10.0.0.2]]\n",
         "weir.yaml:3: `vars.address-groups.A`: expected a value or a list of plain values"},
        {"vars.address-groups.A: [10.0.0.1, ~]\n", "weir.yaml:1: `vars.address-groups.A`: expected a value or a list of plain values"},
        {"just text\n", "weir.yaml:1: settings are a map, expected `key: value`"},
        {"- flow\n", "weir.yaml:1: settings are a map, expected `key: value`"},
        {"flow: {max-sessions: 50}\nflow: {update-interval: 5}\n", "weir.yaml:2: key `flow` stands twice (first on line 1)"},
        {"flow: &a {max-sessions: 50}\n", "weir.yaml:1: anchors (`&name`) are not allowed: write the value out"},
        {"flow: \x01\n", "weir.yaml:1: not text: bytes that are not UTF-8, or control characters; expected a YAML file"},
    }));
    CAPTURE(text);
    CHECK(load(text) == errors);
    CHECK(load("flow: {max-sessions: 50\n").starts_with("weir.yaml:2: not valid YAML: "));
}

TEST_CASE("config: a hostile file costs a bounded time and a bounded number of errors") {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "flow.max-session" + std::to_string(i) + ": 1\n";
    const auto config = load_config("weir.yaml", text);
    REQUIRE_FALSE(config.has_value());
    CHECK(config.error().size() == yaml::max_errors);
}
