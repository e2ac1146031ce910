// SPDX-License-Identifier: Apache-2.0
// The rule engine as a worker sees it: compiled rules (shared, immutable), an engine per worker, a state per session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rules/match/subject.hpp"
#include "rules/rule.hpp"

namespace weir::rules {

class Compiled;  // rules/compile/compiled.hpp

/// A rule that matched. `rule` lives as long as the Compiled set.
struct Hit {
    const Rule* rule = nullptr;
    Direction direction = Direction::to_server;  ///< of the bytes that completed the match, as the transport shows it
};

/// Receives hits, in the order of Suricata's actions (pass first) and then of the rules' files.
class HitSink {
public:
    virtual void hit(const Hit& hit) noexcept = 0;

protected:
    ~HitSink() = default;
};

/// What the engine remembers of one session: flowbits, rules that have fired, the tail of each stream. Held by handle in
/// the session; 0 = none yet.
using SessionHandle = std::uint32_t;

struct EngineLimits {
    std::size_t sessions = 131'072;         ///< states held at once; beyond: the session is judged without memory, counted
    std::size_t window_memory = 16u << 20;  ///< bytes for all stream windows of this worker
    std::size_t host_bits = 65'536;         ///< marks of xbits and hostbits at once, where rules have any
    std::size_t dataset_changes = 65'536;   ///< members that rules may add to datasets or take out, where rules do
    bool profile = false;                   ///< count what each rule costs
};

/// What a rule cost. Cycles are those of the processor's clock, where it can be read.
struct RuleCost {
    std::uint64_t checked = 0, matched = 0, cycles = 0;
};

struct EngineCounters {  // read at scrape time; owned by the worker
    std::uint64_t packets_scanned = 0, stream_bytes_scanned = 0, buffers_scanned = 0, candidates = 0, hits = 0;
    std::uint64_t pcre_limit_hits = 0, session_table_full = 0, window_memory_full = 0;
    std::uint64_t place_limit_hits = 0;  ///< checks given up after too many places of contents were tried
    std::uint64_t notes_full = 0;        ///< flowbits and the like that found no place
    std::uint64_t host_bits_evicted = 0; ///< marks of xbits and hostbits that went before their time
    std::uint64_t datasets_full = 0;     ///< members that datasets had no place for
    std::uint64_t sessions = 0;          ///< held now
};

/// Judges packets, streams and transactions. One per worker; not thread-safe; no allocation after construction.
class Engine {
public:
    Engine(std::shared_ptr<const Compiled> rules, const EngineLimits& limits);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// A packet has arrived (after its session was updated, before its payload went to the stream).
    void packet(const PacketView& packet, const SessionView& session, SessionHandle& handle, HitSink& sink) noexcept;
    /// New in-order bytes of a TCP stream: each byte is shown once; `offset` is the first one's position in the stream.
    void stream(Direction direction, Bytes bytes, std::uint64_t offset, const PacketView& packet, const SessionView& session,
                SessionHandle& handle, HitSink& sink) noexcept;
    /// A hole of `missing` bytes in a stream: nothing matches across it.
    void gap(Direction direction, std::uint64_t missing, SessionHandle& handle) noexcept;
    /// A transaction (or its request or response part). `direction` is in the protocol's roles.
    void transaction(const ParserInfo& parser, const void* transaction, Report report, Direction direction, const PacketView& packet,
                     const SessionView& session, SessionHandle& handle, HitSink& sink) noexcept;
    /// The application protocol of the session has become known: rules by `app-layer-protocol` and header protocol.
    void app_known(const PacketView& packet, const SessionView& session, SessionHandle& handle, HitSink& sink) noexcept;
    /// Something odd was seen: `rules` are those that Compiled::on_event has for it. `direction` is as the transport shows it.
    void event(const std::vector<std::uint32_t>& rules, Direction direction, const PacketView& packet, const SessionView& session,
               SessionHandle& handle, HitSink& sink) noexcept;
    /// The session has ended: its state is freed.
    void release(SessionHandle& handle) noexcept;

    /// Whether any rule could ever look at stream bytes / packet payloads of this session: lets the worker skip the calls.
    [[nodiscard]] bool wants_stream(const SessionView& session) const noexcept;
    [[nodiscard]] bool wants_packets(const SessionView& session) const noexcept;

    [[nodiscard]] const EngineCounters& counters() const noexcept;
    /// By rule, as Compiled::plans; empty unless EngineLimits::profile.
    [[nodiscard]] std::span<const RuleCost> costs() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace weir::rules
