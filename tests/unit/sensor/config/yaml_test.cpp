// SPDX-License-Identifier: Apache-2.0
#include "sensor/config/yaml.hpp"

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

std::string error_of(std::string_view text) {
    const auto parsed = yaml::parse("f.yaml", text);
    return parsed ? "none" : parsed.error().text();
}

/// Runs `read` on the root of `text` and gives back the first error.
template <class Read>
std::string reading(std::string_view text, Read read) {
    const auto parsed = yaml::parse("f.yaml", text);
    REQUIRE(parsed.has_value());
    yaml::Errors errors{"f.yaml"};
    read(parsed->root(), errors);
    const auto list = errors.take();
    return list.empty() ? "none" : list[0].text();
}

}  // namespace

TEST_CASE("yaml: values know their type, text and place") {
    const auto parsed = yaml::parse("f.yaml", "a: 1\nb:\n  - x\n  - 'y z'\nc: {d: ~}\n");
    REQUIRE(parsed.has_value());
    const yaml::Node& root = parsed->root();
    REQUIRE(root.type == yaml::Type::map);
    REQUIRE(root.children.size() == 6);
    CHECK(root.children[1].text == "1");
    CHECK_FALSE(root.children[1].quoted);
    const yaml::Node& list = root.children[3];
    REQUIRE(list.type == yaml::Type::list);
    REQUIRE(list.items().size() == 2);
    CHECK(list.items()[1].text == "y z");
    CHECK(list.items()[1].quoted);
    CHECK(list.items()[1].line == 4);
    CHECK(list.items()[1].column == 5);
    CHECK(root.children[5].children[1].type == yaml::Type::null);
    CHECK(root.children[1].items().size() == 1);
    CHECK(root.children[5].children[1].items().empty());
}

TEST_CASE("yaml: an empty text has a null root") {
    const auto parsed = yaml::parse("f.yaml", "# nothing\n");
    REQUIRE(parsed.has_value());
    CHECK(parsed->root().type == yaml::Type::null);
}

TEST_CASE("yaml: what is not allowed is refused with its line") {
    CHECK(error_of("a: 1\nb: &x 2\n") == "f.yaml:2: anchors (`&name`) are not allowed: write the value out");
    CHECK(error_of("a: *x\n").starts_with("f.yaml:1: "));
    CHECK(error_of("a: 1\nb: 2\na: 3\n") == "f.yaml:3: key `a` stands twice (first on line 1)");
    CHECK(error_of("a: !!str 1\n").starts_with("f.yaml:1: tags ("));
    CHECK(error_of("a: 1\n---\nb: 2\n").ends_with("a second YAML document begins; expected one document in a file"));
    CHECK(error_of("[a]: 1\n").starts_with("f.yaml:1: a key is a single word"));
    CHECK(error_of("a: [1, 2\n").starts_with("f.yaml:2: not valid YAML: "));
    CHECK(error_of("a: 1\n\xff\xfe\n") == "f.yaml:2: not text: bytes that are not UTF-8, or control characters; expected a YAML file");
    CHECK(error_of(std::string(17, '[') + std::string(17, ']')).ends_with("nested more than 16 deep"));
    CHECK(error_of(std::string(16, '[') + std::string(16, ']')) == "none");
}

TEST_CASE("yaml: an unknown key is reported with the nearest known one") {
    const auto read = [](const yaml::Node& root, yaml::Errors& errors) {
        yaml::MapReader map{root, errors, "a line"};
        (void)map.find("service");
        (void)map.find("to");
        map.finish();
    };
    CHECK(reading("to: x\nsevice: y\n", read) == "f.yaml:2: unknown key `sevice` in a line, did you mean `service`?");
    CHECK(reading("quite-else: y\n", read) == "f.yaml:1: unknown key `quite-else` in a line");
    CHECK(reading("to: x\nservice: y\n", read) == "none");
    CHECK(reading("- x\n", read) == "f.yaml:1: expected a line (`key: value` pairs)");
}

TEST_CASE("yaml: numbers, sizes and durations") {
    const auto parsed = yaml::parse("f", "[50MB, 64KiB, 7, 5m, 2d, 70000, 99999999999GB, -1, yes, 1.5MB]");
    REQUIRE(parsed.has_value());
    const auto item = [&](std::size_t i) -> const yaml::Node& { return parsed->root().children[i]; };
    yaml::Errors errors{"f"};
    CHECK(yaml::size_of(item(0), errors) == 50'000'000u);
    CHECK(yaml::size_of(item(1), errors) == 65'536u);
    CHECK(yaml::number_of(item(2), errors, 1, 10) == 7u);
    CHECK(yaml::duration_of(item(3), errors) == 300'000'000'000);
    CHECK(yaml::duration_of(item(4), errors) == 172'800'000'000'000);
    CHECK(yaml::boolean_of(item(8), errors) == true);
    CHECK(errors.empty());
    CHECK_FALSE(yaml::number_of(item(5), errors, 0, 65535));
    CHECK_FALSE(yaml::size_of(item(6), errors));
    CHECK_FALSE(yaml::number_of(item(7), errors, 0, 65535));
    CHECK_FALSE(yaml::size_of(item(9), errors));
    CHECK(errors.take()[0].reason == "`70000` is not a whole number from 0 to 65535");
}

TEST_CASE("yaml: errors are bounded and show hostile text harmlessly") {
    yaml::Errors errors{"f"};
    for (unsigned i = 0; i < 1000; ++i) errors.add(i, 0, "x");
    CHECK(errors.take().size() == yaml::max_errors);
    CHECK(yaml::quoted("a\tb") == "`a.b`");
    CHECK(yaml::quoted(std::string(200, 'x')).size() == 80 + 2 + 3);
}

TEST_CASE("yaml: a missing file is an error with a sentence") {
    const auto text = yaml::read_text("/nonexistent/policy.yaml");
    REQUIRE_FALSE(text.has_value());
    CHECK(text.error().text() == "/nonexistent/policy.yaml: cannot be opened: No such file or directory");
    CHECK_FALSE(yaml::read_text("/").has_value());
}
