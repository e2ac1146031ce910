// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/rules.hpp"

#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::string_view good = "alert tcp any any -> any any (msg:\"good\"; content:\"x\"; sid:1;)\n";

void write(const std::filesystem::path& path, std::string_view text) { std::ofstream{path} << text; }

struct Said {
    int code;
    std::string out, err;
};
Said check(const std::vector<std::string>& names) {
    std::ostringstream out, err;
    const int code = cli::check_rules(names, out, err);
    return {code, out.str(), err.str()};
}

}  // namespace

TEST_CASE("rules: without names the shipped packs are loaded, all of them") {
    const auto loaded = cli::load_rules({}, Config{}, {});
    REQUIRE(loaded.has_value());
    CHECK(loaded->files.size() >= 6);
    CHECK(loaded->result.rules.rules.size() > 50);
    CHECK(loaded->result.errors.empty());
}

TEST_CASE("rules: folders give their *.rules in order of name, files what they are") {
    const TemporaryFolder folder;
    write(folder / "b.rules", "alert tcp any any -> any any (msg:\"b\"; sid:2;)\n");
    write(folder / "a.rules", good);
    write(folder / "notes.txt", "these are notes\n");
    write(folder / "other", "alert tcp any any -> any any (msg:\"other\"; sid:3;)\n");
    const auto loaded = cli::load_rules({(folder / "other").string(), folder.path().string()}, Config{}, {});
    REQUIRE(loaded.has_value());
    CHECK(loaded->files ==
          std::vector<std::string>{(folder / "other").string(), (folder / "a.rules").string(), (folder / "b.rules").string()});
    REQUIRE(loaded->result.rules.rules.size() == 3);
    CHECK(loaded->result.rules.rules[1].message == "good");

    const TemporaryFolder empty;
    CHECK(cli::load_rules({empty.path().string()}, Config{}, {}).error() ==
          empty.path().string() + ": no rule file in this folder, expected *.rules");
    CHECK(cli::load_rules({(empty / "missing.rules").string()}, Config{}, {}).error().find("missing.rules") != std::string::npos);
}

TEST_CASE("rules: variables come from the settings and from the policy's equipment") {
    const TemporaryFolder folder;
    const std::string file = (folder / "variables.rules").string();
    write(file, "alert tcp $MINE $ODD_PORTS -> $EQUIPMENT any (msg:\"v\"; sid:1;)\n");
    Config config;
    const auto unknown = cli::load_rules({file}, config, {});
    REQUIRE(unknown.has_value());
    REQUIRE(unknown->result.errors.size() == 1);
    CHECK(unknown->result.errors[0].text().find(file + ":1: ") == 0);
    CHECK_FALSE(set(config, "vars.address-groups.MINE", "[10.0.0.0/8]").has_value());
    CHECK_FALSE(set(config, "vars.port-groups.ODD_PORTS", "[1,3,5]").has_value());
    const auto known = cli::load_rules({file}, config, {"10.1.0.1", "10.2.0.0/16"});
    REQUIRE(known.has_value());
    CHECK(known->result.errors.empty());
}

TEST_CASE("rules check: names what the parser refuses and what compiling refuses, in the order of the files") {
    const TemporaryFolder folder;
    const std::string first = (folder / "first.rules").string(), second = (folder / "second.rules").string();
    // The parser takes a regular expression as it stands; that this one has no end comes out when it is compiled.
    write(first, std::string{good} + "alert tcp any any -> any any (msg:\"open\"; content:\"y\"; pcre:\"/(unclosed/\"; sid:2;)\n");
    write(second, "alert nonsense\n");
    const Said said = check({first, second});
    CHECK(said.code == 2);
    const std::size_t compiled = said.out.find(first + ":2: "), parsed = said.out.find(second + ":1: ");
    INFO(said.out << said.err);
    REQUIRE(compiled != std::string::npos);
    REQUIRE(parsed != std::string::npos);
    CHECK(compiled < parsed);
    CHECK(said.out.ends_with("3 rules: 1 loaded, 2 rejected\n"));

    const Said all_good = check({(folder / "first.rules").string()});
    CHECK(all_good.out.ends_with("2 rules: 1 loaded, 1 rejected\n"));
    write(first, good);
    CHECK(check({first}).code == 0);
    CHECK(check({first}).out == "1 rules: 1 loaded, 0 rejected\n");
    CHECK(check({(folder / "missing").string()}).code == 2);
}
