// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/mud.hpp"

#include "sensor/contract/policy.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::import;

namespace {

std::string seed(const char* name) { return test::read_file(std::string{WEIR_SOURCE_DIR "/tests/fuzz/seeds/import/"} + name); }

Imported imported(std::string_view text, const PeerNames& peers = {}) {
    const Outcome outcome = import_mud("m.json", text, peers);
    if (!outcome)
        for (const FileError& error : outcome.error()) UNSCOPED_INFO(error.text());
    REQUIRE(outcome);
    const auto policy = load_policy("imported", "contracts:\n" + outcome->text);
    if (!policy) UNSCOPED_INFO(outcome->text + policy.error()[0].text());
    REQUIRE(policy);
    return *outcome;
}

/// A MUD file with one entry from the device.
std::string with_entry(std::string_view matches, std::string_view forwarding = "accept", std::string_view more = "") {
    return "{\"ietf-mud:mud\": {\"mud-url\": \"https://x.example/box\", \"from-device-policy\": {\"access-lists\": {\"access-list\": [{\"name\": \"a\"}]}}" +
           std::string{more} + "},\n\"ietf-access-control-list:acls\": {\"acl\": [{\"name\": \"a\", \"aces\": {\"ace\": [\n{\"name\": \"e\", \"matches\": " +
           std::string{matches} + ", \"actions\": {\"forwarding\": \"" + std::string{forwarding} + "\"}}]}}]}}";
}
std::string error_of(std::string_view text) {
    const Outcome outcome = import_mud("m.json", text, {});
    return outcome ? "none" : outcome.error()[0].text();
}
bool says(const std::string& text, std::string_view line) { return text.find(line) != std::string::npos; }

}  // namespace

TEST_CASE("mud: the example of RFC 8520 is one line") {
    const Imported bulb = imported(seed("mud-rfc8520-light-bulb.json"));
    CHECK(bulb.name == "lightbulb2000");
    CHECK(bulb.text ==
          "  lightbulb2000:  # The BMS Example Light Bulb, https://lighting.example.com/lightbulb2000\n"
          "    egress:\n"
          "      - {to: {dns: test.example.com}, service: {proto: tcp, ports: 443}}  # cl0-frdev\n");
    CHECK(bulb.warnings.empty());
}

TEST_CASE("mud: the drafts' key, classes of peers, what is unknown and what is dropped") {
    const std::string text = seed("mud-draft-key-and-classes.json");
    const Imported unmapped = imported(text);
    CHECK(says(unmapped.text, "#?      - {to: any, service: {proto: udp, ports: 53}}  # dns: who is urn:ietf:params:mud:dns?"));
    CHECK(says(unmapped.text, "#?      - {to: any, service: {proto: tcp, ports: 6000-6007}}"));
    CHECK(says(unmapped.text, "\n      - {to: {vendor: same}, service: {proto: icmp, type: 8}}  # kin"));
    CHECK(says(unmapped.text, "#?      - {to: \"192.0.2.0/24\", service: any}  # odd: without `dscp`"));
    CHECK(says(unmapped.text, "    deny:\n      - {to: any, service: {proto: tcp, ports: [0-22, 24-65535]}, reason: \"the MUD file drops it: no\"}"));
    CHECK(unmapped.warnings.size() == 5);
    CHECK(unmapped.warnings[0].text() == "m.json:1: extension `qos` is not known: what it says is left out");

    const auto peers = PeerNames::load("p", "peers: {\"urn:ietf:params:mud:dns\": 10.0.0.53, my-controller: 10.0.0.1, local-networks: 10.0.0.0/8}");
    REQUIRE(peers);
    const Imported mapped = imported(text, *peers);
    CHECK(says(mapped.text, "\n      - {to: 10.0.0.53, service: {proto: udp, ports: 53}}  # dns"));
    CHECK(says(mapped.text, "\n      - {to: 10.0.0.1, service: {proto: tcp, ports: 6000-6007}}"));
    // Both ports are named, and the entry is for packets to the device: whoever is there opens it.
    CHECK(says(mapped.text, "    ingress:\n      - {from: \"10.0.0.0/8\", service: {proto: udp, ports: 1024-65535, peer-ports: 123}}"));
    CHECK(mapped.warnings.size() == 2);
}

