// SPDX-License-Identifier: Apache-2.0
#include "parsers/netconf/netconf.hpp"

#include <algorithm>
#include <utility>

namespace weir::netconf {
namespace {

constexpr std::string_view end_mark = "]]>]]>";  // RFC 6242 section 4.3
constexpr std::string_view base_namespace = "urn:ietf:params:xml:ns:netconf:";
constexpr std::string_view base_11_capability = "urn:ietf:params:netconf:base:1.1";

constexpr bool is_space(std::uint8_t byte) noexcept { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }
constexpr bool is_digit(std::uint8_t byte) noexcept { return byte >= '0' && byte <= '9'; }
bool contains(Bytes bytes, std::string_view text) noexcept { return as_text(bytes).find(text) != std::string_view::npos; }

Message::Type type_of(Bytes root) noexcept {
    const std::string_view name = as_text(root);
    if (name == "hello") return Message::Type::hello;
    if (name == "rpc") return Message::Type::rpc;
    if (name == "rpc-reply") return Message::Type::rpc_reply;
    if (name == "notification") return Message::Type::notification;
    return Message::Type::other;
}

std::string_view type_name(Message::Type type) noexcept {
    switch (type) {
        case Message::Type::hello: return "hello";
        case Message::Type::rpc:
        case Message::Type::rpc_reply: return "rpc";
        case Message::Type::notification: return "notification";
        case Message::Type::none:
        case Message::Type::other: break;
    }
    return {};
}

/// Which end sends such a message; a hello shows it by the session identifier, which only servers have (RFC 6241 section 8.1).
bool from_server(const Message& message) noexcept {
    return message.type == Message::Type::hello ? message.operation.session_id.present() : message.type != Message::Type::rpc;
}

/// `scheme://user:password@host/path` without the user and the password.
void keep_url(KeptText<96>& kept, Bytes url) noexcept {
    const std::string_view text = as_text(url);
    const std::size_t authority = text.find("//");
    if (authority != std::string_view::npos) {
        const std::size_t end = std::min(text.find('/', authority + 2), text.size());
        const std::size_t at = text.substr(0, end).rfind('@');
        if (at != std::string_view::npos) url = url.subspan(at + 1);
    }
    kept.keep_front(url);
}

void describe(const Operation& operation, Transaction& transaction) noexcept {
    transaction.type = type_name(Message::Type::rpc);
    transaction.framing = operation.chunked ? "chunked" : "end-of-message";
    transaction.operation = operation.name.get();
    transaction.xmlns = operation.xmlns.get();
    transaction.message_id = operation.message_id.get();
    transaction.datastore = operation.datastore.get();
    transaction.source = operation.source.get();
    transaction.url = operation.url.get();
    transaction.stream = operation.stream.get();
    transaction.session_id = operation.session_id.get();
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    constexpr std::size_t enough = 1024;
    if (offer.transport != Transport::tcp) return Probe::no();
    Bytes data = offer.data;
    const auto more = [&] { return offer.data.size() < enough ? Probe::more() : Probe::no(); };
    const auto skip_space = [&] {
        while (!data.empty() && is_space(data[0])) data = data.subspan(1);
    };
    skip_space();
    if (!data.empty() && data[0] == '#') {  // a chunk: the session's beginning was not seen
        data = data.subspan(1);
        while (!data.empty() && is_digit(data[0])) data = data.subspan(1);
        skip_space();
    }
    if (starts_with(data, "<?xml")) {
        const std::size_t end = as_text(data).find("?>");
        if (end == std::string_view::npos) return more();
        data = data.subspan(end + 2);
        skip_space();
    }
    if (data.empty()) return more();
    const std::size_t end = as_text(data).find('>');
    if (data[0] != '<') return Probe::no();
    if (end == std::string_view::npos)
        return std::all_of(data.begin(), data.end(), [](std::uint8_t byte) { return byte < 0x7f; }) ? more() : Probe::no();
    const Bytes root = data.subspan(1, end - 1);
    const Message::Type type = type_of(StartTag{root}.name());
    if (type == Message::Type::other || !contains(root, base_namespace)) return Probe::no();
    if (type == Message::Type::rpc) return Probe::yes(Probe::Sender::client);
    if (type != Message::Type::hello) return Probe::yes(Probe::Sender::server);
    return Probe::yes(contains(data, "session-id>") ? Probe::Sender::server : Probe::Sender::unknown);
}

// --- one message

void Message::reset() noexcept {
    scan_.reset();
    type = Type::none;
    operation = {};
    base_11 = enough_ = false;
    capability_count = 0;
    capabilities.clear();
    capability_used_ = 0;
    result = {};
    error_tag = {};
    error_type = error_severity = {};
    error_message = {};
    event = {};
    event_time = {};
}

void Message::open(std::uint32_t depth, const StartTag& tag) noexcept {
    const Bytes name = tag.name();
    if (depth == 1) {
        type = type_of(name);
        enough_ = type == Type::other;
        operation.message_id.keep_front(tag.attribute("message-id"));
        return;
    }
    if (depth == 2) {
        second_.keep_front(name);
        third_ = {};
    }
    if (depth == 3) third_.keep_front(name);
    switch (type) {
        case Type::hello:
            if (depth == 2 ? as_text(name) == "session-id" : as_text(name) == "capability") scan_.want_text();
            break;
        case Type::rpc: open_in_rpc(depth, name, tag); break;
        case Type::rpc_reply:
            if (depth == 2 && !result.present()) {
                result.keep_front(name);
                enough_ = as_text(name) == "data";
            }
            if (depth == 3) scan_.want_text();
            break;
        case Type::notification:
            if (depth == 2 && as_text(name) == "eventTime") {
                scan_.want_text();
            } else if (depth == 2 && !event.present()) {
                event.keep_front(name);
                enough_ = event_time.present();
            }
            break;
        case Type::none:
        case Type::other: break;
    }
}

/// RFC 6241 section 7: `<operation><target><datastore/></target><source>..</source><filter>..</filter></operation>`;
/// RFC 8526: `<datastore>identity</datastore>`; RFC 5277: `<stream>name</stream>`.
void Message::open_in_rpc(std::uint32_t depth, Bytes name, const StartTag& tag) noexcept {
    if (depth == 2 && !operation.name.present()) {
        operation.name.keep_front(name);
        operation.xmlns.keep_front(tag.attribute("xmlns"));
    } else if (depth == 3) {
        const std::string_view part = as_text(name);
        enough_ = part == "config" || part == "filter" || part == "subtree-filter";
        if (part == "datastore" || part == "stream" || part == "session-id") scan_.want_text();
    } else if (depth == 4) {
        const std::string_view part = as_text(third_.get());
        if (part == "target") operation.datastore.keep_front(name);
        if (part == "source") operation.source.keep_front(name);
        if (as_text(name) == "url") scan_.want_text();
    }
}

void Message::close(std::uint32_t depth, Bytes text) noexcept {
    if (text.data() == nullptr) return;
    const std::string_view second = as_text(second_.get()), third = as_text(third_.get());
    switch (type) {
        case Type::hello:
            if (depth == 2) operation.session_id.keep_front(text);
            if (depth == 3) add_capability(text);
            break;
        case Type::rpc:
            if (depth == 4) keep_url(operation.url, text);
            if (depth != 3) break;
            if (third == "datastore") operation.datastore.keep_front(local_name(text));
            if (third == "stream") operation.stream.keep_front(text);
            if (third == "session-id") operation.session_id.keep_front(text);
            break;
        case Type::rpc_reply:
            if (depth != 3 || second != "rpc-error") break;
            if (third == "error-tag" && !error_tag.present()) error_tag.keep_front(text);
            if (third == "error-type" && !error_type.present()) error_type.keep_front(text);
            if (third == "error-severity" && !error_severity.present()) error_severity.keep_front(text);
            if (third == "error-message" && !error_message.present()) error_message.keep_front(text);
            break;
        case Type::notification: event_time.keep_front(text); break;
        case Type::none:
        case Type::other: break;
    }
}

void Message::add_capability(Bytes text) noexcept {
    ++capability_count;
    base_11 = base_11 || as_text(text) == base_11_capability;
    if (text.size() > max_capability_text - capability_used_) return;
    if (!capabilities.push_back({capability_used_, static_cast<std::uint16_t>(text.size())}) || text.empty()) return;
    std::memcpy(capability_text.data() + capability_used_, text.data(), text.size());
    capability_used_ = static_cast<std::uint16_t>(capability_used_ + text.size());
}

// --- messages of a session

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    for (std::size_t at = 0; at < bytes.size();) {
        const Bytes rest = bytes.subspan(at);
        if (side.step == Step::chunk_data) {
            const std::size_t here = std::min<std::size_t>(side.chunk_left, rest.size());
            for (std::size_t i = 0; i < here && !side.message.enough(); ++i) side.message.read(rest[i]);
            side.chunk_left -= static_cast<std::uint32_t>(here);
            at += here;
            if (side.chunk_left == 0) side.step = Step::chunk_end_lf;
            if (side.chunk_left == 0 || !side.message.enough()) continue;
            side.step = Step::chunk_end_lf;
            return Fed::skip_after(at, std::exchange(side.chunk_left, 0));
        }
        if (side.step == Step::marked && side.marked == 0 && side.message.enough()) {
            const void* const found = std::memchr(rest.data(), end_mark[0], rest.size());
            if (found == nullptr) return Fed::ok(bytes.size());
            at += static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - rest.data());
        }
        if (!framing(side, direction, bytes[at], emit)) {
            emit.anomaly(Parser::broken_framing, direction);
            return Fed::malformed();
        }
        ++at;
    }
    return Fed::ok(bytes.size());
}

