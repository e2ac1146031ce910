// SPDX-License-Identifier: Apache-2.0
// A protocol's field table as a tree of JSON objects and lists: worked out once from the EVE paths, walked per transaction.
#pragma once

#include <string_view>
#include <vector>

#include "parsers/base/parser.hpp"
#include "sensor/output/json_writer.hpp"
#include "sensor/output/secrets.hpp"

namespace weir {

class AppPlan {
public:
    /// A name in a path, with what stands below it.
    struct Node {
        enum class Shape : std::uint8_t { value, object, list_of_values, list_of_objects };
        std::string_view key;
        Shape shape = Shape::object;
        std::vector<const Field*> sources;  ///< values: the first one that is present is shown
        std::vector<Node> members;          ///< objects
    };

    /// Elements of one list that are written at most; the rest is left out.
    static constexpr std::size_t max_elements = 4096;

    /// `fields` must outlive the plan (a parser's table does).
    explicit AppPlan(std::span<const Field> fields, Secrets secrets = {});

    /// Writes the transaction's fields as members of the open object. Absent values are left out, and so are objects and lists
    /// that nothing stands in. Fields below `weir.` are not written: that object has other members too, see render_extra.
    void render(JsonWriter& json, const void* transaction) const noexcept;
    /// Writes the fields below `weir.` as members of the open object.
    void render_extra(JsonWriter& json, const void* transaction) const noexcept;

    /// What the table asks for and JSON cannot show: a path that is a value and an object at once, a list in a list. Empty
    /// when all is well; tests look.
    [[nodiscard]] const std::vector<std::string_view>& conflicts() const noexcept { return conflicts_; }

    /// The objects that the event shows, and those of its object `weir`.
    [[nodiscard]] std::span<const Node> roots() const noexcept { return roots_; }
    [[nodiscard]] std::span<const Node> extra() const noexcept { return extra_; }

private:
    void insert(std::vector<Node>& level, std::string_view path, const Field& field, bool in_list);
    bool render(const Node& node, JsonWriter& json, const void* transaction, std::size_t index) const noexcept;
    /// Writes one value of `field`: as it is, or what may be known of a secret. Without a key it is an element of a list.
    void write(JsonWriter& json, std::string_view key, const Field& field, const Value& value) const noexcept;

    Secrets secrets_;
    std::vector<Node> roots_;
    std::vector<Node> extra_;  ///< below `weir`
    std::vector<std::string_view> conflicts_;
};

/// Writes a field's value as a member or, without a key, as an element of a list. Nothing for an absent one.
void write_value(JsonWriter& json, std::string_view key, const Value& value) noexcept;

}  // namespace weir
