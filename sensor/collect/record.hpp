// SPDX-License-Identifier: Apache-2.0
// What a worker sends the collector: rendered lines with what is needed to order, threshold, count and prove them.
#pragma once

#include <compare>
#include <cstdint>

#include "parsers/base/ip_address.hpp"
#include "sensor/judge/finding.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// Total order of everything that workers report, the same for any number of workers. Each worker's records come in
/// ascending order; `index` counts those of one packet or one timer tick.
struct OrderKey {
    Time clock = 0;               ///< of the packet, or the boundary of the timer tick
    std::uint64_t number = 0;     ///< of the packet; 0 for timers, which fire before the first packet at or after the boundary
    std::uint64_t session = 0;    ///< timers: (expiry, flow id) orders sessions that fire at one boundary
    std::uint32_t index = 0;
    friend constexpr auto operator<=>(const OrderKey&, const OrderKey&) noexcept = default;
};

enum class RecordType : std::uint8_t {
    event,    ///< one finished EVE line
    alert,    ///< an EVE line without its end: the collector adds evidence and closes it
    packet,   ///< a packet for the evidence of session `flow_id`
    end,      ///< session `flow_id`, which had findings, has ended
    fact,     ///< a fact about a device (`sid`), without text: for the inventory
    stats,    ///< a worker's counters (StatsSource::read) at a boundary of packet time
    duty,     ///< a DutyMark: the duties of equipment are judged where the marks of all workers meet
};

/// What a packet shows of the duties (`expect`) of the equipment that sent it. Marks come at most once per worker and grain of
/// time, the first packet of a grain always making one; so the first mark of each grain is the same for any number of workers.
enum class DutyMark : std::uint8_t {
    alive,  ///< it sent something
    kept,   ///< it did what `line` expects
    moved,  ///< it did what `line` expects with another peer, which is a finding of its own
};

/// Order of the `stats` records of one boundary: the same from every worker, behind all timers of that boundary. The last
/// ones of a run have `number` ~0, behind its last packet.
[[nodiscard]] constexpr OrderKey stats_key(Time boundary, std::uint64_t number = 0) noexcept {
    return {boundary, number, ~std::uint64_t{0}, ~std::uint32_t{0}};
}

/// Head of a record; `size` bytes of text or packet follow it in the ring.
struct RecordHead {
    RecordType type = RecordType::event;
    std::uint8_t event_type = 0;          ///< row of the EVE event catalogue, for counters and filters
    Kind kind = Kind::signature;          ///< alerts
    Judge judge = Judge::rule;
    Severity severity = 3;
    Facing facing = Facing::egress;
    std::uint16_t link_type = 1;          ///< packets
    std::uint32_t size = 0;
    std::uint32_t wire_length = 0;        ///< packets
    std::uint32_t gid = 0, sid = 0;       ///< alerts
    std::uint32_t rule = 0xffff'ffff;     ///< alerts by rule: index in RuleText::rules (thresholds); else none
    std::uint64_t same = 0;               ///< facts and their alerts: counts where another device has the same number; 0: always
    EquipmentId equipment = no_equipment;
    DutyMark mark = DutyMark::alive;      ///< duties
    std::uint32_t line = 0xffff'ffff;     ///< duties: the contract line; none where it is `alive`
    OrderKey key;
    Time time = 0;                        ///< as captured
    std::uint64_t flow_id = 0;
    IpAddress source, destination;        ///< alerts: who opened, who accepted
    std::uint16_t destination_port = 0;
    std::uint8_t protocol = 0;
};

}  // namespace weir
