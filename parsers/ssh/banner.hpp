// SPDX-License-Identifier: Apache-2.0
// The identification string, RFC 4253 section 4.2:  SSH-protoversion-softwareversion [SP comments] CR LF
#pragma once

#include "parsers/base/bytes.hpp"

namespace weir::ssh {

struct Banner {
    Bytes protocol{};  ///< `2.0`, `1.99`, `1.5`
    Bytes software{};  ///< `OpenSSH_9.2p1`
    Bytes comment{};   ///< absent without one
};

/// Whether a line is meant as an identification string (any other line before it is the server's to send).
[[nodiscard]] inline bool is_banner(Bytes line) noexcept { return starts_with(line, "SSH-"); }

/// Splits a line without its end; false when a part is missing.
[[nodiscard]] inline bool read_banner(Bytes line, Banner& banner) noexcept {
    if (!is_banner(line)) return false;
    const Bytes rest = line.subspan(4);
    const auto dash = as_text(rest).find('-');
    if (dash == std::string_view::npos || dash == 0) return false;
    banner.protocol = rest.first(dash);
    banner.software = rest.subspan(dash + 1);
    const auto blank = as_text(banner.software).find(' ');
    if (blank != std::string_view::npos) {
        banner.comment = banner.software.subspan(blank + 1);
        banner.software = banner.software.first(blank);
    }
    return !banner.software.empty();
}

/// A server that says 1.99 speaks versions 1 and 2, as the client wants (RFC 4253 section 5.1).
[[nodiscard]] inline bool is_any_version(Bytes protocol) noexcept { return as_text(protocol) == "1.99"; }

/// Protocol 1: binary packets of another form, not read here.
[[nodiscard]] inline bool is_version_1(Bytes protocol) noexcept { return starts_with(protocol, "1.") && !is_any_version(protocol); }

}  // namespace weir::ssh
