// SPDX-License-Identifier: Apache-2.0
// A flow with a direction: the entry of the flow table. One cache line of key, then what every packet touches, then the rest.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "parsers/base/ip_address.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/base/payload_look.hpp"
#include "parsers/protocol_set.hpp"
#include "sensor/judge/finding.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// The bidirectional five-tuple with its VLAN and tunnel context; the lower endpoint comes first, so both directions agree.
struct FlowKey {
    IpAddress low, high;
    std::uint16_t low_port = 0, high_port = 0;  ///< ICMP: type/code folded as Community ID does, identifier where it has one
    std::uint8_t protocol = 0;
    std::uint8_t ip_version = 4;
    std::uint16_t reserved = 0;
    std::uint64_t context = 0;
    friend constexpr bool operator==(const FlowKey& left, const FlowKey& right) noexcept {
        const auto a = std::bit_cast<std::array<std::uint64_t, 6>>(left), b = std::bit_cast<std::array<std::uint64_t, 6>>(right);
        std::uint64_t difference = 0;
        for (std::size_t i = 0; i < a.size(); ++i) difference |= a[i] ^ b[i];  // one branch per packet, not a call
        return difference == 0;
    }
};
static_assert(std::has_unique_object_representations_v<FlowKey>);

/// How weir knows who opened a session.
enum class Opening : std::uint8_t {
    syn,       ///< the SYN (SCTP: INIT) was seen
    syn_ack,   ///< only its answer was seen
    first,     ///< connectionless: who sent the first packet
    guessed,   ///< the start was not seen: by port
    protocol,  ///< guessed at first, then the application protocol showed the roles
    expected,  ///< announced by another session (FTP data, TFTP transfer)
};

enum class SessionState : std::uint8_t { new_, established, closed };

/// Why a session left the table.
enum class SessionEnd : std::uint8_t { timeout, closed, evicted, shutdown };

/// Handle of a slab entry owned by another stage; 0 = none.
using Handle = std::uint32_t;

/// What the contract says of a session, for one of its ends.
enum class Verdict : std::uint8_t {
    none,     ///< that end is no equipment
    pending,  ///< not allowed as far as it is known; said when the protocol is known, or after a few seconds
    allowed,
    found,    ///< not allowed, and said
};

/// What identification of the application protocol has come to.
enum class AppStatus : std::uint8_t { unseen, probing, known, unknown };

/// Everything that weir knows of one session. Owned by the worker's flow table; addresses stay put while it lives.
struct Session {
    // --- three cache lines that every packet touches
    FlowKey key;
    Time last = 0;                          ///< clock of the latest packet
    Time end = 0;                           ///< time of the latest packet as captured
    std::array<std::uint64_t, 2> bytes{};   ///< by Direction, whole frames at the outermost level, IP length inside tunnels
    std::array<std::uint32_t, 2> packets{}; ///< by Direction
    std::uint64_t evidence = 0;             ///< position of its latest packet in the evidence ring
    std::uint32_t evidence_left = 0;        ///< bytes of it that may still go to evidence
    Handle stream = 0;                      ///< TCP reassembly state
    Handle parser = 0;                      ///< the application parser's state
    Handle rules = 0;                       ///< the rule engine's state of this session
    Handle behavior = 0;                    ///< what the detectors of behaviour remember of it
    std::uint32_t slot = 0;                 ///< the flow table's own: position in the table
    bool client_is_low = true;              ///< orientation: who opened it is key.low
    SessionState state = SessionState::new_;
    Opening opening = Opening::first;
    std::uint8_t tcp_state = 0;             ///< row of the flow folder's TCP state machine
    std::array<std::uint8_t, 2> tcp_flags{};///< all flags seen, by Direction
    std::array<std::uint8_t, 2> payload_packets{};  ///< by Direction, up to 255
    AppStatus app_status = AppStatus::unseen;
    ProtocolId app = no_protocol;
    bool app_reversed = false;              ///< the parser is shown directions the other way round than the transport's
    bool roles_open = false;                ///< the protocol shows its roles later than itself (SSH), and has not yet
    bool roles_opposite = false;            ///< ... and has: opposite to the directions that its parser is shown
    ProtocolId app_outer = no_protocol;     ///< the protocol that was spoken first, where another one took over (STARTTLS, CONNECT)
    ProtocolId app_inside = no_protocol;    ///< the protocol whose messages stand inside those of `app` (CWMP in HTTP)
    bool recording = false;                 ///< its packets go to evidence
    std::array<EquipmentId, 2> equipment{no_equipment, no_equipment};  ///< [0] the end that opened it, [1] the one that accepted
    std::array<Verdict, 2> verdict{};       ///< by Facing: for the end that opened it, for the end that accepted it
    Action action = Action::pass;           ///< what its packets have come to deserve
    std::uint64_t id = 0;                   ///< 51 bits, from the number of the first packet: the same in every run
    std::array<ProtocolSet, 2> probe_left{ProtocolSet::all(), ProtocolSet::all()};  ///< by Direction: not yet ruled out

