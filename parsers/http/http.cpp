// SPDX-License-Identifier: Apache-2.0
#include "parsers/http/http.hpp"

#include <algorithm>

#include "parsers/base/steps.hpp"
#include "parsers/base/text_lines.hpp"

namespace weir::http {
namespace {

constexpr std::size_t max_probe_line = 4096;
constexpr std::size_t max_start_line = 8 * 1024;  // behind a gap

/// Host without port, in lower case, in scratch memory; the port goes to `port`.
Bytes normalised_host(Bytes host, Scratch& scratch, std::uint32_t& port) noexcept {
    std::size_t end = host.size();
    if (!host.empty() && host[0] == '[') {
        end = static_cast<std::size_t>(std::find(host.begin(), host.end(), ']') - host.begin());
        end = std::min(end + 1, host.size());
    } else {
        end = static_cast<std::size_t>(std::find(host.begin(), host.end(), ':') - host.begin());
    }
    port = 0;
    for (std::size_t i = end + 1; i < host.size() && port < 65536 && host[i] >= '0' && host[i] <= '9'; ++i) port = port * 10 + (host[i] - '0');
    if (port > 65535) port = 0;
    const auto out = scratch.take(end);
    std::transform(host.begin(), host.begin() + static_cast<std::ptrdiff_t>(out.size()), out.begin(), to_lower);
    return Bytes{out.data(), out.size()};
}

/// `text/html; charset=utf-8` -> `text/html`
Bytes without_parameters(Bytes value) noexcept {
    return trimmed(value.first(static_cast<std::size_t>(std::find(value.begin(), value.end(), ';') - value.begin())));
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp) return Probe::no();
    const Bytes data = offer.data;
    constexpr std::string_view version = "HTTP/1.";
    const std::size_t shared = std::min(data.size(), version.size());
    if (equal_nocase(data.first(shared), version.substr(0, shared)))
        return shared == version.size() ? Probe::yes(Probe::Sender::server) : Probe::more();
    const TextLine line = first_line(data);
    if (line.complete()) return is_request_line(line.text) ? Probe::yes(Probe::Sender::client) : Probe::no();
    // No line end yet: a method of letters, a blank, then anything printable may still become a request line.
    std::size_t letters = 0;
    while (letters < data.size() && ((data[letters] >= 'A' && data[letters] <= 'Z') || data[letters] == '_' || data[letters] == '-')) ++letters;
    if (letters == 0 || letters > 24 || data.size() > max_probe_line || (letters < data.size() && data[letters] != ' ')) return Probe::no();
    return is_text(data) ? Probe::more() : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    std::size_t consumed = 0;
    while (!upgraded_ && consumed < bytes.size()) {
        // Whether a request follows a CONNECT hangs on its response (RFC 9110 section 9.3.6).
        const bool asked = direction == Direction::to_server && !waiting_.empty() && is_connect(waiting_.back());
        if (asked) return wait_for_answer(bytes.subspan(consumed), consumed);
        const Bytes rest = bytes.subspan(consumed);
        Fed fed{};
        switch (sides_[static_cast<std::size_t>(direction)].phase) {
            case Phase::head:
            case Phase::body: fed = message(direction, rest, emit); break;
            case Phase::chunks: fed = rest_of_chunks(direction, rest, emit); break;
            case Phase::until_close:
                answer_.length += rest.size();
                fed = Fed::ok(rest.size());
                break;
            case Phase::lost: fed = next_start(direction, rest, emit); break;
        }
        consumed += fed.consumed;
        fed.consumed = consumed;
        if (fed.status != Fed::Status::ok || fed.skip != 0) return fed;
    }
    return upgraded_ ? Fed::upgraded(consumed) : Fed::ok(consumed);
}

Fed State::message(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    const bool response = direction == Direction::to_client;
    Side& side = sides_[static_cast<std::size_t>(direction)];
    if (side.phase == Phase::head) {
        std::size_t blank = 0;  // empty lines before a start line (RFC 9112 section 2.2)
        while (blank < bytes.size() && (bytes[blank] == '\r' || bytes[blank] == '\n')) ++blank;
        if (blank != 0) return Fed::ok(blank);
    }
    const std::size_t size = head_size(bytes, side.searched);
    if (size == 0 || size > max_head) {
        if (bytes.size() > max_head) {
            emit.anomaly(3, direction);
            return Fed::malformed();
        }
        side.searched = static_cast<std::uint32_t>(bytes.size());
        return Fed::need_more(0);
    }
    emit.scratch().reset();
    Head head;
    if (!read_head(bytes.first(size), response, emit.scratch(), head)) {
        emit.anomaly(response ? 2 : 1, direction);
        if (response) return Fed::malformed();
        lossy_ = true;  // what the server makes of it is still worth reading
        return Fed::done(0);
    }
    const Framing frame = framing(head, response);
    const bool first_time = side.phase == Phase::head;
    if (first_time) {
        check(head, response, emit);
        if (response)
            answer(head);
        else
            keep(head, emit);
        report(head, response, {}, response ? Report::response : Report::request, emit);
        side.phase = Phase::body;
    }
    const auto finished = [&](std::size_t consumed, std::uint64_t skip) {
        side = {};
        if (response) response_done(emit);
        if (upgraded_ && equal_nocase(head.upgrade, "websocket"))
            emit.continues_as("websocket", as_text(head.header("sec-websocket-protocol")));
        return Fed::skip_after(consumed, skip);
    };
    const Bytes behind = bytes.subspan(size);
    side.searched = 0;
    if (frame == Framing::none) return finished(size, 0);

    Chunks chunks;
    Bytes body = behind;
    if (frame == Framing::length) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(head.content_length, max_body));
        if (behind.size() < wanted) return Fed::need_more(0, size + wanted);
        body = behind.first(wanted);
    } else if (frame == Framing::chunked) {
        chunks = read_chunks(behind, max_body, emit.scratch());
        if (chunks.broken) {
            emit.anomaly(8, direction);
            return Fed::malformed();
        }
        if (!chunks.complete && chunks.body.size() < max_body) return Fed::need_more(0);
        body = chunks.body;
    } else {
        side.to_close = true;
        if (behind.size() < max_body) return Fed::need_more(0, size + max_body);
        body = behind.first(max_body);
    }
    report(head, response, body, Report::again | (response ? Report::response : Report::request), emit);
    emit.carries(body, direction);
    switch (frame) {
        case Framing::length: return finished(size + body.size(), head.content_length - body.size());
        case Framing::chunked:
            if (response) answer_.length += body.size() + (chunks.left > 2 ? chunks.left - 2 : 0);
            if (chunks.complete) return finished(size + chunks.consumed, 0);
            side.phase = Phase::chunks;
            return Fed::skip_after(size + chunks.consumed, chunks.left);
        default:
            answer_.length += behind.size();
            side.phase = Phase::until_close;
            return Fed::ok(bytes.size());
    }
}

