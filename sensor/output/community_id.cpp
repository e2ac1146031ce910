// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/community_id.hpp"

#include <utility>

#include "parsers/base/digest.hpp"
#include "sensor/decode/layers.hpp"
#include "sensor/output/eve_text.hpp"

namespace weir {
namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t digest_size = 20;

/// The type that answers an ICMP type, or -1 where the specification knows no answer: then the flow has one direction only
/// and type and code stand for the ports.
int answer_to(std::uint8_t protocol, std::uint16_t type) noexcept {
    using Pair = std::pair<std::uint16_t, std::uint16_t>;
    static constexpr std::array icmp_pairs{Pair{8, 0}, Pair{13, 14}, Pair{15, 16}, Pair{10, 9}, Pair{17, 18}};
    static constexpr std::array icmpv6_pairs{Pair{128, 129}, Pair{133, 134}, Pair{135, 136}, Pair{130, 131}, Pair{139, 140}, Pair{144, 145}};
    const auto find = [type](const auto& pairs) {
        for (const auto& [request, reply] : pairs) {
            if (type == request) return static_cast<int>(reply);
            if (type == reply) return static_cast<int>(request);
        }
        return -1;
    };
    return protocol == ip_protocol::icmp ? find(icmp_pairs) : find(icmpv6_pairs);
}

constexpr std::uint8_t digit_value(char digit) noexcept {
    return static_cast<std::uint8_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

}  // namespace

CommunityId community_id(const CommunityTuple& tuple, std::uint16_t seed) noexcept {
    IpAddress low = tuple.source, high = tuple.destination;
    std::uint16_t low_port = tuple.source_port, high_port = tuple.destination_port;
    bool ports = has_ports(tuple.protocol), one_way = false;
    if (is_icmp(tuple.protocol)) {
        ports = true;
        if (const int answer = answer_to(tuple.protocol, low_port); answer >= 0)
            high_port = static_cast<std::uint16_t>(answer);
        else
            one_way = true;
    }
    if (!one_way && (high < low || (high == low && high_port < low_port))) {
        std::swap(low, high);
        std::swap(low_port, high_port);
    }

    // seed (2) | lower address | higher address | protocol | 0 | its port (2) | its port (2), all in network order
    std::array<std::uint8_t, 2 + 16 + 16 + 2 + 4> input{};
    std::size_t size = 0;
    const auto put = [&](Bytes bytes) {
        std::memcpy(input.data() + size, bytes.data(), bytes.size());
        size += bytes.size();
    };
    const auto put16 = [&](std::uint16_t value) {
        input[size++] = static_cast<std::uint8_t>(value >> 8);
        input[size++] = static_cast<std::uint8_t>(value);
    };
    const std::size_t skipped = tuple.ip_version == 4 ? 12 : 0;  // IPv4 stands in the last four bytes
    put16(seed);
    put(Bytes{low.bytes()}.subspan(skipped));
    put(Bytes{high.bytes()}.subspan(skipped));
    input[size++] = tuple.protocol;
    input[size++] = 0;
    if (ports) {
        put16(low_port);
        put16(high_port);
    }

    const HexDigest<2 * digest_size> digest = sha1(Bytes{input.data(), size});
    CommunityId id;
    if (!digest.valid) return id;
    std::array<std::uint8_t, digest_size + 1> raw{};  // one zero behind it fills the last group of three
    for (std::size_t i = 0; i < digest_size; ++i)
        raw[i] = static_cast<std::uint8_t>(digit_value(digest.digits[2 * i]) << 4 | digit_value(digest.digits[2 * i + 1]));
    char* out = id.characters.data();
    *out++ = '1';
    *out++ = ':';
    for (std::size_t i = 0; i < raw.size(); i += 3) {
        const unsigned group = unsigned{raw[i]} << 16 | unsigned{raw[i + 1]} << 8 | raw[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) *out++ = base64_digits[(group >> shift) & 63];
    }
    id.characters.back() = '=';
    id.valid = true;
    return id;
}

}  // namespace weir
