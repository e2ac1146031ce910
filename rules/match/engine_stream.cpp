// SPDX-License-Identifier: Apache-2.0
// TCP streams: literals across segment boundaries, rules that wait for more bytes, bytes that fire once.
#include "rules/match/bytes_search.hpp"
#include "rules/match/engine_impl.hpp"

namespace weir::rules {
namespace {

/// Note::detail: a group and a step of the plan, or unknown.
constexpr std::uint16_t unknown_step = 0xffff;
constexpr std::uint16_t step_number(std::size_t group, std::int32_t step) noexcept {
    return step < 0 ? unknown_step : static_cast<std::uint16_t>(group << 8 | static_cast<unsigned>(step));
}

/// The bytes on both sides of a piece's start, in which a literal may stand that neither side holds alone.
class Seam {
public:
    Seam(Bytes tail, Bytes bytes) noexcept {
        const Bytes head = first_of(bytes, longest_literal - 1);
        std::copy(tail.begin(), tail.end(), memory_.begin());
        std::copy(head.begin(), head.end(), memory_.begin() + static_cast<std::ptrdiff_t>(tail.size()));
        size_ = tail.size() + head.size();
    }
    [[nodiscard]] Bytes bytes() const noexcept { return {memory_.data(), size_}; }

private:
    std::array<std::uint8_t, 2 * (longest_literal - 1)> memory_;
    std::size_t size_;
};

void keep_tail(Side& side, Bytes bytes) noexcept {
    const std::size_t room = side.tail.size();
    if (bytes.size() >= room) {
        std::copy(bytes.end() - static_cast<std::ptrdiff_t>(room), bytes.end(), side.tail.begin());
        side.tail_size = static_cast<std::uint8_t>(room);
        return;
    }
    const std::size_t kept = std::min<std::size_t>(side.tail_size, room - bytes.size());
    std::copy(side.tail.begin() + (side.tail_size - static_cast<std::ptrdiff_t>(kept)), side.tail.begin() + side.tail_size,
              side.tail.begin());
    std::copy(bytes.begin(), bytes.end(), side.tail.begin() + static_cast<std::ptrdiff_t>(kept));
    side.tail_size = static_cast<std::uint8_t>(kept + bytes.size());
}

}  // namespace

void Engine::Impl::reset(SessionState& state, Direction direction) noexcept {
    Side& side = state.sides[static_cast<std::size_t>(direction)];
    side.tail_size = 0;
    table.windows.clear(side.window);
    table.forget(state, [direction](const Note& note) { return note.kind == Note::Kind::waiting && note.direction == direction; });
}

/// Where the payload of the packet at hand ends in its stream: by sequence number where the stream's is known.
std::uint64_t Engine::Impl::stream_end(const Call& call) const noexcept {
    const auto index = static_cast<std::size_t>(call.side);
    const std::uint64_t size = call.packet.payload.size();
    if (call.state == nullptr || !call.state->sides[index].sequence_known) return call.session.stream_bytes[index] + size;
    const Side& side = call.state->sides[index];
    const auto ahead = static_cast<std::int32_t>(call.packet.tcp_sequence - (side.sequence + static_cast<std::uint32_t>(side.end)));
    const std::int64_t start = static_cast<std::int64_t>(side.end) + ahead;
    return start < 0 ? size : static_cast<std::uint64_t>(start) + size;
}

void Engine::Impl::stream(Call& call, Bytes bytes, std::uint64_t offset) noexcept {
    const PayloadGroup& group = rules->stream(call.direction);
    if (group.empty() || !rules->stream_ports(call.session.client_port, call.session.server_port)) return;
    Piece piece{bytes, offset, {}, false, {}};
    SessionState* const state = state_of(call);
    if (state == nullptr) return stream_piece(call, group, piece);

    Side& side = state->sides[static_cast<std::size_t>(call.side)];
    if (side.end != offset) reset(*state, call.side);
    if (bytes.data() == call.packet.payload.data() && !side.sequence_known) {
        side.sequence = call.packet.tcp_sequence - static_cast<std::uint32_t>(offset);
        side.sequence_known = true;
    }
    side.end = offset;
    piece.tail = Bytes{side.tail.data(), side.tail_size};
    stream_piece(call, group, piece);
    if (group.history) table.windows.append(side.window, bytes);
    keep_tail(side, bytes);
    side.end = piece.end();
}

void Engine::Impl::stream_piece(Call& call, const PayloadGroup& group, Piece& piece) noexcept {
    candidates.clear();
    counters.stream_bytes_scanned += piece.bytes.size();
    scan_payload(group, piece.bytes, call);
    if (!piece.tail.empty() && group.longest > 1) {
        const std::size_t reach = group.longest - 1;
        const Bytes tail = piece.tail.size() > reach ? piece.tail.subspan(piece.tail.size() - reach) : piece.tail;
        const Seam seam{tail, first_of(piece.bytes, reach)};
        scan_payload(group, seam.bytes(), call);
    }
    add_bare(group.bare, call);
    if (call.state != nullptr && call.state->notes != 0) recall_waiting(call, piece);
    for (const RuleIndex number : candidates.sorted()) {
        judge_stream(number, call, piece);
        if (call.stopped) return;
    }
}

/// Rules that saw their literal earlier are judged again, unless what they lack is plainly not in the new bytes.
void Engine::Impl::recall_waiting(Call& call, const Piece& piece) noexcept {
    const Seam seam{piece.tail, piece.bytes};
    table.forget(*call.state, [&](const Note& note) {
        if (note.kind != Note::Kind::waiting || note.direction != call.side) return false;
        if (piece.offset >= note.position + WindowPool::longest) return true;  // its literal is out of sight
        if (note.detail != unknown_step) {
            const Step& step = rules->plans()[note.subject].groups[note.detail >> 8].steps[note.detail & 0xff];
            const auto& content = std::get<ContentStep>(step.what);
            const auto in = [&](Bytes bytes) { return find(bytes, 0, bytes.size(), content.pattern, content.nocase).has_value(); };
            if (content.pattern.size() <= longest_literal && !in(piece.bytes) && !in(seam.bytes())) return false;
        }
        candidates.add(note.subject);
        return false;
    });
}

const Buffer& Engine::Impl::view(Call& call, Piece& piece) noexcept {
    if (piece.viewed) return piece.view;
    piece.viewed = true;
    std::size_t held = 0;
    if (call.state != nullptr) held = table.windows.copy(call.state->sides[static_cast<std::size_t>(call.side)].window, view_memory);
    if (held < piece.tail.size()) {  // no window is kept, or it had to go
        std::copy(piece.tail.begin(), piece.tail.end(), view_memory.begin());
        held = piece.tail.size();
    }
    if (held == 0) {
        piece.view = {piece.bytes, piece.offset, true};
        return piece.view;
    }
    std::copy(piece.bytes.begin(), piece.bytes.end(), view_memory.begin() + static_cast<std::ptrdiff_t>(held));
    piece.view = {Bytes{view_memory}.first(held + piece.bytes.size()), piece.offset - held, true};
    return piece.view;
}

void Engine::Impl::judge_stream(RuleIndex number, Call& call, Piece& piece) noexcept {
    const Meter meter{costs, number};
    const RulePlan& plan = rules->plans()[number];
    if (!admits(plan, call)) return;
    const AppMatch app = matches_app(*plan.rule, call.app, call.app_settled);
    if (app == AppMatch::no) return;

    Buffer buffer = view(call, piece);
    const Note* const fired = call.state != nullptr ? table.find(*call.state, Note::Kind::fired, call.side, number) : nullptr;
    if (fired != nullptr && fired->position > buffer.base) {  // bytes that have fired do not fire again
        const std::uint64_t used = fired->position - buffer.base;
        if (used >= buffer.bytes.size()) return;
        buffer.bytes = buffer.bytes.subspan(static_cast<std::size_t>(used));
        buffer.base = fired->position;
    }

    checker.begin_rule();
    bool matched = true, starved = false;
    std::uint16_t awaited = unknown_step;
    for (std::size_t i = 0; i < plan.groups.size() && matched; ++i) {
        const GroupPlan& group = plan.groups[i];
        if (group.buffer.source == BufferRef::Source::base64) continue;  // looked at where it is decoded
        Checked checked;
        if (group.buffer.source == BufferRef::Source::payload)
            checked = group.transforms.empty() ? checker.check(group, buffer)
                                               : checker.check(group, {transformer.apply(group.transforms, buffer.bytes)});
        matched = checked.matched;
        starved = checked.starved || !group.transforms.empty();
        awaited = step_number(i, checked.awaited);
    }

    if (!matched && !plan.fast) return;  // looked at again with the next bytes in any case
    SessionState* const state = matched || starved ? state_of(call) : call.state;
    if (state == nullptr) {
        if (matched) fire_when_known(number, call, Scope::session, app);
        return;
    }
    if (!matched && starved) {
        const bool known = table.find(*state, Note::Kind::waiting, call.side, number) != nullptr;
        Note* const note = table.note(*state, Note::Kind::waiting, call.side, number);
        if (note == nullptr) return;
        note->detail = awaited;
        if (!known) note->position = piece.end();
        return;
    }
    table.forget(*state, [&](const Note& note) {
        return note.kind == Note::Kind::waiting && note.direction == call.side && note.subject == number;
    });
    if (!matched) return;
    if (Note* const note = table.note(*state, Note::Kind::fired, call.side, number)) note->position = piece.end();
    fire_when_known(number, call, Scope::session, app);
}

}  // namespace weir::rules
