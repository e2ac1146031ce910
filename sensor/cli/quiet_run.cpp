// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/quiet_run.hpp"

#include <algorithm>

#include "sensor/cli/progress.hpp"

namespace weir::cli {

Result<Worker*, std::string> QuietRun::add(const std::string& policy_file) {
    ReplayOptions options;
    options.policy = policy_file;
    options.captures = names_;
    auto prepared = prepare(options);
    if (!prepared) return Unexpected{prepared.error()};
    Lane lane;
    lane.plan = std::make_unique<ReplayPlan>(std::move(*prepared));
    lane.plan->config.evidence = false;
    const std::vector<std::string> alerts_alone{"alert"};
    (void)lane.plan->shared.eve.select(alerts_alone);
    if (lanes_.empty()) warnings_ = lane.plan->warnings;
    lane.ring = std::make_unique<EventRing>();
    lane.worker = std::make_unique<Worker>(lane.plan->config, lane.plan->shared, *lane.ring, Reporter::Wait{}, false);
    if (const auto& policy = lane.plan->shared.policy; policy && policy->any_duty())
        lane.duties = std::make_unique<DutyJudge>(policy, lane.plan->shared.eve, lane.plan->shared.names);
    lanes_.push_back(std::move(lane));
    return lanes_.back().worker.get();
}

std::optional<std::string> QuietRun::run(const std::function<void(std::size_t, const RecordHead&)>& found) {
    CaptureSource source{captures()};
    const auto drain = [&](std::size_t number) {
        EventRing& ring = *lanes_[number].ring;
        while (const auto record = ring.front()) {
            if (record->head.type == RecordType::alert) found(number, record->head);
            if (record->head.type == RecordType::duty && lanes_[number].duties)
                for (const DutyJudge::Missed& missed : lanes_[number].duties->take(record->head)) found(number, missed.head);
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
        if (!report.recognised) return report.not_a_capture();
        if (!report.damage.empty()) warnings_.push_back(report.name + ": not read to its end: " + report.damage);
    }
    return std::nullopt;
}

}  // namespace weir::cli
