// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/eve_dns_v2.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr std::string_view event = "dns.";
constexpr std::string_view first_name = "dns.queries[].rrname", first_type = "dns.queries[].rrtype";

Value version(const void*, std::size_t index) noexcept { return index == 0 ? Value::of(std::uint64_t{2}) : Value{}; }
Value answer_type(const void*, std::size_t index) noexcept { return index == 0 ? Value::of(std::string_view{"answer"}) : Value{}; }

/// Rows of version 3 that version 2 does not have, or has under another name.
bool left_out(std::string_view path) noexcept {
    constexpr std::array gone{std::string_view{"version"}, std::string_view{"type"}, std::string_view{"tx_id"}};
    return std::ranges::find(gone, path) != gone.end() || path.starts_with("queries[]") || path.starts_with("additionals[]");
}

/// The table of an answer: version and type, the header, the first question by name and type, then rcode and records.
std::vector<Field> answer_table(const ParserInfo& parser) {
    std::vector<Field> rows{{"", "version", "", FieldKind::number, &version}, {"", "type", "", FieldKind::buffer, &answer_type}};
    const auto add_question = [&] {
        for (const Field& field : parser.fields)
            if (field.path == first_name || field.path == first_type)
                rows.push_back({"", field.path == first_name ? "rrname" : "rrtype", "", field.kind, field.get});
    };
    for (const Field& field : parser.fields) {
        if (!field.path.starts_with(event)) continue;
        const std::string_view path = field.path.substr(event.size());
        if (path == "rcode") add_question();
        if (!left_out(path)) rows.push_back({"", path, "", field.kind, field.get});
    }
    return rows;
}

}  // namespace

DnsV2::DnsV2(const ParserInfo& parser)
    : parser_(&parser),
      type_(find("dns.type")),
      id_(find("dns.id")),
      opcode_(find("dns.opcode")),
      query_name_(find(first_name)),
      query_type_(find(first_type)),
      answer_fields_(answer_table(parser)),
      answer_(answer_fields_) {}

const Field* DnsV2::find(std::string_view path) const noexcept {
    const auto field = std::ranges::find(parser_->fields, path, &Field::path);
    return field != parser_->fields.end() ? &*field : nullptr;
}

Value DnsV2::get(const Field* field, const void* transaction, std::size_t index) noexcept {
    return field != nullptr ? field->get(transaction, index) : Value{};
}

bool DnsV2::is_response(const void* transaction) const noexcept { return as_text(get(type_, transaction, 0).bytes) == "response"; }

std::size_t DnsV2::lines(const void* transaction) const noexcept {
    if (is_response(transaction)) return 1;
    std::size_t count = 0;
    while (count < max_questions && get(query_name_, transaction, count).kind != Value::Kind::end) ++count;
    return count;
}

void DnsV2::question(JsonWriter& json, const void* transaction, std::size_t index, std::uint32_t tx_id) const noexcept {
    json.plain_member("type", "query");
    write_value(json, "id", get(id_, transaction, 0));
    write_value(json, "rrname", get(query_name_, transaction, index));
    write_value(json, "rrtype", get(query_type_, transaction, index));
    json.member("tx_id", tx_id);
    write_value(json, "opcode", get(opcode_, transaction, 0));
}

void DnsV2::render(JsonWriter& json, const void* transaction, std::size_t line, std::uint32_t tx_id) const noexcept {
    json.begin_object("dns");
    if (is_response(transaction))
        answer_.render(json, transaction);
    else
        question(json, transaction, line, tx_id);
    json.end_object();
}

void DnsV2::render_whole(JsonWriter& json, const void* transaction, std::uint32_t tx_id) const noexcept {
    json.begin_object("dns");
    if (is_response(transaction)) {
        json.begin_object("answer");
        answer_.render(json, transaction);
        json.end_object();
    } else {
        json.begin_array("query");
        for (std::size_t i = 0, count = lines(transaction); i < count; ++i) {
            json.begin_object();
            question(json, transaction, i, tx_id);
            json.end_object();
        }
        json.end_array();
    }
    json.end_object();
}

}  // namespace weir
