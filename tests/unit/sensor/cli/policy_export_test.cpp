// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_export.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "sensor/contract/mud.hpp"
#include "tests/support/files.hpp"
#include "tests/support/schema.hpp"
#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;
using Json = nlohmann::json;

namespace {

struct Said {
    int code;
    std::string out, err;
};
Said exported(std::string_view text, std::string contract = "c") {
    const TemporaryFolder folder;
    const std::string file = (folder / "policy.yaml").string();
    std::ofstream{file} << text;
    std::ostringstream out, err;
    const int code = cli::export_mud({file, std::move(contract), "https://mud.example/c", noon}, out, err);
    return {code, out.str(), err.str()};
}
/// The lines of the contract that a MUD file comes back as.
std::set<std::string> lines_of(const std::string& mud) {
    const auto outcome = import::import_mud("mud", mud, {});
    REQUIRE(outcome);
    std::set<std::string> lines;
    std::istringstream text{outcome->text};
    for (std::string line; std::getline(text, line);)
        if (line.find("- {") != std::string::npos) lines.insert(line.substr(line.find("- {"), line.find("  # ") - line.find("- {")));
    return lines;
}

}  // namespace

TEST_CASE("policy export: a contract comes back from MUD as it was") {
    const Said said = exported(R"(
contracts:
  base: {ingress: [{from: 10.9.0.0/30, service: ssh}]}
  c:
    extends: base
    egress:
      - {to: {dns: updates.example}, service: https}
      - {to: 2001:db8::/48, service: {proto: tcp, ports: [22, 830-832]}}
      - {to: 10.9.0.1-10.9.0.3, service: snmp-trap}
      - {to: {vendor: [nokia, same-as-it]}, service: {proto: tcp, port: 7}}
)");
    CHECK(said.code == 0);
    CHECK(said.err.empty());
    const Json mud = Json::parse(said.out);
    const Schema schema = Schema::load(WEIR_SOURCE_DIR "/tests/support/mud.schema.json");
    CHECK(schema.check(mud) == "");
    CHECK(schema.check(Json::parse(read_file(WEIR_SOURCE_DIR "/tests/fuzz/seeds/import/mud-rfc8520-light-bulb.json"))) == "");
    CHECK(mud["ietf-mud:mud"]["mud-version"] == 1);
    CHECK(mud["ietf-mud:mud"]["mud-url"] == "https://mud.example/c");
    CHECK(mud["ietf-mud:mud"]["last-update"] == "2026-07-29T12:00:00Z");
    REQUIRE(mud["ietf-access-control-list:acls"]["acl"].size() == 4);
    std::set<std::string> names;
    for (const Json& acl : mud["ietf-access-control-list:acls"]["acl"])
        for (const Json& ace : acl["aces"]["ace"]) CHECK(names.insert(ace["name"].get<std::string>()).second);
    const std::set<std::string> expected{
        "- {from: \"10.9.0.0/30\", service: {proto: tcp, ports: 22}}",
        "- {to: {dns: updates.example}, service: {proto: tcp, ports: 443}}",
        "- {to: \"2001:db8::/48\", service: {proto: tcp, ports: 22}}",
        "- {to: \"2001:db8::/48\", service: {proto: tcp, ports: 830-832}}",
        "- {to: \"10.9.0.1/32\", service: {proto: udp, ports: 162}}",
        "- {to: \"10.9.0.2/31\", service: {proto: udp, ports: 162}}",
        "- {to: \"10.9.0.1/32\", service: {proto: tcp, ports: 162}}",
        "- {to: \"10.9.0.2/31\", service: {proto: tcp, ports: 162}}",
        "- {to: {vendor: nokia}, service: {proto: tcp, ports: 7}}",
        "- {to: {vendor: same-as-it}, service: {proto: tcp, ports: 7}}",
    };
    CHECK(lines_of(said.out) == expected);
}

TEST_CASE("policy export: what MUD cannot say is told") {
    const Said said = exported(R"(
contracts:
  c:
    egress:
      - {to: any, service: snmp, app: {snmp: [get]}, when: "Mon-Fri 08:00-18:00", expect: {every: 5m}}
      - {to: {dns: "*.example"}, service: https}
      - {to: {role: router, site: same}, service: bgp}
    deny:
      - {with: any, service: telnet, reason: clear text}
)");
    CHECK(said.code == 0);
    for (const char* note : {"policy.yaml:5: MUD cannot say `when`: the line is exported without it (warning)", "MUD cannot say `app`", "MUD cannot say `expect`",
                             "policy.yaml:6: MUD knows no wildcards: *.example is left out", "policy.yaml:7: MUD chooses peers by manufacturer alone",
                             "policy.yaml:9: MUD forbids by leaving out: a `deny` line is left out"})
        CHECK(said.err.find(note) != std::string::npos);
    CHECK(exported("contracts: {c: {}}", "d").code == 2);
    CHECK(exported("contracts: {c: {egress: 7}}").code == 2);
}
