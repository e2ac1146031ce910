// SPDX-License-Identifier: Apache-2.0
#include "rules/match/session_state.hpp"

namespace weir::rules {

void SessionTable::release(std::uint32_t& handle) noexcept {
    if (handle == 0) return;
    SessionState& state = states_[handle];
    for (Side& side : state.sides) windows.clear(side.window);
    forget(state, [](const Note&) { return true; });
    states_.give_back(handle);
    handle = 0;
}

Note* SessionTable::find(SessionState& state, Note::Kind kind, Direction direction, std::uint32_t subject) noexcept {
    for (std::uint32_t number = state.notes; number != 0; number = notes_[number].next) {
        Note& note = notes_[number];
        if (note.kind == kind && note.subject == subject && note.direction == direction) return &note;
    }
    return nullptr;
}

Note* SessionTable::note(SessionState& state, Note::Kind kind, Direction direction, std::uint32_t subject) noexcept {
    if (Note* const there = find(state, kind, direction, subject)) return there;
    if (state.note_count >= max_notes) {
        std::uint32_t oldest = 0;
        for (std::uint32_t number = state.notes; number != 0; number = notes_[number].next)
            if (notes_[number].kind != Note::Kind::flowbit && notes_[number].kind != Note::Kind::flowint) oldest = number;
        if (oldest == 0) {
            ++notes_refused_;
            return nullptr;
        }
        forget(state, [&](const Note& note) { return &note == &notes_[oldest]; });
    }
    const std::uint32_t number = notes_.take();
    if (number == 0) {
        ++notes_refused_;
        return nullptr;
    }
    notes_[number] = Note{kind, direction, 0, subject, state.notes, 0};
    state.notes = number;
    ++state.note_count;
    return &notes_[number];
}

}  // namespace weir::rules
