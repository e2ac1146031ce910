// SPDX-License-Identifier: Apache-2.0
#include "parsers/http2/http2.hpp"

#include <algorithm>
#include <charconv>

#include "parsers/base/steps.hpp"

namespace weir::http2 {
namespace {

enum Oddity : unsigned {
    bad_frame_header = 1,
    bad_frame_data,
    bad_header,
    bad_frame_length,
    stream_reused,
    authority_mismatch,
    userinfo,
    block_too_long,
    too_many_streams,
};

constexpr std::uint32_t setting_size = 6;
constexpr std::uint32_t max_setting = 16;  // identifiers that IANA has given out, and a few
constexpr std::uint32_t max_probed_settings = 16;
constexpr std::uint8_t header_flags = flag::end_stream | flag::end_headers | flag::padded | flag::priority;

std::size_t index(Direction direction) noexcept { return static_cast<std::size_t>(direction); }
Report report_of(Direction direction) noexcept { return direction == Direction::to_server ? Report::request : Report::response; }

/// Nothing where the text is no number.
std::optional<std::uint32_t> number(Bytes text) noexcept {
    std::uint32_t value = 0;
    const std::string_view digits = as_text(text);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return !digits.empty() && read.ec == std::errc{} && read.ptr == digits.data() + digits.size() ? std::optional{value} : std::nullopt;
}

Bytes without_parameters(Bytes value) noexcept {
    return value.first(static_cast<std::size_t>(std::ranges::find(value, ';') - value.begin()));
}

// ---------------------------------------------------------------- probing

/// A server begins with SETTINGS (RFC 9113 section 3.4).
Probe probe_settings(Bytes data, bool port_matches) noexcept {
    const FrameHeader header{data};
    const std::uint32_t count = header.length / setting_size;
    if (header.length % setting_size != 0 || count > max_probed_settings || header.flags != 0 || header.stream != 0 || header.reserved)
        return Probe::no();
    const std::size_t size = frame_header_size + header.length;
    if (data.size() < size) return Probe::more();
    Cursor settings{data.subspan(frame_header_size, header.length)};
    while (!settings.empty()) {
        const std::uint16_t identifier = settings.be16();
        settings.skip(4);
        if (identifier == 0 || identifier > max_setting) return Probe::no();
    }
    if (count > 0 || port_matches) return Probe::yes(Probe::Sender::server);
    // Nine octets, of which eight are zero: what follows must be a frame on stream 0 as well, or this is all for now.
    if (data.size() < size + frame_header_size) return Probe::more();
    const FrameHeader next{data.subspan(size)};
    const bool settings_ack = next.is(FrameType::settings) && next.length == 0 && next.flags == flag::ack;
    const bool window = next.is(FrameType::window_update) && next.length == 4 && next.flags == 0;
    return next.stream == 0 && (settings_ack || window) ? Probe::yes(Probe::Sender::server) : Probe::no();
}

/// In the middle of a session: a whole header block that reads as a request or response.
Probe probe_headers(Bytes data) noexcept {
    const FrameHeader header{data};
    if (header.length > default_max_frame || (header.flags & ~header_flags) != 0 || !header.has(flag::end_headers)) return Probe::no();
    if (header.stream % 2 == 0 || header.reserved || header.length < 2) return Probe::no();
    if (data.size() < frame_header_size + header.length) return Probe::more();
    std::array<std::uint8_t, 8192> memory;
    Scratch scratch{memory};
    const GatheredBlock gathered = gather_block(data, scratch);
    if (gathered.status != GatheredBlock::Status::complete) return Probe::no();
    DynamicTable table;
    table.lose();
    const HeaderBlock block = read_block(gathered.block, table, scratch);
    if (block.status != HeaderBlock::Status::ok) return Probe::no();
    if (block.get(":method").data() != nullptr && !block.get(":path").empty()) return Probe::yes(Probe::Sender::client);
    return number(block.get(":status")).value_or(0) >= 100 ? Probe::yes(Probe::Sender::server) : Probe::no();
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp) return Probe::no();
    const Bytes data = offer.data;
    const std::size_t shared = std::min(data.size(), preface.size());
    if (starts_with(data, preface.substr(0, shared))) return shared == preface.size() ? Probe::yes(Probe::Sender::client) : Probe::more();
    constexpr auto settings = static_cast<std::uint8_t>(FrameType::settings), headers = static_cast<std::uint8_t>(FrameType::headers);
    if (data[0] != 0 || (data.size() > 3 && data[3] != settings && data[3] != headers)) return Probe::no();
    if (data.size() < frame_header_size) return Probe::more();
    const FrameHeader header{data};
    return header.is(FrameType::settings) ? probe_settings(data, offer.port_matches) : probe_headers(data);
}

// ---------------------------------------------------------------- frames

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) { return frame(direction, rest, emit); });
}