Fed State::rest_of_chunks(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    // One chunk's head at a time, its data skipped unseen.
    emit.scratch().reset();
    const ChunkHead head = read_chunk_head(bytes);
    if (head.broken) {
        emit.anomaly(8, direction);
        return Fed::malformed();
    }
    if (!head.whole) return Fed::need_more(0);
    if (direction == Direction::to_client) answer_.length += head.size;
    if (head.size != 0) return Fed::skip_after(head.consumed, head.size + 2);
    sides_[static_cast<std::size_t>(direction)] = {};
    if (direction == Direction::to_client) response_done(emit);
    return Fed::ok(head.consumed);
}

/// Bytes are missing, and with them where the next message begins: it is where the next start line is.
Fed State::next_start(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    const bool response = direction == Direction::to_client;
    const TextLine line = first_line(bytes, side.searched);
    side.searched = 0;
    if (!line.complete()) {
        if (bytes.size() > max_start_line) return Fed::ok(bytes.size());
        side.searched = static_cast<std::uint32_t>(bytes.size());
        return Fed::need_more(0);
    }
    if (!(response ? is_status_line(line.text) : is_request_line(line.text))) return Fed::ok(line.size);
    // Few clients pipeline: this answers the latest request, those before it had theirs in the gap.
    while (response && waiting_.size() > 1) log(emit);
    side.phase = Phase::head;
    return Fed::ok(0);
}

