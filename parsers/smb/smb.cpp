// SPDX-License-Identifier: Apache-2.0
#include "parsers/smb/smb.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::smb {
namespace {

// The framing of NetBIOS (RFC 1002 section 4.3.1), also without it on port 445.
constexpr std::size_t frame_head = 4;
constexpr std::uint8_t session_message = 0, session_request = 0x81, keep_alive = 0x85;
constexpr std::size_t longest_frame = 0x1000000;
constexpr std::size_t max_shown = 8192;    // octets of a message that are read
constexpr std::size_t netbios_names = 68;  // a session request holds two encoded names
constexpr std::uint8_t v1 = 0xff, v2 = 0xfe, encrypted = 0xfd, compressed = 0xfc;

bool is_mark(std::uint8_t byte) noexcept { return byte >= compressed; }

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    const Bytes data = offer.data;
    if (data[0] == session_request) {
        constexpr std::array<std::uint8_t, 5> start{session_request, 0, 0, netbios_names, 0x20};
        const std::size_t shared = std::min(data.size(), start.size());
        if (!std::equal(start.begin(), start.begin() + shared, data.begin())) return Probe::no();
        return shared == start.size() ? Probe::yes(Probe::Sender::client) : Probe::more();
    }
    if (data[0] != session_message || (data.size() > 1 && data[1] > 1)) return Probe::no();
    if (data.size() > frame_head && data[frame_head] != v1 && data[frame_head] != v2 && data[frame_head] != encrypted) return Probe::no();
    constexpr std::string_view word = "SMB";
    const Bytes behind = first_of(data.subspan(std::min(data.size(), frame_head + 1)), word.size());
    if (as_text(behind) != word.substr(0, behind.size())) return Probe::no();
    if (data.size() < frame_head + head_v1) return Probe::more();
    if (data[frame_head] == encrypted) return Probe::yes();
    const Bytes bytes = data.subspan(frame_head);
    if (bytes[0] == v2 && bytes.size() < head_v2) return Probe::more();
    Message message;
    if (!read_head(bytes, message)) return Probe::no();
    return Probe::yes(message.response ? Probe::Sender::server : Probe::Sender::client);
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept { return packet(direction, rest, emit); });
}

Fed State::packet(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    const auto broken = [&] {
        emit.anomaly(1, direction);
        return Fed::malformed();
    };
    if (bytes.size() < frame_head) return Fed::need_more(0, frame_head);
    const std::size_t size = Cursor{bytes.subspan(1)}.be24();
    if (bytes[0] >= session_request && bytes[0] <= keep_alive) return size > 256 ? broken() : Fed::skip_after(frame_head, size);
    if (bytes[0] != session_message || size >= longest_frame || size < head_v1) return broken();
    if (bytes.size() < frame_head + head_v1) return Fed::need_more(0, frame_head + head_v1);
    const Bytes behind = bytes.subspan(frame_head);
    if (!is_mark(behind[0]) || as_text(behind.subspan(1, 3)) != "SMB") return broken();
    if (behind[0] == encrypted || behind[0] == compressed) {
        encrypted_ |= behind[0] == encrypted;
        return Fed::skip_after(frame_head, size);
    }
    const std::size_t head = behind[0] == v1 ? head_v1 : head_v2;
    if (size < head) return broken();
    if (behind.size() < head) return Fed::need_more(0, frame_head + head);
    Message message;
    if (!read_head(behind.first(head), message)) return broken();
    if (message.kind == Kind::other) return Fed::skip_after(frame_head + head, size - head);
    const std::size_t shown = std::min(size, max_shown);
    if (behind.size() < shown) return Fed::need_more(0, frame_head + shown);
    if (!read_body(behind.first(shown), message, emit.scratch()) && shown == size) emit.anomaly(2, direction);
    if (message.response)
        response(message, emit);
    else
        request(message, emit);
    return Fed::skip_after(frame_head + shown, size - shown);
}

void State::finish(Emit<Transaction> emit) noexcept {
    Message message;
    message.version = request_.version;
    message.command = request_.command;
    message.kind = request_.kind;
    if (request_.waiting) report(message, Report::log, Direction::to_server, emit);
}

