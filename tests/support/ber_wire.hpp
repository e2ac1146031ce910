// SPDX-License-Identifier: Apache-2.0
// Puts BER elements together for tests (SNMP has its bytes from real agents; LDAP and Kerberos are built).
#pragma once

#include "tests/support/wire.hpp"

namespace weir::test {

/// An element with a length in the shortest form.
inline Wire element(unsigned tag, const Wire& content) {
    if (content.size() < 0x80) return joined({number(tag, 1), number(content.size(), 1), content});
    return joined({number(tag, 1), number(0x82, 1), number(content.size(), 2), content});
}
inline Wire integer(unsigned value, unsigned tag = 0x02) {
    return element(tag, value < 0x80 ? number(value, 1) : joined({number(0, 1), number(value, 4)}));
}
inline Wire octets(std::string_view characters, unsigned tag = 0x04) { return element(tag, text(characters)); }
inline Wire sequence(std::initializer_list<Wire> parts) { return element(0x30, joined(parts)); }

}  // namespace weir::test
