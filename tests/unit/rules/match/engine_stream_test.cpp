// SPDX-License-Identifier: Apache-2.0
// Streams: whatever the segments, the bytes decide.
#include "tests/support/catch.hpp"
#include "tests/support/rule_driver.hpp"

using namespace weir;
using namespace weir::test;
using Sids = RuleDriver::Sids;

TEST_CASE("a literal is found at any place, however the stream is cut") {
    const auto compiled = compiled_from(
        rules_from(tcp_rule(R"(content:"needle";)") + tcp_rule(R"(content:"NEEDLE"; nocase; content:"thread"; distance:1;)", 2)));
    const std::string text = "0123456789 needle and thread 0123456789";
    for (std::size_t before = 0; before < 80; before += 7) {
        const std::string stream = std::string(before, '.') + text;
        for (std::size_t size = 1; size <= stream.size(); ++size) {
            RuleDriver driver{compiled};
            const Sids fired = driver.segments(stream, size);
            CAPTURE(before, size);
            CHECK(std::count(fired.begin(), fired.end(), 1u) == 1);
            CHECK(std::count(fired.begin(), fired.end(), 2u) == 1);
        }
    }
}

TEST_CASE("a long literal and a long way between contents") {
    const std::string pattern = "the quick brown fox jumps over the lazy dog, again and again";
    RuleDriver driver{tcp_rule("content:\"" + pattern + "\";") + tcp_rule(R"(content:"first-literal"; content:"2nd"; distance:0;)", 2)};
    CHECK(driver.segments("first-literal" + std::string(4000, 'x') + pattern + std::string(2000, 'y') + "2nd", 100) == Sids{1, 2});
}

TEST_CASE("the place of the prefilter's literal does not matter") {
    // The longest content is searched for first; the others may come before or after it.
    for (const char* const stream : {"ab longest-content cd", "ab cd longest-content", "longest-content ab cd"})
        for (const std::size_t size : {1, 2, 5, 100}) {
            RuleDriver driver{tcp_rule(R"(content:"ab"; content:"longest-content"; content:"cd";)")};
            CAPTURE(stream, size);
            CHECK(driver.segments(stream, size) == Sids{1});
        }
}

TEST_CASE("what follows the literal may come later") {
    RuleDriver driver{tcp_rule(R"(content:"login:"; content:"root"; within:10;)") +
                      tcp_rule(R"(content:"login:"; pcre:"/^\s*adm[a-z]+/R";)", 2) +
                      tcp_rule(R"(content:"login:"; isdataat:30,relative;)", 3)};
    CHECK(driver.segment("login:").empty());
    CHECK(driver.segment(" ").empty());
    CHECK(driver.segment("ro").empty());
    CHECK(driver.segment("ot") == Sids{1});
    CHECK(driver.segment("login: ad").empty());
    CHECK(driver.segment("min") == Sids{2});
    CHECK(driver.segment(std::string(30, '.')) == Sids{3});
}

TEST_CASE("a place that comes later may do where all before it did not") {
    RuleDriver driver{tcp_rule(R"(content:"a"; byte_test:1,<=,0x30,0,relative; content:"aaaa";)")};
    CHECK(driver.segments("aaaaa1xxxxxxxxa", 1).empty());
    CHECK(driver.segment("0") == Sids{1});
}

TEST_CASE("offset and depth count from the stream's start") {
    RuleDriver driver{tcp_rule(R"(content:"SSH-"; depth:4;)") + tcp_rule(R"(content:"tail"; offset:10;)", 2) +
                      tcp_rule(R"(content:"x"; startswith;)", 3)};
    CHECK(driver.segments("SSH-2.0-xxtail", 1) == Sids{1, 3, 3, 2});  // sid 3: each packet is a payload, too
    SECTION("past the window") {
        RuleDriver far{tcp_rule(R"(content:"zz"; offset:20000;)")};
        CHECK(far.segments(std::string(20000, 'z'), 1000).empty());
        CHECK(far.segment("zz") == Sids{1});
    }
}

TEST_CASE("bytes fire once, in the packet or in the stream; later bytes fire again") {
    SECTION("a rule over both") {
        RuleDriver driver{tcp_rule(R"(content:"abc"; depth:10;)")};
        CHECK(driver.segment("abc") == Sids{1});
        CHECK(driver.segment("abc") == Sids{1});  // another packet with it
    }
    SECTION("once per stretch") {
        RuleDriver driver{tcp_rule(R"(content:"failed";)")};
        CHECK(driver.segment("failed failed") == Sids{1});
        CHECK(driver.segment("...").empty());
        CHECK(driver.segment("fai").empty());
        CHECK(driver.segment("led") == Sids{1});
        CHECK(driver.segment("failed", Direction::to_client) == Sids{1});
    }
    SECTION("bytes that have fired take no part in another match") {
        RuleDriver driver{tcp_rule(R"(content:"user"; content:"pass"; distance:0;)")};
        CHECK(driver.segment("user pass") == Sids{1});
        CHECK(driver.segment("pass").empty());
        CHECK(driver.segment("user pass") == Sids{1});
    }
    SECTION("the packet was sent again") {
        RuleDriver driver{tcp_rule(R"(content:"abc"; depth:10;)")};
        CHECK(driver.segment("abc") == Sids{1});
        driver.view.tcp_sequence = 1000;
        CHECK(driver.packet("abc").empty());
    }
}

