// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/dns_tunnel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "sensor/behavior/saturating.hpp"
#include "sensor/decode/hash.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 2> tunnelled{"T1071.004", "T1572"};

/// Resolvers may change the case of letters on the way (draft-vixie-dnsext-dns0x20), so it makes no other name.
std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t hash = 0;
    for (const char letter : text) hash = hash_chain(hash, to_lower(static_cast<std::uint8_t>(letter)));
    return hash;
}

/// The domain that somebody registered: the last two labels, or three where the last two are short, as in example.co.uk.
/// Empty where nothing stands before it, and for reverse lookups, whose names differ by nature.
std::string_view base_of(std::string_view name) noexcept {
    constexpr std::size_t longest_second = 3, country = 2;
    if (!name.empty() && name.back() == '.') name.remove_suffix(1);
    const std::size_t last = name.rfind('.');
    if (last == std::string_view::npos || last == 0) return {};
    std::size_t base = name.rfind('.', last - 1);
    if (base == std::string_view::npos || base == 0) return {};
    if (last - base - 1 <= longest_second && name.size() - last - 1 == country) {
        base = name.rfind('.', base - 1);
        if (base == std::string_view::npos || base == 0) return {};
    }
    if (equal_nocase(as_bytes(name.substr(last + 1)), "arpa")) return {};
    return name.substr(base + 1);
}

/// NULL (RFC 1035 section 3.3.10) and the types for private use (RFC 6895 section 3.1), which have no mnemonic.
bool carries_raw_bytes(std::string_view type) noexcept {
    constexpr unsigned first_private = 65280;
    unsigned number = 0;
    std::from_chars(type.data(), type.data() + type.size(), number);
    return type == "NULL" || number >= first_private;
}

}  // namespace

std::size_t DnsTunnelDetector::Asked::median() const noexcept {
    std::size_t step = 0;
    for (unsigned below = by_length[0]; 2 * below < questions && step + 1 < lengths; below += by_length[step]) ++step;
    return step * length_step;
}

void DnsTunnelDetector::question(const Session& session, const Question& question, SuspicionSink& sink) noexcept {
    const std::string_view base = base_of(question.name);
    if (base.empty()) return;
    const Key key{session.client(), session.server(), hash_of(base)};
    const std::uint64_t hash = hash_chain(hash_chain(key.base, key.client), key.server);
    Asked& asked = table_.at(key, hash, question.clock);
    if (asked.told) return;
    if (asked.begun == 0 || question.clock - asked.begun >= settings_.window) {
        const std::uint8_t grade = asked.grade;
        asked = {};
        asked.begun = question.clock;
        asked.grade = grade;
    }
    const std::uint64_t bit = hash_of(question.name) >> 32;
    std::uint64_t& word = asked.seen[bit / 64 % asked.seen.size()];
    const std::uint64_t mask = std::uint64_t{1} << bit % 64;
    const bool fresh = (word & mask) == 0;
    word |= mask;
    count(asked.questions);
    count(asked.by_length[std::min(question.name.size() / Asked::length_step, Asked::lengths - 1)]);
    asked.bytes += static_cast<std::uint32_t>(question.name.size());
    if (!fresh) return;
    count(asked.names);
    if (carries_raw_bytes(question.type)) count(asked.raw);
    judge(asked, session, base, sink);
}

void DnsTunnelDetector::judge(Asked& asked, const Session& session, std::string_view base, SuspicionSink& sink) const noexcept {
    const bool raw = asked.raw >= settings_.raw_names, many = asked.names >= settings_.names;
    if (!raw && !many) return;
    const std::size_t median = asked.median();
    const bool strong = raw || median >= settings_.median || asked.bytes >= settings_.volume;
    const std::uint8_t grade = strong ? 2 : 1;  // what was told in vain as weak is told again as strong
    if (grade <= asked.grade) return;
    asked.grade = grade;
    const std::string why = fmt::format(
        "within {} s it asked {} questions about at least {} names under {}, {} of them of types that carry raw bytes; names have {} "
        "bytes, a "
        "median of about {}",
        settings_.window / second, asked.questions, asked.names, base, asked.raw, asked.bytes, median);
    Suspicion suspicion;
    suspicion.kind = Kind::dns_tunnel;
    suspicion.detector = name;
    suspicion.signature = strong ? "Conversation inside DNS names" : "Many names under one domain, as of a DNS tunnel";
    suspicion.why = why;
    suspicion.attack = tunnelled;
    suspicion.weak = !strong;
    suspicion.confidence = !strong ? 0.5 : many ? 0.95 : 0.8;
    asked.told = sink.suspect(session, suspicion);
}

}  // namespace weir
