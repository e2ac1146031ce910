// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/text_streams.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

using Texts = std::vector<std::string>;

/// Feeds `text` in steps as a stream stage does: what was not consumed comes again.
template <class Feed>
void in_steps(std::string_view text, std::size_t step, Feed feed) {
    std::string pending;
    for (std::size_t at = 0; at < text.size(); at += step) {
        pending += text.substr(at, step);
        pending.erase(0, feed(as_bytes(pending)).consumed);
    }
}
Texts lines(std::string_view text, std::size_t step) {
    LineStream<8> stream;
    Texts out;
    in_steps(text, step, [&](Bytes bytes) {
        return stream.feed(
            bytes, [&](Bytes line) { out.emplace_back(as_text(line)); },
            [&](std::uint8_t byte) {
                if (byte == ';') out.emplace_back("mark");
                return byte == ';';
            });
    });
    return out;
}
Texts commands(std::string_view text, std::size_t step) {
    CommandStream<12> stream;
    Texts out;
    in_steps(text, step, [&](Bytes bytes) {
        return stream.feed(
            bytes, [&](Bytes command) { out.emplace_back(as_text(command)); }, [&] { out.emplace_back("too long"); });
    });
    return out;
}

}  // namespace

TEST_CASE("text streams: lines, marks, and lines that are too long, however they are cut") {
    for (const std::size_t step : {1u, 2u, 3u, 100u}) {
        CHECK(lines("one\r\n;two\n;;\n a;b\nlong line of text\nend\nopen", step) ==
              Texts{"one", "mark", "two", "mark", "mark", "", " a;b", "long lin", "end"});
        CHECK(lines(";no line end yet", step) == Texts{"mark", "no line "});
    }
}

TEST_CASE("text streams: commands, quotation marks, and commands that do not end") {
    for (const std::size_t step : {1u, 2u, 5u, 100u}) {
        CHECK(commands("a;b=\"x;y\";\"open\nc;d", step) == Texts{"a", "b=\"x;y\"", "\"open\nc"});
        CHECK(commands("this has no end in time;e;;", step) == Texts{"too long", "e", ""});
    }
}

TEST_CASE("text streams: behind a gap the next whole piece is good") {
    LineStream<16> line_stream;
    Texts out;
    const auto no_mark = [](std::uint8_t) { return false; };
    const auto keep = [&](Bytes text) { out.emplace_back(as_text(text)); };
    CHECK(line_stream.feed(as_bytes("beg"), keep, no_mark).consumed == 0);
    line_stream.lost();
    CHECK(line_stream.feed(as_bytes("rest\nnext\n"), keep, no_mark).consumed == 10);
    CommandStream<16> command_stream;
    CHECK(command_stream.feed(as_bytes("be\"g"), keep, [] {}).consumed == 0);
    command_stream.lost();
    CHECK(command_stream.feed(as_bytes("rest;next;"), keep, [] {}).consumed == 10);
    CHECK(out == Texts{"next", "next"});
}

TEST_CASE("quoted text: parts, words, secrets") {
    bool found = false;
    Bytes rest = as_bytes("a=\"x:y\":b:");
    CHECK(as_text(take_part(rest, ':', &found)) == "a=\"x:y\"");
    CHECK(found);
    CHECK(as_text(take_part(rest, ':')) == "b");
    CHECK(take_part(rest, ':', &found).empty());
    CHECK_FALSE(found);
    CHECK(as_text(unquoted(as_bytes("\"x\""))) == "x");
    CHECK(as_text(unquoted(as_bytes("\""))) == "\"");
    CHECK(find_nocase(as_bytes("xAbC"), "abc") == 1);
    CHECK(find_nocase(as_bytes("ab"), "abc") == 2);
    CHECK(starts_with_nocase(as_bytes("RetCode = 0"), "RETCODE"));
    CHECK_FALSE(starts_with_nocase(as_bytes(""), "RETCODE"));
    CHECK(names_secret(as_bytes("x,NewPassword=1")));
    CHECK_FALSE(names_secret(as_bytes("port=1")));
}
