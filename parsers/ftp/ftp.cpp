// SPDX-License-Identifier: Apache-2.0
#include "parsers/ftp/ftp.hpp"

#include <algorithm>

#include "parsers/base/text_lines.hpp"

namespace weir::ftp {
namespace {

constexpr std::size_t max_line = 4096;

constexpr bool is_digit(std::uint8_t byte) noexcept { return byte >= '0' && byte <= '9'; }
constexpr bool is_letter(std::uint8_t byte) noexcept { return to_lower(byte) >= 'a' && to_lower(byte) <= 'z'; }

/// A reply code: 1yz to 6yz (6yz: RFC 2228).
bool is_code(Bytes text) noexcept {
    return text.size() >= 3 && text[0] >= '1' && text[0] <= '6' && is_digit(text[1]) && is_digit(text[2]);
}

/// Reads a decimal number of at most `most` off the front; false when there is none.
bool take_number(Bytes& text, std::uint32_t most, std::uint32_t& number) noexcept {
    std::size_t used = 0;
    number = 0;
    while (used < text.size() && used < 5 && is_digit(text[used])) number = number * 10 + (text[used++] - '0');
    text = text.subspan(used);
    return used != 0 && number <= most;
}

struct Endpoint {
    IpAddress address{};
    std::uint16_t port = 0;
};

/// `h1,h2,h3,h4,p1,p2` (RFC 959 section 3.2.1), wherever it begins in the text; port 0 when it is not there.
Endpoint six_numbers(Bytes text) noexcept {
    for (std::size_t start = 0; start < text.size(); ++start) {
        if (!is_digit(text[start]) || (start > 0 && is_digit(text[start - 1]))) continue;
        Bytes rest = text.subspan(start);
        std::array<std::uint8_t, 6> parts{};
        std::size_t count = 0;
        for (std::uint32_t number = 0; count < parts.size() && take_number(rest, 255, number); ) {
            parts[count++] = static_cast<std::uint8_t>(number);
            if (count == parts.size() || rest.empty() || rest[0] != ',') break;
            rest = rest.subspan(1);
        }
        if (count == parts.size())
            return {IpAddress::from_wire(Bytes{parts.data(), 4}), static_cast<std::uint16_t>(parts[4] << 8 | parts[5])};
    }
    return {};
}

/// `|family|address|port|` (RFC 2428 sections 2 and 3); an empty address is `::`.
Endpoint delimited(Bytes text) noexcept {
    const auto open = std::find(text.begin(), text.end(), '(');
    if (open != text.end()) text = text.subspan(static_cast<std::size_t>(open - text.begin()) + 1);
    if (text.empty()) return {};
    const std::uint8_t mark = text[0];
    std::array<Bytes, 3> parts{};
    for (Bytes& part : parts) {
        text = text.subspan(1);
        const auto end = static_cast<std::size_t>(std::find(text.begin(), text.end(), mark) - text.begin());
        if (end == text.size()) return {};
        part = text.first(end);
        text = text.subspan(end);
    }
    std::uint32_t port = 0;
    if (!take_number(parts[2], 65535, port)) return {};
    return {IpAddress::parse(as_text(parts[1])).value_or(IpAddress{}), static_cast<std::uint16_t>(port)};
}

bool one_of(Bytes command, std::initializer_list<std::string_view> words) noexcept {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return equal_nocase(command, word); });
}
bool is_transfer(Bytes command) noexcept { return one_of(command, {"RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD"}); }

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp) return Probe::no();
    const Bytes data = offer.data;
    constexpr std::string_view greeting = "220";
    if (is_digit(data[0])) {  // a server speaks first; SMTP greets alike, so off port 21 the greeting must name FTP
        const std::size_t shared = std::min(data.size(), greeting.size());
        if (as_text(data.first(shared)) != greeting.substr(0, shared)) return Probe::no();
        if (data.size() > 3 && data[3] != ' ' && data[3] != '-') return Probe::no();
        const TextLine line = first_line(data);
        if (!line.complete()) return data.size() < max_line && is_text(data) ? Probe::more() : Probe::no();
        if (offer.port_matches) return Probe::yes(Probe::Sender::server);
        for (std::size_t i = 3; i + 3 <= line.text.size(); ++i)
            if (equal_nocase(line.text.subspan(i, 3), "ftp")) return Probe::yes(Probe::Sender::server);
        return Probe::no();
    }
    const TextLine line = first_line(data);
    Bytes rest = line.complete() ? line.text : data;
    const Bytes word = take_word(rest);
    if (!line.complete()) return data.size() < 64 && std::all_of(word.begin(), word.end(), is_letter) ? Probe::more() : Probe::no();
    const bool speaks_first = one_of(word, {"USER", "FEAT", "AUTH", "SYST", "PASV", "EPSV", "PORT", "EPRT", "RETR", "STOR", "CWD", "TYPE"});
    if (!speaks_first || !is_text(line.text)) return Probe::no();
    // USER opens POP3, too: there the server has greeted with +OK before, which has ruled FTP out for that direction only.
    return offer.port_matches || one_of(word, {"PASV", "EPSV", "PORT", "EPRT", "RETR", "STOR"}) ? Probe::yes(Probe::Sender::client) : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    std::uint32_t& searched = searched_[static_cast<std::size_t>(direction)];
    std::size_t consumed = 0;
    while (!encrypted_) {
        const Bytes rest = bytes.subspan(consumed);
        const TextLine line = first_line(rest, searched);
        if (!line.complete()) {
            if (rest.size() <= max_line) {
                searched = static_cast<std::uint32_t>(rest.size());
                return Fed::need_more(consumed);
            }
            emit.anomaly(direction == Direction::to_server ? 1 : 2, direction);
            return Fed::malformed();
        }
        searched = 0;
        consumed += line.size;
        if (direction == Direction::to_server)
            command_line(line.text, emit);
        else
            reply_line(line.text, emit);
    }
    return Fed::done(consumed);
}

