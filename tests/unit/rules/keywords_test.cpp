// SPDX-License-Identifier: Apache-2.0
#include "rules/keywords.hpp"

#include <set>

#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;

TEST_CASE("every row can be found by its name and its aliases, and says what it does") {
    std::set<std::string_view> names;
    for (const Keyword& row : keywords()) {
        INFO(row.name);
        CHECK(row.parse != nullptr);
        CHECK(row.doc.ends_with(row.app == no_protocol ? "." : ""));
        CHECK_FALSE(row.doc.empty());
        CHECK(find_keyword(row.name) != nullptr);
        if (row.app == no_protocol) {
            CHECK(find_keyword(row.name) == &row);
            CHECK_FALSE(row.example.empty());
            CHECK(names.insert(row.name).second);
        }
    }
    CHECK(find_keyword("") == nullptr);
    CHECK(find_keyword("nothing") == nullptr);
    CHECK(find_keyword("tcp.flags") == find_keyword("flags"));
}

TEST_CASE("every field of every protocol that has a keyword is one") {
    for (const ParserInfo& parser : protocols())
        for (const Field& field : parser.fields) {
            if (field.keyword.empty()) continue;
            const Keyword* const row = find_keyword(field.keyword);
            INFO(field.keyword);
            REQUIRE(row != nullptr);
            CHECK(row->kind == (field.kind == FieldKind::number ? KeywordKind::number : KeywordKind::buffer));
            CHECK((row->argument == Argument::required) == (field.kind == FieldKind::number));
        }
    REQUIRE(find_keyword("ntp.stratum") != nullptr);
    CHECK(find_keyword("ntp.stratum")->app == find_protocol("ntp"));
}

TEST_CASE("examples are rules") {
    for (const Keyword& row : keywords()) {
        if (row.app != no_protocol || row.name == "sid") continue;
        const std::string_view example = row.example;
        std::string_view protocol = "tcp";
        if (row.name.starts_with("icmp") || row.name == "itype" || row.name == "icode") protocol = "icmp";
        if (row.name == "udp.hdr") protocol = "udp";
        if (example.starts_with("dns")) protocol = "dns";
        std::string options(example);
        if (row.name == "isdataat" || row.name == "byte_test") options = "content:\"a\"; " + options;
        if (row.name == "bsize") options = "ntp.reference_id; " + options, protocol = "ntp";
        const auto loaded = test::load_text("alert " + std::string(protocol) + " any any -> any any (" + options + "; sid:1;)");
        INFO(example);
        CHECK(loaded.rules.rules.size() == 1);
        for (const FileError& error : loaded.errors) CHECK(error.reason == "");
    }
}

TEST_CASE("what Suricata knows") {
    CHECK(is_suricata_keyword("lua"));
    CHECK(is_suricata_keyword("http.uri"));
    CHECK(is_suricata_keyword("absent"));
    CHECK_FALSE(is_suricata_keyword(""));
    CHECK_FALSE(is_suricata_keyword(" "));
    CHECK_FALSE(is_suricata_keyword("http"));
    CHECK_FALSE(is_suricata_keyword("lua luajit"));
    CHECK(is_suricata_protocol("smb"));
    CHECK_FALSE(is_suricata_protocol("smbx"));
}
