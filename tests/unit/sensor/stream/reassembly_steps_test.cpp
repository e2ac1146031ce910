// SPDX-License-Identifier: Apache-2.0
// What holds for every way to cut, shuffle and repeat a stream, and what parsers are shown of it.
#include "sensor/stream/reassembly_steps.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/no_alloc.hpp"
#include "tests/support/random.hpp"
#include "tests/support/stream_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;

std::string random_text(Random& random, std::size_t size) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>('a' + random.below(26));
    return text;
}

/// A protocol of records: a length byte and that many bytes; length 255: as many as the next two bytes say, not to be shown.
class RecordParser {
public:
    explicit RecordParser(bool says_want) : says_want_(says_want) {}
    Fed operator()(Direction, Bytes bytes) {
        std::size_t at = 0;
        while (at < bytes.size()) {
            const std::size_t length = bytes[at];
            const std::size_t head = length == 255 ? 3 : 1 + length;
            if (bytes.size() - at < head) return Fed::need_more(at, says_want_ ? head : 0);
            if (length == 255) {
                records += "[skip]";
                return Fed::skip_after(at + 3, static_cast<std::size_t>(bytes[at + 1] << 8 | bytes[at + 2]));
            }
            records += '[' + std::string(as_text(bytes.subspan(at + 1, length))) + ']';
            at += head;
        }
        return Fed::ok(at);
    }
    std::string records;

private:
    bool says_want_;
};

struct Records {
    std::string stream, expected;
};
Records random_records(Random& random) {
    Records out;
    for (std::uint64_t i = 0, count = 1 + random.below(40); i < count; ++i) {
        if (random.one_in(6)) {
            const std::string body = random_text(random, random.below(3000));
            out.stream += static_cast<char>(255);
            out.stream += static_cast<char>(body.size() >> 8);
            out.stream += static_cast<char>(body.size());
            out.stream += body;
            out.expected += "[skip]";
        } else {
            const std::string body = random_text(random, random.below(255));
            out.stream += static_cast<char>(body.size());
            out.stream += body;
            out.expected += '[' + body + ']';
        }
    }
    return out;
}

}  // namespace

TEST_CASE("However a stream is cut, shuffled and repeated, its bytes come out in order and once") {
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        Random random{seed};
        StreamConfig config = StreamDriver::small();
        config.overlap_ipv4 = static_cast<OverlapPolicy>(seed % static_cast<std::uint64_t>(OverlapPolicy::count));
        StreamDriver driver{config};
        const std::string text = random_text(random, 1 + random.below(8000));
        const std::uint32_t start = random.one_in(3) ? static_cast<std::uint32_t>(0 - random.below(8000)) : static_cast<std::uint32_t>(random.next());
        const bool acknowledges = random.one_in(2);
        if (random.one_in(3))
            driver.send({.sequence = start - 1, .flags = tcp_flag::syn});
        else
            driver.handshake(start - 1, 5000);

        // Pieces that cover the text, some of them twice and with borders of their own.
        struct Cut {
            std::size_t at, size, order;
        };
        std::vector<Cut> cuts;
        const std::size_t largest = random.one_in(4) ? 3 : 600;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = std::min<std::size_t>(1 + random.below(largest), text.size() - at);
            const std::size_t shuffle = random.one_in(2) ? random.below(2000) : 0;
            cuts.push_back({at, size, at + std::min(shuffle, largest * 15)});
            if (random.one_in(4)) {
                const std::size_t again = at > 100 ? at - random.below(100) : 0;
                cuts.push_back({again, std::min<std::size_t>(1 + random.below(300), text.size() - again), at + random.below(largest * 15)});
            }
            at += size;
        }
        std::ranges::stable_sort(cuts, {}, &Cut::order);
        std::uint64_t acknowledged = 0;
        for (const Cut& cut : cuts) {
            driver.send({.sequence = start + static_cast<std::uint32_t>(cut.at), .text = std::string_view(text).substr(cut.at, cut.size), .acknowledgement = 5001});
            const std::uint64_t done = driver.stream.bytes(driver.session, to_server);
            if (acknowledges && random.one_in(3) && done > acknowledged) {
                acknowledged = done;
                driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = start + static_cast<std::uint32_t>(done)});
            }
        }
        INFO("seed " << seed);
        REQUIRE(driver.raw() == text);
        REQUIRE(driver.data() == text);
        REQUIRE(driver.seen.events.empty());
        driver.close();
        REQUIRE(driver.metrics.memory.get() == 0);
        REQUIRE(driver.metrics.pending.get() == 0);
    }
}

