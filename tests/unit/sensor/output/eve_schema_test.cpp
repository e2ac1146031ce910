// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/eve_schema.hpp"

#include <nlohmann/json.hpp>

#include "parsers/registry.hpp"
#include "sensor/output/app_plan.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/schema.hpp"

using namespace weir;
using nlohmann::json;

TEST_CASE("eve schema: is JSON, and the validator knows all of it") {
    const json schema = json::parse(eve_schema());
    const test::Schema check{schema};
    CHECK(check.check(json::parse(R"({"timestamp": "2023-09-18T06:13:41.532140+0000", "event_type": "stats", "stats": {"uptime": 1, "tcp": {"syn": 2}}})")).empty());
    CHECK(check.check(json::parse(R"({"timestamp": "2023-09-18T06:13:41.532140+0000", "event_type": "stats"})")) == "$ lacks \"stats\"");
    CHECK(check.check(json::parse(R"({"timestamp": "yesterday", "event_type": "stats", "stats": {}})")).find("timestamp") != std::string::npos);
    CHECK(check.check(json::parse(R"({"timestamp": "2023-09-18T06:13:41.532140+0000", "event_type": "stats", "stats": {}, "odd": 1})")) == "$.odd is not allowed");
}

TEST_CASE("eve schema: every field with a path has its place and its sentence") {
    const json schema = json::parse(eve_schema());
    for (const ParserInfo& parser : protocols()) {
        for (const Field& field : parser.fields) {
            if (field.path.empty()) continue;
            INFO(parser.name << ": " << field.path);
            const json* at = &schema["properties"];
            std::string_view path = field.path;
            if (path.starts_with("weir.")) {
                at = &schema["$defs"]["weir"]["properties"];
                path.remove_prefix(5);
            }
            while (!path.empty()) {
                std::string key{path.substr(0, path.find('.'))};
                path.remove_prefix(std::min(key.size() + 1, path.size()));
                const bool list = key.ends_with("[]");
                if (list) key.resize(key.size() - 2);
                REQUIRE(at->contains(key));
                at = &at->at(key);
                if (at->contains("anyOf")) at = &at->at("anyOf").at(0);
                if (list) at = &at->at("items");
                if (!path.empty()) at = &at->at("properties");
            }
            CHECK(!at->at("description").get<std::string>().empty());
        }
    }
}

TEST_CASE("eve schema: no protocol asks for what JSON cannot show") {
    for (const ParserInfo& parser : protocols()) {
        const AppPlan plan{parser.fields};
        INFO(parser.name << (plan.conflicts().empty() ? "" : ": ") << (plan.conflicts().empty() ? "" : plan.conflicts().front()));
        CHECK(plan.conflicts().empty());
    }
}
