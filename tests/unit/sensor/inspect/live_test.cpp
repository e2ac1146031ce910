// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/live.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <new>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/pcap_reader.hpp"
#include "tests/support/replay_driver.hpp"

using namespace weir;
using namespace std::chrono_literals;
using test::Traffic;

namespace {

void say(const std::string& sentence) { (void)!::write(STDERR_FILENO, (sentence + '\n').c_str(), sentence.size() + 1); }

/// The test is forwarder and supervisor of one worker.
class Sensor {
public:
    explicit Sensor(const test::ReplaySetup& setup, std::size_t ring_bytes = 1u << 20)
        : plan_(test::plan_of(setup)), ring_(*create_packet_ring(packet_ring_file(folder(), 0), ring_bytes)), writer_(ring_) {
        CollectorConfig config;
        config.directory = folder_.path().string();
        config.evidence.session_bytes = plan_.config.evidence_session_bytes;
        collector_ = *Collector::open(std::move(config), {}, nullptr, Worker::stats_paths());
        words().attended.store(1);
    }
    ~Sensor() {
        for (const auto& inspector : inspectors_)
            if (inspector->pid != 0) (void)end(*inspector, SIGKILL);
    }
    Sensor(const Sensor&) = delete;
    Sensor& operator=(const Sensor&) = delete;

    struct Inspector {
        std::uint32_t ticket;
        SharedMemory memory;
        std::unique_ptr<EventRing> events;
        pid_t pid;
        [[nodiscard]] InspectorPage& page() const { return *reinterpret_cast<InspectorPage*>(memory.data()); }
    };
    /// Begins another inspector; it has the turn when `turn` says so.
    Inspector& begin() {
        auto inspector = std::make_unique<Inspector>();
        inspector->ticket = static_cast<std::uint32_t>(inspectors_.size() + 1);
        inspector->memory = *SharedMemory::create(inspector_file(folder(), 0, inspector->ticket), InspectorPage::size + EventRing::shared_size(1u << 20));
        new (inspector->memory.data()) InspectorPage{};
        inspector->events = std::make_unique<EventRing>(std::span{inspector->memory.data(), inspector->memory.size()}.subspan(InspectorPage::size));
        const InspectorConfig task{folder(), 0, inspector->ticket, "nobody", &plan_.config, &plan_.shared};
        inspector->pid = ::fork();
        if (inspector->pid == 0) ::_exit(inspect(task, &say));
        collector_->add(*inspector->events, {plan_.shared.rules, &plan_.shared.rules->rules->text()}, {});
        inspectors_.push_back(std::move(inspector));
        return *inspectors_.back();
    }
    void turn(std::uint32_t ticket) const { words().turn.store(ticket); }