TEST_CASE("A parser sees the same records however the stream is cut") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Random random{seed};
        const Records records = random_records(random);
        RecordParser parser{random.one_in(2)};
        StreamDriver driver;
        driver.seen.parser = [&](Direction direction, Bytes bytes) { return parser(direction, bytes); };
        driver.handshake(1000, 5000);
        const std::size_t largest = random.one_in(3) ? 1 : 1500;
        for (std::size_t at = 0; at < records.stream.size();) {
            const std::size_t size = std::min<std::size_t>(1 + random.below(largest), records.stream.size() - at);
            driver.send({.sequence = 1001 + static_cast<std::uint32_t>(at), .text = std::string_view(records.stream).substr(at, size), .acknowledgement = 5001});
            at += size;
        }
        INFO("seed " << seed);
        REQUIRE(parser.records == records.expected);
        REQUIRE(driver.raw() == records.stream);
        REQUIRE(driver.metrics.pending.get() == 0);
        driver.close();
    }
}

TEST_CASE("A parser that says how much it wants is not called before") {
    RecordParser parser{true};
    StreamDriver driver;
    driver.seen.parser = [&](Direction direction, Bytes bytes) { return parser(direction, bytes); };
    const std::string stream = static_cast<char>(200) + std::string(200, 'x');
    for (std::uint32_t i = 0; i < stream.size(); ++i) driver.send({.sequence = 1 + i, .text = std::string_view(stream).substr(i, 1)});
    CHECK(driver.seen.calls == 2);
    CHECK(parser.records == "[" + std::string(200, 'x') + "]");
}

TEST_CASE("Bulk is skipped without a call or a copy, holes in it too") {
    StreamDriver driver;
    driver.seen.parser = [&](Direction, Bytes bytes) { return driver.seen.calls == 1 ? Fed::skip_after(4, 1000) : Fed::ok(bytes.size()); };
    driver.handshake(1000, 5000);
    driver.send({.sequence = 1001, .text = "head" + std::string(100, 'x'), .acknowledgement = 5001});
    driver.send({.sequence = 1105, .text = std::string(400, 'x'), .acknowledgement = 5001});
    driver.send({.sequence = 1605, .text = std::string(400, 'x') + "next", .acknowledgement = 5001});  // 100 are missing
    CHECK(driver.seen.calls == 1);
    driver.send({.direction = to_client, .sequence = 5001, .acknowledgement = 2009});
    CHECK(driver.seen.calls == 2);
    CHECK(driver.data() == "headnext");
    CHECK(driver.seen.gaps[0].empty());
    CHECK(driver.raw().size() == 1008);
}

TEST_CASE("A gap that reaches beyond what is skipped is told from there") {
    StreamDriver driver;
    driver.seen.parser = [&](Direction, Bytes bytes) { return driver.seen.calls == 1 ? Fed::skip_after(4, 50) : Fed::ok(bytes.size()); };
    driver.send({.sequence = 1, .text = "head", .cut = 60});
    CHECK(driver.seen.gaps[0] == std::vector<std::uint64_t>{10});
}

TEST_CASE("After done, rules still see the stream; when they do not want it, only its place is kept") {
    StreamDriver driver;
    driver.seen.parser = [](Direction, Bytes) { return Fed::done(2); };
    driver.send({.sequence = 1, .text = "abcd"});
    driver.send({.sequence = 5, .text = "efgh"});
    CHECK(driver.seen.calls == 1);
    CHECK(driver.data() == "ab");
    CHECK(driver.raw() == "abcdefgh");
    driver.seen.raw_on[0] = false;
    driver.send({.sequence = 13, .text = "mnop"});  // a hole is of no interest now
    CHECK(driver.raw() == "abcdefgh");
    CHECK(driver.stream.bytes(driver.session, to_server) == 16);
    CHECK(driver.metrics.memory.get() == 0);
}

TEST_CASE("What is malformed in one direction ends both") {
    StreamDriver driver;
    driver.seen.parser = [](Direction direction, Bytes) { return direction == to_server ? Fed::malformed() : Fed::need_more(0); };
    driver.send({.direction = to_client, .sequence = 1, .text = "abc"});
    CHECK(driver.metrics.pending.get() == 3);
    driver.send({.sequence = 1, .text = "abc"});
    CHECK(driver.metrics.pending.get() == 0);
    driver.send({.direction = to_client, .sequence = 4, .text = "abc"});
    CHECK(driver.seen.calls == 2);
    CHECK(driver.raw(to_client) == "abcabc");
}

TEST_CASE("What a parser had not consumed is gone at a gap") {
    StreamDriver driver;
    driver.seen.parser = [](Direction, Bytes bytes) { return as_text(bytes).find(';') == std::string_view::npos ? Fed::need_more(0) : Fed::ok(bytes.size()); };
    driver.send({.sequence = 1, .text = "abc", .cut = 5});
    driver.send({.sequence = 9, .text = "def;"});
    CHECK(driver.data() == "_____def;");
    CHECK(driver.metrics.pending.get() == 0);
    SECTION("and it may give up there") {
        driver.seen.gap_parser = [](Direction, std::uint64_t) { return Fed::malformed(); };
        driver.send({.sequence = 13, .text = "x", .cut = 1});
        driver.send({.sequence = 15, .text = "y;"});
        CHECK(driver.seen.calls == 3);
        CHECK(driver.raw() == "abc_____def;x_y;");
    }
}

