// SPDX-License-Identifier: Apache-2.0
// One live worker's process: the worker of a replay between a ring of packets and a ring of events.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "sensor/config/config.hpp"
#include "sensor/inspect/worker.hpp"
#include "sensor/source/packet_ring.hpp"
#include "sensor/source/shared_memory.hpp"

namespace weir {

/// What an inspector shares with the supervisor, both ways, in one file: its counters, in the order of Worker::metric_tables, and its
/// events.
struct InspectorPage {
    static constexpr std::size_t most_values = 4096;
    static constexpr std::size_t size = 40'960;
    enum State : std::uint64_t { starting, waiting, finished };
    std::atomic<std::uint64_t> state{starting};
    std::array<std::atomic<std::uint64_t>, most_values> values{};
};

static_assert(sizeof(InspectorPage) <= InspectorPage::size);

/// The paths of an inspector's files in the sensor's folder.
[[nodiscard]] std::string packet_ring_file(const std::string& folder, unsigned worker);
[[nodiscard]] std::string inspector_file(const std::string& folder, unsigned worker, std::uint32_t ticket);

struct InspectorConfig {
    std::string folder;        ///< `run.directory`
    unsigned worker = 0;
    std::uint32_t ticket = 1;  ///< names this inspector among those of its worker
    std::string user;          ///< whom it runs as, where it may choose
    const Config* config = nullptr;
    const Shared* shared = nullptr;
};

/// What an inspector ends with, as a process.
namespace inspector_exit {
inline constexpr int done = 0, no_memory = 10, no_sandbox = 11;
}

/// Is an inspector until another one's turn comes or there is none, and gives its exit code. The process has been made for it: it gives
/// up all rights. `say` hears a sentence when it cannot begin.
[[nodiscard]] int inspect(const InspectorConfig& config, void (*say)(const std::string&));

}  // namespace weir
