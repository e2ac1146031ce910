// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/quiet_run.hpp"

#include <algorithm>

#include "sensor/cli/progress.hpp"
#include "sensor/cli/rule_cache.hpp"
#include "sensor/cli/rules.hpp"

namespace weir::cli {

QuietRun::QuietRun(std::vector<std::string> captures) : captures_(std::move(captures)) { config_.evidence = false; }

Result<QuietRun, std::string> QuietRun::open(const std::vector<std::string>& captures) {
    auto found = find_captures(captures);
    if (!found) return Unexpected{found.error()};
    return QuietRun{std::move(*found)};
}

Result<Worker*, std::string> QuietRun::add(std::shared_ptr<const Policy> policy) {
    std::vector<std::string> equipment;
    auto names = std::make_shared<EveNames>();
    if (policy != nullptr) {
        for (const AddressRange& range : policy->tables().equipment_ranges) equipment.push_back(range.text());
        for (const Equipment& each : policy->equipment()) names->equipment.push_back({each.name, each.vendor, each.role, each.site});
    }
    for (const std::string& capture : captures_) names->origins.push_back({"", capture});
    auto loaded = load_rules({}, config_, equipment);
    if (!loaded) return Unexpected{loaded.error()};
    RuleCache cache{config_.rule_cache};
    auto compiled = rules::compile(std::move(loaded->result.rules), rules::CompileOptions{&cache});
    if (!compiled) return Unexpected{compiled.error()};

    Shared shared;
    shared.policy = std::move(policy);
    shared.rules = std::make_shared<RuleBook>(std::move(*compiled));
    shared.names = std::move(names);
    shared.identifier = std::make_shared<Identifier>();
    shared.services = std::make_shared<ServicePorts>();
    const std::vector<std::string> alerts_alone{"alert"};
    (void)shared.eve.select(alerts_alone);
    Lane lane;
    lane.ring = std::make_unique<EventRing>();
    lane.worker = std::make_unique<Worker>(config_, shared, *lane.ring, Reporter::Wait{}, false);
    lanes_.push_back(std::move(lane));
    return lanes_.back().worker.get();
}

std::optional<std::string> QuietRun::run(const std::function<void(std::size_t, const RecordHead&)>& found, std::vector<std::string>& warnings) {
    CaptureSource source{captures_};
    const auto drain = [&](std::size_t number) {
        EventRing& ring = *lanes_[number].ring;
        while (const auto record = ring.front()) {
            if (record->head->type == RecordType::alert) found(number, *record->head);
            ring.pop();
        }
    };
    Burst burst;
    Time last_time = 0;
    {
        Progress progress;
        while (source.next(burst)) {
            last_time = burst.packets.back().time;
            for (std::size_t i = 0; i < lanes_.size(); ++i) {
                lanes_[i].worker->process(burst, burst.packets.back().number + 1);
                drain(i);
            }
            progress.update(source.position(), source.total(), source.packets());
        }
    }
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        lanes_[i].worker->finish(burst.clock, last_time);
        drain(i);
    }
    packets_ = source.packets();
    for (const CaptureReport& report : source.reports()) {
        last_ = std::max(last_, report.last);
        if (!report.recognised) return report.name + ": not a capture, expected pcap or pcapng (plain, .gz, .zst)";
        if (!report.damage.empty()) warnings.push_back(report.name + ": not read to its end: " + report.damage);
    }
    return std::nullopt;
}

}  // namespace weir::cli
