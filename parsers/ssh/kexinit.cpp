// SPDX-License-Identifier: Apache-2.0
#include "parsers/ssh/kexinit.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::ssh {
namespace {

constexpr std::size_t cookie_size = 16;
constexpr std::size_t languages = 2;
constexpr std::size_t max_names = 128;  // of a list that are compared; real lists have up to about 30

/// Cuts the first name off a list.
Bytes take_name(Bytes& list) noexcept {
    const auto comma = std::ranges::find(list, std::uint8_t{','});
    const auto length = static_cast<std::size_t>(comma - list.begin());
    const Bytes name = list.first(length);
    list = list.subspan(std::min(list.size(), length + 1));
    return name;
}

std::array<Bytes, 7> hassh_pieces(const NameLists& lists, Role role) noexcept {
    const bool server = role == Role::server;
    const Bytes semicolon = as_bytes(";");
    return {of(lists, List::kex),
            semicolon,
            of(lists, server ? List::cipher_to_client : List::cipher_to_server),
            semicolon,
            of(lists, server ? List::mac_to_client : List::mac_to_server),
            semicolon,
            of(lists, server ? List::compression_to_client : List::compression_to_server)};
}

}  // namespace

bool read_kexinit(Bytes payload, NameLists& lists) noexcept {
    Cursor cursor{payload};
    cursor.skip(1 + cookie_size);
    for (Bytes& list : lists) list = cursor.take(cursor.be32());
    for (std::size_t i = 0; i < languages; ++i) cursor.skip(cursor.be32());
    cursor.skip(1 + 4);  // first_kex_packet_follows, reserved
    return cursor.ok();
}

bool contains_name(Bytes list, std::string_view name) noexcept {
    while (!list.empty())
        if (as_text(take_name(list)) == name) return true;
    return false;
}

Bytes choose(Bytes client, Bytes server) noexcept {
    for (std::size_t i = 0; i < max_names && !client.empty(); ++i) {
        const Bytes wanted = take_name(client);
        Bytes offered = server;
        for (std::size_t j = 0; j < max_names && !offered.empty(); ++j)
            if (std::ranges::equal(take_name(offered), wanted)) return wanted;
    }
    return {};
}

bool is_authenticated(Bytes cipher) noexcept {
    const std::string_view name = as_text(cipher);
    return name.starts_with("chacha20-poly1305") || name.find("-gcm") != std::string_view::npos || name.starts_with("AEAD_");
}

Role role_shown(const NameLists& lists) noexcept {
    const Bytes kex = of(lists, List::kex);
    if (contains_name(kex, "ext-info-c") || contains_name(kex, "kex-strict-c-v00@openssh.com")) return Role::client;
    if (contains_name(kex, "ext-info-s") || contains_name(kex, "kex-strict-s-v00@openssh.com")) return Role::server;
    return Role::unknown;
}

bool offers_strict_kex(const NameLists& lists) noexcept {
    const Bytes kex = of(lists, List::kex);
    return contains_name(kex, "kex-strict-c-v00@openssh.com") || contains_name(kex, "kex-strict-s-v00@openssh.com");
}

Bytes hassh_text(const NameLists& lists, Role role, Scratch& scratch) noexcept {
    return write_in(scratch, [&](TextWriter& writer) {
        for (const Bytes piece : hassh_pieces(lists, role)) writer.put(piece);
    });
}

HexDigest<32> hassh(const NameLists& lists, Role role) noexcept { return md5(hassh_pieces(lists, role)); }

}  // namespace weir::ssh