Fed State::frame(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    Side& side = sides_[index(direction)];
    if (!side.started) {
        if (direction == Direction::to_server && starts_with(bytes, preface.substr(0, bytes.size()))) {
            if (bytes.size() < preface.size()) return Fed::need_more(0);  // the next octet may show that it is none
            side.started = true;
            return Fed::ok(preface.size());
        }
        if (bytes.size() < frame_header_size) return Fed::need_more(0, frame_header_size);
        side.started = true;
        if (!FrameHeader{bytes}.is(FrameType::settings)) side.table.lose();  // the session's start is not in the capture
    }
    if (bytes.size() < frame_header_size) return Fed::need_more(0, frame_header_size);
    const FrameHeader header{bytes};
    const auto odd = [&](Oddity oddity) {
        emit.anomaly(oddity, direction);
        return Fed::skip_after(frame_header_size, header.length);
    };
    switch (static_cast<FrameType>(header.type)) {
        case FrameType::data: {
            if (header.stream == 0) return odd(bad_frame_header);
            Stream* const stream = find(header.stream);
            if (stream != nullptr && direction == Direction::to_client) {
                stream->length += header.length;
                if (header.has(flag::end_stream)) end(*stream, {}, emit);
            }
            break;
        }
        case FrameType::push_promise:
        case FrameType::headers:
            if (header.stream == 0) return odd(bad_frame_header);
            return header_block(direction, header, bytes, emit);
        case FrameType::settings:
        case FrameType::rst_stream:
        case FrameType::goaway: {
            const bool of_stream = header.is(FrameType::rst_stream);
            if (of_stream != (header.stream != 0)) return odd(bad_frame_header);
            const std::size_t looked_at = of_stream ? 4 : header.is(FrameType::goaway) ? 8 : 0;
            const bool good_length = header.is(FrameType::settings)     ? header.length % setting_size == 0
                                     : header.is(FrameType::rst_stream) ? header.length == looked_at
                                                                        : header.length >= looked_at;
            if (!good_length) return odd(bad_frame_length);
            if (bytes.size() < frame_header_size + looked_at) return Fed::need_more(0, frame_header_size + looked_at);
            return control(direction, header, bytes.subspan(frame_header_size, looked_at), emit);
        }
        case FrameType::continuation: side.table.lose(); break;  // of a block that was given up
        case FrameType::ping:
            if (header.length != 8) return odd(bad_frame_length);
            break;
        case FrameType::window_update:
            if (header.length != 4) return odd(bad_frame_length);
            break;
        case FrameType::priority: break;
    }
    return Fed::skip_after(frame_header_size, header.length);
}

Fed State::control(Direction direction, const FrameHeader& header, Bytes payload, Emit<Transaction> emit) noexcept {
    const Fed behind = Fed::skip_after(frame_header_size, header.length);
    if (header.is(FrameType::settings) && header.has(flag::ack)) return behind;
    Transaction transaction;
    transaction.stream = header.stream;
    transaction.frame = static_cast<FrameType>(header.type);
    transaction.response = direction == Direction::to_client;
    transaction.scratch = &emit.scratch();
    if (!payload.empty()) {
        Cursor cursor{payload.last(4)};
        transaction.error = cursor.be32();
    }
    emit(transaction, report_of(direction), direction);
    if (Stream* const stream = header.is(FrameType::rst_stream) ? find(header.stream) : nullptr; stream != nullptr)
        end(*stream, transaction.error, emit);
    return behind;
}

