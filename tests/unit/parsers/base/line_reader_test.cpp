// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/line_reader.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace weir;

TEST_CASE("line reader: lines that come byte by byte, by direction") {
    LineReader reader;
    const Bytes text = as_bytes("one\r\ntwo\n");
    for (std::size_t size = 1; size < 5; ++size) CHECK(!reader.next(Direction::to_server, text.first(size)).complete());
    CHECK(!reader.next(Direction::to_client, text.first(2)).complete());
    CHECK(as_text(reader.next(Direction::to_server, text).text) == "one");
    CHECK(as_text(reader.next(Direction::to_server, text.subspan(5)).text) == "two");
}

TEST_CASE("line reader: lines that are too long") {
    LineReader reader;
    const std::string endless(LineReader::max_line + 1, 'x');
    const Bytes bytes = as_bytes(endless);
    CHECK(LineReader::too_long(reader.next(Direction::to_server, bytes), bytes));
    CHECK(!LineReader::too_long(reader.next(Direction::to_server, bytes.first(100)), bytes.first(100)));
}

TEST_CASE("dot text: ends with a lone dot, however it is cut") {
    const std::string text = "Subject: x\r\n\r\n..stuffed\r\n.not the end\r\na.\r\n.\r\nQUIT\r\n";
    const std::size_t end = text.find("QUIT");
    for (std::size_t step = 1; step < text.size(); ++step) {
        DotText reader;
        std::size_t consumed = 0, given = 0;
        bool ended = false;
        while (!ended && given < text.size()) {
            given = std::min(text.size(), given + step);
            consumed += reader.skip(as_bytes(std::string_view{text}.substr(consumed, given - consumed)), ended);
        }
        CHECK(ended);
        CHECK(consumed == end);
    }
    DotText empty;
    bool ended = false;
    CHECK(empty.skip(as_bytes(".\n"), ended) == 2);
    CHECK(ended);
}
