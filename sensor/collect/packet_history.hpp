// SPDX-License-Identifier: Apache-2.0
// The recent packets of one worker, so that evidence can begin before the alert.
#pragma once

#include <cstddef>
#include <memory>

#include "sensor/flow/session.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// A ring of copies of packets. Each names the one before it of the same session by its position since the start, and
/// `Session::evidence` holds the position of the latest; positions that have been overwritten are recognised by their age.
class PacketHistory {
public:
    static constexpr std::size_t default_capacity = 16u << 20;
    static constexpr std::size_t default_cutoff = 256u << 10;

    /// `cutoff`: bytes of a session after which its packets are no longer remembered (bulk transfers say little that their
    /// start has not said).
    explicit PacketHistory(std::size_t capacity = default_capacity, std::size_t cutoff = default_cutoff);

    /// Copies `packet`, which has been counted in its session. Behind the cutoff, nothing: what a recorded session sends then
    /// goes to the collector at once, and needs no memory.
    void remember(Session& session, const Packet& packet) noexcept {
        if (session.bytes[0] + session.bytes[1] <= cutoff_) store(session, packet);
    }

    /// Calls `visit(const Packet&)` for the session's packets that are still here, the oldest first. The packets are borrowed
    /// until the next `remember`; `origin` and `clock` are not kept.
    template <class Visit>
    void walk(const Session& session, Visit&& visit) noexcept {
        for (std::uint64_t position = oldest(session); position != 0; position = next(position)) visit(packet_at(position));
    }

private:
    struct Entry;
    void store(Session& session, const Packet& packet) noexcept;
    [[nodiscard]] std::uint64_t oldest(const Session& session) noexcept;
    [[nodiscard]] std::uint64_t next(std::uint64_t position) const noexcept;
    [[nodiscard]] Packet packet_at(std::uint64_t position) const noexcept;
    [[nodiscard]] Entry* entry(std::uint64_t position) const noexcept;
    [[nodiscard]] bool alive(std::uint64_t position) const noexcept;

    std::size_t capacity_, cutoff_;
    std::unique_ptr<std::byte[]> memory_;
    std::uint64_t head_;                ///< position of the next entry; starts at `capacity_`, so that 0 is never one
};

}  // namespace weir