    /// As the forwarder does; waits where the ring is full.
    void push(const Traffic& traffic, std::size_t first = 0, std::size_t count = ~std::size_t{0}) {
        for (std::size_t i = first; i < traffic.packets().size() && i - first < count; ++i) {
            const auto& [frame, time] = traffic.packets()[i];
            clock_ = std::max(clock_, time);
            Packet packet = test::as_packet(frame, clock_, 1, i + 1);
            while (!writer_.push(packet, 100 + i)) wait();
            if (i % 7 == 0) writer_.publish(clock_, i + 2);
            next_ = i + 2;
        }
        writer_.publish(clock_, next_);
    }
    /// All that was pushed has been looked at.
    [[nodiscard]] bool drained() {
        for (int i = 0; i < 20'000 && writer_.used() != 0; ++i) wait();
        return writer_.used() == 0;
    }
    /// No more packets: the inspector ends when it has seen all. Its exit status.
    int finish(Inspector& inspector) {
        words().last.store(1);
        return end(inspector, 0);
    }
    int end(Inspector& inspector, int signal) {
        if (signal != 0) ::kill(inspector.pid, signal);
        int status = -1;
        for (int i = 0; i < 60'000 && ::waitpid(inspector.pid, &status, WNOHANG) == 0; ++i) wait();
        inspector.pid = 0;
        inspector.events->abandon();
        (void)collector_->poll();
        return status;
    }
    std::string eve() {
        (void)collector_->finish();
        return test::read_file(folder_ / "eve.json");
    }
    [[nodiscard]] const packet_ring::Consumer& page() const { return *reinterpret_cast<const packet_ring::Consumer*>(ring_.data() + packet_ring::consumer_at); }
    [[nodiscard]] PacketRingWriter& writer() { return writer_; }
    [[nodiscard]] std::string folder() const { return folder_.path().string(); }
    [[nodiscard]] const test::ReplayPlan& plan() const { return plan_; }
    void wait() {
        (void)collector_->poll();
        std::this_thread::sleep_for(1ms);
    }
    template <class Condition>
    bool wait_until(Condition&& condition) {
        for (int i = 0; i < 20'000 && !condition(); ++i) wait();
        return condition();
    }

private:
    [[nodiscard]] packet_ring::Supervisor& words() const { return *reinterpret_cast<packet_ring::Supervisor*>(ring_.data() + packet_ring::supervisor_at); }

    test::TemporaryFolder folder_;
    test::ReplayPlan plan_;
    SharedMemory ring_;
    PacketRingWriter writer_;
    std::unique_ptr<Collector> collector_;
    std::vector<std::unique_ptr<Inspector>> inspectors_;
    Time clock_ = 0;
    std::uint64_t next_ = 1;
};

constexpr const char* rule = R"(alert tcp any any -> any any (msg:"greeting"; content:"hello"; sid:1;))";

Traffic talks(int count) {
    Traffic traffic;
    for (int i = 0; i < count; ++i) {
        const std::string client = "10.0.0." + std::to_string(1 + i % 200);
        test::TcpTalk{traffic, {client, static_cast<std::uint16_t>(20'000 + i)}, {"10.0.9.9", 80}}.handshake().send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").close();
        if (i % 3 == 0) traffic.udp({client, 5353}, {"10.0.9.9", 53}, std::string_view{"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01" "a\0\0\x01\0\x01", 19});
        traffic.wait(second / 5);
    }
    return traffic;
}

/// The lines of an eve.json, but those that count what one run has used.
std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
        if (line.find(R"("event_type":"stats")") == std::string::npos) out.push_back(line);
    return out;
}

}  // namespace

TEST_CASE("live: an inspector says what a replay of the same packets says") {
    std::vector<std::pair<std::string, Traffic>> all{{"sessions made here", talks(60)}};
    for (const char* const folder : {"ssh", "dns"}) {
        std::size_t files = 0;
        for (const auto& file : test::captures(folder)) {
            if (std::filesystem::file_size(file) > 300'000 || files == 3) continue;
            Traffic traffic;
            test::for_each_packet(file, [&](const Packet& packet) {
                if (packet.link_type == 1 && packet.wire_length == packet.data.size()) traffic.at(packet.clock).add({packet.data.begin(), packet.data.end()});
            });
            if (traffic.packets().empty()) continue;
            ++files;
            all.emplace_back(file.filename().string(), std::move(traffic));
        }
    }
    if (all.size() == 1) WARN("no captures in " << test::capture_folder << ": only the sessions made here are compared");
    for (const auto& [name, traffic] : all) {
        INFO(name);
        const test::ReplaySetup setup{.policy = {}, .rules = rule, .settings = {}, .workers = 1};
        const test::Replay replay{traffic, setup};
        Sensor sensor{setup};
        auto& inspector = sensor.begin();
        sensor.turn(1);
        sensor.push(traffic);
        CHECK(sensor.finish(inspector) == 0);
        CHECK(inspector.page().state.load() == InspectorPage::finished);
        CHECK(sensor.page().done.load() == traffic.packets().size());
        CHECK(sensor.page().skipped.load() == 0);
        const auto said = lines_of(sensor.eve()), expected = lines_of(replay.text());
        CHECK(!expected.empty());
        CHECK(said == expected);
    }
}

TEST_CASE("live: its counters can be read meanwhile, and fit where they are written") {
    std::size_t rows = 0;
    for (const auto table : Worker::metric_tables()) rows += table.size();
    CHECK(rows <= InspectorPage::most_values);
    Sensor sensor{{}};
    auto& inspector = sensor.begin();
    sensor.turn(1);
    sensor.push(talks(20));
    CHECK(sensor.finish(inspector) == 0);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < rows; ++i) sum += inspector.page().values[i].load();
    CHECK(sum > talks(20).packets().size());
    for (std::size_t i = rows; i < InspectorPage::most_values; ++i) CHECK(inspector.page().values[i].load() == 0);
}

TEST_CASE("live: one waits for its turn, and goes on where the one before ended") {
    const Traffic traffic = talks(200);
    Sensor sensor{{.policy = {}, .rules = rule, .settings = {}, .workers = 1}};
    auto& first = sensor.begin();
    REQUIRE(sensor.wait_until([&] { return first.page().state.load() == InspectorPage::waiting; }));
    sensor.push(traffic, 0, 300);
    const std::uint64_t beats = sensor.page().beats.load();
    CHECK(sensor.wait_until([&] { return sensor.page().beats.load() > beats + 10; }));  // it lives
    CHECK(sensor.page().reading.load() == 0);                                           // and does not look
    sensor.turn(1);
    CHECK(sensor.drained());
    auto& second = sensor.begin();
    REQUIRE(sensor.wait_until([&] { return second.page().state.load() == InspectorPage::waiting; }));
    sensor.turn(0);
    CHECK(sensor.wait_until([&] { return sensor.page().released.load() == 1; }));
    sensor.push(traffic, 300, 300);
    CHECK(sensor.end(first, 0) == 0);
    CHECK(sensor.page().done.load() == 300);
    sensor.turn(2);
    sensor.push(traffic, 600);
    CHECK(sensor.finish(second) == 0);
    CHECK(sensor.page().done.load() == traffic.packets().size());
    CHECK(sensor.page().skipped.load() == 0);
}

TEST_CASE("live: no packet is looked at twice when one is killed, and what it leaves behind is counted") {
    const Traffic traffic = talks(400);
    Sensor sensor{{}, 256u << 10};
    std::size_t at = 0, ended = 0;
    for (Sensor::Inspector* inspector = &sensor.begin(); at < traffic.packets().size(); at += 500) {
        sensor.turn(inspector->ticket);
        sensor.push(traffic, at, 500);
        if (at % 1000 == 0) {
            const int status = sensor.end(*inspector, SIGKILL);  // somewhere in the middle
            CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
            ++ended;
            inspector = &sensor.begin();
            sensor.turn(inspector->ticket);
        }
        CHECK(sensor.drained());
    }
    CHECK(ended >= 2);
    CHECK(sensor.page().done.load() + sensor.page().skipped.load() == traffic.packets().size());
    CHECK(sensor.page().skipped.load() <= ended * burst_size);
}

TEST_CASE("live: verdicts tell the packet that they are about") {
    Sensor sensor{{.policy = {}, .rules = R"(drop tcp any any -> any any (msg:"greeting"; content:"hello"; sid:1;))", .settings = {"mode=enforce"}, .workers = 1}};
    auto& inspector = sensor.begin();
    sensor.turn(1);
    const Traffic traffic = talks(3);
    sensor.push(traffic);
    CHECK(sensor.finish(inspector) == 0);
    std::vector<VerdictEntry> verdicts;
    while (const auto verdict = sensor.writer().next_verdict()) verdicts.push_back(*verdict);
    REQUIRE(!verdicts.empty());
    std::size_t greetings = 0;
    std::uint64_t last = 0;
    for (const VerdictEntry& verdict : verdicts) {
        CHECK(verdict.action == static_cast<std::uint32_t>(Action::drop));
        CHECK(verdict.position > last);
        last = verdict.position;
        const auto& frame = traffic.packets().at(verdict.tag - 100).frame;
        greetings += as_text(frame).find("hello") != std::string_view::npos;
    }
    CHECK(greetings == 3);
}

TEST_CASE("live: an inspector that cannot begin says so, and why with its code") {
    const test::ReplayPlan plan = test::plan_of({});
    const auto code_of = [](const InspectorConfig& config) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(inspect(config, [](const std::string&) {}));
        int status = -1;
        ::waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    };
    CHECK(code_of({"/nowhere", 0, 1, "nobody", &plan.config, &plan.shared}) == inspector_exit::no_memory);
    Sensor sensor{{}};
    CHECK(code_of({sensor.folder(), 0, 99, "nobody", &plan.config, &plan.shared}) == inspector_exit::no_memory);  // there is no such file of events
    const auto events = SharedMemory::create(inspector_file(sensor.folder(), 0, 7), InspectorPage::size + EventRing::shared_size(0));
    if (::getuid() == 0) CHECK(code_of({sensor.folder(), 0, 7, "no-such-user", &plan.config, &plan.shared}) == inspector_exit::no_sandbox);
}