bool State::framing(Side& side, Direction direction, std::uint8_t byte, Emit<Transaction> emit) noexcept {
    switch (side.step) {
        case Step::start:
            if (byte == '#' && side.after_lf) {
                side.step = Step::chunk_size_first;
                return true;
            }
            side.after_lf = byte == '\n';
            if (byte == '<') {
                side.step = Step::marked;
                side.marked = 0;
                side.message.read(byte);
            }
            return byte == '<' || is_space(byte) || byte == 0xef || byte == 0xbb || byte == 0xbf;  // a byte order mark
        case Step::chunk_hash: side.step = Step::chunk_size_first; return byte == '#';
        case Step::chunk_size_first:
            side.chunk_left = static_cast<std::uint32_t>(byte - '0');
            side.step = byte == '#' ? Step::last_lf : Step::chunk_size;
            return byte == '#' || (is_digit(byte) && byte != '0');
        case Step::chunk_size: {
            if (byte == '\n') {
                side.step = Step::chunk_data;
                return true;
            }
            const std::uint64_t size = std::uint64_t{side.chunk_left} * 10 + static_cast<std::uint64_t>(byte - '0');
            side.chunk_left = static_cast<std::uint32_t>(size);
            return is_digit(byte) && size <= 0xffffffff;
        }
        case Step::chunk_data: return true;  // read by feed
        case Step::chunk_end_lf: side.step = Step::chunk_hash; return byte == '\n';
        case Step::last_lf:
            if (byte == '\n') end_of_message(side, direction, true, emit);
            return byte == '\n';
        case Step::marked:
            if (!side.message.enough()) side.message.read(byte);
            if (byte == static_cast<std::uint8_t>(end_mark[side.marked])) {
                if (++side.marked == end_mark.size()) end_of_message(side, direction, false, emit);
            } else {
                side.marked = byte == end_mark[0] ? 2 : 0;  // where a third bracket follows two, the last two may begin the mark
            }
            return true;
    }
    return false;
}

