// SPDX-License-Identifier: Apache-2.0
// Doors that stand open: what the transactions of a device show of its weakness, whoever speaks to it. Facts, not deeds.
#pragma once

#include "sensor/behavior/detector.hpp"
#include "sensor/behavior/exposure_facts.hpp"
#include "sensor/behavior/field_rows.hpp"
#include "sensor/behavior/recent_table.hpp"

namespace weir {

class ExposureDetector {
public:
    static constexpr std::string_view name = "exposure";
    static constexpr std::string_view doc = "Clear text, default words, old software, weak algorithms: facts about a device";

    struct Settings {
        std::size_t rows = 4096;  ///< of the table of devices
    };

    using State = NoState;

    ExposureDetector() : ExposureDetector(Settings{}) {}
    explicit ExposureDetector(const Settings& settings) : rows_(exposure_facts()), told_(settings.rows) {}

    void transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept;
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return told_.forgotten(); }

private:
    using Facts = std::uint64_t;  ///< a bit per number of a fact

    void tell(const Session& session, const ExposureFact& fact, std::string_view shown, Facing of, SuspicionSink& sink, Time clock) noexcept;

    FieldRows<ExposureFact> rows_;
    RecentTable<IpAddress, Facts> told_;  ///< by device
};

static_assert(DetectorType<ExposureDetector>);

}  // namespace weir
