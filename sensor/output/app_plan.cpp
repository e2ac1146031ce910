// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/app_plan.hpp"

#include <algorithm>
#include <utility>

#include "sensor/output/eve_text.hpp"

namespace weir {
namespace {

constexpr char mac_separator = ':';
constexpr std::string_view extra_prefix = "weir.";

void write_element(JsonWriter& json, const Value& value) noexcept {
    switch (value.kind) {
        case Value::Kind::end:
        case Value::Kind::none: return;
        case Value::Kind::number: return json.element(value.number);
        case Value::Kind::boolean: return json.element(value.number != 0);
        case Value::Kind::text: return json.element(as_text(value.bytes));
        case Value::Kind::address: return json.plain_element(eve_address(IpAddress::from_wire(value.bytes)).text());
        case Value::Kind::mac: return json.hex_element(value.bytes, mac_separator);
        case Value::Kind::hex: return json.hex_element(value.bytes);
    }
}

}  // namespace

void write_value(JsonWriter& json, std::string_view key, const Value& value) noexcept {
    switch (value.kind) {
        case Value::Kind::end:
        case Value::Kind::none: return;
        case Value::Kind::number: return json.member(key, value.number);
        case Value::Kind::boolean: return json.member(key, value.number != 0);
        case Value::Kind::text: return json.member(key, as_text(value.bytes));
        case Value::Kind::address: return json.plain_member(key, eve_address(IpAddress::from_wire(value.bytes)).text());
        case Value::Kind::mac: return json.hex_member(key, value.bytes, mac_separator);
        case Value::Kind::hex: return json.hex_member(key, value.bytes);
    }
}

AppPlan::AppPlan(std::span<const Field> fields, Secrets secrets) : secrets_(std::move(secrets)) {
    for (const Field& field : fields) {
        if (field.path.starts_with(extra_prefix))
            insert(extra_, field.path.substr(extra_prefix.size()), field, false);
        else if (!field.path.empty())
            insert(roots_, field.path, field, false);
    }
}

void AppPlan::insert(std::vector<Node>& level, std::string_view path, const Field& field, bool in_list) {
    const std::size_t dot = path.find('.');
    std::string_view key = path.substr(0, dot);
    const bool list = key.ends_with("[]");
    if (list) key.remove_suffix(2);
    const bool last = dot == std::string_view::npos;
    const auto shape = last ? (list ? Node::Shape::list_of_values : Node::Shape::value) : (list ? Node::Shape::list_of_objects : Node::Shape::object);

    auto node = std::ranges::find(level, key, &Node::key);
    if ((list && in_list) || (node != level.end() && node->shape != shape)) {
        conflicts_.push_back(field.path);
        return;
    }
    if (node == level.end()) node = level.insert(level.end(), Node{key, shape, {}, {}});
    if (last)
        node->sources.push_back(&field);
    else
        insert(node->members, path.substr(dot + 1), field, in_list || list);
}

void AppPlan::write(JsonWriter& json, std::string_view key, const Field& field, const Value& value) const noexcept {
    if (!field.secret || secrets_.shown || value.kind == Value::Kind::none)
        return key.empty() ? write_element(json, value) : write_value(json, key, value);
    const HiddenSecret hidden = hide(value.bytes, secrets_);
    key.empty() ? json.plain_element(hidden.view()) : json.plain_member(key, hidden.view());
}

void AppPlan::render(JsonWriter& json, const void* transaction) const noexcept {
    for (const Node& root : roots_) render(root, json, transaction, 0);
}

void AppPlan::render_extra(JsonWriter& json, const void* transaction) const noexcept {
    for (const Node& node : extra_) render(node, json, transaction, 0);
}

/// False when every value below `node` says that the list which it stands in has ended at `index`.
bool AppPlan::render(const Node& node, JsonWriter& json, const void* transaction, std::size_t index) const noexcept {
    bool alive = false;
    const JsonWriter::Mark mark = json.mark();
    switch (node.shape) {
        case Node::Shape::value:
            for (const Field* source : node.sources) {
                const Value value = source->get(transaction, index);
                alive = alive || value.kind != Value::Kind::end;
                if (value.kind == Value::Kind::end || value.kind == Value::Kind::none) continue;
                write(json, node.key, *source, value);
                break;
            }
            return alive;
        case Node::Shape::object:
            json.begin_object(node.key);
            for (const Node& member : node.members) alive = render(member, json, transaction, index) || alive;
            json.end_object_unless_empty(mark);
            return alive;
        case Node::Shape::list_of_values:
            json.begin_array(node.key);
            for (std::size_t i = 0; i < max_elements && !json.overflow(); ++i) {
                const Value value = node.sources.front()->get(transaction, i);
                if (value.kind == Value::Kind::end) break;
                write(json, {}, *node.sources.front(), value);
                alive = true;
            }
            json.end_array_unless_empty(mark);
            return alive;
        case Node::Shape::list_of_objects:
            json.begin_array(node.key);
            for (std::size_t i = 0; i < max_elements && !json.overflow(); ++i) {
                bool more = false;
                const JsonWriter::Mark row = json.mark();
                json.begin_object();
                for (const Node& member : node.members) more = render(member, json, transaction, i) || more;
                json.end_object_unless_empty(row);
                if (!more) break;
                alive = true;
            }
            json.end_array_unless_empty(mark);
            return alive;
    }
    return alive;
}

}  // namespace weir
