// SPDX-License-Identifier: Apache-2.0
#include "rules/match/session_state.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;
using Kind = Note::Kind;

TEST_CASE("states are bounded and come back clean") {
    SessionTable table{2, 0};
    std::uint32_t first = 0, second = 0, third = 0;
    REQUIRE(table.make(first) != nullptr);
    REQUIRE(table.make(second) != nullptr);
    CHECK(table.make(third) == nullptr);
    CHECK(third == 0);
    table.find(first)->passed = true;
    (void)table.note(*table.find(first), Kind::flowbit, Direction::to_server, 1);
    table.release(first);
    CHECK(first == 0);
    REQUIRE(table.make(third) != nullptr);
    CHECK_FALSE(table.find(third)->passed);
    CHECK(table.find(*table.find(third), Kind::flowbit, Direction::to_server, 1) == nullptr);
    CHECK(table.used() == 2);
}

TEST_CASE("notes are found by kind, subject and direction; flowbits outlive the others") {
    SessionTable table{40, 0};
    std::uint32_t handle = 0;
    SessionState& state = *table.make(handle);
    table.note(state, Kind::fired, Direction::to_client, 7)->position = 5;
    CHECK(table.find(state, Kind::fired, Direction::to_server, 7) == nullptr);
    CHECK(table.note(state, Kind::fired, Direction::to_client, 7)->position == 5);
    for (std::uint32_t bit = 0; bit < max_notes - 1u; ++bit) CHECK(table.note(state, Kind::flowbit, Direction::to_server, bit) != nullptr);
    CHECK(state.note_count == max_notes);
    CHECK(table.note(state, Kind::flowbit, Direction::to_server, 1000) != nullptr);  // in the place of the fired one
    CHECK(table.find(state, Kind::fired, Direction::to_client, 7) == nullptr);
    CHECK(table.note(state, Kind::flowbit, Direction::to_server, 1001) == nullptr);
    CHECK(table.notes_refused() == 1);
    table.forget(state, [](const Note& note) { return note.subject % 2 == 0; });
    unsigned left = 0;
    table.each(state, [&](const Note& note) { left += note.subject % 2; });
    CHECK(left == state.note_count);
}
