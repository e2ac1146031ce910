// SPDX-License-Identifier: Apache-2.0
// The stage between streams and judges: finds out which protocol a session speaks, keeps its parser's state, feeds it.
#pragma once

#include <array>
#include <vector>

#include "parsers/base/kept_text.hpp"
#include "parsers/registry.hpp"
#include "sensor/flow/session.hpp"
#include "sensor/inspect/identify.hpp"
#include "sensor/inspect/state_pool.hpp"

namespace weir {

/// Counts per protocol, in the order of `protocols()`.
struct AppLayerMetrics {
    static constexpr std::size_t max_protocols = ProtocolSet::capacity;
    std::array<Counter, max_protocols> sessions, transactions, anomalies;
    Counter unknown, reversed, upgraded, given_up;
};
/// Rows for AppLayerMetrics; made once, alive as long as the process.
[[nodiscard]] std::span<const MetricRow> app_layer_metrics();

/// Who hears of what the parsers found. All of it concerns the session that is being fed.
class AppListener {
public:
    /// The protocol is known, or it is known that it is none of ours. The session's roles may have been put right.
    virtual void app_known(Session& session) noexcept = 0;
    /// The protocol has shown its roles, later than itself; the session may have been turned round.
    virtual void app_roles(Session& session) noexcept = 0;
    /// `direction` is in the protocol's roles.
    virtual void app_transaction(Session& session, const ParserInfo& parser, const void* transaction, Report report,
                                 Direction direction) noexcept = 0;
    virtual void app_anomaly(Session& session, const ParserInfo& parser, unsigned id, Direction direction) noexcept = 0;
    virtual void app_expects(Session& session, const Expectation& expectation) noexcept = 0;

protected:
    ~AppListener() = default;
};

/// One per worker. Directions at its edge are the transport's.
class AppLayer final : private Sink {
public:
    AppLayer(const Identifier& identifier, std::size_t memory, AppListener& listener);

    /// Bytes of a stream: unconsumed ones and new ones, as the stream stage keeps them.
    [[nodiscard]] Fed stream(Session& session, Direction direction, Bytes bytes) noexcept;
    [[nodiscard]] Fed gap(Session& session, Direction direction, std::uint64_t missing) noexcept;
    /// A stream has ended with bytes that were not consumed.
    void stream_end(Session& session, Direction direction, Bytes unconsumed) noexcept;
    /// A datagram of UDP, a user message of SCTP with its payload protocol identifier, or what stands right behind IP.
    void datagram(Session& session, Direction direction, Bytes payload, Transport transport = Transport::udp,
                  std::uint32_t payload_protocol = 0) noexcept;
    /// The session was announced as speaking this protocol; `label` is what it is said to carry.
    void announce(Session& session, ProtocolId protocol, Transport transport, std::string_view label) noexcept;
    /// The session has ended: what its parser still holds is reported, then its state is freed.
    void close(Session& session) noexcept;

    [[nodiscard]] const AppLayerMetrics& metrics() const noexcept { return metrics_; }
    [[nodiscard]] const StatePoolMetrics& pool_metrics() const noexcept { return pool_.metrics(); }

private:
    [[nodiscard]] bool identified(Session& session, Direction direction, Bytes bytes, Transport transport,
                                  std::uint32_t payload_protocol = 0) noexcept;
    void known(Session& session, Transport transport) noexcept;
    void give_up(Session& session) noexcept;
    void upgrade(Session& session) noexcept;

    void transaction(const ParserInfo& parser, const void* transaction, Report report, Direction direction) noexcept override;
    void anomaly(const ParserInfo& parser, unsigned id, Direction direction) noexcept override;
    void expect(const ParserInfo& parser, const Expectation& expectation) noexcept override;
    void roles(const ParserInfo& parser, bool opposite) noexcept override;
    void continues_as(const ParserInfo& parser, std::string_view protocol, std::string_view label) noexcept override;

    void carries(const ParserInfo& parser, Bytes message, Direction direction) noexcept override;

    static constexpr std::size_t scratch_size = 128 * 1024;

    const Identifier& identifier_;
    AppListener& listener_;
    std::vector<std::uint8_t> scratch_memory_;
    Scratch scratch_space_;
    StatePool pool_;
    Session* session_ = nullptr;  ///< being fed
    ProtocolId next_ = no_protocol;  ///< what its parser has named as what follows
    KeptText<64> next_label_;
    alignas(16) std::array<std::uint8_t, max_state_size> inside_state_;  ///< of a message inside a transaction
    AppLayerMetrics metrics_;
};

}  // namespace weir