    // --- touched now and then
    Time next_update = 0;                   ///< clock at which a `flow` update is due
    Time start = 0;                         ///< time of the first packet as captured
    std::uint64_t parent = 0;               ///< flow_id of the session that this one belongs to (tunnel, FTP data); 0: none
    std::uint64_t first_packet = 0;         ///< its number
    std::array<std::uint32_t, 2> line{0xffff'ffff, 0xffff'ffff};  ///< by Facing: the contract line that allows it; none: 0xffffffff
    std::array<std::uint32_t, 2> duty{0xffff'ffff, 0xffff'ffff};  ///< by Facing: the line whose duty goes here instead of its own peers
    std::uint32_t inside = 0xffff'ffff;     ///< the contract for what is in the tunnel that carries it; none: 0xffffffff
    std::array<Kind, 2> found{};            ///< by Facing: the kind of the contract's finding, where the verdict is `found`
    std::array<std::array<std::uint8_t, 6>, 2> mac{};       ///< [0] the end that opened it, [1] the one that accepted; zero: unknown
    std::array<std::uint16_t, 3> vlan{};
    std::uint8_t vlan_count = 0;
    std::uint8_t tunnel = 0;                ///< Tunnel that carried it
    std::uint8_t depth = 0;
    std::uint8_t icmp_type = 0, icmp_code = 0;
    PayloadLook look = PayloadLook::none;   ///< of the first payload, from whichever end it came
    std::uint32_t payload_protocol = 0;     ///< SCTP: the identifier of the first user message that has one
    bool allowed_with_parent = false;       ///< expected by an allowed session
    bool alerted = false;
    std::uint16_t origin = 0;               ///< Packet::origin of the first packet
    std::uint16_t transactions = 0;
    std::uint16_t updates = 0;              ///< `flow` updates written
    std::uint32_t anomalies = 0;            ///< one bit per stream event that was reported: each once per session

    [[nodiscard]] const IpAddress& client() const noexcept { return client_is_low ? key.low : key.high; }
    [[nodiscard]] const IpAddress& server() const noexcept { return client_is_low ? key.high : key.low; }
    [[nodiscard]] std::uint16_t client_port() const noexcept { return client_is_low ? key.low_port : key.high_port; }
    [[nodiscard]] std::uint16_t server_port() const noexcept { return client_is_low ? key.high_port : key.low_port; }
    /// The protocol's client is the end that accepted the session (call home).
    [[nodiscard]] bool roles_reversed() const noexcept { return app_reversed != roles_opposite; }
    /// The protocol that the service is known by: the outermost.
    [[nodiscard]] ProtocolId service_app() const noexcept { return app_outer != no_protocol ? app_outer : app; }
    /// `direction` as the transport shows it, turned into the direction that its parser is shown (and back: it is its own inverse).
    [[nodiscard]] Direction app_direction(Direction direction) const noexcept { return app_reversed ? opposite(direction) : direction; }
};
static_assert(offsetof(Session, next_update) <= std::size_t{3} * 64, "FlowTable::prefetch_session fetches three cache lines");

}  // namespace weir
