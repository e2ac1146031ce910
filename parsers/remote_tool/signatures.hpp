// SPDX-License-Identifier: Apache-2.0
// What the first bytes of a direction say: which tool, which end, and what it tells of itself. README.md has the layouts.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::remote_tool {

struct Sign {
    Probe probe{};
    std::string_view tool{};
    Bytes version{}, host{}, user{}, identifier{};
    std::size_t before_tls = 0;  ///< octets before a ClientHello of TLS, in which the tool hides; 0: it does not
};

/// Asks all signatures. `probe` is `more` where one may still match. `probing`: the bytes are all that the end has sent before it
/// waits for an answer, so that lengths must fit exactly.
[[nodiscard]] Sign find_sign(const Offer& offer, bool probing) noexcept;

}  // namespace weir::remote_tool
