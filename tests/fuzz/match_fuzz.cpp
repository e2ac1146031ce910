// SPDX-License-Identifier: Apache-2.0
// A rule made from bytes against a payload made from bytes. Input: number of steps, the steps (kind, flags, pattern or numbers),
// a byte that says how the stream is cut, then the payload. Checked: over a packet the engine says what a plain search over all
// places says; and where more bytes can only help, so it does over the stream, however that is cut.
#include <cstdio>
#include <cstdlib>
#include <map>

#include "parsers/base/cursor.hpp"
#include "rules/compile/compiled.hpp"
#include "rules/match/engine.hpp"

namespace {

using namespace weir;
using namespace weir::rules;

constexpr std::size_t max_fuzz_steps = 5, max_payload = 400;
constexpr std::string_view alphabet{
    "abAB\0"
    "01\xff",
    8};

std::uint8_t letter(std::uint8_t byte) { return static_cast<std::uint8_t>(alphabet[byte % alphabet.size()]); }

/// A rule's steps, and whether bytes that follow can only turn a failure into a match.
struct Made {
    BufferGroup group;
    bool grows = true, plain = true;  ///< plain: the reference understands it
};

Content content_from(Cursor& cursor, Made& made) {
    Content content;
    const std::uint8_t flags = cursor.u8();
    for (std::size_t size = 1 + cursor.u8() % 4; size > 0; --size) content.pattern += static_cast<char>(letter(cursor.u8()));
    content.nocase = (flags & 1) != 0;
    content.negated = (flags & 2) != 0;
    const auto number = [&](int low) { return Number{low + cursor.u8() % 16, -1}; };
    switch (flags >> 2 & 7) {
        case 1: content.offset = number(0); break;
        case 2: content.depth = number(4); break;
        case 3: content.offset = number(0), content.depth = number(4); break;
        case 4: content.distance = number(-8); break;
        case 5: content.within = number(4); break;
        case 6: content.distance = number(-8), content.within = number(4); break;
        case 7: (flags & 32) != 0 ? content.startswith = true : content.endswith = true; break;
        default: break;
    }
    made.grows &= !content.negated && !content.endswith;
    return content;
}

Made steps_from(Cursor& cursor) {
    Made made;
    for (std::size_t count = 1 + cursor.u8() % max_fuzz_steps; count > 0; --count) {
        const std::uint8_t kind = cursor.u8() % 8;
        if (kind < 5) {
            made.group.checks.emplace_back(content_from(cursor, made));
        } else if (kind == 5) {
            DataAt at;
            const std::uint8_t flags = cursor.u8();
            at.relative = (flags & 1) != 0;
            at.negated = (flags & 2) != 0;
            at.at.value = cursor.u8() % 32;
            made.grows &= !at.negated;
            made.group.checks.emplace_back(at);
        } else if (kind == 6) {
            ByteTest test;
            const std::uint8_t flags = cursor.u8();
            test.source.count = static_cast<std::uint8_t>(1 + cursor.u8() % 2);
            test.source.relative = (flags & 1) != 0;
            test.source.little_endian = (flags & 2) != 0;
            test.source.offset.value = cursor.u8() % 16 - 4;
            test.negated = (flags & 4) != 0;
            test.op = static_cast<ByteTest::Op>(flags % 7);
            test.value = cursor.u8();
            made.group.checks.emplace_back(test);
        } else {  // what the reference does not know: only that nothing breaks
            made.plain = false;
            const std::uint8_t which = cursor.u8();
            if (which % 4 == 0) {
                ByteJump jump;
                jump.source.count = static_cast<std::uint8_t>(which / 4 % 9);
                jump.source.base = static_cast<ByteBase>(which / 32 % 4);
                jump.source.relative = (which & 128) != 0;
                jump.multiplier = cursor.u8();
                jump.post_offset = static_cast<std::int8_t>(cursor.u8());
                jump.from_end = (jump.multiplier & 1) != 0;
                made.group.checks.emplace_back(jump);
            } else if (which % 4 == 1) {
                ByteExtract extract;
                extract.source.count = static_cast<std::uint8_t>(1 + which / 4 % 8);
                extract.source.relative = (which & 128) != 0;
                made.group.checks.emplace_back(extract);
                Content content = content_from(cursor, made);
                if (content.relative())
                    content.distance = Number{0, 0};
                else
                    content.offset = Number{0, 0};
                made.group.checks.emplace_back(content);
            } else {
                constexpr std::array<const char*, 8> patterns{"a+b", "^a", "(a|b)\\1", "[^a]{2,}0$", "a*", "\\x00.", "(?i)ab(?!a)", "b\\Z"};
                Pcre pcre;
                pcre.pattern = patterns[which / 4 % patterns.size()];
                pcre.relative = (which & 128) != 0;
                pcre.negated = which % 4 == 3;
                made.group.checks.emplace_back(pcre);
            }
        }
    }
    return made;
}

// ---------------------------------------------------------------- the plain search

class PlainSearch {
public:
    PlainSearch(const std::vector<Check>& checks, Bytes payload) : checks_(checks), payload_(payload) {}
    bool matches(std::size_t i = 0, std::int64_t position = 0) {
        if (i == checks_.size()) return true;
        const auto [known, fresh] = known_.try_emplace({i, position}, false);
        if (!fresh) return known->second;
        const bool result = step(i, position);
        return known_[{i, position}] = result;
    }

private:
    bool step(std::size_t i, std::int64_t position) {
        const auto size = static_cast<std::int64_t>(payload_.size());
        if (const auto* const content = std::get_if<Content>(&checks_[i])) {
            const auto length = static_cast<std::int64_t>(content->pattern.size());
            bool seen = false;
            for (std::int64_t at = 0; at + length <= size; ++at) {
                if (!fits(*content, at, position) || !equal(*content, at)) continue;
                seen = true;
                if (!content->negated && matches(i + 1, at + length)) return true;
            }
            return content->negated && !seen && matches(i + 1, position);
        }
        if (const auto* const at = std::get_if<DataAt>(&checks_[i])) {
            const bool there = at->relative ? position + at->at.value <= size : at->at.value < size;
            return there != at->negated && matches(i + 1, position);
        }
        const auto& test = std::get<ByteTest>(checks_[i]);
        const std::int64_t at = test.source.offset.value + (test.source.relative ? position : 0);
        if (at < 0 || at + test.source.count > size) return false;
        std::uint64_t value = 0;
        for (int k = 0; k < test.source.count; ++k)
            value = value << 8 | payload_[static_cast<std::size_t>(test.source.little_endian ? at + test.source.count - 1 - k : at + k)];
        return holds(test.op, value, test.value) != test.negated && matches(i + 1, position);
    }
    bool fits(const Content& content, std::int64_t at, std::int64_t position) const {
        const auto end = at + static_cast<std::int64_t>(content.pattern.size());
        const std::int64_t offset = content.offset ? content.offset->value : 0, distance = content.distance ? content.distance->value : 0;
        if (at < offset || (content.depth && end > offset + content.depth->value)) return false;
        if (content.relative() && at < position + distance) return false;
        if (content.within && end > position + distance + content.within->value) return false;
        if (content.startswith && at != 0) return false;
        return !content.endswith || end == static_cast<std::int64_t>(payload_.size());
    }
    bool equal(const Content& content, std::int64_t at) const {
        for (std::size_t k = 0; k < content.pattern.size(); ++k) {
            const auto left = payload_[static_cast<std::size_t>(at) + k], right = static_cast<std::uint8_t>(content.pattern[k]);
            if (content.nocase ? to_lower(left) != to_lower(right) : left != right) return false;
        }
        return true;
    }
    static bool holds(ByteTest::Op op, std::uint64_t left, std::uint64_t right) {
        switch (op) {
            case ByteTest::Op::less: return left < right;
            case ByteTest::Op::greater: return left > right;
            case ByteTest::Op::equal: return left == right;
            case ByteTest::Op::less_equal: return left <= right;
            case ByteTest::Op::greater_equal: return left >= right;
            case ByteTest::Op::bit_and: return (left & right) != 0;
            case ByteTest::Op::bit_xor: return left != right;
        }
        return false;
    }
    const std::vector<Check>& checks_;
    Bytes payload_;
    std::map<std::pair<std::size_t, std::int64_t>, bool> known_;
};

// ---------------------------------------------------------------- the engine

struct Hits final : HitSink {
    unsigned count = 0;
    void hit(const Hit&) noexcept override { ++count; }
};

struct Outcome {
    bool fired = false, limited = false;
};

Outcome run(const Made& made, Bytes payload, std::size_t step) {
    RuleText text;
    Rule& rule = text.rules.emplace_back();
    rule.header.protocol = step == 0 ? Protocol::udp : Protocol::tcp_stream;
    rule.variables.emplace_back("n");
    rule.groups.push_back(made.group);
    auto compiled = compile(std::move(text));
    if (!compiled) std::abort();
    Engine engine{std::move(compiled).value(), {4, 64 * 1024}};
    Hits hits;
    SessionHandle handle = 0;
    SessionView session;
    session.established = true;
    PacketView packet;
    packet.ip_protocol = session.ip_protocol = step == 0 ? 17 : 6;
    if (step == 0) {
        packet.payload = payload;
        engine.packet(packet, session, handle, hits);
    } else {
        for (std::size_t at = 0; at < payload.size(); at += step) {
            const Bytes piece = payload.subspan(at, std::min(step, payload.size() - at));
            const std::vector<std::uint8_t> exact(piece.begin(), piece.end());  // the sanitizer sees a read past its end
            engine.stream(Direction::to_server, exact, at, packet, session, handle, hits);
        }
    }
    engine.release(handle);
    return {hits.count > 0, engine.counters().place_limit_hits > 0};
}

void complain(const char* what, bool expected, std::size_t step) {
    std::fprintf(stderr, "%s: the plain search says %d, the engine does not (segments of %zu)\n", what, expected, step);
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Cursor cursor{Bytes{data, size}};
    const Made made = steps_from(cursor);
    const std::size_t step = 1 + cursor.u8() % 40;
    std::vector<std::uint8_t> payload;
    while (!cursor.empty() && payload.size() < max_payload) payload.push_back(letter(cursor.u8()));
    if (!cursor.ok() || payload.empty()) return 0;

    const Outcome packet = run(made, payload, 0), stream = run(made, payload, step);
    if (!made.plain || packet.limited || stream.limited) return 0;
    const bool expected = PlainSearch{made.group.checks, payload}.matches();
    if (packet.fired != expected) complain("packet", expected, 0);
    if (made.grows && stream.fired != expected) complain("stream", expected, step);
    return 0;
}
