// SPDX-License-Identifier: Apache-2.0
#include "sensor/control/supervisor.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <utility>

#include "sensor/forward/steering.hpp"
#include "sensor/output/eve_text.hpp"
#include "sensor/output/json_writer.hpp"

namespace weir {

using namespace std::chrono_literals;

namespace {

constexpr auto stopped_patience = 500ms;     // without a beat, for a process that has been stopped
constexpr auto inspector_patience = 3s;      // without a beat, for one that runs: a busy machine may be the reason
constexpr auto start_patience = 10s;         // between its start and its first beat
constexpr auto leaving_patience = 5s;        // to report what is open, once told to leave
constexpr auto forwarder_patience = 5s;
constexpr auto restart_pause = 1s;           // after one that never came to work
constexpr auto flush_interval = 500ms;
constexpr std::uint64_t hugepage = 2u << 20;

Time wall_clock() noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string text_of(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// Whether hugepages for the packets are there, as far as the system tells.
bool enough_hugepages(const Config& config) {
    const std::string free = text_of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
    return std::strtoull(free.c_str(), nullptr, 10) * hugepage >= config.dpdk_packets * (config.dpdk_frame + 512) + 16 * hugepage;
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (end > at) out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

}  // namespace

/// What belongs to one worker, whichever inspector it has at the time.
struct Supervisor::Lane {
    SharedMemory ring;
    packet_ring::Supervisor* words = nullptr;
    const packet_ring::Consumer* consumer = nullptr;
    std::optional<Clock::time_point> start_at;  ///< an inspector is due then
};

struct Supervisor::Inspector {
    unsigned worker = 0;
    std::uint32_t ticket = 0, generation = 0;
    std::shared_ptr<const SensorPlan> plan;
    std::string file;
    SharedMemory memory;
    std::unique_ptr<EventRing> events;
    Process process;
    Clock::time_point since;      ///< when it began to be what it is
    std::uint64_t beats = 0;
    Clock::time_point moved;
    bool leaving = false;
    bool active = false;
    std::optional<std::string> ended;

    [[nodiscard]] const InspectorPage& page() const noexcept { return *reinterpret_cast<const InspectorPage*>(memory.data()); }
    [[nodiscard]] bool waits() const noexcept { return page().state.load(std::memory_order_acquire) == InspectorPage::waiting; }
};

Supervisor::Supervisor(std::unique_ptr<SensorPlan> plan, std::vector<std::string> ports, Load load, Say say)
    : folder_(plan->config.run_directory), ports_(std::move(ports)), plan_(std::move(plan)), load_(std::move(load)), say_(say) {
    for (const std::span<const MetricRow> table : Worker::metric_tables())
        for (const MetricRow& row : table) is_gauge_.push_back(row.kind == MetricKind::gauge);
    ended_values_.resize(is_gauge_.size());
    metrics_.generation.set(generation_);
}

Supervisor::~Supervisor() {
    if (loading_.joinable()) loading_.join();
}

Result<std::unique_ptr<Supervisor>, std::string> Supervisor::start(std::unique_ptr<SensorPlan> plan, std::vector<std::string> ports, Load load, Say say) {
    std::unique_ptr<Supervisor> out{new Supervisor{std::move(plan), std::move(ports), std::move(load), say}};
    if (auto error = out->open()) return Unexpected{*std::move(error)};
    return out;
}

std::optional<std::string> Supervisor::open() {
    const Config& config = plan_->config;
    if (auto error = make_folder(folder_)) return error;
    ::chmod(folder_.c_str(), 0750);
    if (auto error = make_folder(plan_->collector.directory)) return error;
    take_up_duties();
    // Whoever reads the output of a service must find that of yesterday, too.
    plan_->collector.go_on = true;
    plan_->collector.evidence.prefix = fmt::format("{}-", wall_clock() / second);
    auto collector = Collector::open(plan_->collector, {}, nullptr, Worker::stats_paths());
    if (!collector) return collector.error();
    collector_ = std::move(*collector);

    // A forwarder that has outlived its supervisor goes on, if it does what this one wants.
    std::string wanted;
    for (const std::string& word : forwarder_arguments()) wanted += word + '\n';
    const std::string account_file = folder_ + "/forwarder";
    if (auto memory = SharedMemory::open(account_file, SharedMemory::Access::write, 0, sizeof(ForwardAccount))) {
        const auto& account = *reinterpret_cast<const ForwardAccount*>(memory->data());
        auto running = account.magic.load() == ForwardAccount::magic_value ? Process::adopt(account.process.load()) : std::nullopt;
        if (running && text_of(fmt::format("/proc/{}/cmdline", running->pid())).find(folder_) == std::string::npos) running.reset();  // the number is another's by now
        if (running && text_of(folder_ + "/forwarder.arguments") == wanted) {
            forwarder_ = *std::move(running);
            account_memory_ = *std::move(memory);
        } else if (running) {
            running->signal(SIGTERM);
            for (int i = 0; i < 200 && !running->ended(); ++i) std::this_thread::sleep_for(10ms);
            running->signal(SIGKILL);
        }
    }
    if (!forwarder_) {
        auto memory = SharedMemory::create(account_file, sizeof(ForwardAccount));
        if (!memory) return memory.error();
        account_memory_ = *std::move(memory);
        new (account_memory_.data()) ForwardAccount{};
        if (auto error = write_file(folder_ + "/forwarder.arguments", wanted)) return error;
    }
    account_ = reinterpret_cast<ForwardAccount*>(account_memory_.data());

    for (unsigned worker = 0; worker < config.workers; ++worker) {
        auto lane = std::make_unique<Lane>();
        const std::string file = packet_ring_file(folder_, worker);
        auto ring = forwarder_ ? SharedMemory::open(file, SharedMemory::Access::write) : create_packet_ring(file, config.ring_memory);
        if (!ring) return ring.error();
        lane->ring = *std::move(ring);
        lane->words = reinterpret_cast<packet_ring::Supervisor*>(lane->ring.data() + packet_ring::supervisor_at);
        lane->consumer = reinterpret_cast<const packet_ring::Consumer*>(lane->ring.data() + packet_ring::consumer_at);
        next_ticket_ = std::max(next_ticket_, lane->words->turn.load() + 1);
        lane->words->turn.store(0);
        lane->words->last.store(0);
        lane->words->attended.store(1);
        lanes_.push_back(std::move(lane));
    }
    if (auto error = write_equipment()) return error;

    for (unsigned worker = 0; worker < config.workers; ++worker)
        if (auto error = start_inspector(worker)) return error;
    if (!forwarder_) {
        if (auto error = start_forwarder()) return error;
        const auto limit = Clock::now() + start_patience;
        while (account_->turns.get() == 0) {
            if (const auto how = forwarder_.ended()) return "the forwarder did not start: " + *how;
            if (Clock::now() > limit) return std::string{"the forwarder does not start"};
            std::this_thread::sleep_for(5ms);
        }
    } else {
        forwarder_.signal(SIGHUP);  // the equipment may be another
        say_("the forwarder, process " + std::to_string(forwarder_.pid()) + ", has gone on meanwhile");
    }
    event("start", fmt::format("weir looks after {} with {} inspector{}", fmt::join(ports_, " and "), lanes_.size(), lanes_.size() == 1 ? "" : "s"));
    return {};
}

/// Each plan's duties begin anew: what was expected before may not be any more.
void Supervisor::take_up_duties() {
    const auto policy = std::exchange(plan_->collector.policy, nullptr);
    if (policy && policy->any_duty()) plan_->duties = std::make_shared<DutyJudge>(policy, plan_->shared.eve, plan_->shared.names);
}

/// Tells the forwarder who is equipment: it chooses workers by that.
std::optional<std::string> Supervisor::write_equipment() const {
    std::vector<Steering::Range> ranges;
    if (plan_->shared.policy)
        for (const AddressRange& range : plan_->shared.policy->tables().equipment_ranges) ranges.emplace_back(range.first.address(), range.last.address());
    return Steering{std::move(ranges)}.write(folder_ + "/equipment");
}

// ---------------------------------------------------------------- the forwarder

std::vector<std::string> Supervisor::forwarder_arguments() const {
    const Config& config = plan_->config;
    std::vector<std::string> out{"forward", "--directory", folder_, "--workers", std::to_string(config.workers), "--driver", config.dpdk_driver,
                                 "--frame", std::to_string(config.dpdk_frame), "--packets", std::to_string(config.dpdk_packets)};
    for (const std::string& port : ports_) out.insert(out.end(), {"--port", port});
    if (config.enforce) out.insert(out.end(), {"--enforce", "--deadline", std::to_string(config.deadline)});
    if (!config.fail_open) out.push_back("--fail-closed");
    if (config.dpdk_hugepages == "yes" || (config.dpdk_hugepages == "auto" && enough_hugepages(config))) out.push_back("--hugepages");
    for (const std::string& word : words_of(config.dpdk_eal)) out.push_back("--eal=" + word);
    return out;
}

std::optional<std::string> Supervisor::start_forwarder() {
    account_->magic.store(0);
    auto process = Process::spawn(forwarder_arguments());
    if (!process) return process.error();
    forwarder_ = *std::move(process);
    return {};
}

void Supervisor::watch_forwarder() {
    const auto now = Clock::now();
    if (forwarder_ && !forwarder_gone_ && now - turns_at_ > forwarder_patience) forwarder_.signal(SIGKILL);
    if (const auto how = forwarder_.ended()) {
        metrics_.forwarder_restarts.add();
        if (!forwarder_gone_) forwarder_gone_ = now;
        event("forwarder-ended", "the forwarder has ended: " + *how + "; it is started again");
        if (auto error = start_forwarder()) say_(*error);
    }
    const std::uint64_t turns = account_->turns.get();
    if (turns == turns_seen_) return;
    turns_seen_ = turns;
    turns_at_ = now;
    if (!forwarder_gone_ || account_->magic.load() != ForwardAccount::magic_value) return;
    const auto away = now - *std::exchange(forwarder_gone_, std::nullopt);
    metrics_.outage.add(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(away).count()));
    event("start", fmt::format("the forwarder works again, after {} ms", std::chrono::duration_cast<std::chrono::milliseconds>(away).count()));
}

// ---------------------------------------------------------------- the inspectors

std::optional<std::string> Supervisor::start_inspector(unsigned worker) {
    auto inspector = std::make_unique<Inspector>();
    inspector->worker = worker;
    inspector->ticket = next_ticket_++;
    inspector->generation = generation_;
    inspector->plan = plan_;
    inspector->file = inspector_file(folder_, worker, inspector->ticket);
    const Config& config = plan_->config;
    auto memory = SharedMemory::create(inspector->file, InspectorPage::size + EventRing::shared_size(config.event_memory));
    if (!memory) return memory.error();
    inspector->memory = *std::move(memory);
    new (inspector->memory.data()) InspectorPage{};
    inspector->events = std::make_unique<EventRing>(std::span{inspector->memory.data(), inspector->memory.size()}.subspan(InspectorPage::size));
    inspector->since = inspector->moved = Clock::now();
    const InspectorConfig task{folder_, worker, inspector->ticket, config.run_user, &config, &plan_->shared};
    auto process = Process::fork([&] { return inspect(task, say_); });
    if (!process) return process.error();
    inspector->process = *std::move(process);
    collector_->add(*inspector->events, plan_->rules, plan_->duties);
    const std::lock_guard lock{values_mutex_};
    inspectors_.push_back(std::move(inspector));
    return {};
}

void Supervisor::watch_inspectors() {
    const auto now = Clock::now();
    for (const auto& inspector : inspectors_) {
        if (inspector->ended) continue;
        if (auto how = inspector->process.ended()) {
            inspector_ended(*inspector, *how);
            continue;
        }
        const auto patience = inspector->leaving ? leaving_patience : inspector->active ? inspector_patience : start_patience;
        const std::uint64_t beats = lanes_[inspector->worker]->consumer->beats.load(std::memory_order_relaxed);
        if (beats != inspector->beats && !inspector->leaving) {
            inspector->beats = beats;
            inspector->moved = now;
        }
        if (inspector->waits() && !inspector->active && !inspector->leaving) inspector->moved = now;
        const bool stopped = inspector->active && now - inspector->moved > stopped_patience && inspector->process.stopped();
        if (stopped || now - inspector->moved > patience || inspector->events->broken()) inspector->process.signal(SIGKILL);
    }
    for (auto at = inspectors_.begin(); at != inspectors_.end();) {
        Inspector& inspector = **at;
        if (!inspector.ended || inspector.events->front()) {
            ++at;
            continue;
        }
        collector_->remove(*inspector.events);
        const std::lock_guard lock{values_mutex_};
        keep_values(inspector);
        ::unlink(inspector.file.c_str());
        at = inspectors_.erase(at);
    }
    for (unsigned worker = 0; worker < lanes_.size(); ++worker) {
        Lane& lane = *lanes_[worker];
        if (!lane.start_at || now < *lane.start_at) continue;
        lane.start_at.reset();
        if (auto error = start_inspector(worker)) {
            say_(*error);
            lane.start_at = now + restart_pause;
        }
    }
}

void Supervisor::inspector_ended(Inspector& inspector, const std::string& how) {
    inspector.ended = how;
    inspector.events->abandon();
    Lane& lane = *lanes_[inspector.worker];
    if (inspector.active && lane.words->turn.load() == inspector.ticket) lane.words->turn.store(0);
    const bool was_active = std::exchange(inspector.active, false);
    if (inspector.leaving) return;
    metrics_.inspector_restarts.add();
    event("inspector-ended", fmt::format("inspector {} of worker {} has ended: {}; another one goes on behind the packets that it was looking at", inspector.process.pid(), inspector.worker, how),
          inspector.worker);
    const bool another = std::ranges::any_of(inspectors_, [&](const auto& other) { return other->worker == inspector.worker && !other->ended && !other->leaving; });
    if (!another) lane.start_at = was_active ? Clock::now() : Clock::now() + restart_pause;
}

/// The newest inspector of a worker that is ready has the turn; the one before it leaves first, at the end of a burst.
void Supervisor::give_turns() {
    for (unsigned worker = 0; worker < lanes_.size(); ++worker) {
        Lane& lane = *lanes_[worker];
        Inspector *active = nullptr, *next = nullptr;
        for (const auto& inspector : inspectors_) {
            if (inspector->worker != worker || inspector->ended) continue;
            if (inspector->active)
                active = inspector.get();
            else if (!inspector->leaving && inspector->waits() && (next == nullptr || next->ticket < inspector->ticket))
                next = inspector.get();
        }
        if (next == nullptr) continue;
        if (active != nullptr) {
            lane.words->turn.store(0, std::memory_order_release);
            if (!std::exchange(active->leaving, true)) active->moved = Clock::now();
            if (lane.consumer->released.load(std::memory_order_acquire) != active->ticket) continue;
            active->active = false;
        }
        next->active = true;
        next->moved = Clock::now();
        lane.words->turn.store(next->ticket, std::memory_order_release);
    }
}

// ---------------------------------------------------------------- reload

void Supervisor::reload() {
    collector_->reopen();
    if (loading_.joinable()) {
        say_("a reload is under way already");
        return;
    }
    loading_ = std::thread{[this] {
        auto plan = load_();
        const std::lock_guard lock{loaded_mutex_};
        loaded_ = std::move(plan);
    }};
}

void Supervisor::finish_reload() {
    std::optional<Result<std::unique_ptr<SensorPlan>, std::string>> loaded;
    {
        const std::lock_guard lock{loaded_mutex_};
        if (!loaded_) return;
        loaded = std::exchange(loaded_, std::nullopt);
    }
    loading_.join();
    if (!*loaded) {
        metrics_.failed_reloads.add();
        say_("nothing is reloaded: " + loaded->error());
        event("reload", "nothing is reloaded: " + loaded->error());
        return;
    }
    std::unique_ptr<SensorPlan> plan = std::move(**loaded);
    // What other processes were started with stays as it is until the next start.
    const Config& before = plan_->config;
    for (auto member : {&Config::workers, &Config::deadline, &Config::ring_memory, &Config::dpdk_frame, &Config::dpdk_packets}) plan->config.*member = before.*member;
    for (auto member : {&Config::enforce, &Config::fail_open}) plan->config.*member = before.*member;
    for (auto member : {&Config::run_directory, &Config::dpdk_driver, &Config::dpdk_eal, &Config::dpdk_hugepages}) plan->config.*member = before.*member;
    plan_ = std::move(plan);
    for (const std::string& warning : plan_->warnings) say_("warning: " + warning);
    metrics_.reloads.add();
    metrics_.generation.set(++generation_);
    plan_->shared.eve.generation = generation_;
    take_up_duties();
    collector_->change_thresholds(plan_->collector.thresholds);
    if (auto error = write_equipment()) say_(*error);
    forwarder_.signal(SIGHUP);
    for (unsigned worker = 0; worker < lanes_.size(); ++worker)
        if (auto error = start_inspector(worker)) say_(*error);
    event("reload", fmt::format("rules and policy are loaded anew: generation {}", generation_));
}

// ---------------------------------------------------------------- all together

std::optional<std::string> Supervisor::turn() {
    const auto taken = collector_->poll();
    if (!taken) return taken.error();
    watch_forwarder();
    watch_inspectors();
    give_turns();
    finish_reload();
    const auto now = Clock::now();
    if (now - flushed_ < flush_interval) return {};
    flushed_ = now;
    return collector_->flush();
}

std::optional<std::string> Supervisor::stop() {
    for (const auto& lane : lanes_) {
        lane->words->attended.store(0);
        lane->words->last.store(1, std::memory_order_release);
        lane->start_at.reset();
    }
    for (const auto& inspector : inspectors_) {
        if (!inspector->active) inspector->process.signal(SIGKILL);  // it has seen nothing
        inspector->leaving = true;
        inspector->moved = Clock::now();
    }
    const auto limit = Clock::now() + 1s;
    while (!inspectors_.empty()) {
        (void)collector_->poll();
        watch_inspectors();
        if (Clock::now() > limit)  // however much is left to look at
            for (const auto& inspector : inspectors_) inspector->process.signal(SIGKILL);
        std::this_thread::sleep_for(1ms);
    }
    forwarder_.signal(SIGTERM);
    const auto forwarder_limit = Clock::now() + 1s;
    while (forwarder_ && !forwarder_.ended()) {
        if (Clock::now() > forwarder_limit) forwarder_.signal(SIGKILL);
        std::this_thread::sleep_for(1ms);
    }
    event("stop", "weir has been told to stop");
    for (unsigned worker = 0; worker < lanes_.size(); ++worker) ::unlink(packet_ring_file(folder_, worker).c_str());
    for (const char* const name : {"/forwarder", "/forwarder.arguments", "/equipment"}) ::unlink((folder_ + name).c_str());
    return collector_->finish();
}

bool Supervisor::ready() const noexcept {
    if (!forwarder_ || forwarder_gone_) return false;
    for (unsigned worker = 0; worker < lanes_.size(); ++worker)
        if (lanes_[worker]->words->turn.load() == 0) return false;
    return true;
}

bool Supervisor::all_moved() noexcept {
    const auto now = Clock::now();
    if (now - turns_at_ > forwarder_patience) return false;
    return std::ranges::all_of(inspectors_, [&](const auto& inspector) { return !inspector->active || now - inspector->moved <= inspector_patience; });
}

Supervisor::Inspected Supervisor::inspected(unsigned worker) const noexcept {
    const packet_ring::Consumer& consumer = *lanes_[worker]->consumer;
    return {consumer.done.load(std::memory_order_relaxed), consumer.skipped.load(std::memory_order_relaxed)};
}

std::vector<Supervisor::InspectorState> Supervisor::inspectors() const {
    std::vector<InspectorState> out;
    for (const auto& inspector : inspectors_)
        if (!inspector->ended) out.push_back({inspector->worker, inspector->process.pid(), inspector->ticket, inspector->generation, inspector->active});
    return out;
}

/// Counters never run backwards, though an inspector's begin anew with it.
void Supervisor::keep_values(const Inspector& inspector) {
    for (std::size_t i = 0; i < ended_values_.size(); ++i)
        if (!is_gauge_[i]) ended_values_[i] += inspector.page().values[i].load(std::memory_order_relaxed);
}

std::vector<std::uint64_t> Supervisor::inspector_values() const {
    const std::lock_guard lock{values_mutex_};
    std::vector<std::uint64_t> out = ended_values_;
    for (const auto& inspector : inspectors_)
        for (std::size_t i = 0; i < out.size(); ++i) out[i] += inspector->page().values[i].load(std::memory_order_relaxed);
    return out;
}

void Supervisor::event(std::string_view what, const std::string& message, std::optional<unsigned> worker) {
    say_(message);
    std::string line(8192, '\0');
    JsonWriter json{line};
    json.plain_member("timestamp", eve_time(wall_clock()).text());
    json.member("event_type", "engine");
    json.begin_object("engine");
    json.member("what", what);
    json.member("message", message);
    if (worker) json.member("worker", *worker);
    json.member("generation", generation_);
    json.end_object();
    line.resize(json.finish());
    collector_->write(event_type::engine, line);
}

}  // namespace weir