Fed State::gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    if (side.phase == Phase::until_close || side.to_close) {
        side.phase = Phase::until_close;
        answer_.length += missing;
        return Fed::ok(0);
    }
    if (direction == Direction::to_client && answer_.seen) log(emit);
    side = {};
    side.phase = Phase::lost;
    lossy_ = true;
    return Fed::ok(0);
}

void State::end(Direction direction, Bytes unconsumed, Emit<Transaction> emit) noexcept {
    const Side& side = sides_[static_cast<std::size_t>(direction)];
    const bool response = direction == Direction::to_client;
    const std::size_t size = side.phase == Phase::body ? head_size(unconsumed, 0) : 0;
    Head head;
    if (size == 0 || !read_head(unconsumed.first(size), response, emit.scratch(), head)) return;
    const Bytes behind = unconsumed.subspan(size);
    if (side.to_close) answer_.length += behind.size();
    const Bytes body = head.chunked ? read_chunks(behind, max_body, emit.scratch()).body : first_of(behind, max_body);
    if (body.empty()) return;
    report(head, response, body, Report::again | (response ? Report::response : Report::request), emit);
    emit.carries(body, direction);
}

void State::finish(Emit<Transaction> emit) noexcept {
    while (!waiting_.empty() || answer_.seen) log(emit);
}

Framing State::framing(const Head& head, bool response) const noexcept {
    if (response) {  // RFC 9112 section 6.3
        const bool to_head = !waiting_.empty() && as_text(kept(waiting_[0].method)) == "HEAD";
        const bool to_connect = !waiting_.empty() && is_connect(waiting_[0]) && head.status / 100 == 2;
        if (head.status < 200 || head.status == 204 || head.status == 304 || to_head || to_connect) return Framing::none;
    } else if (as_text(head.method) == "CONNECT") {  // has no content, whatever its header says (RFC 9110 section 9.3.6)
        return Framing::none;
    }
    if (head.chunked) return Framing::chunked;
    if (head.has_content_length) return head.content_length == 0 ? Framing::none : Framing::length;
    return response ? Framing::until_close : Framing::none;
}

void State::check(const Head& head, bool response, Emit<Transaction> emit) noexcept {
    const Direction direction = response ? Direction::to_client : Direction::to_server;
    if (head.bad_length) emit.anomaly(4, direction);
    if (head.both_lengths) emit.anomaly(5, direction);
    if (head.bad_line) emit.anomaly(7, direction);
    if (!response && head.host.data() == nullptr && equal_nocase(head.protocol, "HTTP/1.1")) emit.anomaly(6, direction);
    if (response && waiting_.empty() && !lossy_) emit.anomaly(10, direction);
}

void State::keep(const Head& head, Emit<Transaction> emit) noexcept {
    if (waiting_.full()) {
        emit.anomaly(9, Direction::to_server);
        log(emit);
    }
    Kept kept;
    kept.method = store(head.method, 24);
    kept.protocol = store(head.protocol, 16);
    kept.host = store(head.host, 256);
    kept.target = store(head.target, 1024);
    kept.user_agent = store(head.user_agent, 256);
    kept.referer = store(head.referer, 256);
    (void)waiting_.push_back(kept);
}

void State::answer(const Head& head) noexcept {
    answer_ = {};
    answer_.seen = true;
    answer_.status = head.status;
    if (head.has_content_length) answer_.length = head.content_length;
    const Bytes type = first_of(without_parameters(head.content_type), answer_.content_type.size());
    answer_.content_type_length = static_cast<std::uint8_t>(type.size());
    std::copy(type.begin(), type.end(), answer_.content_type.begin());
    const Bytes place = first_of(head.location, answer_.location.size());
    answer_.location_length = static_cast<std::uint8_t>(place.size());
    std::copy(place.begin(), place.end(), answer_.location.begin());
}

