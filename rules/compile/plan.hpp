// SPDX-License-Identifier: Apache-2.0
// A rule made ready for matching: when it is judged, what refuses it cheaply, and the steps over each of its buffers.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "rules/compile/fast_pattern.hpp"
#include "rules/compile/regex.hpp"
#include "rules/rule.hpp"

namespace weir::rules {

/// Number of a plan in Compiled: plans stand in the order in which rules are judged.
using RuleIndex = std::uint32_t;

/// Variables of byte_extract and byte_math in one rule, steps over one buffer, and parts of one rule, at most.
inline constexpr std::size_t max_variables = 32, max_steps = 128, max_parts = 64;

// ---------------------------------------------------------------- steps over a buffer

struct ContentStep {
    std::string pattern;  ///< in lower case where nocase
    bool nocase = false, negated = false, startswith = false, endswith = false;
    std::optional<Number> offset, depth, distance, within;
    [[nodiscard]] bool relative() const noexcept { return distance || within; }
};
struct RegexStep {
    std::uint32_t regex = 0;  ///< number in Compiled::regexes
    bool negated = false, relative = false;
    bool anchored = false;  ///< matches at the start of the subject only
};

struct Step {
    std::variant<ContentStep, RegexStep, DataAt, ByteTest, ByteJump, ByteExtract, ByteMath, BufferSize, Base64Decode, DatasetCheck> what;
    bool retry = true;        ///< a later step depends on where this one matched: if that fails, its next match is tried
    bool independent = true;  ///< neither this step nor a later one depends on those before: its failure is final
    bool forward = false;     ///< a content that can only be further on than the one before, to any distance: if it is not found
                              ///< behind that one's first place, it is found behind no other
};

struct GroupPlan {
    BufferRef buffer;
    std::vector<Transform> transforms;
    std::vector<Step> steps;
    std::vector<Step> decoded{};  ///< over what a Base64Decode among the steps makes of the buffer
};

// ---------------------------------------------------------------- when a rule is judged

/// The occasions on which a rule is judged, by transport: `tcp` and all others.
struct Hooks {
    enum Bit : std::uint8_t {
        packet = 1,       ///< every packet
        stream = 2,       ///< new bytes of a TCP stream
        transaction = 4,  ///< a report of its protocol
        app_known = 8,    ///< once per direction, when the application protocol is known
        address = 16,     ///< once per direction, with its first packet: nothing but addresses is asked
        event = 32,       ///< an oddity that the rule names was seen
    };
    std::uint8_t tcp = 0, other = 0;
    [[nodiscard]] bool any(std::uint8_t bits) const noexcept { return ((tcp | other) & bits) != 0; }
};

/// Transports that a rule's header admits.
enum TransportBit : std::uint8_t { on_tcp = 1, on_udp = 2, on_icmp = 4, on_icmpv6 = 8, on_sctp = 16, on_others = 32, on_all = 63 };

/// The one for an IP protocol number.
[[nodiscard]] constexpr std::uint8_t transport_bit(std::uint8_t ip_protocol) noexcept {
    switch (ip_protocol) {
        case 1: return on_icmp;
        case 6: return on_tcp;
        case 17: return on_udp;
        case 58: return on_icmpv6;
        case 132: return on_sctp;
        default: return on_others;
    }
}

/// What refuses most candidates in a few instructions: the hull of the ports, transport, direction, application protocol.
struct Guard {
    PortRange source, destination;
    ProtocolId app = no_protocol;      ///< required once the session's protocol is known
    std::uint8_t transports = on_all;  ///< TransportBit set
    std::uint8_t directions = 3;       ///< 1 to the server, 2 to the client
    bool bidirectional = false;

    [[nodiscard]] bool admits(std::uint16_t source_port, std::uint16_t destination_port, std::uint8_t transport, Direction direction,
                              ProtocolId known) const noexcept {
        if ((transports & transport) == 0 || (directions & (1u << static_cast<unsigned>(direction))) == 0) return false;
        if (app != no_protocol && known != no_protocol && app != known) return false;
        const auto in = [](const PortRange& range, std::uint16_t port) { return port >= range.first && port <= range.last; };
        return (in(source, source_port) && in(destination, destination_port)) ||
               (bidirectional && in(source, destination_port) && in(destination, source_port));
    }
};

struct RulePlan {
    const Rule* rule = nullptr;
    Guard guard;
    Hooks hooks;
    bool stream_only = false;  ///< `tcp-stream`, `flow:only_stream`: not even packets outside an established stream
    bool once = false;         ///< judged by packet, and fires once per direction: it asks for the session's ends only
    bool history = false;      ///< more than one literal: earlier bytes of the stream are needed
    bool both_ways = false;    ///< no direction and several fields: request and response may each show a part
    std::vector<GroupPlan> groups;
    std::optional<FastPattern> fast;  ///< where it has one
    std::vector<FastPattern> parts;   ///< both_ways: a literal of each other field, so that a request's part is noticed
    bool has_bare_part = false;       ///< both_ways: a field without one
};

/// All regular expressions of a rule set, each once.
class RegexPool {
public:
    struct Entry {
        Pcre pcre;
        std::optional<Expression> expression;  ///< for Hyperscan, if it takes it
        PcreCode code;                         ///< where Hyperscan is not asked
    };
    /// `truth_only`: nobody asks where it matched. The number in `entries()`, or why the pattern is refused.
    [[nodiscard]] Result<std::uint32_t, std::string> add(const Pcre& pcre, bool truth_only);
    [[nodiscard]] std::vector<Entry>& entries() noexcept { return entries_; }

private:
    std::vector<Entry> entries_;
    std::map<std::string, std::uint32_t> known_;
};

/// The literal that the rule waits for before it is judged; none: it waits for none.
[[nodiscard]] std::optional<FastPattern> literal_of(const Rule& rule);

/// Makes a plan; its regular expressions are added to `regexes`. The error is a sentence.
[[nodiscard]] Result<RulePlan, std::string> make_plan(const Rule& rule, RegexPool& regexes);

/// Where rules stand among each other: by action, and there rules that set flowbits (then flowints, then xbits and hostbits)
/// before those that ask for them; equal rules keep the order of their files.
[[nodiscard]] bool judged_before(const Rule& left, const Rule& right) noexcept;

}  // namespace weir::rules