Fed State::gap(Direction direction, std::uint64_t, Emit<Transaction>) noexcept {
    // Lines are self-contained: the rest of a broken one reads as an odd command or reply, the next is good again.
    searched_[static_cast<std::size_t>(direction)] = 0;
    multi_line_ = {};
    return Fed::ok(0);
}

void State::finish(Emit<Transaction> emit) noexcept {
    if (has_command() || !replies_.empty()) report(emit, Report::log, Direction::to_server);
}

void State::command_line(Bytes line, Emit<Transaction> emit) noexcept {
    // Telnet's IP and Synch may stand before ABOR and QUIT (RFC 959 section 4.1.3).
    while (!line.empty() && line[0] >= 0xf0) line = line.subspan(1);
    if (line.empty()) return;
    if (has_command()) report(emit, Report::log, Direction::to_server);  // a command that was never answered
    Bytes rest = line;
    command_.assign(take_word(rest));
    argument_.assign(rest);
    dynamic_port_ = 0;
    const Bytes command = command_.view();
    if (one_of(command, {"PORT", "EPRT"})) {
        const Endpoint endpoint = equal_nocase(command, "PORT") ? six_numbers(rest) : delimited(rest);
        active_ = about_data_ = true;
        active_address_ = endpoint.address;
        dynamic_port_ = endpoint.port;
    } else if (one_of(command, {"PASV", "EPSV"})) {
        active_ = false;
        about_data_ = true;
    } else {
        about_data_ = is_transfer(command);
    }
    report(emit, Report::request, Direction::to_server);
}

