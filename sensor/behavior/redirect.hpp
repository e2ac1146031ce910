// SPDX-License-Identifier: Apache-2.0
// Management goes elsewhere: a device sends its traps, logs, logins, flow records or questions to another server than the one that
// had them so far.
#pragma once

#include "sensor/behavior/detector.hpp"
#include "sensor/behavior/field_rows.hpp"
#include "sensor/behavior/recent_table.hpp"

namespace weir {

/// What of a protocol a device does for those who manage it.
struct DutyRow {
    std::string_view text;             ///< "traps": what goes elsewhere
    std::string_view protocol, field;  ///< no field: every transaction
    std::string_view begins;           ///< what the field holds begins so
    std::uint16_t port = 0;            ///< only there; 0: anywhere
};

class RedirectDetector {
public:
    static constexpr std::string_view name = "redirect";
    static constexpr std::string_view doc = "Traps, logs, logins, flow records, time or names: another server than those that the contract names";

    struct Settings {
        Time silent = 3600 * second;  ///< a permitted server that has not heard of the device for so long has been left
        std::size_t rows = 2048;      ///< of the table
    };

    using State = NoState;

    RedirectDetector() : RedirectDetector(Settings{}) {}
    explicit RedirectDetector(const Settings& settings);

    void transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept;
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return table_.forgotten(); }

private:
    struct Key {
        IpAddress device;
        std::uint64_t row = 0;
        friend bool operator==(const Key&, const Key&) noexcept = default;
    };
    struct Duty {
        Time kept = 0;              ///< clock of the latest session that the contract allows; 0: none yet
        std::uint64_t session = 0;  ///< the latest one that was told
    };

    Settings settings_;
    FieldRows<DutyRow> rows_;
    RecentTable<Key, Duty> table_;
};

static_assert(DetectorType<RedirectDetector>);

}  // namespace weir
