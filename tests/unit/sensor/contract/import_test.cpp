// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/import.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::import;

TEST_CASE("import: JSON is read with its lines, whatever its escapes") {
    const auto document = parse_json("x.json", "{\n\t\"a\":1, \"b\\/c\":\"\\u00e9 \\ud83d\\ude00 \\ud83d \\\\ud83d\",\n \"d\": [null, {\"e\": true}]}");
    REQUIRE(document);
    const yaml::Node& root = document->root();
    CHECK(text_of(member(root, "a")) == "1");
    CHECK(text_of(member(root, "b/c")) == "\xc3\xa9 \xf0\x9f\x98\x80 \xef\xbf\xbd \\ud83d");
    REQUIRE(member(root, "d") != nullptr);
    CHECK(member(root, "d")->line == 3);
    CHECK(text_of(member(member(root, "d")->children[1], "e")) == "true");
    CHECK(member(root, "e") == nullptr);
    CHECK(member(*member(root, "a"), "x") == nullptr);
    CHECK(text_of(nullptr).empty());
    const auto broken = parse_json("x.json", "{\n\"a\": [1,\n}");
    REQUIRE_FALSE(broken);
    CHECK(broken.error().line >= 2);
    CHECK(broken.error().reason.find("not valid JSON") == 0);
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += "[";
    CHECK_FALSE(parse_json("x.json", deep));
}

TEST_CASE("import: words, comments and names") {
    CHECK(word("10.0.0.1") == "10.0.0.1");
    CHECK(word("2001:db8::1") == "\"2001:db8::1\"");
    CHECK(word("a \"b\"\n\\") == "\"a \\\"b\\\" \\\\\"");
    CHECK(word("null") == "\"null\"");
    CHECK(word("") == "\"\"");
    CHECK(comment("one\ntwo\x1b[0m") == "one two [0m");
    CHECK(comment(std::string(500, 'x')).size() == 100);
    CHECK(name_from("The BMS Example (Light) Bulb 2000!", "mud") == "the-bms-example-light-bulb-2000");
    CHECK(name_from("7750", "device") == "device-7750");
    CHECK(name_from("--", "device") == "device");
    CHECK(name_from("Any", "device") == "device-any");
    CHECK(is_dns_name("*.updates.vendor.example"));
    CHECK_FALSE(is_dns_name("no name"));
    CHECK_FALSE(is_dns_name("*."));
}

TEST_CASE("import: names of peers are checked as a policy checks them") {
    const auto peers = PeerNames::load("p", "peers:\n  OSS: [10.30.0.10, 2001:db8::10]\n  urn:x:dns: {role: resolver, site: same}\n");
    REQUIRE(peers);
    CHECK(peers->find("OSS") == "[10.30.0.10, \"2001:db8::10\"]");
    CHECK(peers->find("urn:x:dns") == "{role: resolver, site: same}");
    CHECK(peers->find("oss").empty());
    const auto wrong = PeerNames::load("p", "peers:\n  OSS: 10.30.0.300\n");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error()[0].line == 2);
    CHECK(PeerNames::load("p", "pears: {}\n").error().size() == 2);
}

TEST_CASE("import: a contract's lines stand once, and those for review behind the mark") {
    ContractText contract;
    CHECK(contract.text("c", "") == "  c: {}\n");
    contract.add("ingress", "{from: a, service: b}", "why\nnot", true);
    contract.add("egress", "{to: a, service: b}", "", false);
    contract.add("egress", "{to: a, service: b}", "again", false);
    CHECK(contract.has("egress", "{to: a, service: b}"));
    CHECK_FALSE(contract.has("deny", "{to: a, service: b}"));
    CHECK(contract.text("c", "remark") ==
          "  c:  # remark\n    egress:\n      - {to: a, service: b}\n    ingress:  # nothing yet\n#?      - {from: a, service: b}  # why not\n");
}
