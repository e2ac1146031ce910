// SPDX-License-Identifier: Apache-2.0
// The leaf of a Certificate message (RFC 5246 section 7.4.2), as texts in the forms that Suricata prints.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::tls {

/// An X.509 certificate (RFC 5280). Texts live in scratch memory; what a broken certificate lacks is absent.
struct Certificate {
    Bytes der{};      ///< as sent
    Bytes subject{};  ///< `C=US, O=Example, CN=www.example.com`
    Bytes issuer{};
    Bytes serial{};       ///< `0A:1B:2C`
    Bytes fingerprint{};  ///< SHA-1, `0a:1b:2c:...`
    Bytes not_before{};   ///< `2025-01-31T12:00:00`
    Bytes not_after{};
    std::span<const Bytes> names{};  ///< subjectAltName: DNS names, e-mail addresses, URIs and IP addresses
    std::uint32_t chain_length = 0;  ///< certificates in the message; 0: none seen
    bool self_signed = false;        ///< issuer and subject are the same name
    bool intact = true;              ///< false: something in it could not be read
};

/// Reads a Certificate message's body; false when it holds no certificate.
[[nodiscard]] bool read_certificate_message(Bytes body, Scratch& scratch, Certificate& certificate) noexcept;

}  // namespace weir::tls
