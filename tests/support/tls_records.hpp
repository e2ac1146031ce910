// SPDX-License-Identifier: Apache-2.0
// Builds TLS records and hellos for tests, from the parts that matter.
#pragma once

#include "tests/support/wire.hpp"

namespace weir::test::tls_wire {

inline Wire record(unsigned type, const Wire& payload, unsigned version = 0x0301) {
    return joined({number(type, 1), number(version, 2), vector(2, payload)});
}
inline Wire message(unsigned type, const Wire& body) { return joined({number(type, 1), vector(3, body)}); }
inline Wire extension(unsigned type, const Wire& data) { return joined({number(type, 2), vector(2, data)}); }
inline Wire server_name(std::string_view name) { return extension(0, vector(2, joined({number(0, 1), vector(2, text(name))}))); }
inline Wire alpn(std::initializer_list<std::string_view> names) {
    Wire list;
    for (const std::string_view name : names) list = joined({list, vector(1, text(name))});
    return extension(16, vector(2, list));
}
inline Wire client_hello(const Wire& ciphers, const Wire& extensions, unsigned version = 0x0303) {
    return message(1,
                   joined({number(version, 2), Wire(32, 0x42), vector(1, {}), vector(2, ciphers), vector(1, {0}), vector(2, extensions)}));
}
inline Wire server_hello(unsigned cipher, const Wire& extensions, unsigned version = 0x0303) {
    return message(2, joined({number(version, 2), Wire(32, 0x53), vector(1, {}), number(cipher, 2), {0}, vector(2, extensions)}));
}
inline Wire certificates(std::initializer_list<Wire> chain) {
    Wire list;
    for (const Wire& certificate : chain) list = joined({list, vector(3, certificate)});
    return message(11, vector(3, list));
}
inline Wire change_cipher_spec() { return record(20, {1}, 0x0303); }

}  // namespace weir::test::tls_wire
