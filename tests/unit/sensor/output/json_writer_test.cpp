// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/json_writer.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;
using nlohmann::json;

namespace {

/// What `write` writes, as text.
template <class Write>
std::string written(std::size_t room, Write&& write) {
    std::vector<char> memory(room);
    JsonWriter writer{memory};
    write(writer);
    writer.note_truncation("weir");
    return {memory.data(), writer.finish()};
}

/// A random value in both forms: into the writer and into the expectation. Texts are ASCII with everything that needs escaping,
/// or UTF-8.
class RandomValue {
public:
    explicit RandomValue(unsigned seed) : random_(seed) {}

    void members(JsonWriter& writer, json& expected, int depth) {
        for (int i = 0, count = number(0, 6); i < count; ++i) member(writer, expected, "k" + std::to_string(i), depth);
    }

private:
    int number(int low, int high) { return std::uniform_int_distribution<int>{low, high}(random_); }
    std::string text() {
        static const std::vector<std::string> pieces{"a", "Z", "0", " ", "\"", "\\", "/", "\n", "\t", "\r", "\b", "\f", std::string(1, '\0'), "\x1f", "\x7f",
                                                     "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "<", "&"};
        std::string out;
        for (int i = 0, count = number(0, 20); i < count; ++i) out += pieces[static_cast<std::size_t>(number(0, static_cast<int>(pieces.size()) - 1))];
        return out;
    }
    void member(JsonWriter& writer, json& expected, const std::string& key, int depth) {
        switch (number(0, depth > 0 ? 7 : 5)) {
            case 0: {
                const std::string value = text();
                writer.member(key, value);
                expected[key] = value;
                break;
            }
            case 1: {
                const std::uint64_t value = random_();
                writer.member(key, value);
                expected[key] = value;
                break;
            }
            case 2: {
                const auto value = static_cast<std::int64_t>(random_());
                writer.member(key, value);
                expected[key] = value;
                break;
            }
            case 3: {
                const bool value = number(0, 1) == 1;
                writer.member(key, value);
                expected[key] = value;
                break;
            }
            case 4: {
                const double value = number(-1000, 1000) / 100.0;
                writer.member(key, value, 2);
                expected[key] = value;
                break;
            }
            case 5: {
                writer.begin_array(key);
                expected[key] = json::array();
                for (int i = 0, count = number(0, 4); i < count; ++i) {
                    const std::string value = text();
                    writer.element(value);
                    expected[key].push_back(value);
                }
                writer.end_array();
                break;
            }
            case 6:
                writer.begin_object(key);
                expected[key] = json::object();
                members(writer, expected[key], depth - 1);
                writer.end_object();
                break;
            default: {
                writer.begin_array(key);
                expected[key] = json::array();
                for (int i = 0, count = number(0, 3); i < count; ++i) {
                    writer.begin_object();
                    json inner = json::object();
                    members(writer, inner, depth - 1);
                    expected[key].push_back(inner);
                    writer.end_object();
                }
                writer.end_array();
            }
        }
    }
    std::mt19937_64 random_;
};

/// Whether all of `part` stands in `whole`, lists by their beginnings.
bool is_part(const json& part, const json& whole) {
    if (part.is_object()) {
        for (const auto& [key, value] : part.items())
            if (!whole.contains(key) || !is_part(value, whole[key])) return false;
        return true;
    }
    if (part.is_array()) {
        for (std::size_t i = 0; i < part.size(); ++i)
            if (i >= whole.size() || !is_part(part[i], whole[i])) return false;
        return true;
    }
    return part == whole;
}

}  // namespace

TEST_CASE("json: what is written is what a parser reads back") {
    for (unsigned seed = 0; seed < 500; ++seed) {
        json expected = json::object();
        const std::string text = written(1 << 20, [&](JsonWriter& writer) { RandomValue{seed}.members(writer, expected, 4); });
        REQUIRE(json::parse(text) == expected);
        REQUIRE(text.back() == '\n');
    }
}

TEST_CASE("json: any room that is too small gives a shorter, valid object that says so") {
    for (unsigned seed = 0; seed < 60; ++seed) {
        json whole = json::object();
        const std::size_t full = written(1 << 20, [&](JsonWriter& writer) { RandomValue{seed}.members(writer, whole, 3); }).size();
        for (std::size_t room = JsonWriter::note_size + 3; room < full + JsonWriter::note_size; room += 1 + room / 16) {
            json ignored = json::object();
            const std::string text = written(room, [&](JsonWriter& writer) { RandomValue{seed}.members(writer, ignored, 3); });
            REQUIRE(text.size() <= room);
            json part = json::parse(text);
            const bool truncated = part.contains("weir");
            part.erase("weir");
            REQUIRE(is_part(part, whole));
            REQUIRE((truncated || part == whole));
        }
    }
}

TEST_CASE("json: bytes that are not UTF-8 are shown one by one") {
    const auto text_of = [](std::string_view bytes) { return written(4096, [&](JsonWriter& writer) { writer.member("t", bytes); }); };
    CHECK(text_of("a\xff z") == "{\"t\":\"a\\u00ff z\"}\n");
    CHECK(text_of("\xc3") == "{\"t\":\"\\u00c3\"}\n");                          // cut sequence
    CHECK(text_of("\xc0\xaf") == "{\"t\":\"\\u00c0\\u00af\"}\n");               // overlong '/'
    CHECK(text_of("\xed\xa0\x80") == "{\"t\":\"\\u00ed\\u00a0\\u0080\"}\n");    // surrogate
    CHECK(text_of("\xf4\x90\x80\x80") == "{\"t\":\"\\u00f4\\u0090\\u0080\\u0080\"}\n");  // beyond U+10FFFF
    CHECK(text_of("\xe2\x82\xac\x80") == "{\"t\":\"\xe2\x82\xac\\u0080\"}\n");  // a good one, then a stray byte
    std::mt19937 random{7};
    for (int i = 0; i < 2000; ++i) {
        std::string bytes(20, '\0');
        for (char& c : bytes) c = static_cast<char>(random());
        REQUIRE_FALSE(json::parse(text_of(bytes)).is_discarded());
    }
}

TEST_CASE("json: numbers at their limits") {
    const std::string text = written(4096, [](JsonWriter& writer) {
        writer.member("a", std::numeric_limits<std::uint64_t>::max());
        writer.member("b", std::numeric_limits<std::int64_t>::min());
        writer.member("c", 0.93, 2);
        writer.member("d", 1.0, 2);
        writer.member("e", std::numeric_limits<double>::quiet_NaN(), 2);
    });
    CHECK(text == "{\"a\":18446744073709551615,\"b\":-9223372036854775808,\"c\":0.93,\"d\":1,\"e\":0}\n");
}

TEST_CASE("json: empty objects can be taken back, and room can be kept for the end") {
    const std::string text = written(200, [](JsonWriter& writer) {
        const auto mark = writer.mark();
        writer.begin_object("gone");
        const auto inner = writer.mark();
        writer.begin_array("gone_too");
        writer.end_array_unless_empty(inner);
        writer.end_object_unless_empty(mark);
        writer.keep(100);
        writer.begin_object("big");
        writer.member("long", std::string(150, 'x'));
        writer.member("short", 1);  // behind the cut: left out
        writer.end_object();
        writer.release();
        writer.member("last", std::string(60, 'y'));
    });
    CHECK(text == "{\"big\":{},\"last\":\"" + std::string(60, 'y') + "\",\"weir\":{\"truncated\":true}}\n");
}

TEST_CASE("json: addresses of hardware as hexadecimal with a separator") {
    const std::array<std::uint8_t, 6> mac{0x00, 0x1b, 0x21, 0xab, 0xcd, 0xef};
    CHECK(written(200, [&](JsonWriter& writer) { writer.hex_member("m", mac, ':'); }) == "{\"m\":\"00:1b:21:ab:cd:ef\"}\n");
    CHECK(written(200, [&](JsonWriter& writer) { writer.hex_member("m", mac); }) == "{\"m\":\"001b21abcdef\"}\n");
}
