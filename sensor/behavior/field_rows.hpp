// SPDX-License-Identifier: Apache-2.0
// Rows that ask for one field of one protocol, found by the protocol that is spoken.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "parsers/protocol_set.hpp"
#include "parsers/registry.hpp"

namespace weir {

/// The field of that name: an EVE path, or a rule keyword. Null: the protocol has none.
[[nodiscard]] inline const Field* find_field(ProtocolId protocol, std::string_view name) noexcept {
    if (protocol == no_protocol || name.empty()) return nullptr;
    for (const Field& field : protocols()[protocol].fields)
        if (field.path == name || field.keyword == name) return &field;
    return nullptr;
}

/// `Row` has `protocol` and `field`, the name of one or nothing, and may have `given`, the same. Rows whose protocol or field is
/// not in this build are left out.
template <class Row>
class FieldRows {
public:
    struct Bound {
        const Row* row;
        const Field *field, *given;  ///< null: the row asks for none
    };

    explicit FieldRows(std::span<const Row> rows) {
        for (const Row& row : rows) {
            const ProtocolId protocol = find_protocol(row.protocol);
            std::string_view given;
            if constexpr (requires { row.given; }) given = row.given;
            const Bound bound{&row, find_field(protocol, row.field), find_field(protocol, given)};
            if (protocol == no_protocol || (bound.field == nullptr) != row.field.empty() || (bound.given == nullptr) != given.empty()) continue;
            by_protocol_[protocol].push_back(bound);
        }
    }
    [[nodiscard]] std::span<const Bound> of(ProtocolId protocol) const noexcept { return by_protocol_[protocol]; }

private:
    std::array<std::vector<Bound>, ProtocolSet::capacity> by_protocol_;
};

}  // namespace weir
