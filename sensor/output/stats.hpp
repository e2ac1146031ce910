// SPDX-License-Identifier: Apache-2.0
// The `stats` event: workers send their counters at boundaries of packet time, the collector adds them up and renders.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/metrics/counter.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// One counter of the `stats` event: where it stands below `stats`, and how to read it from its block.
struct StatRow {
    std::string_view path;  ///< `decoder.pkts`; Suricata's name where it has one, else below `weir.`
    std::uint64_t (*get)(const void* block) noexcept;
};
/// `stat<&DecodeMetrics::packets>("decoder.pkts")`
template <auto Member>
[[nodiscard]] constexpr StatRow stat(std::string_view path) noexcept {
    return {path, metric<Member>(MetricKind::counter, path, {}).get};
}

/// The counters of one worker in the order that all workers share. Put only those in whose sum over the workers does not
/// depend on how many there are.
class StatsSource {
public:
    /// `block` is read at each `read()`, on the calling thread.
    void add(std::span<const StatRow> rows, const void* block);
    void add(std::string path, std::uint64_t (*get)(const void*) noexcept, const void* block);
    [[nodiscard]] std::vector<std::string> paths() const;
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    /// Bytes of a snapshot: what RecordType::stats carries.
    [[nodiscard]] std::size_t bytes() const noexcept { return entries_.size() * sizeof(std::uint64_t); }
    /// Writes a snapshot; `out` holds at least `bytes()`.
    void read(std::span<char> out) const noexcept;

private:
    struct Entry {
        std::string path;
        std::uint64_t (*get)(const void*) noexcept;
        const void* block;
    };
    std::vector<Entry> entries_;
};

/// Renders the sum of snapshots as one line.
class StatsEvent {
public:
    explicit StatsEvent(std::vector<std::string> paths);
    /// Adds one worker's snapshot.
    void add(std::span<const char> snapshot) noexcept;
    /// The line for what was added since the last call, newline included. `uptime` is the packet time passed since the first packet.
    [[nodiscard]] std::string render(Time time, Time uptime);

private:
    std::vector<std::string> paths_;
    std::vector<std::size_t> order_;  ///< rows sorted by path, so that nested objects are written once
    std::vector<std::uint64_t> sums_;
};

}  // namespace weir
