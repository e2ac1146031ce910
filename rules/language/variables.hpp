// SPDX-License-Identifier: Apache-2.0
// Address and port lists of rule headers, and the variables that they may name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rules/language/text.hpp"

namespace weir::rules {

/// What `$NAME` stands for, as written in the configuration: `[10.0.0.0/8,!10.1.0.0/16]`, `!$HOME_NET`, `[80,8080:8090]`.
struct Variables {
    std::map<std::string, std::string, std::less<>> address_groups, port_groups;

    /// The groups of Suricata's stock configuration; HOME_NET has the unique local addresses (RFC 4193) too. EQUIPMENT is
    /// HOME_NET until somebody names equipment.
    [[nodiscard]] static Variables defaults();
};

namespace language {

/// Works lists out to sorted, disjoint ranges, each spelling once. A list is the union of its plain items without its negated
/// ones; a list of negated items only is everything but those. Refused: a list that nothing is in.
class ListReader {
public:
    explicit ListReader(const Variables& variables) : variables_(variables) {}
    [[nodiscard]] const AddressList& addresses(Text list);
    [[nodiscard]] const PortList& ports(Text list);

private:
    const Variables& variables_;
    std::unordered_map<std::string, AddressList> addresses_;
    std::unordered_map<std::string, PortList> ports_;
};

}  // namespace language
}  // namespace weir::rules
