// SPDX-License-Identifier: Apache-2.0
#include "parsers/sip/sip.hpp"

#include <algorithm>
#include <charconv>

#include "parsers/base/steps.hpp"
#include "parsers/base/text_lines.hpp"

namespace weir::sip {
namespace {

constexpr std::string_view protocol = "SIP/2.0";
constexpr std::size_t max_start_line = 2048;

/// Header fields that are told, with their compact form (RFC 3261 section 7.3.3); the first of a name counts.
struct Known {
    std::string_view name, compact;
    Bytes Transaction::*view;
};
constexpr std::array known{Known{"from", "f", &Transaction::from},
                           Known{"to", "t", &Transaction::to},
                           Known{"via", "v", &Transaction::via},
                           Known{"call-id", "i", &Transaction::call_id},
                           Known{"cseq", "", &Transaction::cseq},
                           Known{"contact", "m", &Transaction::contact},
                           Known{"user-agent", "", &Transaction::user_agent},
                           Known{"server", "", &Transaction::user_agent},
                           Known{"content-type", "c", &Transaction::content_type},
                           Known{"content-length", "l", &Transaction::content_length},
                           Known{"authorization", "", &Transaction::authorization},
                           Known{"proxy-authorization", "", &Transaction::authorization}};

bool is_method(Bytes word) noexcept {
    return word.size() >= 3 && word.size() <= 20 &&
           std::all_of(word.begin(), word.end(), [](std::uint8_t byte) { return byte >= 'A' && byte <= 'Z'; });
}

/// `METHOD uri SIP/2.0` or `SIP/2.0 code reason`; false when it is neither.
bool read_start_line(Bytes line, Transaction& transaction) noexcept {
    Bytes rest = line;
    const Bytes first = take_word(rest);
    transaction.start_line = line;
    transaction.request = as_text(first) != protocol;
    if (!transaction.request) {
        transaction.version = first;
        transaction.code = take_word(rest);
        transaction.reason = rest;
        const Bytes code = transaction.code;
        return code.size() == 3 && std::all_of(code.begin(), code.end(), [](std::uint8_t byte) { return byte >= '0' && byte <= '9'; });
    }
    const auto blank = std::find(rest.rbegin(), rest.rend(), ' ');
    if (!is_method(first) || blank == rest.rend()) return false;
    transaction.method = first;
    transaction.version = rest.subspan(static_cast<std::size_t>(rest.rend() - blank));
    transaction.uri = trimmed(rest.first(static_cast<std::size_t>(rest.rend() - blank) - 1));
    return as_text(transaction.version) == protocol && !transaction.uri.empty();
}

/// Octets of the head with the empty line that ends it; 0: it is not whole.
std::size_t head_size(Bytes bytes, std::size_t searched) noexcept {
    for (std::size_t at = searched > 3 ? searched - 3 : 0; at < bytes.size();) {
        const TextLine line = first_line(bytes.subspan(at));
        if (!line.complete()) return 0;
        at += line.size;
        const Bytes next = bytes.subspan(at);
        if (starts_with(next, "\r\n")) return at + 2;
        if (starts_with(next, "\n")) return at + 1;
    }
    return 0;
}

void read_headers(Bytes head, Transaction& transaction) noexcept {
    for (TextLine line = first_line(head); line.complete() && !line.text.empty(); line = first_line(head)) {
        head = head.subspan(line.size);
        const auto colon = static_cast<std::size_t>(std::find(line.text.begin(), line.text.end(), ':') - line.text.begin());
        if (colon == line.text.size()) continue;
        const Bytes name = trimmed(line.text.first(colon));
        for (const Known& row : known) {
            if (!equal_nocase(name, row.name) && !(name.size() == 1 && equal_nocase(name, row.compact))) continue;
            if ((transaction.*row.view).data() == nullptr) transaction.*row.view = trimmed(line.text.subspan(colon + 1));
            break;
        }
    }
}

/// `Digest username="joe", realm=...` -> `joe`
Bytes user_of(Bytes authorization) noexcept {
    constexpr std::string_view mark = "username=\"";
    for (std::size_t i = 0; i + mark.size() <= authorization.size(); ++i) {
        if (!equal_nocase(authorization.subspan(i, mark.size()), mark)) continue;
        const Bytes rest = authorization.subspan(i + mark.size());
        return rest.first(static_cast<std::size_t>(std::find(rest.begin(), rest.end(), '"') - rest.begin()));
    }
    return {};
}

void read_sdp(Bytes body, Transaction& transaction, Scratch& scratch) noexcept {
    const auto media = scratch.array<Bytes>(max_media);
    std::size_t count = 0;
    while (!body.empty()) {
        const TextLine line = first_line(body);
        const Bytes text = line.complete() ? line.text : body;
        body = body.subspan(line.complete() ? line.size : body.size());
        if (text.size() < 2 || text[1] != '=') continue;
        const Bytes value = text.subspan(2);
        if (text[0] == 'o' && transaction.sdp_origin.data() == nullptr) transaction.sdp_origin = value;
        if (text[0] == 'c' && transaction.sdp_connection.data() == nullptr) transaction.sdp_connection = value;
        if (text[0] == 'm' && count < media.size()) media[count++] = value;
    }
    transaction.media = media.first(count);
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    Bytes data = offer.data;
    while (!data.empty() && (data[0] == '\r' || data[0] == '\n')) data = data.subspan(1);
    const bool stream = offer.transport == Transport::tcp;
    const TextLine line = first_line(data);
    if (!line.complete()) {
        if (!stream || data.size() > max_start_line || !is_text(data)) return Probe::no();
        const std::size_t shared = std::min(data.size(), protocol.size());
        const Bytes word = data.first(static_cast<std::size_t>(std::find(data.begin(), data.end(), ' ') - data.begin()));
        const bool letters = std::all_of(word.begin(), word.end(), [](std::uint8_t byte) { return byte >= 'A' && byte <= 'Z'; });
        return as_text(data.first(shared)) == protocol.substr(0, shared) || (letters && word.size() <= 20) ? Probe::more() : Probe::no();
    }
    Transaction transaction;
    if (!read_start_line(line.text, transaction)) return Probe::no();
    return Probe::yes(transaction.request ? Probe::Sender::client : Probe::Sender::server);
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept { return message(direction, rest, emit); });
}

Fed State::message(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    std::uint16_t& searched = searched_[static_cast<std::size_t>(direction)];
    const bool stream = transport_ == Transport::tcp;
    if (searched == 0) {
        const auto blank = static_cast<std::size_t>(
            std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != '\r' && byte != '\n' && byte != 0; }) -
            bytes.begin());
        if (blank != 0) return Fed::ok(blank);  // keeps a session alive (RFC 5626 section 3.5.1)
    }
    const std::size_t size = head_size(bytes, searched);
    if (size == 0 && stream && bytes.size() <= max_head) {
        searched = static_cast<std::uint16_t>(bytes.size());
        return Fed::need_more(0);
    }
    if (size == 0 && !stream) emit.anomaly(2, direction);
    Transaction transaction;
    const Bytes head = size != 0 ? bytes.first(size) : bytes;
    const TextLine line = first_line(head);
    if (!line.complete() || (stream && (size == 0 || size > max_head)) || !read_start_line(line.text, transaction)) {
        emit.anomaly(1, direction);
        return Fed::malformed();
    }
    read_headers(head.subspan(line.size), transaction);
    transaction.user = user_of(transaction.authorization);

    std::uint64_t length = 0;
    const std::string_view digits = as_text(transaction.content_length);
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
    const Bytes behind = bytes.subspan(head.size());
    if (!stream) length = behind.size();
    const auto shown = static_cast<std::size_t>(std::min<std::uint64_t>(length, max_body));
    if (behind.size() < shown) return Fed::need_more(0, head.size() + shown);
    if (contains_nocase(transaction.content_type, "application/sdp")) read_sdp(behind.first(shown), transaction, emit.scratch());
    searched = 0;
    emit(transaction, (transaction.request ? Report::request : Report::response) | Report::log, direction);
    return stream ? Fed::skip_after(head.size() + shown, length - shown) : Fed::ok(bytes.size());
}

Value request_line(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.request ? Value::of(transaction.start_line) : Value::none();
}
Value response_line(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.request ? Value::none() : Value::of(transaction.start_line);
}
Value operation(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.request ? Value::of(transaction.method) : Value::none();
}
Value media(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.media.size() ? Value::of(transaction.media[index]) : Value{};
}

}  // namespace weir::sip
