// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/live.hpp"

#include <time.h>

#include <optional>

#include "sensor/inspect/sandbox.hpp"
#include "sensor/inspect/stats_schedule.hpp"

namespace weir {
namespace {

constexpr long rest_nanoseconds = 50'000;
constexpr unsigned quiet_turns = 200;  ///< before the loop rests
constexpr Time export_interval = second / 5;

void rest() noexcept {
    const timespec time{0, rest_nanoseconds};
    nanosleep(&time, nullptr);
}

/// The worker, and on the way back the verdicts on what it has looked at.
struct Judging {
    Worker& worker;
    PacketRingReader& ring;
    bool enforce;
    std::array<VerdictEntry, burst_size> places{};  ///< of the burst's packets
    std::size_t done = 0;                           ///< of those

    void process(const Burst& part, std::uint64_t next_number) noexcept {
        worker.process(part, next_number);
        for (std::size_t i = 0; i < part.packets.size(); ++i, ++done) {
            if (!enforce || worker.actions()[i] == Action::pass) continue;
            places[done].action = static_cast<std::uint32_t>(worker.actions()[i]);
            // The forwarder takes verdicts while it holds packets; one that it has no room for it gets with the session's next packet.
            (void)ring.give_verdict(places[done]);
        }
    }
    void stats_due(Time boundary) noexcept { worker.stats_due(boundary); }
};

/// Copies the worker's counters to where the supervisor reads them.
class Exporter {
public:
    Exporter(const Worker& worker, InspectorPage& page) : blocks_(worker.metric_blocks()), page_(page) {}
    void run() noexcept {
        std::size_t at = 0;
        for (const Worker::MetricBlock& block : blocks_)
            for (const MetricRow& row : block.rows)
                if (at < InspectorPage::most_values) page_.values[at++].store(row.get(block.block), std::memory_order_relaxed);
    }

private:
    std::vector<Worker::MetricBlock> blocks_;
    InspectorPage& page_;
};

void work(const InspectorConfig& config, PacketRingReader& ring, Worker& worker, Exporter& exporter) noexcept {
    while (ring.turn() != config.ticket) {  // until the one before has let go
        ring.beat();
        rest();
    }
    ring.take_over();
    StatsSchedule schedule{static_cast<Time>(config.config->stats_interval) * second};
    Judging judging{worker, ring, config.config->enforce};
    Burst burst;
    Time last_time = 0, exported = 0;
    unsigned quiet = 0;
    while (ring.turn() == config.ticket) {
        ring.beat();
        judging.done = 0;
        const bool last = ring.last();
        const std::uint64_t next_number = ring.take(burst, judging.places);
        if (!burst.packets.empty()) last_time = burst.packets.back().time;
        process_with_stats(judging, burst, next_number, schedule);
        ring.release();
        if (burst.clock - exported >= export_interval) {
            exporter.run();
            exported = burst.clock;
        }
        if (!burst.packets.empty()) {
            quiet = 0;
        } else if (last) {
            break;
        } else if (++quiet > quiet_turns) {
            rest();
        }
    }
    ring.hand_over(config.ticket);
    worker.finish(burst.clock, last_time);
    exporter.run();
}

}  // namespace

std::string packet_ring_file(const std::string& folder, unsigned worker) { return folder + "/packets-" + std::to_string(worker); }
std::string inspector_file(const std::string& folder, unsigned worker, std::uint32_t ticket) {
    return folder + "/events-" + std::to_string(worker) + "-" + std::to_string(ticket);
}

int inspect(const InspectorConfig& config, void (*say)(const std::string&)) {
    auto ring = PacketRingReader::open(packet_ring_file(config.folder, config.worker));
    if (!ring) {
        say(ring.error());
        return inspector_exit::no_memory;
    }
    auto memory = SharedMemory::open(inspector_file(config.folder, config.worker, config.ticket), SharedMemory::Access::write);
    if (!memory) {
        say(memory.error());
        return inspector_exit::no_memory;
    }
    EventRing events{std::span{memory->data(), memory->size()}.subspan(InspectorPage::size)};
    // A full ring means that the supervisor is slow or gone: what does not fit is lost, and counted.
    const auto worker = std::make_unique<Worker>(*config.config, *config.shared, events, Reporter::Wait{}, false);
    Exporter exporter{*worker, *reinterpret_cast<InspectorPage*>(memory->data())};
    if (const auto error = enter_sandbox(config.user)) {
        say(*error);
        return inspector_exit::no_sandbox;
    }
    auto& page = *reinterpret_cast<InspectorPage*>(memory->data());
    page.state.store(InspectorPage::waiting, std::memory_order_release);
    work(config, *ring, *worker, exporter);
    page.state.store(InspectorPage::finished, std::memory_order_release);
    return inspector_exit::done;
}

}  // namespace weir
