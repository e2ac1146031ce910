// SPDX-License-Identifier: Apache-2.0
// The server's public host key in the reply that ends the key exchange (RFC 4253 section 8, RFC 5656 section 4, RFC 4419).
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::ssh {

struct HostKey {
    Bytes type{};            ///< `ssh-ed25519`, `ssh-rsa-cert-v01@openssh.com`; absent: no key seen
    std::uint32_t bits = 0;  ///< size as ssh-keygen prints it; 0: unknown type
    Bytes fingerprint{};     ///< `SHA256:...` over the blob as sent, as OpenSSH prints it; in scratch memory
};

/// Looks for a host key at the start of the payload of message 31 or 33 (its number included): both carry it there, whatever the
/// kind of exchange. False when there is none: message 31 is a group in RFC 4419.
[[nodiscard]] bool read_host_key(Bytes payload, Scratch& scratch, HostKey& key) noexcept;

}  // namespace weir::ssh