void State::request(const Message& message, Emit<Transaction> emit) noexcept {
    finish(emit);  // the request before was never answered
    request_ = {};
    request_.waiting = true;
    request_.version = message.version;
    request_.command = message.command;
    request_.kind = message.kind;
    request_.id = message.id;
    std::array<std::uint8_t, decltype(request_.dialects)::capacity()> dialects;
    TextWriter writer{dialects};
    for (std::size_t i = 0; i < message.dialect_count && writer.ok(); ++i)
        writer.put(static_cast<char>(message.dialects[i].size())).put(first_of(message.dialects[i], 0xff));
    if (message.dialect_count != 0) request_.dialects.keep(writer.text());
    request_.user.keep_front(message.user);
    request_.domain.keep_front(message.domain);
    request_.host.keep_front(message.host);
    request_.share.keep_front(message.share);
    request_.native_os.keep_front(message.native_os);
    request_.native_lm.keep_front(message.native_lm);
    request_.guid.keep(message.guid);
    report(message, Report::request, Direction::to_server, emit);
}

void State::response(const Message& message, Emit<Transaction> emit) noexcept {
    // Another request's answer tells for itself. Version 1's offer of SMB 2 is answered in version 2 (MS-SMB2 section 3.3.5.3.1).
    const bool matches = request_.waiting && (request_.id == message.id || request_.version != message.version);
    if (!matches) {
        finish(emit);
        request_ = {};
    }
    if (message.kind == Kind::negotiate && message.status == 0) {
        dialect_.keep(as_bytes(message.dialect));
        Cursor list{request_.dialects.get()};
        for (int i = 0; i <= message.dialect_index && list.ok(); ++i) dialect_.keep_front(list.take(list.u8()));
        if (!list.ok()) dialect_ = {};  // none of the client's
    }
    report(message, Report::response | Report::log, Direction::to_client, emit);
    request_.waiting = false;
}

void State::report(const Message& message, Report what, Direction direction, Emit<Transaction> emit) noexcept {
    std::array<Bytes, max_dialects> dialects;
    std::size_t count = 0;
    for (Cursor list{request_.dialects.get()}; !list.empty() && count < dialects.size();) dialects[count++] = list.take(list.u8());
    Transaction transaction;
    transaction.version = message.version;
    transaction.command = message.command;
    transaction.kind = message.kind;
    transaction.command_name = command_name(message);
    transaction.client_dialects = std::span{dialects.data(), count};
    transaction.dialect = dialect_.get();
    transaction.answered = message.response;
    transaction.status = message.status;
    transaction.session_id = message.session_id;
    transaction.tree_id = message.tree_id;
    transaction.user = request_.user.get();
    transaction.domain = request_.domain.get();
    transaction.host = request_.host.get();
    transaction.share = request_.share.get();
    transaction.share_type = message.share_type;
    transaction.native_os = request_.native_os.get();
    transaction.native_lm = request_.native_lm.get();
    transaction.client_guid = request_.guid.get();
    if (message.response) {
        transaction.server_os = message.native_os;
        transaction.server_lm = message.native_lm;
        transaction.server_guid = message.guid;
    }
    transaction.encrypted = encrypted_;
    transaction.scratch = &emit.scratch();
    emit(transaction, what, direction);
}

namespace fields {

Value client_dialects(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.client_dialects.size() ? Value::of(transaction.client_dialects[index]) : Value{};
}
Value operation(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    constexpr std::array<std::string_view, 4> names{"", "negotiate", "session-setup", "tree-connect"};
    return Value::of(names[static_cast<std::size_t>(transaction.kind)]);
}
Value status(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const std::string_view name = status_name(transaction.status);
    return transaction.answered && !name.empty() ? Value::of(name) : Value::none();
}
Value status_code(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    if (!transaction.answered) return Value::none();
    return Value::of(write_in(*transaction.scratch, [&](TextWriter& writer) {
        char digits[8];
        const auto end = std::to_chars(digits, digits + sizeof digits, transaction.status, 16).ptr;
        writer.put("0x").put(std::string_view{digits, static_cast<std::size_t>(end - digits)});
    }));
}
Value share_type(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.share_type.empty() ? Value::none() : Value::of(transaction.share_type);
}
Value encrypted(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.encrypted ? Value::flag(true) : Value::none();
}

}  // namespace fields
}  // namespace weir::smb
