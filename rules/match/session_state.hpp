// SPDX-License-Identifier: Apache-2.0
// What the engine remembers of a session between calls: stream tails, and notes that most sessions have none of.
#pragma once

#include <array>

#include "rules/compile/fast_pattern.hpp"
#include "rules/match/window.hpp"

namespace weir::rules {

/// One direction of a session's stream, as the transport shows it.
struct Side {
    std::uint64_t end = 0;       ///< position behind the last byte seen
    std::uint32_t sequence = 0;  ///< TCP sequence number of the stream's first byte
    bool sequence_known = false;
    std::uint8_t tail_size = 0;
    std::array<std::uint8_t, longest_literal - 1> tail;  ///< the latest bytes: a literal may be cut by a segment's end
    Window window;
};

/// A fact about a session, in a list that hangs from its state.
struct Note {
    enum class Kind : std::uint8_t {
        flowbit,       ///< `subject` is set
        flowint,       ///< number `subject` of the session is `position`
        fired,         ///< rule `subject` has fired on the stream's bytes up to `position`
        waiting,       ///< rule `subject` saw its literal before `position` and may yet match, once content `detail` turns up again
        awaiting_app,  ///< rule `subject` matched, but for the application protocol, which is not known
        reported,      ///< rule `subject` has fired on transaction `detail`, in that direction, on fields whose digest is `position`
        half_met,      ///< rule `subject`: the request of transaction `detail` met the parts in `position` (a bit each), its response may meet the rest
    };
    Kind kind = Kind::flowbit;
    Direction direction = Direction::to_server;
    std::uint16_t detail = 0;
    std::uint32_t subject = 0;
    std::uint32_t next = 0;
    std::uint64_t position = 0;
};

struct SessionState {
    std::array<Side, 2> sides;  ///< by Direction, as the transport shows it
    std::uint32_t notes = 0;    ///< newest first
    std::uint16_t note_count = 0;
    std::uint16_t transactions = 0;                     ///< begun so far, counted round and round
    bool requested = false;                             ///< the latest report was of a request
    bool passed = false;                                ///< a pass rule has let the session go
    std::array<bool, 2> addresses_judged{}, app_due{};  ///< by Direction
};

/// Notes per session at most; beyond, the oldest that is no flowbit or flowint goes.
inline constexpr std::uint16_t max_notes = 64;

/// The states of one worker.
class SessionTable {
public:
    SessionTable(std::size_t sessions, std::size_t window_memory) noexcept
        : windows(window_memory), states_(sessions), notes_(2 * sessions) {}

    /// The state behind a handle, made if there is none; null when the table is full.
    [[nodiscard]] SessionState* make(std::uint32_t& handle) noexcept {
        if (handle == 0) handle = states_.take();
        return handle == 0 ? nullptr : &states_[handle];
    }
    [[nodiscard]] SessionState* find(std::uint32_t handle) noexcept { return handle == 0 ? nullptr : &states_[handle]; }
    void release(std::uint32_t& handle) noexcept;
    [[nodiscard]] std::size_t used() const noexcept { return states_.used(); }
    /// Notes that could not be made: all taken, or a session with flowbits only.
    [[nodiscard]] std::uint64_t notes_refused() const noexcept { return notes_refused_; }

    /// The note of that kind about `subject` (in that direction, where the kind has one); null when there is none.
    [[nodiscard]] Note* find(SessionState& state, Note::Kind kind, Direction direction, std::uint32_t subject) noexcept;
    /// As `find`, made if there is none; null when no note is left.
    Note* note(SessionState& state, Note::Kind kind, Direction direction, std::uint32_t subject) noexcept;
    /// Removes every note that `drop(const Note&)` wants gone.
    template <class Drop>
    void forget(SessionState& state, Drop drop) noexcept {
        for (std::uint32_t* link = &state.notes; *link != 0;) {
            const std::uint32_t number = *link;
            if (!drop(static_cast<const Note&>(notes_[number]))) {
                link = &notes_[number].next;
                continue;
            }
            *link = notes_[number].next;
            notes_.give_back(number);
            --state.note_count;
        }
    }
    template <class Visit>
    void each(SessionState& state, Visit visit) noexcept {
        for (std::uint32_t number = state.notes; number != 0; number = notes_[number].next) visit(notes_[number]);
    }

    WindowPool windows;

private:
    Slab<SessionState> states_;
    Slab<Note> notes_;
    std::uint64_t notes_refused_ = 0;
};

}  // namespace weir::rules
