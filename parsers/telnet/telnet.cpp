// SPDX-License-Identifier: Apache-2.0
#include "parsers/telnet/telnet.hpp"

#include <algorithm>

#include "parsers/base/text_lines.hpp"

namespace weir::telnet {
namespace {

// RFC 854, RFC 855
constexpr std::uint8_t se = 240, sub_negotiation = 250, will = 251, dont = 254, iac = 255;
constexpr std::uint8_t highest_option = 49;  // IANA: 0 to 49 are assigned, 255 extends
constexpr std::uint8_t backspace = 8, delete_character = 127, line_kill = 21;

constexpr bool is_verb(std::uint8_t byte) noexcept { return byte >= will && byte <= dont; }
constexpr bool is_option(std::uint8_t byte) noexcept { return byte <= highest_option || byte == iac; }

/// Whether a prompt asks for something that must not be written down.
bool asks_for_secret(Bytes prompt) noexcept {
    constexpr std::string_view word = "assword";
    constexpr std::string_view other = "asscode";
    for (std::size_t i = 0; i + word.size() <= prompt.size(); ++i)
        if (equal_nocase(prompt.subspan(i, word.size()), word) || equal_nocase(prompt.subspan(i, word.size()), other)) return true;
    return false;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp) return Probe::no();
    const Bytes data = offer.data;
    const auto triple = [&](std::size_t at) { return data[at] == iac && is_verb(data[at + 1]) && is_option(data[at + 2]); };
    if (data[0] == iac) {
        if (data.size() < 3) return Probe::more();
        if (!triple(0)) return Probe::no();
        if (data.size() == 3 || offer.port_matches) return Probe::yes();
        if (data.size() < 6) return Probe::more();
        // Two in a row, or one before text: three such octets alone begin many binary formats.
        return triple(3) || (data[3] == iac && data[4] == sub_negotiation) || is_text(first_of(data.subspan(3), 32)) ? Probe::yes() : Probe::no();
    }
    return offer.port_matches && is_text(first_of(data, 64)) ? Probe::yes() : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    for (const std::uint8_t next : bytes) byte(direction, next, emit);
    return Fed::ok(bytes.size());
}

Fed State::gap(Direction direction, std::uint64_t, Emit<Transaction>) noexcept {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    side.step = Step::data;
    side.length = 0;
    return Fed::ok(0);
}

void State::finish(Emit<Transaction> emit) noexcept { report_negotiations(emit, Direction::to_server); }

void State::byte(Direction direction, std::uint8_t byte, Emit<Transaction> emit) noexcept {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    switch (side.step) {
        case Step::data:
            if (byte == iac)
                side.step = Step::command;
            else
                text(direction, byte, emit);
            return;
        case Step::command:
            side.step = Step::data;
            if (byte == iac) {
                text(direction, byte, emit);  // IAC IAC: the octet 255
            } else if (is_verb(byte)) {
                side.verb = byte;
                side.step = Step::option;
            } else if (byte == sub_negotiation) {
                side.step = Step::sub;
            }
            return;
        case Step::option:
            (void)negotiations_.push_back({side.verb, byte, direction});  // more than fit tell no more
            side.step = Step::data;
            return;
        case Step::sub:
            if (byte == iac) side.step = Step::sub_command;
            return;
        case Step::sub_command:
            if (byte == iac) {
                side.step = Step::sub;  // IAC IAC: the octet 255
            } else if (byte == se) {
                side.step = Step::data;
            } else {  // no SE came: telnet servers take the command and let the subnegotiation end here
                side.step = Step::command;
                this->byte(direction, byte, emit);
            }
            return;
    }
}

void State::text(Direction direction, std::uint8_t byte, Emit<Transaction> emit) noexcept {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    // The end of a line is CR LF, CR NUL (RFC 854), or LF alone from plain programs.
    const bool second = side.after_cr && (byte == '\n' || byte == 0);
    side.after_cr = byte == '\r';
    if (second) return;
    if (byte == '\r' || byte == '\n') {
        end_of_line(direction, emit);
    } else if (byte == backspace || byte == delete_character) {
        if (side.length > 0) --side.length;
    } else if (byte == line_kill) {
        side.length = 0;
    } else if (byte != 0) {
        if (direction == Direction::to_server && !typing_) {
            const Side& shown = sides_[static_cast<std::size_t>(Direction::to_client)];
            prompt_length_ = static_cast<std::uint16_t>(std::min<std::size_t>(shown.length, max_line));
            std::memcpy(prompt_.data(), shown.line.data(), prompt_length_);
            typing_ = true;
        }
        if (side.length < max_line) {
            side.line[side.length++] = byte;
        } else if (side.length == max_line) {
            emit.anomaly(1, direction);
            ++side.length;  // said once per line
        }
    }
}

void State::end_of_line(Direction direction, Emit<Transaction> emit) noexcept {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    const bool typed = direction == Direction::to_server;
    if (typed) report_negotiations(emit, direction);
    const std::size_t length = std::min<std::size_t>(side.length, max_line);
    if (length != 0) {
        Transaction transaction;
        transaction.line = Bytes{side.line.data(), length};
        if (typed) {
            transaction.prompt = Bytes{prompt_.data(), prompt_length_};
            transaction.secret = asks_for_secret(transaction.prompt);
        }
        emit(transaction, typed ? Report::request | Report::log : Report::response, direction);
    }
    side.length = 0;
    if (typed) typing_ = false;
}

void State::report_negotiations(Emit<Transaction> emit, Direction direction) noexcept {
    if (negotiations_.empty()) return;
    Transaction transaction;
    transaction.negotiations = {negotiations_.begin(), negotiations_.size()};
    emit(transaction, Report::request | Report::log, direction);
    negotiations_.clear();
}

Value sender(const Transaction& transaction, std::size_t index) noexcept {
    if (index >= transaction.negotiations.size()) return {};
    return Value::of(transaction.negotiations[index].direction == Direction::to_server ? std::string_view{"client"} : std::string_view{"server"});
}
Value negotiation(const Transaction& transaction, std::size_t index) noexcept {
    if (index >= transaction.negotiations.size()) return {};
    constexpr std::array<std::string_view, 4> verbs{"will", "wont", "do", "dont"};
    return Value::of(verbs[transaction.negotiations[index].verb - will]);
}
Value option(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.negotiations.size() ? Value::of(transaction.negotiations[index].option) : Value{};
}
Value line_for_log(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.secret || transaction.line.data() == nullptr ? Value::none() : Value::of(transaction.line);
}
Value password(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.secret ? detail::value_of(transaction.line) : Value::none();
}
Value redacted(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.secret ? Value::flag(true) : Value::none();
}

}  // namespace weir::telnet
