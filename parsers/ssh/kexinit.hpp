// SPDX-License-Identifier: Apache-2.0
// SSH_MSG_KEXINIT (RFC 4253 section 7.1): the name-lists, what is chosen from them, and HASSH.
#pragma once

#include "parsers/base/digest.hpp"
#include "parsers/base/parser.hpp"

namespace weir::ssh {

/// The name-lists in wire order; the two of languages are not looked into.
enum class List : std::uint8_t {
    kex,
    host_key,
    cipher_to_server,
    cipher_to_client,
    mac_to_server,
    mac_to_client,
    compression_to_server,
    compression_to_client,
};
inline constexpr std::size_t list_count = 8;

/// Names joined by commas, by List.
using NameLists = std::array<Bytes, list_count>;

[[nodiscard]] inline Bytes of(const NameLists& lists, List list) noexcept { return lists[static_cast<std::size_t>(list)]; }

/// Reads the payload of the message, its number included; false when it is broken.
[[nodiscard]] bool read_kexinit(Bytes payload, NameLists& lists) noexcept;

[[nodiscard]] bool contains_name(Bytes list, std::string_view name) noexcept;

/// The first of the client's names that the server has too; absent when there is none among the first names of either.
[[nodiscard]] Bytes choose(Bytes client, Bytes server) noexcept;

/// Whether a cipher brings its own integrity, so that the MAC chosen beside it is not used.
[[nodiscard]] bool is_authenticated(Bytes cipher) noexcept;

/// Markers in the kex list that only one role sends: RFC 8308 section 2.1 and OpenSSH's strict key exchange.
enum class Role : std::uint8_t { unknown, client, server };
[[nodiscard]] Role role_shown(const NameLists& lists) noexcept;

/// Strict key exchange offered (the answer to CVE-2023-48795), by either role's marker.
[[nodiscard]] bool offers_strict_kex(const NameLists& lists) noexcept;

/// `kex;ciphers;macs;compressions` towards the server (HASSH of a client) or towards the client (of a server). Lives in scratch
/// memory; absent when it does not fit there.
[[nodiscard]] Bytes hassh_text(const NameLists& lists, Role role, Scratch& scratch) noexcept;

/// The fingerprint itself: MD5 of that text.
[[nodiscard]] HexDigest<32> hassh(const NameLists& lists, Role role) noexcept;

}  // namespace weir::ssh
