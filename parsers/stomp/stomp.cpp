// SPDX-License-Identifier: Apache-2.0
#include "parsers/stomp/stomp.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "parsers/base/steps.hpp"
#include "parsers/base/text_lines.hpp"

namespace weir::stomp {
namespace {

struct Command {
    std::string_view word, name;
    bool from_server = false;
};
constexpr std::array commands{Command{"CONNECT", "connect"},
                              Command{"STOMP", "connect"},
                              Command{"SEND", "send"},
                              Command{"SUBSCRIBE", "subscribe"},
                              Command{"UNSUBSCRIBE", "unsubscribe"},
                              Command{"ACK", "ack"},
                              Command{"NACK", "nack"},
                              Command{"BEGIN", "begin"},
                              Command{"COMMIT", "commit"},
                              Command{"ABORT", "abort"},
                              Command{"DISCONNECT", "disconnect"},
                              Command{"CONNECTED", "connected", true},
                              Command{"MESSAGE", "message", true},
                              Command{"RECEIPT", "receipt", true},
                              Command{"ERROR", "error", true}};

const Command* known(Bytes word) noexcept {
    const auto found = std::find_if(commands.begin(), commands.end(), [word](const Command& row) { return as_text(word) == row.word; });
    return found == commands.end() ? nullptr : &*found;
}

/// Headers that are told, with where they go; the first of a name counts (STOMP 1.2, repeated header entries).
struct Known {
    std::string_view name;
    Bytes Transaction::*view;
};
constexpr std::array headers{Known{"host", &Transaction::host},
                             Known{"login", &Transaction::login},
                             Known{"passcode", &Transaction::passcode},
                             Known{"version", &Transaction::version},
                             Known{"accept-version", &Transaction::version},
                             Known{"destination", &Transaction::destination},
                             Known{"content-type", &Transaction::content_type},
                             Known{"reply-to", &Transaction::reply_to},
                             Known{"reply-to-dest", &Transaction::reply_to},
                             Known{"server", &Transaction::server},
                             Known{"message", &Transaction::message}};

/// `\n`, `\r`, `\c`, `\\` as what they stand for.
Bytes unescaped(Bytes value, Scratch& scratch) noexcept {
    if (std::find(value.begin(), value.end(), '\\') == value.end()) return value;
    const auto out = scratch.take(value.size());
    if (out.size() < value.size()) return {};
    std::size_t used = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        std::uint8_t byte = value[i];
        if (byte == '\\' && i + 1 < value.size()) {
            byte = value[++i];
            byte = byte == 'n' ? '\n' : byte == 'r' ? '\r' : byte == 'c' ? ':' : byte;
        }
        out[used++] = byte;
    }
    return out.first(used);
}

/// Octets of the head with the empty line that ends it; 0: it is not whole.
std::size_t head_size(Bytes bytes, std::size_t searched) noexcept {
    for (std::size_t at = searched > 2 ? searched - 2 : 0; at < bytes.size(); ++at) {
        const void* const found = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
        if (found == nullptr) return 0;
        at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
        if (at + 1 < bytes.size() && bytes[at + 1] == '\n') return at + 2;
        if (at + 2 < bytes.size() && bytes[at + 1] == '\r' && bytes[at + 2] == '\n') return at + 3;
    }
    return 0;
}

/// Reads the header lines; false when one of them is none. `length` is the body's, where it is said.
bool read_headers(Bytes lines, Transaction& transaction, std::optional<std::uint64_t>& length, Scratch& scratch) noexcept {
    for (TextLine line = first_line(lines); line.complete() && !line.text.empty(); line = first_line(lines)) {
        lines = lines.subspan(line.size);
        const auto colon = static_cast<std::size_t>(std::find(line.text.begin(), line.text.end(), ':') - line.text.begin());
        if (colon == line.text.size() || colon == 0) return false;
        const Bytes name = line.text.first(colon), value = line.text.subspan(colon + 1);
        if (as_text(name) == "content-length" && !length) {
            const std::string_view digits = as_text(trimmed(value));
            std::uint64_t number = 0;
            if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ptr != digits.data() + digits.size()) return false;
            length = number;
        }
        for (const Known& row : headers)
            if (as_text(name) == row.name && (transaction.*row.view).data() == nullptr) transaction.*row.view = unescaped(value, scratch);
    }
    return true;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    const Bytes data = offer.data;
    const TextLine line = first_line(data);
    if (!line.complete()) {
        for (const std::string_view word : {"CONNECT\r", "STOMP\r", "CONNECTED\r"})
            if (as_text(data) == word.substr(0, data.size())) return Probe::more();
        return Probe::no();
    }
    const Command* const command = known(line.text);
    if (command == nullptr || (command->name != "connect" && command->name != "connected")) return Probe::no();
    const Bytes behind = data.subspan(line.size);
    const TextLine header = first_line(behind);
    if (!header.complete()) return is_text(behind) && behind.size() < max_head ? Probe::more() : Probe::no();
    const bool ours = is_text(header.text) && std::find(header.text.begin(), header.text.end(), ':') != header.text.end();
    if (!ours) return Probe::no();
    return Probe::yes(command->from_server ? Probe::Sender::server : Probe::Sender::client);
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept { return frame(direction, rest, emit); });
}

Fed State::frame(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    if (side.in_body) {
        const auto end = static_cast<std::size_t>(std::find(bytes.begin(), bytes.end(), 0) - bytes.begin());
        side.in_body = end == bytes.size();
        return Fed::ok(side.in_body ? end : end + 1);
    }
    if (side.searched == 0) {  // line ends between frames: heart-beats
        const auto blank = static_cast<std::size_t>(
            std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != '\n' && byte != '\r'; }) - bytes.begin());
        if (blank != 0) return Fed::ok(blank);
    }
    const std::size_t size = head_size(bytes, side.searched);
    if (size > max_head || (size == 0 && bytes.size() > max_head)) {
        emit.anomaly(2, direction);
        return Fed::malformed();
    }
    if (size == 0) {
        side.searched = static_cast<std::uint32_t>(bytes.size());
        return Fed::need_more(0);
    }
    Transaction transaction;
    std::optional<std::uint64_t> length;
    const TextLine line = first_line(bytes);
    transaction.command = line.text;
    if (known(line.text) == nullptr || !read_headers(bytes.subspan(line.size, size - line.size), transaction, length, emit.scratch())) {
        emit.anomaly(1, direction);
        return Fed::malformed();
    }
    const Bytes behind = bytes.subspan(size);
    std::size_t consumed = 0;
    std::uint64_t skip = 0;
    if (length) {  // the octet 0 stands behind it
        const auto shown = static_cast<std::size_t>(std::min<std::uint64_t>(*length, max_body));
        if (behind.size() < shown) return Fed::need_more(0, size + shown);
        transaction.body = behind.first(shown);
        consumed = size + shown;
        skip = *length - shown + 1;
    } else {
        const Bytes searched = first_of(behind, max_body);
        const auto end = static_cast<std::size_t>(std::find(searched.begin(), searched.end(), 0) - searched.begin());
        if (end == searched.size() && end < max_body) return Fed::need_more(0);
        side.in_body = end == searched.size();
        transaction.body = searched.first(end);
        consumed = size + end + (side.in_body ? 0 : 1);
    }
    side.searched = 0;
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    emit.carries(transaction.body, direction);
    return Fed::skip_after(consumed, skip);
}

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Command* const command = known(transaction.command);
    return command == nullptr ? Value::none() : Value::of(command->name);
}

}  // namespace weir::stomp