void State::reply_line(Bytes line, Emit<Transaction> emit) noexcept {
    const bool coded = is_code(line) && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
    if (multi_line_[0] != 0) {  // until a line with the same code and a blank (RFC 959 section 4.2)
        const bool last = coded && std::equal(multi_line_.begin(), multi_line_.end(), line.begin()) && (line.size() == 3 || line[3] == ' ');
        add_reply(Bytes{multi_line_}, coded ? line.subspan(std::min<std::size_t>(4, line.size())) : trimmed(line));
        if (!last) return;
        multi_line_ = {};
    } else {
        if (!coded) {
            emit.anomaly(3, Direction::to_client);
            return;
        }
        add_reply(line.first(3), line.subspan(std::min<std::size_t>(4, line.size())));
        if (line.size() > 3 && line[3] == '-') {
            std::copy_n(line.begin(), 3, multi_line_.begin());
            return;
        }
    }
    const Bytes code = line.first(3);
    data_session(code, line.subspan(std::min<std::size_t>(4, line.size())), emit);
    const bool preliminary = code[0] == '1';  // another reply follows
    const Report part = answering_ ? Report::response | Report::again : Report::response;
    report(emit, preliminary ? part : part | Report::log, Direction::to_client);
    answering_ = true;
    if (preliminary) return;
    encrypted_ = equal_nocase(command_.view(), "AUTH") && as_text(code) == "234";  // RFC 4217 section 4
    forget();
}

void State::add_reply(Bytes code, Bytes text) noexcept {
    const auto length = static_cast<std::uint16_t>(std::min(text.size(), reply_text_.size() - reply_used_));
    Reply reply{{code[0], code[1], code[2]}, reply_used_, length};
    if (!replies_.push_back(reply)) return;
    std::memcpy(reply_text_.data() + reply_used_, text.data(), length);
    reply_used_ = static_cast<std::uint16_t>(reply_used_ + length);
}

void State::data_session(Bytes code, Bytes text, Emit<Transaction> emit) noexcept {
    Expectation expected;
    const Bytes command = command_.view();
    if (as_text(code) == "227" || as_text(code) == "229") {
        const Endpoint endpoint = as_text(code) == "227" ? six_numbers(text) : delimited(text);
        dynamic_port_ = endpoint.port;
        expected.address = endpoint.address;
        active_ = false;
    } else if (active_ && one_of(command, {"PORT", "EPRT"}) && code[0] == '2') {
        expected.opened_towards = Direction::to_client;
        expected.address = active_address_;
    } else {
        return;
    }
    if (dynamic_port_ == 0) return;
    expected.port = dynamic_port_;
    expected.protocol = "ftp-data";
    emit.expect(expected);
}

void State::report(Emit<Transaction> emit, Report what, Direction direction) noexcept {
    std::array<Bytes, max_replies> texts, code_views;
    for (std::size_t i = 0; i < replies_.size(); ++i) {
        texts[i] = Bytes{reply_text_.data() + replies_[i].begin, replies_[i].length};
        code_views[i] = Bytes{replies_[i].code};
    }
    Transaction transaction;
    if (has_command()) transaction.command = command_.view();
    if (argument_.length != 0) transaction.argument = argument_.view();
    transaction.replies = std::span{texts.data(), replies_.size()};
    transaction.codes = std::span{code_views.data(), replies_.size()};
    transaction.dynamic_port = dynamic_port_;
    if (about_data_) transaction.mode = active_ ? "active" : "passive";
    transaction.reply_received = !replies_.empty();
    emit(transaction, what, direction);
    if (has(what, Report::log) && direction == Direction::to_server) forget();
}

void State::forget() noexcept {
    command_.length = argument_.length = 0;
    replies_.clear();
    reply_used_ = 0;
    about_data_ = answering_ = false;
}

Value argument_for_log(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return one_of(transaction.command, {"PASS", "ACCT", "ADAT"}) ? Value::none() : detail::value_of(transaction.argument);
}
Value replies(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.replies.size() ? Value::of(transaction.replies[index]) : Value{};
}
Value codes(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.codes.size() ? Value::of(transaction.codes[index]) : Value{};
}
Value dynamic_port(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.dynamic_port == 0 ? Value::none() : Value::of(transaction.dynamic_port);
}

}  // namespace weir::ftp