void State::response_done(Emit<Transaction> emit) noexcept {
    const bool to_connect = !waiting_.empty() && is_connect(waiting_[0]);
    upgraded_ = answer_.status == 101 || (to_connect && answer_.status / 100 == 2);
    if (answer_.status >= 200 || upgraded_)
        log(emit);
    else
        answer_ = {};  // 1xx: the final response is still to come
}

void State::report(const Head& head, bool response, Bytes body, Report what, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    fill_from_kept(transaction);
    transaction.message = &head;
    transaction.response = response;
    transaction.body = body;
    transaction.scratch = &emit.scratch();
    if (response) {
        transaction.status = head.status;
    } else {
        transaction.method = head.method;
        transaction.target = head.target;
        transaction.uri = normalised_uri(head.target, emit.scratch());
        transaction.user_agent = head.user_agent;
        transaction.referer = head.referer;
        transaction.protocol = head.protocol;
        if (head.host.data() != nullptr) transaction.host = normalised_host(head.host, emit.scratch(), transaction.port);
    }
    emit(transaction, what, response ? Direction::to_client : Direction::to_server);
}

/// The oldest transaction as it stands: EVE's line.
void State::log(Emit<Transaction> emit) noexcept {
    Transaction transaction;
    fill_from_kept(transaction);
    transaction.scratch = &emit.scratch();
    std::array<std::uint8_t, 256> host_memory;
    Scratch host_scratch{host_memory};
    if (transaction.host.data() != nullptr) transaction.host = normalised_host(transaction.host, host_scratch, transaction.port);
    if (answer_.seen) {
        transaction.status = answer_.status;
        transaction.length = answer_.length;
        if (answer_.content_type_length != 0) transaction.content_type = Bytes{answer_.content_type.data(), answer_.content_type_length};
        if (answer_.location_length != 0) transaction.location = Bytes{answer_.location.data(), answer_.location_length};
    }
    emit(transaction, Report::log, Direction::to_client);
    answer_ = {};
    forget_oldest();
}

void State::fill_from_kept(Transaction& transaction) const noexcept {
    if (waiting_.empty()) return;
    const Kept& oldest = waiting_[0];
    transaction.method = kept(oldest.method);
    transaction.target = kept(oldest.target);
    transaction.host = kept(oldest.host);
    transaction.user_agent = kept(oldest.user_agent);
    transaction.referer = kept(oldest.referer);
    transaction.protocol = kept(oldest.protocol);
}

void State::forget_oldest() noexcept {
    if (waiting_.empty()) return;
    // Texts of a request stand together: what comes behind the oldest's last one moves to the front.
    const std::uint16_t end = waiting_.size() > 1 ? waiting_[1].method.begin : text_used_;
    std::memmove(text_.data(), text_.data() + end, text_used_ - end);
    text_used_ = static_cast<std::uint16_t>(text_used_ - end);
    for (std::size_t i = 1; i < waiting_.size(); ++i) {
        Kept moved = waiting_[i];
        for (Kept::Piece* piece : {&moved.method, &moved.target, &moved.host, &moved.user_agent, &moved.referer, &moved.protocol})
            piece->begin = static_cast<std::uint16_t>(piece->begin - end);
        waiting_[i - 1] = moved;
    }
    waiting_.pop_back();
}

Bytes State::kept(const Kept::Piece& piece) const noexcept {
    return piece.present ? Bytes{text_.data() + piece.begin, piece.length} : Bytes{};
}

bool State::is_connect(const Kept& request) const noexcept { return as_text(kept(request.method)) == "CONNECT"; }

Kept::Piece State::store(Bytes text, std::size_t limit) noexcept {
    Kept::Piece piece;
    piece.begin = text_used_;
    piece.length = static_cast<std::uint16_t>(std::min({text.size(), limit, text_.size() - text_used_}));
    piece.present = text.data() != nullptr;
    if (piece.length != 0) std::memcpy(text_.data() + text_used_, text.data(), piece.length);
    text_used_ = static_cast<std::uint16_t>(text_used_ + piece.length);
    return piece;
}

}  // namespace weir::http
