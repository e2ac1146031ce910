// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/app_plan.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;
using nlohmann::json;

namespace {

struct Answer {
    std::optional<std::string_view> name;
    std::optional<std::uint32_t> ttl, serial;
};
struct Fake {
    std::uint32_t version = 1;
    std::optional<std::string_view> hash, text;
    std::vector<Answer> answers;
    std::vector<std::string_view> alpns;
    Bytes mac{}, address{};
};

template <class T>
Value maybe(const std::optional<T>& value) noexcept {
    return value ? Value::of(*value) : Value::none();
}
template <auto Member>
Value single(const Fake& fake, std::size_t index) noexcept {
    return index == 0 ? maybe(fake.*Member) : Value{};
}
template <auto Member>
Value of_answer(const Fake& fake, std::size_t index) noexcept {
    return index < fake.answers.size() ? maybe(fake.answers[index].*Member) : Value{};
}
Value alpn(const Fake& fake, std::size_t index) noexcept { return index < fake.alpns.size() ? Value::of(fake.alpns[index]) : Value{}; }
Value mac(const Fake& fake, std::size_t index) noexcept { return index != 0 ? Value{} : fake.mac.empty() ? Value::none() : Value::mac(fake.mac); }
Value address(const Fake& fake, std::size_t index) noexcept {
    return index != 0 ? Value{} : fake.address.empty() ? Value::none() : Value::address(fake.address);
}
Value flag(const Fake&, std::size_t index) noexcept { return index == 0 ? Value::flag(true) : Value{}; }

constexpr std::array fields{
    field<&Fake::version>("fake.version", "fake.version", ""),
    field<&Fake::version>("fake.hidden", "", ""),
    field<&single<&Fake::hash>>("", "fake.client.hassh.hash", ""),
    field<&single<&Fake::text>>("", "fake.client.hassh.string", ""),
    field<&of_answer<&Answer::name>>("", "fake.answers[].rrname", ""),
    field<&of_answer<&Answer::ttl>>("", "fake.answers[].ttl", "", FieldKind::number),
    field<&of_answer<&Answer::serial>>("", "fake.answers[].soa.serial", "", FieldKind::number),
    field<&alpn>("", "fake.client.alpns[]", ""),
    field<&mac>("", "fake.mac", ""),
    field<&address>("", "fake.ip", ""),
    field<&flag>("", "fake.seen", "", FieldKind::number),
    field<&single<&Fake::hash>>("", "fake.either", ""),
    field<&single<&Fake::text>>("", "fake.either", ""),
    field<&flag>("", "weir.extra.seen", "", FieldKind::number),
};

std::string rendered(const Fake& fake, std::size_t room = 4096) {
    std::vector<char> memory(room);
    JsonWriter writer{memory};
    AppPlan{fields}.render(writer, &fake);
    return {memory.data(), writer.finish()};
}

}  // namespace

TEST_CASE("app plan: objects are nested, what is absent is left out, with the objects around it") {
    CHECK(rendered(Fake{}) == "{\"fake\":{\"version\":1,\"seen\":true}}\n");
    Fake fake;
    fake.hash = "abc";
    CHECK(rendered(fake) == R"({"fake":{"version":1,"client":{"hassh":{"hash":"abc"}},"seen":true,"either":"abc"}})" "\n");
}

TEST_CASE("app plan: lists of values and lists of objects, zipped by index") {
    Fake fake;
    fake.alpns = {"h2", "http/1.1"};
    fake.answers = {{"a.example", 60, std::nullopt}, {std::nullopt, std::nullopt, std::nullopt}, {"b.example", std::nullopt, 7}};
    CHECK(rendered(fake) ==
          R"({"fake":{"version":1,"client":{"alpns":["h2","http/1.1"]},)"
          R"("answers":[{"rrname":"a.example","ttl":60},{"rrname":"b.example","soa":{"serial":7}}],"seen":true}})" "\n");
}

TEST_CASE("app plan: addresses, and the first of several sources that is there") {
    const std::array<std::uint8_t, 6> hardware{1, 2, 3, 4, 5, 255};
    const std::array<std::uint8_t, 4> wire{192, 0, 2, 1};
    Fake fake;
    fake.mac = hardware;
    fake.address = wire;
    fake.text = "second";
    CHECK(rendered(fake) ==
          R"({"fake":{"version":1,"client":{"hassh":{"string":"second"}},"mac":"01:02:03:04:05:ff","ip":"192.0.2.1","seen":true,"either":"second"}})" "\n");
}

TEST_CASE("app plan: what weir adds is written apart") {
    std::vector<char> memory(200);
    JsonWriter writer{memory};
    const Fake fake;
    AppPlan{fields}.render_extra(writer, &fake);
    CHECK(std::string(memory.data(), writer.finish()) == "{\"extra\":{\"seen\":true}}\n");
}

TEST_CASE("app plan: a list that is too long is cut, and the text stays valid") {
    Fake fake;
    fake.answers.assign(10'000, {"a.example", 60, std::nullopt});
    for (std::size_t room = 60; room < 3000; room += 7) REQUIRE_FALSE(json::parse(rendered(fake, room)).is_discarded());
    CHECK(json::parse(rendered(fake, 1 << 20))["fake"]["answers"].size() == AppPlan::max_elements);
}

TEST_CASE("app plan: tables that JSON cannot show are found") {
    constexpr std::array wrong{
        field<&Fake::version>("", "fake.a", ""),
        field<&Fake::version>("", "fake.a.b", ""),
        field<&Fake::version>("", "fake.l[].m[]", ""),
    };
    CHECK(AppPlan{wrong}.conflicts().size() == 2);
}

TEST_CASE("app plan: secrets are told apart, and shown only where that is asked for") {
    constexpr std::array secrets{
        field<&single<&Fake::text>>("", "fake.said", ""),
        secret(field<&single<&Fake::hash>>("fake.password", "fake.said", "")),
        secret(field<&alpn>("", "fake.keys[]", "")),
    };
    Fake fake;
    fake.hash = "hunter2";
    fake.alpns = {"k1", "k2"};
    const auto written = [&](const Secrets& how) {
        std::vector<char> memory(400);
        JsonWriter writer{memory};
        AppPlan{secrets, how}.render(writer, &fake);
        return json::parse(std::string(memory.data(), writer.finish()))["fake"];
    };
    const json hidden = written({false, "weir"});
    CHECK(hidden["said"] == std::string{hide(as_bytes("hunter2"), {false, "weir"}).view()});
    CHECK(hidden["keys"][1] == std::string{hide(as_bytes("k2"), {false, "weir"}).view()});
    CHECK(hidden.dump().find("hunter2") == std::string::npos);
    CHECK(written({true, "weir"}) == json{{"said", "hunter2"}, {"keys", {"k1", "k2"}}});
    fake.text = "no secret";
    CHECK(written({false, "weir"})["said"] == "no secret");
}
