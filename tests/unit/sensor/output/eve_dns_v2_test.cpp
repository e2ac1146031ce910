// SPDX-License-Identifier: Apache-2.0
// Version 2 of the dns event from a table that has the same rows as the parser's.
#include "sensor/output/eve_dns_v2.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;
using nlohmann::json;

namespace {

struct Message {
    bool response = false;
    std::vector<std::string_view> names;
    std::vector<std::string_view> answers;
};
Value version(const Message&, std::size_t index) noexcept { return index == 0 ? Value::of(std::uint64_t{3}) : Value{}; }
Value type(const Message& message, std::size_t index) noexcept {
    return index == 0 ? Value::of(std::string_view{message.response ? "response" : "request"}) : Value{};
}
Value id(const Message&, std::size_t index) noexcept { return index == 0 ? Value::of(std::uint64_t{4711}) : Value{}; }
Value flag(const Message& message, std::size_t index) noexcept { return index != 0 ? Value{} : message.response ? Value::flag(true) : Value::none(); }
Value rcode(const Message&, std::size_t index) noexcept { return index == 0 ? Value::of(std::string_view{"NOERROR"}) : Value{}; }
Value name(const Message& message, std::size_t index) noexcept { return index < message.names.size() ? Value::of(message.names[index]) : Value{}; }
Value name_type(const Message& message, std::size_t index) noexcept { return index < message.names.size() ? Value::of(std::string_view{"A"}) : Value{}; }
Value rdata(const Message& message, std::size_t index) noexcept { return index < message.answers.size() ? Value::of(message.answers[index]) : Value{}; }
Value additional(const Message&, std::size_t index) noexcept { return index == 0 ? Value::of(std::string_view{"extra"}) : Value{}; }
Value opcode(const Message&, std::size_t index) noexcept { return index == 0 ? Value::of(std::uint64_t{0}) : Value{}; }

constexpr std::array fields{
    field<&version>("", "dns.version", "", FieldKind::number),
    field<&type>("", "dns.type", ""),
    field<&id>("", "dns.id", "", FieldKind::number),
    field<&flag>("", "dns.qr", "", FieldKind::number),
    field<&opcode>("dns.opcode", "dns.opcode", "", FieldKind::number),
    field<&rcode>("", "dns.rcode", ""),
    field<&name>("dns.query", "dns.queries[].rrname", ""),
    field<&name_type>("", "dns.queries[].rrtype", ""),
    field<&rdata>("", "dns.answers[].rdata", ""),
    field<&rdata>("", "dns.grouped.A[]", ""),
    field<&additional>("", "dns.additionals[].rrname", ""),
};

ParserInfo parser() {
    ParserInfo info{};
    info.name = info.event = "dns";
    info.fields = fields;
    return info;
}

template <class Write>
json written(Write&& write) {
    std::vector<char> memory(4096);
    JsonWriter writer{memory};
    write(writer);
    return json::parse(std::string{memory.data(), writer.finish()});
}

}  // namespace

TEST_CASE("dns version 2: a request makes one event per question") {
    const ParserInfo info = parser();
    const DnsV2 dns{info};
    const Message message{false, {"a.example", "b.example"}, {}};
    REQUIRE(dns.lines(&message) == 2);
    CHECK(written([&](JsonWriter& out) { dns.render(out, &message, 1, 6); }) ==
          json::parse(R"({"dns": {"type": "query", "id": 4711, "rrname": "b.example", "rrtype": "A", "tx_id": 6, "opcode": 0}})"));
    CHECK(written([&](JsonWriter& out) { dns.render_whole(out, &message, 6); })["dns"]["query"].size() == 2);
}

TEST_CASE("dns version 2: a response is one answer with the first question's name") {
    const ParserInfo info = parser();
    const DnsV2 dns{info};
    const Message message{true, {"a.example"}, {"192.0.2.1", "192.0.2.2"}};
    REQUIRE(dns.lines(&message) == 1);
    const json expected = json::parse(R"({"version": 2, "type": "answer", "id": 4711, "qr": true, "opcode": 0, "rrname": "a.example", "rrtype": "A",
        "rcode": "NOERROR", "answers": [{"rdata": "192.0.2.1"}, {"rdata": "192.0.2.2"}], "grouped": {"A": ["192.0.2.1", "192.0.2.2"]}})");
    CHECK(written([&](JsonWriter& out) { dns.render(out, &message, 0, 6); })["dns"] == expected);
    CHECK(written([&](JsonWriter& out) { dns.render_whole(out, &message, 6); })["dns"]["answer"] == expected);
}

TEST_CASE("dns version 2: a request without a question makes no event") {
    const ParserInfo info = parser();
    const Message message;
    CHECK(DnsV2{info}.lines(&message) == 0);
}
