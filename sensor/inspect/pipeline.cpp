// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/pipeline.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "sensor/decode/steer.hpp"

namespace weir {

using namespace std::chrono_literals;

/// Bursts on their way to one worker. Blocking: a replay has time, and two cores.
struct Pipeline::Lane {
    struct Batch {
        Burst burst;
        std::optional<Time> stats_due;  ///< before the packets
        std::uint64_t next_number = 0;
        std::size_t chunk = 0;
        bool last = false;
        Time last_time = 0;
    };
    static constexpr std::size_t capacity = 32;

    /// False when the queue stays full for a moment.
    bool push(const Batch& batch, std::chrono::microseconds patience) {
        std::unique_lock lock{mutex};
        if (!space.wait_for(lock, patience, [&] { return queue.size() < capacity; })) return false;
        queue.push_back(batch);
        filled.notify_one();
        return true;
    }
    Batch pop() {
        std::unique_lock lock{mutex};
        filled.wait(lock, [&] { return !queue.empty(); });
        const Batch batch = queue.front();
        queue.pop_front();
        space.notify_one();
        return batch;
    }

    std::mutex mutex;
    std::condition_variable space, filled;
    std::deque<Batch> queue;
    Batch open;  ///< being filled by the reader
    std::thread thread;
};

Pipeline::Pipeline(const Config& config, const PipelineConfig& pipeline, const Shared& shared)
    : policy_(shared.policy), stats_(static_cast<Time>(config.stats_interval) * second) {
    Reporter::Wait wait;
    wait.context = this;
    if (pipeline.workers == 1) {
        wait.call = [](void* context) noexcept {  // reader, worker and collector are one: make room ourselves
            auto& self = *static_cast<Pipeline*>(context);
            const auto taken = self.collector_->poll();
            if (!taken) self.failed_ = true;
            return true;
        };
    } else {
        wait.call = [](void*) noexcept {
            std::this_thread::sleep_for(50us);
            return true;
        };
    }
    for (unsigned i = 0; i < pipeline.workers; ++i) {
        rings_.push_back(std::make_unique<EventRing>());
        workers_.push_back(std::make_unique<Worker>(config, shared, *rings_.back(), wait, pipeline.profile));
    }
}

Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>, std::string> Pipeline::open(const Config& config, const PipelineConfig& pipeline, const Shared& shared,
                                                              std::shared_ptr<const rules::RuleText> rules) {
    std::unique_ptr<Pipeline> out{new Pipeline{config, pipeline, shared}};
    std::vector<EventRing*> rings;
    for (const auto& ring : out->rings_) rings.push_back(ring.get());
    CollectorConfig collecting = pipeline.collector;
    collecting.policy = shared.policy;
    collecting.names = shared.names;
    collecting.eve = shared.eve;
    auto collector = Collector::open(std::move(collecting), std::move(rings), std::move(rules), out->workers_[0]->stats().paths());
    if (!collector) return Unexpected{collector.error()};
    out->collector_ = std::move(*collector);
    return out;
}

std::optional<std::string> Pipeline::run(CaptureSource& source, const std::function<void()>& progress) {
    return workers_.size() == 1 ? run_alone(source, progress) : run_threads(source, progress);
}

std::optional<std::string> Pipeline::run_alone(CaptureSource& source, const std::function<void()>& progress) {
    Burst burst;
    Time last_time = 0;
    std::uint64_t next_number = 1;
    Worker& worker = *workers_[0];
    while (source.next(burst)) {
        last_time = burst.packets.back().time;
        next_number = burst.packets.back().number + 1;
        process_with_stats(worker, burst, next_number, stats_);
        const auto taken = collector_->poll();
        if (!taken) return taken.error();
        progress();
    }
    worker.finish(burst.clock, last_time);
    return collector_->finish();
}

std::optional<std::string> Pipeline::run_threads(CaptureSource& source, const std::function<void()>& progress) {
    std::vector<std::unique_ptr<Lane>> lanes;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        lanes.push_back(std::make_unique<Lane>());
        Worker& worker = *workers_[i];
        Lane& lane = *lanes.back();
        lane.thread = std::thread{[&worker, &lane, &source] {
            for (;;) {
                const Lane::Batch batch = lane.pop();
                if (batch.stats_due) worker.stats_due(*batch.stats_due);
                worker.process(batch.burst, batch.next_number);
                if (!batch.burst.packets.empty()) source.release(batch.chunk);
                if (!batch.last) continue;
                worker.finish(batch.burst.clock, batch.last_time);
                return;
            }
        }};
    }
    std::atomic<bool> reading{true};
    std::thread collecting{[&] {
        while (reading.load(std::memory_order_acquire)) {
            const auto taken = collector_->poll();
            if (!taken && !failed_.exchange(true)) error_ = taken.error();
            if (taken && *taken == 0) std::this_thread::sleep_for(200us);
        }
    }};

    Time clock = 0, last_time = 0;
    std::uint64_t next_number = 1;
    // A lane's open batch, even an empty one, goes on its way with all that is known by now: its worker then vouches that
    // nothing earlier comes.
    const auto try_send = [&](Lane& lane, std::chrono::microseconds patience) {
        Lane::Batch& batch = lane.open;
        batch.burst.clock = clock;
        batch.next_number = next_number;
        batch.last_time = last_time;
        const bool holds = !batch.burst.packets.empty();
        if (holds) source.hold(batch.chunk);
        if (!lane.push(batch, patience)) {
            if (holds) source.release(batch.chunk);
            return false;
        }
        batch.burst.packets.clear();
        batch.stats_due.reset();
        return true;
    };
    const auto send = [&](Lane& lane) {
        // Its worker may be waiting for the collector, and the collector for word from the other workers: let them have it.
        while (!try_send(lane, 500us))
            for (const auto& other : lanes)
                if (other.get() != &lane) (void)try_send(*other, 0us);
    };
    const auto send_all = [&] {
        for (const auto& lane : lanes) send(*lane);
    };
    const auto is_equipment = [this](const IpAddress& address) { return policy_ && policy_->find(address) != no_equipment; };

    Burst burst;
    std::size_t chunk = source.chunk();
    unsigned bursts = 0;
    constexpr unsigned bursts_between_ticks = 64;
    while (!failed_.load(std::memory_order_relaxed)) {
        const bool more = source.next(burst);
        if (!more) break;
        if (source.chunk() != chunk) {
            send_all();
            chunk = source.chunk();
        }
        for (const Packet& packet : burst.packets) {
            if (const auto boundary = stats_.crossed(packet.clock)) {
                send_all();
                clock = *boundary;
                for (const auto& lane : lanes) lane->open.stats_due = boundary;
                send_all();
            }
            Lane& lane = *lanes[choose_worker(packet, static_cast<std::uint32_t>(lanes.size()), is_equipment)];
            clock = packet.clock;
            last_time = packet.time;
            next_number = packet.number + 1;
            lane.open.chunk = chunk;
            lane.open.burst.packets.push_back(packet);
            if (lane.open.burst.packets.full()) send(lane);
        }
        if (++bursts % bursts_between_ticks == 0) send_all();
        progress();
    }
    send_all();  // with the clock that all share, before any worker is told that it was the last
    for (const auto& lane : lanes) lane->open.last = true;
    send_all();
    for (const auto& lane : lanes) lane->thread.join();
    reading.store(false, std::memory_order_release);
    collecting.join();
    if (error_) return error_;
    return collector_->finish();
}

}  // namespace weir
