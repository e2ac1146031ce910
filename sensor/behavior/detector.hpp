// SPDX-License-Identifier: Apache-2.0
// The interface of a behaviour detector: it hears of sessions' shapes, keeps a bounded state per session, and says what it
// suspects. It knows neither contract nor policy: what becomes of a suspicion, the judge decides.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "parsers/registry.hpp"
#include "sensor/decode/layers.hpp"
#include "sensor/flow/session.hpp"
#include "sensor/judge/finding.hpp"

namespace weir {

/// A packet with payload that the session has not seen before (no retransmission).
struct Payload {
    Direction direction = Direction::to_server;  ///< as the transport shows it: `to_server` is sent by the end that opened the session
    std::uint32_t size = 0;                      ///< bytes of payload
    Time clock = 0;
};

/// An ICMP or ICMPv6 echo, whole.
struct Echo {
    Direction direction = Direction::to_server;
    bool reply = false;
    std::uint16_t sequence = 0;
    Bytes data;  ///< behind the ICMP header
    Time clock = 0;
};

/// A datagram of a session that is not TCP.
struct Datagram {
    Direction direction = Direction::to_server;
    Tunnel carries = Tunnel::none;  ///< the tunnel that was opened in it
    Bytes data;                     ///< behind the transport header
};

/// A question to a DNS server, about one name.
struct Question {
    std::string_view name;  ///< as text, labels parted by dots
    std::string_view type;  ///< its mnemonic, or its number where it has none
    Time clock = 0;
};

/// What a parser has read. The views inside die with the call.
struct Transacted {
    ProtocolId protocol = no_protocol;
    const void* transaction = nullptr;
    Time time = 0;   ///< as captured
    Time clock = 0;
};

/// A fact about a device that makes it weaker: `sensor/behavior/exposure.hpp` has all of them.
struct ExposureFact;

/// What a detector has come to about a session.
struct Suspicion {
    Kind kind = Kind::interactive;
    std::string_view detector;
    std::string_view signature;  ///< one line, what an analyst reads first
    std::string_view why;        ///< the values that crossed the line, and the line
    std::span<const std::string_view> attack;
    double confidence = 0.5;                     ///< 0..1: how often such a session is what it looks like
    Direction driven_by = Direction::to_server;  ///< whose packets drive it, as the transport shows it
    std::optional<Facing> about;         ///< only of the equipment at that end; empty: of equipment at either
    const ExposureFact* fact = nullptr;  ///< it is a fact about a device, not about what somebody does
    std::uint64_t same = 0;              ///< ... which counts only where another device shows the same number; 0: it counts by itself
    bool weak = false;  ///< enough against a session that the contract does not allow, too little against any other
};

/// Takes suspicions; all views in one die with the call. True: it was told, the detector need not say it again.
class SuspicionSink {
public:
    virtual bool suspect(const Session& session, const Suspicion& suspicion) noexcept = 0;

protected:
    ~SuspicionSink() = default;
};

/// The state of a detector that remembers nothing of single sessions.
struct NoState {};

// What a detector may hear of; it has the members for what it wants.
template <class D>
concept HearsPayload = requires(D& detector, typename D::State& state, const Session& session, const Payload& payload,
                                SuspicionSink& sink) {
    { detector.payload(state, session, payload, sink) }
    noexcept;
};
template <class D>
concept HearsEcho = requires(D& detector, typename D::State& state, const Session& session, const Echo& echo, SuspicionSink& sink) {
    { detector.echo(state, session, echo, sink) }
    noexcept;
};

template <class D>
concept HearsDatagram = requires(D& detector, typename D::State& state, const Session& session, const Datagram& datagram,
                                 SuspicionSink& sink) {
    { detector.datagram(state, session, datagram, sink) }
    noexcept;
};
template <class D>
concept HearsQuestion = requires(D& detector, const Session& session, const Question& question, SuspicionSink& sink) {
    { detector.question(session, question, sink) }
    noexcept;
};

template <class D>
concept HearsContact = requires(D& detector, const Session& session, const Payload& packet, SuspicionSink& sink) {
    { detector.contact(session, packet, sink) }
    noexcept;
};

template <class D>
concept HearsKnock = requires(D& detector, const Session& session, Bytes payload, Time clock) {
    { detector.knock(session, payload, clock) }
    noexcept;
};
template <class D>
concept HearsTransaction = requires(D& detector, const Session& session, const Transacted& transacted, SuspicionSink& sink) {
    { detector.transaction(session, transacted, sink) }
    noexcept;
};

/// It remembers things beyond single sessions, in a table that forgets.
template <class D>
concept Forgets = requires(const D& detector) {
    { detector.forgotten() }
    noexcept->std::same_as<std::uint64_t>;
};

/// What every detector promises. `State` is what it remembers of a session: zero to begin with.
template <class D>
concept DetectorType = requires {
    { D::name } -> std::convertible_to<std::string_view>;
    { D::doc } -> std::convertible_to<std::string_view>;
    requires std::is_trivially_destructible_v<typename D::State>;
    requires std::is_nothrow_default_constructible_v<typename D::State>;
    requires HearsPayload<D> || HearsEcho<D> || HearsDatagram<D> || HearsQuestion<D> || HearsContact<D> ||
        HearsTransaction<D>;
};

}  // namespace weir
