// SPDX-License-Identifier: Apache-2.0
// JA3 and JA3S (Salesforce), and JA4 of TLS, DTLS and QUIC clients (FoxIO's BSD-licensed part of that family; its other members
// are not free and not here).
#pragma once

#include "parsers/base/tls_hello.hpp"

namespace weir::tls {

/// `version,ciphers,extensions,groups,formats` in decimal, lists joined by `-`, GREASE left out; its MD5 is JA3. Lives in
/// scratch memory; absent when it does not fit there.
[[nodiscard]] Bytes ja3_text(const ClientHello& hello, Scratch& scratch) noexcept;

/// `version,cipher,extensions`; its MD5 is JA3S.
[[nodiscard]] Bytes ja3s_text(const ServerHello& hello, Scratch& scratch) noexcept;

inline constexpr std::size_t ja4_size = 36;

/// What carries the hello: the first character of its JA4.
enum class Carrier : char { tcp = 't', dtls = 'd', quic = 'q' };

/// `t13d1516h2_8daaf6152771_e5627efa2ab1`, written into `out`; false (and `out` undefined) where scratch memory is too small.
[[nodiscard]] bool write_ja4(const ClientHello& hello, Scratch& scratch, std::array<std::uint8_t, ja4_size>& out,
                             Carrier carrier = Carrier::tcp) noexcept;

}  // namespace weir::tls