void State::show_roles(const Message& message, Direction direction, Emit<Transaction> emit) noexcept {
    if (roles_shown_) return;
    roles_shown_ = true;
    emit.roles(from_server(message) == (direction == Direction::to_server));
}

void State::end_of_message(Side& side, Direction direction, bool chunked, Emit<Transaction> emit) noexcept {
    Message& message = side.message;
    Transaction transaction;
    transaction.type = type_name(message.type);
    transaction.framing = chunked ? "chunked" : "end-of-message";
    if (message.type != Message::Type::none && message.type != Message::Type::other) show_roles(message, direction, emit);
    switch (message.type) {
        case Message::Type::hello:
            transaction.operation = as_bytes("hello");
            transaction.session_id = message.operation.session_id.get();
            transaction.version = message.base_11 ? "1.1" : "1.0";
            transaction.capability_count = message.capability_count;
            for (const Message::Piece piece : message.capabilities)
                (void)transaction.capabilities.push_back(Bytes{message.capability_text}.subspan(piece.begin, piece.size));
            emit(transaction, (from_server(message) ? Report::response : Report::request) | Report::log, direction);
            break;
        case Message::Type::rpc: {
            message.operation.chunked = chunked;
            const auto unanswered = [&](const Operation& lost) noexcept {
                Transaction alone;
                describe(lost, alone);
                emit(alone, Report::log, direction);
            };
            describe(outstanding_.add(message.operation, unanswered), transaction);
            emit(transaction, Report::request, direction);
            break;
        }
        case Message::Type::rpc_reply: {
            const Bytes id = message.operation.message_id.get();
            const Operation* const operation = outstanding_.find(
                [id](const Operation& candidate) { return id.data() == nullptr || std::ranges::equal(candidate.message_id.get(), id); });
            transaction.message_id = id;
            if (operation != nullptr) describe(*operation, transaction);
            transaction.result = message.result.get();
            transaction.error_tag = message.error_tag.get();
            transaction.error_type = message.error_type.get();
            transaction.error_severity = message.error_severity.get();
            transaction.error_message = message.error_message.get();
            emit(transaction, Report::response | Report::log, direction);
            if (operation != nullptr) outstanding_.remove(*operation);
            break;
        }
        case Message::Type::notification:
            transaction.operation = as_bytes("notification");
            transaction.event = message.event.get();
            transaction.event_time = message.event_time.get();
            emit(transaction, Report::response | Report::log, direction);
            break;
        case Message::Type::none:
        case Message::Type::other: emit.anomaly(Parser::unexpected_message, direction); break;
    }
    message.reset();
    side.step = Step::start;
    side.after_lf = false;
    side.marked = 0;
}

void State::finish(Emit<Transaction> emit) noexcept {
    for (const Operation& operation : outstanding_) {
        Transaction transaction;
        describe(operation, transaction);
        emit(transaction, Report::log, Direction::to_server);
    }
    outstanding_.clear();
}

}  // namespace weir::netconf
