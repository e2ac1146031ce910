// SPDX-License-Identifier: Apache-2.0
#include "parsers/registry.hpp"

#include "parsers/protocol_set.hpp"
#include "parsers/registry_includes.hpp"  // generated from registry.list

namespace weir {
namespace {
#define WEIR_DESCRIBE(name) describe<name::Parser>(),
constexpr std::array table{WEIR_PARSERS(WEIR_DESCRIBE)};
#undef WEIR_DESCRIBE
static_assert(table.size() <= ProtocolSet::capacity, "a session keeps one bit per protocol while it probes");
}  // namespace

std::span<const ParserInfo> protocols() noexcept { return table; }

ProtocolId find_protocol(std::string_view name) noexcept {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].name == name) return static_cast<ProtocolId>(i);
    return no_protocol;
}

}  // namespace weir
