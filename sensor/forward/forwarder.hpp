// SPDX-License-Identifier: Apache-2.0
// The only code that touches the wire: takes packets in, copies them into the inspectors' rings, puts them out unchanged.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "sensor/forward/account.hpp"
#include "sensor/forward/ports.hpp"
#include "sensor/forward/reject.hpp"
#include "sensor/forward/session_memory.hpp"
#include "sensor/forward/steering.hpp"
#include "sensor/source/packet_ring.hpp"

struct rte_mbuf;

namespace weir {

struct ForwarderConfig {
    bool enforce = false;             ///< packets wait for the inspector's verdict
    bool fail_open = true;            ///< what becomes of a packet without one
    Time deadline = 2'000'000;        ///< how long a packet waits, nanoseconds
    std::size_t held = 2048;          ///< packets that wait at most, per lane
};

/// One thread, one loop. It parses no more of a packet than its outermost addresses, allocates nothing while it runs, and believes nothing
/// that an inspector writes.
class Forwarder {
public:
    /// `rings`: one per worker; `account` has been zeroed.
    Forwarder(const ForwarderConfig& config, const Ports& ports, ForwardAccount& account, std::vector<PacketRingWriter> rings, Steering steering);
    ~Forwarder();
    Forwarder(const Forwarder&) = delete;
    Forwarder& operator=(const Forwarder&) = delete;

    /// One turn: takes in what has come, puts out what may go. Whether there was anything to do.
    bool turn() noexcept;
    /// Turns until `pause`. An idle loop rests a little.
    void run(const std::atomic<bool>& pause) noexcept;
    /// The end: what is held goes its way as when its deadline passes.
    void finish() noexcept;
    void steer_by(Steering steering) noexcept { steering_ = std::move(steering); }

private:
    static constexpr std::size_t at_once = 64;
    struct Held;
    struct Lane;

    [[nodiscard]] Time now() noexcept;
    bool take_in(std::size_t side) noexcept;
    std::uint32_t one_packet(std::size_t side, rte_mbuf* packet) noexcept;
    void put_out(std::size_t side, rte_mbuf* packet) noexcept;
    void flush(std::size_t side) noexcept;
    void drop(std::size_t side, rte_mbuf* packet, ForwardDrop reason) noexcept;
    void refuse(std::size_t side, rte_mbuf* packet, Action action) noexcept;
    void answer(std::size_t side, RejectTo to, const rte_mbuf& packet) noexcept;
    void watch(Lane& lane) noexcept;
    void settle(Lane& lane, bool give_up) noexcept;
    void let_go(Lane& lane, bool judged) noexcept;
    void look_around() noexcept;

    ForwarderConfig config_;
    Ports ports_;
    ForwardAccount& account_;
    Steering steering_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::array<std::array<rte_mbuf*, at_once>, 2> out_{};  ///< by the side that the packets came from
    std::array<std::size_t, 2> out_count_{};
    std::vector<std::uint8_t> scratch_;  ///< a packet that its device gave in pieces
    Time time_ = 0;                      ///< never runs backwards
    Time published_ = 0, looked_ = 0;
    std::uint64_t number_ = 1;
};

}  // namespace weir