TEST_CASE("A parser that leaves too much unconsumed loses it") {
    StreamConfig config = StreamDriver::small();
    config.pending_limit = 1000;
    StreamDriver driver{config};
    SECTION("call by call") {
        driver.seen.parser = [](Direction, Bytes bytes) { return bytes.size() < 5000 ? Fed::need_more(0) : Fed::ok(bytes.size()); };
        for (std::uint32_t i = 0; i < 5; ++i) driver.send({.sequence = 1 + 300 * i, .text = std::string(300, 'x')});
        CHECK(driver.seen.gaps[0] == std::vector<std::uint64_t>{1000});
        CHECK(driver.metrics.pending.get() == 500);
    }
    SECTION("by wanting more than is ever kept") {
        driver.seen.parser = [](Direction, Bytes) { return Fed::need_more(0, 1'000'000); };
        driver.send({.sequence = 1, .text = "x"});
        for (std::uint32_t i = 0; i < 4; ++i) driver.send({.sequence = 2 + 300 * i, .text = std::string(300, 'x')});
        CHECK(driver.seen.gaps[0] == std::vector<std::uint64_t>{1000});
    }
    SECTION("at once") {
        driver.seen.parser = [](Direction, Bytes) { return Fed::need_more(0); };
        driver.send({.sequence = 1, .text = std::string(1001, 'x')});
        CHECK(driver.seen.gaps[0] == std::vector<std::uint64_t>{1001});
        CHECK(driver.metrics.pending.get() == 0);
    }
    CHECK(driver.seen.count(StreamEvent::reassembly_insert_limit) == 1);
    CHECK(driver.metrics.pending_overflows.get() == 1);
    driver.close();
    CHECK(driver.metrics.memory.get() == 0);
}

TEST_CASE("Bytes kept for a parser are offered again on demand") {
    StreamDriver driver;
    bool known = false;
    driver.seen.parser = [&](Direction, Bytes bytes) { return known ? Fed::ok(bytes.size()) : Fed::need_more(0); };
    driver.send({.direction = to_client, .sequence = 1, .text = "banner"});
    known = true;
    driver.stream.offer(driver.session, to_client, driver.seen);
    CHECK(driver.data(to_client) == "banner");
    CHECK(driver.raw(to_client) == "banner");
    driver.stream.offer(driver.session, to_client, driver.seen);
    CHECK(driver.seen.calls == 2);
}

TEST_CASE("A session may be turned round while its parser looks at it") {
    StreamDriver driver;
    driver.seen.parser = [&](Direction, Bytes bytes) {
        driver.session.client_is_low = false;
        return Fed::ok(bytes.size());
    };
    driver.send({.sequence = 1, .text = "220 ready"});
    CHECK(driver.raw(to_client) == "220 ready");
}

TEST_CASE("Nothing is allocated after construction") {
    struct Consumer {
        Fed data(Direction, Bytes bytes) noexcept { return bytes.size() % 3 == 0 ? Fed::need_more(bytes.size() / 2) : Fed::ok(bytes.size()); }
        Fed gap(Direction, std::uint64_t) noexcept { return Fed::ok(0); }
        void raw(Direction, Bytes, std::uint64_t) noexcept {}
        void raw_gap(Direction, std::uint64_t) noexcept {}
        bool raw_wanted(Direction) noexcept { return true; }
        void event(StreamEvent, Direction) noexcept {}
    };
    StreamMetrics metrics;
    Reassembler stream{StreamDriver::small(), metrics};
    std::array<Session, 32> sessions;
    sessions.fill(make_session());
    std::array<std::uint8_t, 1500> bytes{};
    Consumer consumer;
    Random random{1};
    {
        const NoAlloc guard;
        for (int i = 0; i < 20'000; ++i) {
            Session& session = sessions[random.below(sessions.size())];
            Layers layers{};
            layers.tcp = {static_cast<std::uint32_t>(random.below(60'000)), static_cast<std::uint32_t>(random.below(60'000)), 65535,
                          random.one_in(50) ? tcp_flag::syn : tcp_flag::ack, {}};
            layers.payload = Bytes(bytes).first(random.below(bytes.size()));
            if (random.one_in(100))
                stream.close(session, consumer);
            else
                stream.segment(session, random.one_in(2) ? to_server : to_client, layers, consumer);
        }
        for (Session& session : sessions) stream.close(session, consumer);
    }
    CHECK(metrics.memory.get() == 0);
    CHECK(metrics.sessions.get() == 0);
}