Fed State::header_block(Direction direction, const FrameHeader& header, Bytes bytes, Emit<Transaction> emit) noexcept {
    using Status = GatheredBlock::Status;
    DynamicTable& table = sides_[index(direction)].table;
    const GatheredBlock gathered = gather_block(bytes, emit.scratch());
    switch (gathered.status) {
        case Status::partial: return Fed::need_more(0, gathered.want);
        case Status::broken:
            emit.anomaly(bad_frame_data, direction);
            table.lose();
            return Fed::ok(std::max(gathered.raw, frame_header_size));
        case Status::too_long:
            emit.anomaly(block_too_long, direction);
            table.lose();
            return Fed::skip_after(frame_header_size, header.length);
        case Status::complete: break;
    }
    const HeaderBlock block = read_block(gathered.block, table, emit.scratch());
    if (block.status != HeaderBlock::Status::ok) {
        emit.anomaly(block.status == HeaderBlock::Status::broken ? bad_header : block_too_long, direction);
        return Fed::ok(gathered.raw);
    }
    if (header.is(FrameType::headers)) {
        if (direction == Direction::to_server)
            request(header, block, emit);
        else
            response(header, block, emit);
    }
    return Fed::ok(gathered.raw);
}

Fed State::gap(Direction, std::uint64_t, Emit<Transaction>) noexcept {
    return Fed::done(0);  // where the next frame begins cannot be told
}

void State::finish(Emit<Transaction> emit) noexcept {
    while (!streams_.empty()) end(streams_[0], {}, emit);
}

// ---------------------------------------------------------------- requests and responses

void State::check(const HeaderBlock& block, Emit<Transaction> emit) const noexcept {
    const Bytes authority = block.get(":authority"), host = block.get("host");
    if (authority.data() != nullptr && host.data() != nullptr && !equal_nocase(authority, as_text(host)))
        emit.anomaly(authority_mismatch, Direction::to_server);
    if (std::ranges::find(authority, '@') != authority.end()) emit.anomaly(userinfo, Direction::to_server);
}

void State::request(const FrameHeader& header, const HeaderBlock& block, Emit<Transaction> emit) noexcept {
    if (find(header.stream) != nullptr) return;  // trailers
    if (header.stream <= last_request_) emit.anomaly(stream_reused, Direction::to_server);
    last_request_ = std::max(last_request_, header.stream);
    check(block, emit);
    Stream& stream = open(header.stream, emit);
    stream.grpc = starts_with(block.get("content-type"), "application/grpc");
    const Bytes authority = block.get(":authority");
    keep(stream, Stream::method, block.get(":method"), 24);
    keep(stream, Stream::path, block.get(":path"), 256);
    keep(stream, Stream::authority, authority.data() != nullptr ? authority : block.get("host"), 128);
    keep(stream, Stream::user_agent, block.get("user-agent"), 128);
    keep(stream, Stream::referer, block.get("referer"), 128);
    Transaction transaction = remembered(stream, false, emit.scratch());
    transaction.headers = block.headers;
    transaction.size_update = block.size_update;
    emit(transaction, Report::request, Direction::to_server);
}

void State::response(const FrameHeader& header, const HeaderBlock& block, Emit<Transaction> emit) noexcept {
    Stream* const known = find(header.stream);
    // Without its request: behind an upgrade (RFC 7540 section 3.2), or one side of a session.
    Stream& stream = known != nullptr ? *known : open(header.stream, emit);
    const std::uint32_t code = number(block.get(":status")).value_or(0);
    const bool interim = code >= 100 && code < 200;
    if (code != 0 && code < 1000 && !interim) {
        stream.status = static_cast<std::uint16_t>(code);
        const Bytes type = block.get("content-type");
        keep(stream, Stream::content_type, without_parameters(type), 64);
        stream.grpc = stream.grpc || starts_with(type, "application/grpc");
    }
    if (stream.grpc && !stream.grpc_status) stream.grpc_status = number(block.get("grpc-status"));
    Transaction transaction = remembered(stream, true, emit.scratch());
    transaction.headers = block.headers;
    transaction.size_update = block.size_update;
    if (interim) transaction.status = static_cast<std::uint16_t>(code);
    emit(transaction, Report::response, Direction::to_client);
    if (header.has(flag::end_stream)) end(stream, {}, emit);
}

