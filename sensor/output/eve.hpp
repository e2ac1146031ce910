// SPDX-License-Identifier: Apache-2.0
// Renders EVE lines (Suricata 8's names, docs/eve.md) in the worker, into the memory that the line travels in.
#pragma once

#include <bitset>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/registry.hpp"
#include "sensor/decode/layers.hpp"
#include "sensor/flow/session.hpp"
#include "sensor/judge/finding.hpp"
#include "sensor/output/json_writer.hpp"
#include "sensor/output/secrets.hpp"

namespace weir {

/// Row of the catalogue of EVE events: the fixed ones, then one per protocol. Goes into RecordHead::event_type.
using EventType = std::uint8_t;
namespace event_type {
inline constexpr EventType alert = 0, anomaly = 1, flow = 2, stats = 3, engine = 4, first_app = 5;
inline constexpr std::size_t limit = 128;
[[nodiscard]] constexpr EventType of(ProtocolId protocol) noexcept { return static_cast<EventType>(first_app + protocol); }
}  // namespace event_type

/// How many rows the catalogue has in this build.
[[nodiscard]] std::size_t event_type_count() noexcept;
/// EVE's `event_type`; empty for a protocol without an event of its own.
[[nodiscard]] std::string_view event_name(EventType type) noexcept;

/// The first row of the same name: protocols may share an event, and then count as one.
[[nodiscard]] EventType canonical(EventType type) noexcept;

/// What is written, and how. Defaults: everything, dns version 3.
struct EveConfig {
    std::bitset<event_type::limit> types = std::bitset<event_type::limit>{}.set();
    unsigned dns_version = 3;            ///< 3 (Suricata 8) or 2 (Suricata 7 and before)
    bool community_id = true;
    std::uint16_t community_id_seed = 0;
    std::uint32_t generation = 0;        ///< of rules and policy, shown in `weir`; 0: left out
    Secrets secrets{};

    /// Switches on exactly these events (`outputs.eve.types`, by EVE name; `dns` and the like switch a protocol's event).
    /// The first name that is none is returned; empty when all are good.
    [[nodiscard]] std::string_view select(std::span<const std::string> names);
};

/// Names that lines show for the numbers which sessions carry. Immutable while an Eve uses it.
struct EveNames {
    struct Equipment {
        std::string name, vendor, role, site;  ///< empty: left out
    };
    struct Origin {
        std::string interface, file;  ///< `in_iface`, `pcap_filename`; empty: left out
    };
    std::vector<Equipment> equipment;  ///< by EquipmentId
    std::vector<Origin> origins;       ///< by Packet::origin
};

/// When and where an event happened: what the common header of its line is made of.
struct EventPlace {
    Time time = 0;                     ///< as captured
    std::uint64_t packet_number = 0;   ///< `pcap_cnt`; 0: left out (an event of a timer)
    std::uint16_t origin = 0;          ///< Packet::origin
    const Session* session = nullptr;  ///< whom it is about; its opener is `src_ip`
    const Layers* layers = nullptr;    ///< without a session: the datagram it was seen in (anomalies of the decoder), or null
};

struct FlowEvent {
    EventPlace place;                  ///< `time` is that of the line: end of the session, or the update's boundary
    std::string_view tcp_state;        ///< Suricata's name (`established`, `fin_wait1`, ...); empty: not TCP
    bool update = false;               ///< the session goes on: `weir.update` is Session::updates, `flow.reason` is absent
    SessionEnd end = SessionEnd::timeout;
};

struct AppEvent {
    EventPlace place;
    const ParserInfo* parser = nullptr;    ///< from `protocols()`
    const void* transaction = nullptr;
    std::uint32_t tx_id = 0;               ///< counts the session's transactions from 0
};

struct AlertEvent {
    EventPlace place;
    const Finding* finding = nullptr;
    std::string_view peer_name;            ///< of the other end, where it has one; empty: left out
    Direction direction = Direction::to_server;  ///< of the bytes that completed the finding, as the transport shows it
    const ParserInfo* parser = nullptr;    ///< with the transaction that the finding is about, or null
    const void* transaction = nullptr;
    std::uint32_t tx_id = 0;
};

struct AnomalyEvent {
    enum class Type : std::uint8_t { decode, stream, applayer };
    EventPlace place;
    Type type = Type::decode;
    std::string_view event;                ///< name from the stage's table
    std::string_view layer;                ///< where: `ipv4`, `tcp`, a protocol's name; empty: left out
    std::uint32_t code = 0;                ///< row number in the stage's table
    Direction direction = Direction::to_server;
};

/// Renders lines. One per worker: it owns a little cached text, and allocates nothing after construction.
///
/// Each function writes one whole line, newline included, into `out` and returns its length. `out` should hold
/// `max_event_size` bytes; what does not fit is left out and the line says so (`weir.truncated`).
class Eve {
public:
    static constexpr std::size_t max_event_size = 64 * 1024;

    Eve(const EveConfig& config, std::shared_ptr<const EveNames> names);
    ~Eve();
    Eve(const Eve&) = delete;
    Eve& operator=(const Eve&) = delete;

    /// Compiled state was swapped (policy reloaded, another capture file opened).
    void use(std::shared_ptr<const EveNames> names) noexcept;

    /// Whether this event is written at all. Ask before anything is worked out for it.
    [[nodiscard]] bool wants(EventType type) const noexcept { return config_.types[type]; }

    [[nodiscard]] std::size_t flow(std::span<char> out, const FlowEvent& event) noexcept;
    /// Lines that a transaction makes: 1, but for DNS in version 2, which has one per query; 0: nothing to say.
    [[nodiscard]] std::size_t app_lines(const AppEvent& event) const noexcept;
    [[nodiscard]] std::size_t app(std::span<char> out, const AppEvent& event, std::size_t line = 0) noexcept;
    [[nodiscard]] std::size_t anomaly(std::span<char> out, const AnomalyEvent& event) noexcept;
    /// A line WITHOUT its end: it stops inside the object `weir`, where the collector adds `evidence` and closes both.
    [[nodiscard]] std::size_t alert(std::span<char> out, const AlertEvent& event) noexcept;

    /// Lines rendered that lack something because they were too long.
    [[nodiscard]] std::uint64_t truncated() const noexcept { return truncated_; }

private:
    struct Plans;
    struct CommunityIds;
    void header(JsonWriter& json, const EventPlace& place, std::string_view name) noexcept;
    void app_proto(JsonWriter& json, const Session& session) noexcept;
    void app_object(JsonWriter& json, const ParserInfo& parser, const void* transaction, std::uint32_t tx_id) noexcept;
    void equipment(JsonWriter& json, EquipmentId id) noexcept;
    [[nodiscard]] std::size_t finish(JsonWriter& json) noexcept;

    EveConfig config_;
    std::shared_ptr<const EveNames> names_;
    std::unique_ptr<Plans> plans_;
    std::unique_ptr<CommunityIds> community_ids_;
    std::uint64_t truncated_ = 0;
};

}  // namespace weir
