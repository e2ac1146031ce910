// SPDX-License-Identifier: Apache-2.0
// Conversations over TCP for parser tests: who says what, in which order, cut as one likes.
#pragma once

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"

namespace weir::test {

inline constexpr Direction up = Direction::to_server, down = Direction::to_client;

struct Said {
    Direction direction;
    std::string text;
};
using Conversation = std::vector<Said>;

/// What `P` makes of a conversation, each piece of it cut into steps of `step` bytes (0: whole).
template <ParserType P>
Outcome run(const Conversation& conversation, std::size_t step = 0) {
    ParserDriver<P> driver;
    for (const Said& piece : conversation) {
        Bytes rest = as_bytes(piece.text);
        while (!rest.empty()) {
            const std::size_t cut = step == 0 ? rest.size() : std::min(step, rest.size());
            driver.stream(piece.direction, rest.first(cut));
            rest = rest.subspan(cut);
        }
    }
    return driver.finish();
}

/// The transactions that make an EVE line.
inline std::vector<Outcome::Transaction> logged(const Outcome& outcome) {
    std::vector<Outcome::Transaction> out;
    for (const auto& transaction : outcome.transactions)
        if (has(transaction.report, Report::log)) out.push_back(transaction);
    return out;
}

/// Any cut gives the same, and every prefix is read without harm.
template <ParserType P>
void check_cuts(const Conversation& conversation) {
    const std::string whole = run<P>(conversation).text();
    for (const std::size_t step : {1, 2, 3, 7, 50}) {
        INFO("steps of " << step);
        CHECK(run<P>(conversation, step).text() == whole);
    }
    for (std::size_t pieces = 0; pieces < conversation.size(); ++pieces) {
        Conversation prefix(conversation.begin(), conversation.begin() + static_cast<std::ptrdiff_t>(pieces + 1));
        for (const std::string text = prefix.back().text; !prefix.back().text.empty(); prefix.back().text.pop_back()) (void)run<P>(prefix);
    }
}

/// What `P` says to the first bytes of one direction.
template <ParserType P>
Probe probe(std::string_view text, Direction direction, bool port_matches = false, Transport transport = Transport::tcp) {
    return P::probe(Offer{as_bytes(text), transport, direction, port_matches});
}
template <ParserType P>
bool recognised(std::string_view text, Direction direction, bool port_matches = false, Transport transport = Transport::tcp) {
    return probe<P>(text, direction, port_matches, transport).answer == Probe::Answer::match;
}

}  // namespace weir::test
