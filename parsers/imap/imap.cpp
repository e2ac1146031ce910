// SPDX-License-Identifier: Apache-2.0
#include "parsers/imap/imap.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "parsers/base/base64.hpp"
#include "parsers/base/steps.hpp"

namespace weir::imap {
namespace {

/// RFC 9051 section 6, RFC 2177, RFC 2971, and the older ones of RFC 3501.
constexpr std::array<std::string_view, 31> commands{
    "capability", "noop",      "logout",      "starttls", "authenticate", "login",     "enable", "select", "examine", "create", "delete",
    "rename",     "subscribe", "unsubscribe", "list",     "lsub",         "namespace", "status", "append", "idle",    "check",  "close",
    "unselect",   "expunge",   "search",      "fetch",    "store",        "copy",      "move",   "uid",    "id"};
constexpr std::array<std::string_view, 6> openers{"capability", "login", "authenticate", "starttls", "id", "noop"};
constexpr std::array<std::string_view, 3> with_mailbox{"select", "examine", "append"};

template <std::size_t Count>
std::string_view one_of(const std::array<std::string_view, Count>& names, Bytes word) noexcept {
    const auto found = std::find_if(names.begin(), names.end(), [word](std::string_view name) { return equal_nocase(word, name); });
    return found == names.end() ? std::string_view{} : *found;
}

bool is_tag(Bytes word) noexcept {
    return !word.empty() && word.size() <= 16 && std::all_of(word.begin(), word.end(), [](std::uint8_t byte) {
        const std::uint8_t lower = to_lower(byte);
        return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
    });
}

/// Octets of the literal that a line announces at its end: `{12}`, `{12+}`; none where it announces none.
std::optional<std::uint64_t> literal_at_end(Bytes line) noexcept {
    if (line.empty() || line.back() != '}') return std::nullopt;
    const auto open = std::find(line.rbegin(), line.rend(), '{');
    if (open == line.rend()) return std::nullopt;
    const std::string_view digits = as_text(line.subspan(static_cast<std::size_t>(line.rend() - open)));
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (error != std::errc{} || (*end != '}' && *end != '+')) return std::nullopt;
    return size;
}

/// Cuts an atom or a quoted string off `rest`; escapes within quotes stay.
Bytes take_string(Bytes& rest) noexcept {
    if (rest.empty() || rest[0] != '"') return take_word(rest);
    std::size_t end = 1;
    while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
    end = std::min(end, rest.size());
    const Bytes text = rest.subspan(1, end - 1);
    rest = trimmed(rest.subspan(std::min(end + 1, rest.size())));
    return text;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    const Bytes data = offer.data;
    const TextLine line = first_line(data);
    Bytes rest = line.complete() ? line.text : data;
    if (data[0] == '*') {
        if (!line.complete()) return data.size() < LineReader::max_line && is_text(data) ? Probe::more() : Probe::no();
        (void)take_word(rest);
        const Bytes status = take_word(rest);
        const bool greeting =
            starts_with(data, "* ") && (as_text(status) == "OK" || as_text(status) == "PREAUTH" || as_text(status) == "BYE");
        return greeting && (offer.port_matches || contains_nocase(line.text, "imap")) ? Probe::yes(Probe::Sender::server) : Probe::no();
    }
    const Bytes tag = take_word(rest);
    if (!is_tag(tag)) return Probe::no();
    if (!line.complete()) return data.size() < 64 && is_text(data) ? Probe::more() : Probe::no();
    const Bytes word = take_word(rest);
    const bool ours = is_text(line.text) && (offer.port_matches ? !one_of(commands, word).empty() : !one_of(openers, word).empty());
    return ours ? Probe::yes(Probe::Sender::client) : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(),
                         [&](Bytes rest) noexcept { return direction == Direction::to_server ? client(rest, emit) : server(rest, emit); });
}

void State::finish(Emit<Transaction> emit) noexcept {
    status_ = {};
    response_ = {};
    for (const Command& command : waiting_) report(Report::log, Direction::to_server, emit, &command);
}

Fed State::client(Bytes bytes, Emit<Transaction> emit) noexcept {
    if (in_literal_) {
        if (bytes.size() < literal_) return Fed::need_more(0, literal_);
        in_literal_ = false;
        (login_ == Login::user ? user_ : password_).keep_front(bytes.first(literal_));
        login_ = login_ == Login::user ? Login::password : Login::none;
        return Fed::ok(literal_);
    }
    // Whose bytes follow STARTTLS, its answer says.
    if (!waiting_.empty() && waiting_.back().is("starttls")) return wait_for_answer(bytes);
    const TextLine line = lines_.next(Direction::to_server, bytes);
    if (LineReader::too_long(line, bytes)) {
        emit.anomaly(1, Direction::to_server);
        return Fed::malformed();
    }
    if (!line.complete()) return Fed::need_more(0);
    return continued_ || authenticating_ ? go_on(line.text, line.size, emit) : command(line.text, line.size, emit);
}

Fed State::command(Bytes line, std::size_t size, Emit<Transaction> emit) noexcept {
    if (line.empty() || equal_nocase(line, "done")) return Fed::ok(size);  // RFC 2177: the end of IDLE
    Bytes rest = line;
    const Bytes tag = take_word(rest), word = take_word(rest);
    if (tag.empty() || word.empty()) {
        emit.anomaly(2, Direction::to_server);
        return Fed::ok(size);
    }
    status_ = {};
    response_ = {};
    if (waiting_.full()) answered(0, emit);  // lost answers
    Command command;
    command.tag.keep_front(tag);
    command.word.keep_front(word);
    if (!one_of(with_mailbox, word).empty()) {
        Bytes argument = rest;
        command.mailbox.keep_front(take_string(argument));
    }
    (void)waiting_.push_back(command);
    if (command.is("login")) {
        login_ = Login::user;
        return login(rest, size, emit);
    }
    if (command.is("authenticate")) {
        plain_ = equal_nocase(take_word(rest), "plain");
        authenticating_ = true;
        if (!rest.empty()) return go_on(rest, size, emit);
    }
    report(Report::request, Direction::to_server, emit, &waiting_.back());
    const std::optional<std::uint64_t> literal = literal_at_end(line);
    continued_ = literal.has_value();
    return Fed::skip_after(size, literal.value_or(0));
}

/// A line of AUTHENTICATE, or one behind a literal.
Fed State::go_on(Bytes line, std::size_t size, Emit<Transaction> emit) noexcept {
    if (authenticating_) {
        if (!plain_) return Fed::ok(size);
        const PlainLogin login = read_sasl_plain(line, emit.scratch());
        user_.keep_front(login.user);
        password_.keep_front(login.password);
        report(Report::request, Direction::to_server, emit, waiting_.empty() ? nullptr : &waiting_.back());
        password_ = {};  // shown once
        return Fed::ok(size);
    }
    continued_ = false;
    if (!waiting_.empty() && waiting_.back().is("login")) return login(trimmed(line), size, emit);
    const std::optional<std::uint64_t> literal = literal_at_end(line);
    continued_ = literal.has_value();
    return Fed::skip_after(size, literal.value_or(0));
}

/// The arguments of LOGIN, as far as this line has them.
Fed State::login(Bytes rest, std::size_t size, Emit<Transaction> emit) noexcept {
    while (!rest.empty() && login_ != Login::none) {
        const std::optional<std::uint64_t> literal = rest[0] == '{' ? literal_at_end(rest) : std::nullopt;
        if (literal) {
            continued_ = true;
            in_literal_ = *literal > 0 && *literal <= max_literal;
            literal_ = static_cast<std::uint16_t>(in_literal_ ? *literal : 0);
            if (!in_literal_) login_ = login_ == Login::user ? Login::password : Login::none;
            return Fed::skip_after(size, in_literal_ ? 0 : *literal);
        }
        (login_ == Login::user ? user_ : password_).keep_front(take_string(rest));
        login_ = login_ == Login::user ? Login::password : Login::none;
    }
    login_ = Login::none;
    report(Report::request, Direction::to_server, emit, &waiting_.back());
    password_ = {};  // shown once
    return Fed::ok(size);
}

Fed State::server(Bytes bytes, Emit<Transaction> emit) noexcept {
    const TextLine line = lines_.next(Direction::to_client, bytes);
    if (LineReader::too_long(line, bytes)) {
        emit.anomaly(1, Direction::to_client);
        return Fed::malformed();
    }
    if (!line.complete()) return Fed::need_more(0);
    const std::optional<std::uint64_t> literal = literal_at_end(line.text);
    const bool goes_on = std::exchange(continued_down_, literal.has_value());
    const Fed fed = Fed::skip_after(line.size, literal.value_or(0));
    Bytes rest = line.text;
    const Bytes tag = take_word(rest);
    if (goes_on || as_text(tag) == "+") return fed;
    const bool greeting = as_text(tag) == "*" && waiting_.empty() && !status_.present();
    if (as_text(tag) == "*" && !greeting) return fed;
    const auto waiting = std::find_if(waiting_.begin(), waiting_.end(), [tag](const Command& command) {
        return as_text(command.tag.get()) == as_text(first_of(tag, command.tag.capacity()));
    });
    if (!greeting && waiting == waiting_.end()) {
        if (!is_tag(tag)) emit.anomaly(3, Direction::to_client);
        return fed;
    }
    status_.keep_front(take_word(rest));
    response_.keep_front(rest);
    authenticating_ = continued_ = false;
    const bool upgraded = !greeting && waiting->is("starttls") && as_text(status_.get()) == "OK";
    answered(static_cast<std::size_t>(waiting - waiting_.begin()), emit);
    return upgraded ? Fed::upgraded(line.size) : fed;
}

/// Reports a command that waits, or (beyond the last of them) the greeting, as it stands.
void State::answered(std::size_t index, Emit<Transaction> emit) noexcept {
    const bool of_command = index < waiting_.size();
    report(status_.present() ? Report::response | Report::log : Report::log, Direction::to_client, emit,
           of_command ? &waiting_[index] : nullptr);
    if (!of_command) return;
    std::copy(waiting_.begin() + index + 1, waiting_.end(), waiting_.begin() + index);
    waiting_.pop_back();
}

void State::report(Report what, Direction direction, Emit<Transaction> emit, const Command* command) noexcept {
    Transaction transaction;
    if (command != nullptr) {
        transaction.tag = command->tag.get();
        transaction.command = command->word.get();
        transaction.mailbox = command->mailbox.get();
    }
    transaction.user = user_.get();
    transaction.password = password_.get();
    transaction.status = status_.get();
    transaction.response = response_.get();
    emit(transaction, what, direction);
}

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const std::string_view name = one_of(commands, transaction.command);
    return name.empty() ? Value::none() : Value::of(name);
}

}  // namespace weir::imap
