// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

TEST_CASE("what rules say about themselves") {
    const auto loaded = load_text(
        "alert tcp any any -> any any (msg:\"a \\\"b\\\"\\; c\\:d \\\\ \\x\"; gid:3; rev:7; classtype:Policy-Violation; "
        "reference:url,www.example.com/a,b(c); "
        "reference:cve,2021-44228; metadata:weir_kind reverse-shell, mitre_technique_id T1059, confidence High; metadata:plain; "
        "target:dest_ip; noalert; sid:5;)");
    REQUIRE(loaded.errors.empty());
    CHECK(loaded.warnings.empty());
    const Rule& rule = loaded.rules.rules.at(0);
    CHECK(rule.message == "a \"b\"; c:d \\ \\x");
    CHECK(rule.gid == 3);
    CHECK(rule.sid == 5);
    CHECK(rule.rev == 7);
    CHECK(rule.class_type == "Policy-Violation");
    CHECK(rule.class_text == Classification::built_in().find("policy-violation")->text);
    CHECK(rule.priority == 1);
    REQUIRE(rule.references.size() == 2);
    CHECK(rule.references[0].system == "url");
    CHECK(rule.references[0].id == "www.example.com/a,b(c)");
    REQUIRE(rule.metadata.size() == 4);
    CHECK(rule.metadata[0].key == "weir_kind");
    CHECK(rule.metadata[0].value == "reverse-shell");
    CHECK(rule.metadata[1].value == "T1059");
    CHECK(rule.metadata[3].key == "plain");
    CHECK(rule.metadata[3].value.empty());
    CHECK(rule.target == Rule::Target::destination);
    CHECK(rule.no_alert);
}

TEST_CASE("priority overrides the classtype's, which is 3 without one") {
    const auto priority = [](std::string_view options) { return int{load_text(with_header(options)).rules.rules.at(0).priority}; };
    CHECK(priority("") == 3);
    CHECK(priority("classtype:trojan-activity;") == 1);
    CHECK(priority("priority:4; classtype:trojan-activity;") == 4);
    CHECK(priority("classtype:misc-activity; classtype:trojan-activity;") == 1);
    CHECK(priority("classtype:trojan-activity; classtype:misc-activity;") == 1);
}

TEST_CASE("odd rules are loaded, with a warning") {
    const auto warning = [](std::string_view options) {
        const auto loaded = load_text(with_header(options));
        return loaded.rules.rules.size() == 1 && loaded.warnings.size() == 1 ? loaded.warnings[0].reason : "none";
    };
    CHECK(warning("classtype:no-such;") == "unknown classtype \"no-such\": the priority is 3");
    CHECK(warning("reference:wiki,x;") == "unknown reference system \"wiki\"");
    CHECK(warning("classtype:misc-activity; classtype:misc-attack;") == "classtype stands twice: the more severe one counts");
}

TEST_CASE("refused") {
    for (const Refused& row : {
             Refused{"msg:@unquoted;", "msg takes a text in double quotes"},
             Refused{"msg:@!\"x\";", "msg cannot be negated"},
             Refused{"msg:@\"a;b\";", "a quote is not closed: expected `\"` at the end (a `;` inside quotes is written `\\;`)"},
             Refused{"msg:\"a\"; @msg:\"b\";", "msg stands twice in the rule"},
             Refused{"rev:5; @rev:6;", "rev stands twice in the rule"},
             Refused{"rev:@-1;", "\"-1\" is not a number: expected 0 to 4294967295"},
             Refused{"priority:@0;", "\"0\" is not a number: expected 1 to 255"},
             Refused{"reference:@url;", "expected `reference:system,id`, as in `reference:url,www.example.com`"},
             Refused{"target:@both;", "\"both\" is no target: expected src_ip or dest_ip"},
             Refused{"noalert:@yes;", "noalert takes no value"},
             Refused{"@classtype;", "classtype lacks its value: expected as in `classtype:trojan-activity`"},
         })
        check_refused(row);
}

TEST_CASE("keywords that are accepted and change nothing") {
    for (const char* const options : {"tag:session;", "tag:session,10,packets;", "tag:host,5,seconds,dst;", "tag:host,1,bytes;", "bypass;", "prefilter;"})
        check_accepted({options, ""});
    for (const Refused& row : {
             Refused{"tag:@flow;", "unknown word \"flow\": expected session or host"},
             Refused{"tag:session,@0,packets;", "\"0\" is not a number: expected 1 to 4294967295"},
             Refused{"tag:session,1,@hours;", "unknown metric \"hours\": expected packets, bytes or seconds"},
             Refused{"tag:@host;", "expected `tag:session`, `tag:session,count,metric` or `tag:host,count,metric,src`"},
             Refused{"tag:host,1,packets,@up;", "unknown side \"up\": expected src or dst"},
             Refused{"bypass; @bypass;", "bypass stands twice in the rule"},
         })
        check_refused(row);
}
