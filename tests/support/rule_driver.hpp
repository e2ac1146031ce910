// SPDX-License-Identifier: Apache-2.0
// Runs rules over one session the way a worker does: rule text in, the sids that fired out.
#pragma once

#include <array>

#include "rules/match/engine.hpp"
#include "tests/support/rule_text.hpp"

namespace weir::test {

class RuleDriver final : public rules::HitSink {
public:
    explicit RuleDriver(std::string_view text, const rules::EngineLimits& limits = {1024, 1u << 20})
        : RuleDriver(compiled_from(rules_from(text)), limits) {}
    explicit RuleDriver(std::shared_ptr<const rules::Compiled> compiled, const rules::EngineLimits& limits = {1024, 1u << 20})
        : compiled_(std::move(compiled)), engine_(compiled_, limits) {
        session.client = IpAddress::v4(0x0a000001);
        session.server = IpAddress::v4(0x0a000002);
        session.client_port = 40000;
        session.server_port = 4000;
        tcp();
    }

    using Sids = std::vector<unsigned>;
    rules::SessionView session;
    rules::PacketView view;  ///< what the next packet shows; addresses and ports follow from the session
    rules::SessionHandle handle = 0;

    RuleDriver& tcp() { return protocol(6); }
    RuleDriver& udp() { return protocol(17); }
    RuleDriver& protocol(std::uint8_t number) {
        session.ip_protocol = view.ip_protocol = number;
        session.established = true;
        return *this;
    }

    /// One packet; the sids that fired, in the order in which they were reported.
    Sids packet(std::string_view payload, Direction direction = Direction::to_server) {
        towards(direction);
        view.payload = as_bytes(payload);
        engine_.packet(view, session, handle, *this);
        return taken();
    }
    /// A TCP segment: the packet, then its bytes as the stream's next.
    Sids segment(std::string_view payload, Direction direction = Direction::to_server) {
        towards(direction);
        const std::vector<std::uint8_t> copy(payload.begin(), payload.end());  // exactly this size, for the address sanitizer
        view.payload = copy;
        auto& position = session.stream_bytes[static_cast<std::size_t>(direction)];
        view.tcp_sequence = 1000 + static_cast<std::uint32_t>(position);
        engine_.packet(view, session, handle, *this);
        const std::uint64_t offset = position;
        position += payload.size();
        engine_.stream(direction, copy, offset, view, session, handle, *this);
        view.payload = {};
        return taken();
    }
    /// The same bytes in segments of `size`.
    Sids segments(std::string_view payload, std::size_t size, Direction direction = Direction::to_server) {
        Sids all;
        for (std::size_t at = 0; at < payload.size(); at += size)
            for (const unsigned sid : segment(payload.substr(at, size), direction)) all.push_back(sid);
        return all;
    }
    Sids gap(std::uint64_t missing, Direction direction = Direction::to_server) {
        session.stream_bytes[static_cast<std::size_t>(direction)] += missing;
        engine_.gap(direction, missing, handle);
        return taken();
    }
    template <class T>
    Sids transaction(ProtocolId app, const T& transaction, Report report, Direction direction) {
        towards(session.app_reversed ? opposite(direction) : direction);
        engine_.transaction(protocols()[app], &transaction, report, direction, view, session, handle, *this);
        return taken();
    }
    Sids app_known(ProtocolId app, Direction direction = Direction::to_server) {
        towards(direction);
        session.app = app;
        engine_.app_known(view, session, handle, *this);
        return taken();
    }
    Sids event(rules::EventCheck::Layer layer, std::string_view name, Direction direction = Direction::to_server) {
        towards(direction);
        if (const auto* const waiting = compiled_->on_event(layer, name))
            engine_.event(*waiting, direction, view, session, handle, *this);
        return taken();
    }
    void release() { engine_.release(handle); }
    [[nodiscard]] rules::Engine& engine() { return engine_; }
    [[nodiscard]] const rules::Compiled& compiled() const { return *compiled_; }
    [[nodiscard]] std::size_t hits() const { return engine_.counters().hits; }

private:
    void towards(Direction direction) {
        view.direction = direction;
        const bool to_server = direction == Direction::to_server;
        view.source = to_server ? session.client : session.server;
        view.destination = to_server ? session.server : session.client;
        view.source_port = to_server ? session.client_port : session.server_port;
        view.destination_port = to_server ? session.server_port : session.client_port;
    }
    void hit(const rules::Hit& hit) noexcept override {
        if (count_ < sids_.size()) sids_[count_++] = hit.rule->sid;
    }
    Sids taken() {
        const Sids out(sids_.begin(), sids_.begin() + static_cast<std::ptrdiff_t>(count_));
        count_ = 0;
        return out;
    }

    std::shared_ptr<const rules::Compiled> compiled_;
    rules::Engine engine_;
    std::array<unsigned, 256> sids_{};  // no heap: matching is watched for allocations
    std::size_t count_ = 0;
};

}  // namespace weir::test
