// SPDX-License-Identifier: Apache-2.0
// Duties: what equipment is expected to do again and again (`expect`), and when it has stopped doing it while it is alive.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sensor/contract/policy.hpp"
#include "sensor/metrics/counter.hpp"

namespace weir {

struct DutyMetrics {
    Counter missed, redirected, devices, devices_limit, evicted;
};

/// Where and when a device did its duty last.
struct DutyDone {
    IpAddress client, server;  ///< of that session
    std::uint16_t server_port = 0;
    std::uint8_t protocol = 0;
    Facing facing = Facing::egress;  ///< of the equipment in it
    std::uint64_t flow_id = 0;
    Time time = 0;  ///< as captured
};

struct MissedDuty {
    LineId line = no_line;
    std::optional<DutyDone> last;  ///< none: not since the device was first seen
    Time since = 0;                ///< as captured: of the last time, or of the device's first packet
};

/// One per run, in the place where the marks of all workers meet in packet time; not thread-safe. Bounded: the device that was
/// silent the longest is forgotten for a new one. Of several marks of one sort in one grain only the first counts, so that it does
/// not matter how many workers make them.
///
/// Time is counted in grains, eighths of a duty's `every`. A duty is missed by a device that is alive (sends anything) when ten
/// whole grains have gone by without it: between one and a quarter and one and a half of `every` after the last time. A device
/// that was silent altogether for longer than `every` gets as long anew, at most `chances` times in a row. An outage is told once;
/// it ends when the duty is done again. Where it went to another peer instead, that has been told already.
class DutyTable {
public:
    static constexpr unsigned chances = 3;

    explicit DutyTable(std::shared_ptr<const Policy> policy, std::size_t devices = 16'384);

    /// A device is its equipment entry; of one that names a range, each `address` (else `::`) is a device.
    struct Device {
        EquipmentId equipment = no_equipment;
        IpAddress address;
        friend bool operator==(const Device&, const Device&) noexcept = default;
    };
    /// The device did what `line` expects. Say so before `alive` of the same packet.
    void kept(const Device& device, LineId line, Time clock, const DutyDone& done);
    /// It did so with a peer that is none of the line's.
    void moved(const Device& device, LineId line, Time clock);
    /// The device sent something: what it misses by now.
    [[nodiscard]] std::vector<MissedDuty> alive(const Device& device, Time clock, Time time);

    [[nodiscard]] const DutyMetrics& metrics() const noexcept { return metrics_; }

private:
    struct State {
        std::int64_t kept = -1;             ///< grain in which it was last done
        std::optional<std::int64_t> since;  ///< grain from which it is missed: of the last time, or of a new chance
        std::int64_t moved = -1;            ///< grain in which it last went elsewhere
        std::int64_t seen = 0;              ///< grain in which the device was last alive
        unsigned restarts = 0;
        bool told = false;
        std::optional<DutyDone> last;
    };
    struct Entry {
        Device device;
        std::optional<Time> first;  ///< as captured: its first packet
        std::int64_t alive = -1;    ///< grain of life in which it was last alive
        std::vector<State> states;  ///< by Policy::duties
    };
    struct Hash {
        std::size_t operator()(const Device& device) const noexcept;
    };
    [[nodiscard]] std::span<const Duty> duties(const Device& device) const noexcept;
    [[nodiscard]] Entry& entry_of(const Device& device);
    [[nodiscard]] State* state_of(const Device& device, LineId line, const Duty*& duty);
    [[nodiscard]] bool overdue(State& state, const Duty& duty, std::int64_t grain, Time clock) const;

    std::shared_ptr<const Policy> policy_;
    std::size_t capacity_;
    std::list<Entry> entries_;                                            ///< the most recently alive first
    std::unordered_map<Device, std::list<Entry>::iterator, Hash> index_;  ///< looked up only, never walked
    DutyMetrics metrics_;
};

inline constexpr std::array duty_metrics{
    counter<&DutyMetrics::missed>("weir_contract_duties_missed_total", "Outages: duties that equipment stopped doing while it was alive"),
    counter<&DutyMetrics::redirected>("weir_contract_duties_redirected_total",
                                      "Duties that stopped because they went to another peer, which was told before"),
    gauge<&DutyMetrics::devices>("weir_contract_duty_devices", "Devices whose duties are watched"),
    gauge<&DutyMetrics::devices_limit>("weir_contract_duty_devices_limit", "Devices whose duties are watched at most"),
    counter<&DutyMetrics::evicted>("weir_contract_duty_devices_evicted_total", "Devices forgotten with their duties: the table was full")};

}  // namespace weir
