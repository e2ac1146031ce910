// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/expectations.hpp"

#include <algorithm>
#include <bit>

#include "sensor/flow/flow_key.hpp"

namespace weir {

Expectations::Expectations(std::uint32_t capacity, FlowMetrics& metrics)
    : entries_(std::clamp(capacity, 1u, 1u << 20)), buckets_(std::bit_ceil(entries_.size()), none), metrics_(&metrics) {
    metrics_->expectations_limit.set(entries_.size());
}

void Expectations::add(const Expectation& announced, const Session& parent, bool allowed, Time clock) noexcept {
    const bool to_server = parent.app_direction(announced.opened_towards) == Direction::to_server;
    Expected expected;
    expected.acceptor = to_server ? parent.server() : parent.client();
    expected.opener = to_server ? parent.client() : parent.server();
    expected.port = announced.port != 0 ? announced.port : to_server ? parent.server_port() : parent.client_port();
    if (announced.address != IpAddress{}) expected.acceptor = announced.address;
    expected.protocol = announced.transport == Transport::tcp ? ip_protocol::tcp : ip_protocol::udp;
    if (!announced.protocol.empty()) expected.app = find_protocol(announced.protocol);
    expected.allowed = allowed;
    expected.parent = parent.id;
    expected.context = parent.key.context;
    expected.label = announced.label;
    expected.label.back() = '\0';
    add(expected, clock);
}

void Expectations::add(const Expected& expected, Time clock) noexcept {
    expire(clock);
    if (newest_ - oldest_ == entries_.size()) {
        const auto index = static_cast<std::uint32_t>(oldest_++ % entries_.size());
        if (entries_[index].used) {
            unlink(index);
            metrics_->expectations_evicted.add();
        }
    }
    const auto index = static_cast<std::uint32_t>(newest_++ % entries_.size());
    std::uint32_t& head = buckets_[bucket_of(expected.protocol, expected.acceptor, expected.port)];
    entries_[index] = {expected, clock + lifetime, head, true};
    head = index;
    metrics_->expectations.set(metrics_->expectations.get() + 1);
}

Expectations::Match Expectations::meet(const Session& session, Time clock) noexcept {
    if (newest_ == oldest_) return {};
    expire(clock);
    if (const Expected* found = take(session, session.server(), session.server_port(), session.client(), clock)) return {found, false};
    if (session.opening == Opening::syn || session.opening == Opening::syn_ack) return {};
    return {take(session, session.client(), session.client_port(), session.server(), clock), true};
}

const Expected* Expectations::take(const Session& session, const IpAddress& acceptor, std::uint16_t port, const IpAddress& opener,
                                   Time clock) noexcept {
    for (std::uint32_t i = buckets_[bucket_of(session.key.protocol, acceptor, port)]; i != none; i = entries_[i].next) {
        const Expected& expected = entries_[i].expected;
        if (expected.protocol != session.key.protocol || expected.port != port || expected.acceptor != acceptor) continue;
        if (expected.context != session.key.context || (expected.opener != IpAddress{} && expected.opener != opener)) continue;
        if (clock >= entries_[i].until) continue;
        unlink(i);
        metrics_->expectations_met.add();
        return &expected;
    }
    return nullptr;
}

void Expectations::unlink(std::uint32_t index) noexcept {
    Entry& entry = entries_[index];
    std::uint32_t* link = &buckets_[bucket_of(entry.expected.protocol, entry.expected.acceptor, entry.expected.port)];
    while (*link != index) link = &entries_[*link].next;
    *link = entry.next;
    entry.used = false;
    metrics_->expectations.set(metrics_->expectations.get() - 1);
}

void Expectations::expire(Time clock) noexcept {
    for (; oldest_ != newest_; ++oldest_) {
        const auto index = static_cast<std::uint32_t>(oldest_ % entries_.size());
        if (!entries_[index].used) continue;
        if (clock < entries_[index].until) return;
        unlink(index);
        metrics_->expectations_expired.add();
    }
}

std::uint32_t Expectations::bucket_of(std::uint8_t protocol, const IpAddress& acceptor, std::uint16_t port) const noexcept {
    FlowKey key;
    key.low = acceptor;
    key.low_port = port;
    key.protocol = protocol;
    return static_cast<std::uint32_t>(hash_of(key) & (buckets_.size() - 1));
}

}  // namespace weir
