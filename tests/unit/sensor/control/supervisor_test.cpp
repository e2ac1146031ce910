// SPDX-License-Identifier: Apache-2.0
#include "sensor/control/supervisor.hpp"

#include <csignal>

#include "tests/support/catch.hpp"
#include "tests/support/fake_forwarder.hpp"
#include "tests/support/replay_driver.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t workers = 2;

std::unique_ptr<SensorPlan> plan_in(const test::TemporaryFolder& folder) {
    auto plan = std::make_unique<SensorPlan>();
    auto made = test::plan_of({.policy = {}, .rules = {}, .settings = {"run.directory=" + (folder / "run").string(), "workers=" + std::to_string(workers)}, .workers = 1});
    plan->config = std::move(made.config);
    plan->shared = std::move(made.shared);
    plan->collector.directory = folder / "out";
    return plan;
}

struct Sensor {
    test::TemporaryFolder folder;
    bool good_files = true;
    std::unique_ptr<Supervisor> supervisor = [this] {
        auto started = Supervisor::start(plan_in(folder), {"eth0", "eth1"},
                                         [this]() -> Result<std::unique_ptr<SensorPlan>, std::string> {
                                             if (!good_files) return Unexpected{std::string{"line 3 is wrong"}};
                                             return plan_in(folder);
                                         },
                                         [](const std::string&) {});
        if (!started) throw std::runtime_error(started.error());
        return *std::move(started);
    }();
    ~Sensor() { CHECK(!supervisor->stop()); }

    template <class Condition>
    [[nodiscard]] bool turns_until(Condition&& condition) const {
        for (int i = 0; i < 20'000 && !condition(); ++i) {
            if (supervisor->turn()) return false;
            std::this_thread::sleep_for(1ms);
        }
        return condition();
    }
    [[nodiscard]] std::vector<Supervisor::InspectorState> active() const {
        std::vector<Supervisor::InspectorState> out;
        for (const auto& inspector : supervisor->inspectors())
            if (inspector.active) out.push_back(inspector);
        return out;
    }
    [[nodiscard]] bool all_active(std::uint32_t generation) const {
        const auto found = active();
        return supervisor->ready() && found.size() == workers && supervisor->inspectors().size() == workers &&
               std::ranges::all_of(found, [&](const auto& inspector) { return inspector.generation == generation; });
    }
    [[nodiscard]] bool told(std::string_view what) const { return test::read_file(folder / "out" / "eve.json").find(what) != std::string::npos; }
};

}  // namespace

TEST_CASE("supervisor: every worker has an inspector, and another one when it is killed") {
    const Sensor sensor;
    REQUIRE(sensor.turns_until([&] { return sensor.all_active(1); }));
    const auto before = sensor.active();
    CHECK(before[0].worker != before[1].worker);
    ::kill(before[0].pid, SIGKILL);
    REQUIRE(sensor.turns_until([&] { return sensor.supervisor->metrics().inspector_restarts.get() == 1 && sensor.all_active(1); }));
    for (const auto& inspector : sensor.active()) CHECK((inspector.pid == before[1].pid || inspector.worker == before[0].worker));
    CHECK(sensor.told(R"("what":"inspector-ended")"));
    CHECK(sensor.told("signal 9 (Killed)"));
}

TEST_CASE("supervisor: a forwarder that is killed is started again, and the time without one is counted") {
    const Sensor sensor;
    REQUIRE(sensor.turns_until([&] { return sensor.all_active(1); }));
    const pid_t before = sensor.supervisor->account().process.load();
    ::kill(before, SIGKILL);
    REQUIRE(sensor.turns_until([&] { return sensor.supervisor->metrics().forwarder_restarts.get() == 1 && sensor.supervisor->ready(); }));
    CHECK(sensor.supervisor->account().process.load() != before);
    CHECK(sensor.supervisor->metrics().outage.get() > 0);
    CHECK(sensor.told(R"("what":"forwarder-ended")"));
}

TEST_CASE("supervisor: a reload gives every worker a new inspector; a bad file changes nothing") {
    Sensor sensor;
    REQUIRE(sensor.turns_until([&] { return sensor.all_active(1); }));
    const auto before = sensor.active();
    sensor.good_files = false;
    sensor.supervisor->reload();
    REQUIRE(sensor.turns_until([&] { return sensor.supervisor->metrics().failed_reloads.get() == 1; }));
    CHECK(sensor.told("nothing is reloaded: line 3 is wrong"));
    CHECK(sensor.supervisor->metrics().generation.get() == 1);
    CHECK(sensor.all_active(1));
    sensor.good_files = true;
    sensor.supervisor->reload();
    REQUIRE(sensor.turns_until([&] { return sensor.all_active(2); }));
    CHECK(sensor.supervisor->metrics().generation.get() == 2);
    CHECK(sensor.supervisor->metrics().reloads.get() == 1);
    CHECK(sensor.supervisor->metrics().inspector_restarts.get() == 0);  // those before have been told to leave
    for (const auto& inspector : sensor.active())
        for (const auto& old : before) CHECK(inspector.pid != old.pid);
}

TEST_CASE("supervisor: when it stops nothing is left behind") {
    const test::TemporaryFolder folder;
    auto started = Supervisor::start(plan_in(folder), {"eth0", "eth1"}, [&folder]() -> Result<std::unique_ptr<SensorPlan>, std::string> { return plan_in(folder); }, [](const std::string&) {});
    REQUIRE(started);
    for (int i = 0; i < 20'000 && !(*started)->ready(); ++i) {
        REQUIRE(!(*started)->turn());
        std::this_thread::sleep_for(1ms);
    }
    const pid_t forwarder = (*started)->account().process.load();
    std::vector<pid_t> all{forwarder};
    for (const auto& inspector : (*started)->inspectors()) all.push_back(inspector.pid);
    CHECK(all.size() == 1 + workers);
    CHECK(!(*started)->stop());
    for (const pid_t pid : all) CHECK(!Process::adopt(pid));
    CHECK(std::filesystem::is_empty(folder / "run"));
    CHECK(test::read_file(folder / "out" / "eve.json").find(R"("what":"stop")") != std::string::npos);
}