State::Stream* State::find(std::uint32_t id) noexcept {
    const auto found = std::find_if(streams_.begin(), streams_.end(), [id](const Stream& stream) { return stream.id == id; });
    return found != streams_.end() ? found : nullptr;
}

State::Stream& State::open(std::uint32_t id, Emit<Transaction> emit) noexcept {
    if (streams_.full()) {
        emit.anomaly(too_many_streams, Direction::to_server);
        end(streams_[0], {}, emit);
    }
    Stream stream;
    stream.id = id;
    stream.begin = text_used_;
    (void)streams_.push_back(stream);
    return streams_.back();
}

/// Writes the event and forgets the stream.
void State::end(Stream& stream, std::optional<std::uint32_t> error, Emit<Transaction> emit) noexcept {
    Transaction transaction = remembered(stream, true, emit.scratch());
    transaction.error = error;
    emit(transaction, Report::log, Direction::to_client);
    std::size_t size = 0;
    for (const std::uint16_t text : stream.sizes) size += text;
    const std::size_t behind = stream.begin + size;
    std::memmove(text_.data() + stream.begin, text_.data() + behind, text_used_ - behind);
    text_used_ = static_cast<std::uint16_t>(text_used_ - size);
    for (Stream* next = &stream + 1; next != streams_.end(); ++next) {
        next[-1] = *next;
        next[-1].begin = static_cast<std::uint16_t>(next->begin - size);
    }
    streams_.pop_back();
}

/// A text is kept once, and after those that stand before it in `Stream::Text`.
void State::keep(Stream& stream, Stream::Text which, Bytes text, std::size_t limit) noexcept {
    const Bytes piece = first_of(text, std::min(limit, text_.size() - text_used_));
    if (piece.empty() || stream.sizes[which] != 0) return;
    std::size_t at = stream.begin;
    for (const std::uint16_t size : stream.sizes) at += size;
    std::memmove(text_.data() + at + piece.size(), text_.data() + at, text_used_ - at);
    std::memcpy(text_.data() + at, piece.data(), piece.size());
    stream.sizes[which] = static_cast<std::uint16_t>(piece.size());
    text_used_ = static_cast<std::uint16_t>(text_used_ + piece.size());
    for (Stream* next = &stream + 1; next != streams_.end(); ++next) next->begin = static_cast<std::uint16_t>(next->begin + piece.size());
}

Bytes State::kept(const Stream& stream, Stream::Text which) const noexcept {
    std::size_t at = stream.begin;
    for (std::size_t i = 0; i < which; ++i) at += stream.sizes[i];
    return stream.sizes[which] != 0 ? Bytes{text_.data() + at, stream.sizes[which]} : Bytes{};
}

Transaction State::remembered(const Stream& stream, bool response, Scratch& scratch) const noexcept {
    Transaction transaction;
    transaction.stream = stream.id;
    transaction.response = response;
    transaction.exchange = true;
    transaction.method = kept(stream, Stream::method);
    transaction.path = kept(stream, Stream::path);
    transaction.authority = kept(stream, Stream::authority);
    transaction.user_agent = kept(stream, Stream::user_agent);
    transaction.referer = kept(stream, Stream::referer);
    transaction.content_type = kept(stream, Stream::content_type);
    transaction.status = stream.status;
    transaction.length = stream.length;
    transaction.grpc = stream.grpc;
    transaction.grpc_status = stream.grpc_status;
    transaction.scratch = &scratch;
    return transaction;
}

}  // namespace weir::http2
