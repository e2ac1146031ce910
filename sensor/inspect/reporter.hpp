// SPDX-License-Identifier: Apache-2.0
// What a worker has to say, on its way to the collector: orders it, renders it into the ring, adds the evidence.
#pragma once

#include <memory>

#include "sensor/collect/event_ring.hpp"
#include "sensor/collect/packet_history.hpp"
#include "sensor/output/eve.hpp"
#include "sensor/output/stats.hpp"

namespace weir {

struct ReporterConfig {
    EveConfig eve;
    bool evidence = true;
    std::size_t history = PacketHistory::default_capacity;
    std::uint32_t evidence_session_bytes = 256u << 10;
};

struct ReporterMetrics {
    Counter findings, lost_records;
};
inline constexpr std::array reporter_metrics{
    counter<&ReporterMetrics::findings>("weir_findings_total", "Findings of all judges, before thresholds"),
    counter<&ReporterMetrics::lost_records>("weir_records_lost_total", "Events and alerts that the ring to the collector had no room for"),
};

/// One per worker. All that is reported between two `at_...` calls belongs to that moment, in the order of the calls.
class Reporter {
public:
    /// Called while the ring is full; returns false to give the record up.
    struct Wait {
        bool (*call)(void* context) noexcept = [](void*) noexcept { return false; };
        void* context = nullptr;
    };

    Reporter(const ReporterConfig& config, std::shared_ptr<const EveNames> names, EventRing& ring, Wait wait);

    void at_packet(const Packet& packet) noexcept;
    /// A timer: `order` ranks the events of one boundary.
    void at_timer(Time boundary, std::uint64_t order) noexcept;
    /// Behind the last packet of a run; `order` ranks what is said there, over all workers.
    void at_end(Time clock, std::uint64_t order) noexcept;

    /// Keeps a copy of the session's packet, or sends it where the session is being recorded.
    void remember(Session& session, const Packet& packet) noexcept;

    void flow(const Session& session, Time time, std::string_view tcp_state, bool update, SessionEnd end) noexcept;
    void app(const Session& session, Time time, const ParserInfo& parser, const void* transaction) noexcept;
    void anomaly(const AnomalyEvent& event) noexcept;
    /// `rule`: the index of the rule whose finding it is, or none. The session's evidence begins with its first finding.
    void finding(Session& session, const AlertEvent& event, std::uint32_t rule = 0xffff'ffff) noexcept;
    /// A fact about the device at one end of the session, for the inventory. `same`: RecordHead::same.
    void fact(const Session& session, EquipmentId equipment, Facing facing, std::uint32_t number, std::uint64_t same) noexcept;
    /// The session has ended: its evidence may be closed, and its story is over.
    void session_ended(const Session& session) noexcept;
    /// What shows that equipment does its duties, at the end of `session` that is the equipment's; `line`: DutyMark's.
    void duty(const Session& session, Facing facing, DutyMark mark, std::uint32_t line, Time time) noexcept;
    void stats(const StatsSource& source, Time boundary, Time time, std::uint64_t number) noexcept;

    /// Nothing will be reported any more that stands before this.
    void advance(Time clock, std::uint64_t next_number) noexcept { ring_.advance(Watermark{clock, next_number}); }
    void close() noexcept { ring_.close(); }

    [[nodiscard]] const Packet* packet() const noexcept { return packet_; }
    [[nodiscard]] std::uint64_t truncated() const noexcept { return eve_.truncated(); }
    [[nodiscard]] const ReporterMetrics& metrics() const noexcept { return metrics_; }

private:
    template <class Render>
    bool push(RecordHead head, std::size_t room, Render&& render) noexcept;
    [[nodiscard]] RecordHead head_of(RecordType type, const Session* session, EventType event) noexcept;
    void record(const Session& session, const Packet& packet) noexcept;

    EventRing& ring_;
    Wait wait_;
    Eve eve_;
    PacketHistory history_;
    bool evidence_;
    std::uint32_t evidence_session_bytes_;
    OrderKey key_{};
    const Packet* packet_ = nullptr;
    ReporterMetrics metrics_;
};

}  // namespace weir
