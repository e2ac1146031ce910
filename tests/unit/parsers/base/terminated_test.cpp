// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/terminated.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace std::string_view_literals;

TEST_CASE("terminated: a text and its NUL") {
    Cursor cursor{as_bytes("root\0x\x01\0rest"sv)};
    const Terminated text = take_terminated(cursor);
    CHECK(text.kind == Terminated::Kind::whole);
    CHECK(as_text(text.text) == "root");
    CHECK(cursor.position() == 5);
    CHECK(take_terminated(cursor).kind == Terminated::Kind::broken);
}

TEST_CASE("terminated: not whole, too long") {
    Cursor incomplete{as_bytes("root")};
    CHECK(take_terminated(incomplete).kind == Terminated::Kind::incomplete);
    Cursor longer{as_bytes("root\0"sv)};
    CHECK(take_terminated(longer, 3).kind == Terminated::Kind::broken);
    Cursor fits{as_bytes("root\0"sv)};
    CHECK(take_terminated(fits, 4).kind == Terminated::Kind::whole);
}
