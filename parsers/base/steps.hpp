// SPDX-License-Identifier: Apache-2.0
// The loop of a stream parser that reads one element after the other.
#pragma once

#include <algorithm>

#include "parsers/base/parser.hpp"

namespace weir {

/// Calls `step(rest)` until the bytes are used up or a step says otherwise. Each step returns a Fed that counts from the start
/// of `rest`; what it wants skipped and is at hand is skipped here. Scratch memory is given back after each step: so it is as
/// large for the last element of a segment as for the first.
template <class Step>
[[nodiscard]] Fed feed_in_steps(Bytes bytes, Scratch& scratch, Step&& step) noexcept {
    std::size_t at = 0;
    while (at < bytes.size()) {
        const Bytes rest = bytes.subspan(at);
        const std::size_t free = scratch.remaining();
        Fed fed = step(rest);
        scratch.give_back(free - scratch.remaining());
        if (fed.status == Fed::Status::malformed) return fed;
        const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(fed.skip, rest.size() - fed.consumed));
        at += fed.consumed + skipped;
        fed.consumed = at;
        fed.skip -= skipped;
        if (fed.status != Fed::Status::ok || fed.skip != 0) return fed;
    }
    return Fed::ok(at);
}

/// What a client has sent before the answer that says whose bytes they are (CONNECT, STARTTLS, SOCKS): they wait for it. More of
/// them than any client sends at a venture show that the answer is not seen, and what it was. `held` begins behind the `consumed`.
[[nodiscard]] inline Fed wait_for_answer(Bytes held, std::size_t consumed = 0) noexcept {
    constexpr std::size_t most = 4096;
    return held.size() > most ? Fed::upgraded(consumed) : Fed::need_more(consumed);
}

}  // namespace weir