TEST_CASE("tcp-pkt, tcp-stream and flow choose what is looked at") {
    const std::string rules =
        "alert tcp-pkt any any -> any any (content:\"abcd\"; sid:1;)\n"
        "alert tcp-stream any any -> any any (content:\"abcd\"; depth:100; sid:2;)\n" +
        tcp_rule(R"(flow:only_stream; content:"abcd"; depth:100;)", 3) + tcp_rule(R"(flow:no_stream; content:"abcd";)", 4) +
        tcp_rule(R"(content:"abcd"; dsize:>0;)", 5);
    RuleDriver cut{rules};
    CHECK(cut.segments("abcd", 2) == Sids{2, 3});
    RuleDriver whole{rules};
    CHECK(whole.segment("abcd") == Sids{1, 4, 5, 2, 3});
    RuleDriver packet{rules};
    CHECK(packet.packet("abcd") == Sids{1, 4, 5});
}

TEST_CASE("outside an established stream packets stand for it") {
    RuleDriver driver{tcp_rule(R"(content:"abcd";)") + tcp_rule(R"(flow:established; content:"abcd";)", 2)};
    driver.session.established = false;
    CHECK(driver.packet("abcd") == Sids{1});
    driver.session.established = true;
    CHECK(driver.packet("abcd").empty());
}

TEST_CASE("nothing matches across a gap") {
    RuleDriver driver{tcp_rule(R"(content:"needle";)") + tcp_rule(R"(content:"aa"; content:"bb"; distance:0;)", 2)};
    CHECK(driver.segment("nee").empty());
    CHECK(driver.gap(10).empty());
    CHECK(driver.segment("dle aa").empty());
    CHECK(driver.gap(1).empty());
    CHECK(driver.segment("bb").empty());
    CHECK(driver.segment("aabb needle") == Sids{1, 2});
}

TEST_CASE("a rule without a literal looks at all bytes") {
    RuleDriver driver{
        "alert tcp any any -> any 4000 (msg:\"m\"; pcre:\"/a\\d{3}b/\"; sid:1;)\n"
        "alert tcp any any -> any 4001 (msg:\"m\"; pcre:\"/a\\d{3}b/\"; sid:2;)\n"};
    CHECK(driver.segments("xxa123bxx", 1) == Sids{1});
    CHECK(driver.segments("xxa123bxx", 1, Direction::to_client).empty());
}

TEST_CASE("ports choose the rules; many rules for one port stand apart") {
    std::string text;
    for (unsigned i = 0; i < 100; ++i)
        text += "alert tcp any any -> any 4000 (msg:\"m\"; content:\"needle" + std::to_string(i + 100) +
                "\"; sid:" + std::to_string(i + 1) + ";)\n";
    text +=
        "alert tcp any any -> any 5000 (msg:\"m\"; content:\"needle100\"; sid:1000;)\nalert tcp any any <> any 4000 (msg:\"m\"; "
        "content:\"needle100\"; sid:1001;)\n";
    const auto compiled = compiled_from(rules_from(text));
    RuleDriver driver{compiled};
    CHECK(compiled->stream(Direction::to_server).sets.size() == 2);
    CHECK(driver.segment("needle100") == Sids{1, 1001});
    CHECK(driver.segment("needle100", Direction::to_client) == Sids{1001});
    CHECK(driver.engine().wants_stream(driver.session));
    driver.session.server_port = 4001;
    CHECK_FALSE(driver.engine().wants_stream(driver.session));
    CHECK(driver.segment("needle100").empty());
}

TEST_CASE("little memory costs history, not literals") {
    RuleDriver driver{tcp_rule(R"(content:"needle";)") + tcp_rule(R"(content:"aa"; content:"bb"; distance:0;)", 2), {4, 0}};
    CHECK(driver.segments("xx needle", 1) == Sids{1});
    CHECK(driver.segment("aabb") == Sids{2});
    SECTION("no state at all") {
        RuleDriver bare{tcp_rule(R"(content:"needle";)"), {0, 0}};
        CHECK(bare.segment("needle") == Sids{1});
        CHECK(bare.engine().counters().session_table_full > 0);
    }
}

TEST_CASE("many sessions share the windows; the idle ones give way") {
    const auto compiled = compiled_from(rules_from(tcp_rule(R"(content:"first-part"; content:"2nd"; distance:0;)")));
    RuleDriver driver{compiled, {64, 20 * 1024}};
    std::vector<rules::SessionHandle> handles(20);
    std::vector<std::uint64_t> positions(20);
    for (std::size_t i = 0; i < handles.size(); ++i) {
        driver.handle = handles[i];
        driver.session.stream_bytes = {};
        CHECK(driver.segments("first-part" + std::string(3000, '.'), 500).empty());
        handles[i] = driver.handle;
        positions[i] = driver.session.stream_bytes[0];
    }
    CHECK(driver.engine().counters().window_memory_full > 0);
    for (const std::size_t i : {std::size_t{0}, handles.size() - 1}) {
        driver.handle = handles[i];
        driver.session.stream_bytes = {positions[i], 0};
        CHECK(driver.segment("2nd") == (i == 0 ? Sids{} : Sids{1}));
    }
    for (rules::SessionHandle& handle : handles) driver.engine().release(handle);
    CHECK(driver.engine().counters().sessions == 0);
}
