// SPDX-License-Identifier: Apache-2.0
// sFlow version 5 (sflow.org, "sFlow Version 5", section 5): which agent samples what at which rate. The samples themselves are
// counted and passed over.
//
//   version 4 | address type 4 | agent 4 or 16 | part 4 | sequence 4 | uptime 4 | count 4 | samples: format 4, length 4, ...
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::sflow {

inline constexpr std::size_t max_agents = 8;  ///< agents of one session that are known to have been written

/// One datagram.
struct Message {
    std::array<std::uint8_t, 16> agent{};  ///< as it stands on the wire
    std::uint8_t agent_size = 0;           ///< 4 or 16; 0: unknown
    std::uint32_t sub_agent = 0, sequence = 0;
    std::uint32_t uptime = 0;  ///< milliseconds since the agent started
    std::uint32_t samples = 0;
    std::uint32_t flow_samples = 0, counter_samples = 0;
    std::uint32_t sampling_rate = 0;  ///< of the first flow sample: one of so many packets; 0: there is none
    std::uint32_t drops = 0;          ///< of the first flow sample: packets that could not be sampled so far
};

struct Transaction {
    Message message{};
    std::uint64_t datagrams = 0;  ///< of the session, up to and with this one
};

class State {
public:
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    /// An agent and one of its parts.
    struct Agent {
        std::array<std::uint8_t, 16> address{};
        std::uint32_t sub_agent = 0;
        friend bool operator==(const Agent&, const Agent&) noexcept = default;
    };
    bool unwritten_ = false;  ///< the latest datagram has made no event
    Transaction latest_{};
    InlineVector<Agent, max_agents> agents_{};
};

namespace fields {
Value version(const Transaction& transaction, std::size_t index) noexcept;
Value agent(const Transaction& transaction, std::size_t index) noexcept;
Value sampling_rate(const Transaction& transaction, std::size_t index) noexcept;
Value drops(const Transaction& transaction, std::size_t index) noexcept;
}  // namespace fields

struct Parser {
    using Transaction = sflow::Transaction;
    using State = sflow::State;
    static constexpr std::string_view name = "sflow";
    static constexpr std::string_view doc = "sFlow version 5";
    static constexpr std::array hints{Hint::udp(6343)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&fields::version>("sflow.version", "sflow.version", "Version of the datagram: 5", FieldKind::number),
        field<&fields::agent>("sflow.agent", "sflow.agent", "Address by which the agent is known"),
        field<inside<&Transaction::message, &Message::sub_agent>>("sflow.sub_agent", "sflow.sub_agent", "Which part of the agent",
                                                                  FieldKind::number),
        field<inside<&Transaction::message, &Message::sequence>>("sflow.sequence", "sflow.sequence", "Sequence number of the datagram",
                                                                 FieldKind::number),
        field<inside<&Transaction::message, &Message::uptime>>("", "sflow.uptime", "Milliseconds since the agent started",
                                                               FieldKind::number),
        field<inside<&Transaction::message, &Message::samples>>("sflow.samples", "sflow.samples", "Samples in the datagram",
                                                                FieldKind::number),
        field<inside<&Transaction::message, &Message::flow_samples>>("sflow.flow_samples", "sflow.flow_samples",
                                                                     "Samples of packets among them", FieldKind::number),
        field<inside<&Transaction::message, &Message::counter_samples>>("sflow.counter_samples", "sflow.counter_samples",
                                                                        "Samples of counters among them", FieldKind::number),
        field<&fields::sampling_rate>("sflow.sampling_rate", "sflow.sampling_rate", "One of so many packets is sampled", FieldKind::number),
        field<&fields::drops>("", "sflow.drops", "Packets that the agent could not sample so far", FieldKind::number),
        field<&Transaction::datagrams>("sflow.datagrams", "sflow.datagrams", "Datagrams of the session so far"),
    };
    enum AnomalyId : unsigned { malformed_data = 1 };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "A version, an address type or a length that cannot be"},
    };
};

}  // namespace weir::sflow
