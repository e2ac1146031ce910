// SPDX-License-Identifier: Apache-2.0
#include "parsers/sflow/sflow.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"

namespace weir::sflow {
namespace {

constexpr std::uint32_t version_5 = 5;
constexpr std::uint32_t address_unknown = 0, address_v4 = 1, address_v6 = 2;
/// Formats of the enterprise 0; the expanded ones have wider interface numbers.
constexpr std::uint32_t flow_sample = 1, counters_sample = 2, expanded_flow_sample = 3, expanded_counters_sample = 4;

/// Sequence, source (two words where it is expanded), then what is wanted: rate, pool, drops.
void read_flow_sample(Cursor sample, bool expanded, Message& message) noexcept {
    sample.skip(expanded ? 12 : 8);
    message.sampling_rate = sample.be32();
    sample.skip(4);
    message.drops = sample.be32();
}

/// Nothing where the layout is broken; the samples fill the datagram.
std::optional<Message> read_message(Bytes datagram) noexcept {
    Cursor cursor{datagram};
    Message message;
    if (cursor.be32() != version_5) return std::nullopt;
    const std::uint32_t type = cursor.be32();
    if (type > address_v6) return std::nullopt;
    const Bytes agent = cursor.take(type == address_unknown ? 0 : type == address_v4 ? 4 : 16);
    std::ranges::copy(agent, message.agent.begin());
    message.agent_size = static_cast<std::uint8_t>(agent.size());
    message.sub_agent = cursor.be32();
    message.sequence = cursor.be32();
    message.uptime = cursor.be32();
    message.samples = cursor.be32();
    for (std::uint32_t i = 0; i < message.samples && cursor.ok(); ++i) {
        const std::uint32_t format = cursor.be32();
        const Cursor sample = cursor.sub(cursor.be32());
        const bool flow = format == flow_sample || format == expanded_flow_sample;
        if (flow && message.flow_samples++ == 0) read_flow_sample(sample, format == expanded_flow_sample, message);
        if (format == counters_sample || format == expanded_counters_sample) ++message.counter_samples;
    }
    return cursor.ok() && cursor.empty() ? std::optional{message} : std::nullopt;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp) return Probe::no();
    const auto message = read_message(offer.data);
    if (!message) return Probe::no();
    const bool certain = message->agent_size != 0 && message->samples != 0;
    return certain || offer.port_matches ? Probe::yes(Probe::Sender::client) : Probe::no();
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    const auto message = read_message(datagram);
    if (!message) {
        emit.anomaly(Parser::malformed_data, direction);
        return Fed::ok(datagram.size());
    }
    latest_ = {*message, latest_.datagrams + 1};
    // Agents send without end: an event is written of one that is new, and one at the end that counts.
    const Agent agent{message->agent, message->sub_agent};
    unwritten_ = std::ranges::find(agents_, agent) != agents_.end();
    if (!unwritten_) {
        if (agents_.full()) agents_.pop_back();
        (void)agents_.push_back(agent);
    }
    emit(latest_, unwritten_ ? Report::request : Report::request | Report::log, direction);
    return Fed::ok(datagram.size());
}

void State::finish(Emit<Transaction> emit) noexcept {
    if (unwritten_) emit(latest_, Report::log, Direction::to_server);
    unwritten_ = false;
}

namespace fields {

Value version(const Transaction&, std::size_t index) noexcept { return index == 0 ? Value::of(version_5) : Value{}; }
Value agent(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Message& message = transaction.message;
    return message.agent_size == 0 ? Value::none() : Value::address(first_of(message.agent, message.agent_size));
}
Value sampling_rate(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const std::uint32_t rate = transaction.message.sampling_rate;
    return rate == 0 ? Value::none() : Value::of(rate);
}

Value drops(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.message.flow_samples == 0 ? Value::none() : Value::of(transaction.message.drops);
}

}  // namespace fields
}  // namespace weir::sflow