TEST_CASE("mud: who opens the session is said, or shown by the ports") {
    const auto line = [](std::string_view tcp) { return imported(with_entry("{\"ipv4\": {\"destination-ipv4-network\": \"10.9.0.1/32\"}, \"tcp\": " + std::string{tcp} + "}")).text; };
    CHECK(says(line(R"({"destination-port": {"operator": "eq", "port": 22}})"), "{to: \"10.9.0.1/32\", service: {proto: tcp, ports: 22}}"));
    CHECK(says(line(R"({"source-port": {"operator": "eq", "port": 22}})"), "{from: \"10.9.0.1/32\", service: {proto: tcp, ports: 22}}"));
    CHECK(says(line(R"({"ietf-mud:direction-initiated": "to-device", "source-port": {"operator": "lte", "port": 22}})"),
               "{from: \"10.9.0.1/32\", service: {proto: tcp, ports: 0-22}}"));
    CHECK(says(line(R"({"direction-initiated": "from-device", "source-port": {"lower-port": 20, "upper-port": 21}})"),
               "{to: \"10.9.0.1/32\", service: {proto: tcp, peer-ports: 20-21}}"));
    CHECK(says(imported(with_entry(R"({"ipv6": {"protocol": 58}, "icmp": {"type": 128}})")).text, "{proto: icmpv6, type: 128}"));
    CHECK(says(imported(with_entry(R"({"l3": {"ipv4": {"protocol": 89}}})")).text, "{to: any, service: {proto: ospf}}"));
}

TEST_CASE("mud: every mistake has its line") {
    CHECK(error_of("[]") == "m.json:1: no MUD file; expected an object with `ietf-mud:mud` (RFC 8520)");
    CHECK(error_of("{\"ietf-mud:mud\": {}}").find("no access lists") != std::string::npos);
    CHECK(error_of(with_entry("{\"tcp\": {\"source-port\": {\"operator\": \"eq\", \"port\": 70000}}}")) == "m.json:3: `70000` is no number; expected one up to 65535");
    CHECK(error_of(with_entry("{\"tcp\": {\"source-port\": {\"operator\": \"odd\", \"port\": 7}}}")).find("is no operator") != std::string::npos);
    CHECK(error_of(with_entry("{\"tcp\": {\"source-port\": {}}}")).find("m.json:3: expected `port`") == 0);
    CHECK(error_of(with_entry("{\"tcp\": {}, \"udp\": {}}")).find("one entry for two transports") != std::string::npos);
    CHECK(error_of(with_entry("{\"tcp\": {\"direction-initiated\": \"up\"}}")).find("expected from-device or to-device") != std::string::npos);
    CHECK(error_of(with_entry("{\"ipv4\": {\"dst-dnsname\": \"no name\"}}")).find("is no DNS name") != std::string::npos);
    CHECK(error_of(with_entry("{\"ipv4\": {\"destination-ipv4-network\": \"10.0.0.0/40\"}}")).find("is no network") != std::string::npos);
    CHECK(error_of(with_entry("{\"ipv4\": {\"protocol\": 300}}")).find("is no IP protocol") != std::string::npos);
    CHECK(error_of(with_entry("{}")).find("needs `matches`") != std::string::npos);
    CHECK(error_of(with_entry("{\"tcp\": {}}", "perhaps")).find("needs `actions`") != std::string::npos);
    CHECK(error_of(with_entry("{\"tcp\": {}}", "accept", ", \"to-device-policy\": {\"access-lists\": {\"access-list\": [{\"name\": \"b\"}]}}")) ==
          "m.json:1: no access list `b`; expected the `name` of one under `acl`");
}
