// SPDX-License-Identifier: Apache-2.0
#include "parsers/pop3/pop3.hpp"

#include <algorithm>

#include "parsers/base/base64.hpp"
#include "parsers/base/steps.hpp"

namespace weir::pop3 {
namespace {

/// Commands in lower case (RFC 1939, RFC 2449, RFC 2595, RFC 5034, RFC 6856).
constexpr std::array<std::string_view, 18> commands{"user", "pass", "apop", "auth", "quit", "stat", "list", "retr", "dele",
                                                    "noop", "rset", "top",  "uidl", "capa", "stls", "utf8", "lang", "xtnd"};
constexpr std::array<std::string_view, 5> ours_alone{"apop", "capa", "uidl", "stls", "dele"};  // no other protocol begins with them

std::string_view known(Bytes word) noexcept {
    const auto found = std::find_if(commands.begin(), commands.end(), [word](std::string_view name) { return equal_nocase(word, name); });
    return found == commands.end() ? std::string_view{} : *found;
}

/// `<process.clock@host>`, RFC 1939 section 7.
bool has_timestamp(Bytes text) noexcept {
    const auto open = std::find(text.begin(), text.end(), '<'), at = std::find(open, text.end(), '@');
    return std::find(at, text.end(), '>') != text.end();
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    const Bytes data = offer.data;
    constexpr std::string_view good = "+OK";
    const TextLine line = first_line(data);
    if (data[0] == '+') {
        const std::size_t shared = std::min(data.size(), good.size());
        if (as_text(data.first(shared)) != good.substr(0, shared)) return Probe::no();
        if (!line.complete()) return data.size() < LineReader::max_line ? Probe::more() : Probe::no();
        const bool ours = offer.port_matches || contains_nocase(line.text, "pop") || has_timestamp(line.text);
        return ours ? Probe::yes(Probe::Sender::server) : Probe::no();
    }
    Bytes rest = line.complete() ? line.text : first_of(data, 64);
    const std::string_view word = known(take_word(rest));
    if (!line.complete()) {
        const bool letters =
            std::all_of(data.begin(), data.end(), [](std::uint8_t byte) { return to_lower(byte) >= 'a' && to_lower(byte) <= 'z'; });
        return (!word.empty() || (letters && data.size() < 4)) && data.size() < 64 ? Probe::more() : Probe::no();
    }
    const bool alone = std::find(ours_alone.begin(), ours_alone.end(), word) != ours_alone.end();
    const bool ours = !word.empty() && is_text(line.text) && (alone || offer.port_matches);
    return ours ? Probe::yes(Probe::Sender::client) : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(),
                         [&](Bytes rest) noexcept { return direction == Direction::to_server ? client(rest, emit) : server(rest, emit); });
}

void State::finish(Emit<Transaction> emit) noexcept {
    header_ = {};
    for (const Command& command : waiting_) report(Report::log, Direction::to_server, emit, &command);
}

/// Whether a good answer to the command has more lines (RFC 1939 sections 5 and 7, RFC 2449 section 5).
bool State::Command::many_lines() const noexcept {
    if (is("retr") || is("top") || is("capa")) return true;
    return (is("list") || is("uidl") || is("auth")) && argument.get().empty();
}

Fed State::client(Bytes bytes, Emit<Transaction> emit) noexcept {
    if (!waiting_.empty() && waiting_.back().is("stls")) return wait_for_answer(bytes);  // whose bytes these are, the answer says
    const TextLine line = lines_.next(Direction::to_server, bytes);
    if (LineReader::too_long(line, bytes)) {
        emit.anomaly(1, Direction::to_server);
        return Fed::malformed();
    }
    if (!line.complete()) return Fed::need_more(0);
    if (in_auth_)
        credentials(line.text, emit);
    else
        command(line.text, emit);
    return Fed::ok(line.size);
}

void State::command(Bytes line, Emit<Transaction> emit) noexcept {
    Bytes argument = line;
    const Bytes word = take_word(argument);
    if (known(word).empty()) emit.anomaly(2, Direction::to_server);
    header_ = {};
    if (waiting_.full()) answered(emit);  // the oldest's answer will not be known from another's
    Command command;
    command.word.keep_front(word);
    command.argument.keep_front(argument);
    (void)waiting_.push_back(command);
    if (command.is("user")) user_.keep_front(argument);
    if (command.is("pass")) password_.keep_front(argument);
    if (command.is("apop")) user_.keep_front(take_word(argument));
    if (command.is("auth") && !argument.empty()) {
        plain_ = equal_nocase(take_word(argument), "plain");
        in_auth_ = true;
        if (!argument.empty()) return credentials(argument, emit);
    }
    report(Report::request, Direction::to_server, emit, &waiting_.back());
    password_ = {};  // shown once
}

void State::credentials(Bytes line, Emit<Transaction> emit) noexcept {
    if (!plain_) return;
    const PlainLogin login = read_sasl_plain(line, emit.scratch());
    user_.keep_front(login.user);
    password_.keep_front(login.password);
    report(Report::request, Direction::to_server, emit, waiting_.empty() ? nullptr : &waiting_.back());
    password_ = {};
}

Fed State::server(Bytes bytes, Emit<Transaction> emit) noexcept {
    if (in_text_) {
        bool ended = false;
        const std::size_t skipped = text_.skip(bytes, ended);
        in_text_ = !ended;
        return ended || skipped == bytes.size() ? Fed::ok(skipped) : Fed::need_more(skipped);
    }
    const TextLine line = lines_.next(Direction::to_client, bytes);
    if (LineReader::too_long(line, bytes)) {
        emit.anomaly(1, Direction::to_client);
        return Fed::malformed();
    }
    if (!line.complete()) return Fed::need_more(0);
    Bytes header = line.text;
    const Bytes word = take_word(header);
    if (in_auth_ && as_text(word) == "+") return Fed::ok(line.size);  // the login goes on
    success_ = as_text(word) == "+OK";
    if (!success_ && as_text(word) != "-ERR") {
        emit.anomaly(3, Direction::to_client);
        return Fed::ok(line.size);
    }
    in_auth_ = false;
    header_.keep_front(header);
    const bool upgraded = success_ && !waiting_.empty() && waiting_[0].is("stls");
    in_text_ = success_ && !waiting_.empty() && waiting_[0].many_lines();
    if (in_text_) text_.begin();
    answered(emit);
    return upgraded ? Fed::upgraded(line.size) : Fed::ok(line.size);
}

/// Reports the oldest command, or the greeting, as it stands.
void State::answered(Emit<Transaction> emit) noexcept {
    report(header_.present() ? Report::response | Report::log : Report::log, Direction::to_client, emit,
           waiting_.empty() ? nullptr : &waiting_[0]);
    if (waiting_.empty()) return;
    std::copy(waiting_.begin() + 1, waiting_.end(), waiting_.begin());
    waiting_.pop_back();
}

void State::report(Report what, Direction direction, Emit<Transaction> emit, const Command* command) noexcept {
    Transaction transaction;
    if (command != nullptr) {
        transaction.command = command->word.get();
        transaction.argument = command->argument.get();
    }
    transaction.user = user_.get();
    transaction.password = password_.get();
    transaction.header = header_.get();
    transaction.answered = header_.present();
    transaction.success = success_;
    emit(transaction, what, direction);
}

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const std::string_view name = known(transaction.command);
    return name.empty() ? Value::none() : Value::of(name);
}
Value argument(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0 || transaction.argument.empty()) return {};
    const std::string_view command = known(transaction.command);
    return command == "pass" || command == "apop" || command == "auth" ? Value{} : Value::of(transaction.argument);
}
Value success(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.answered ? Value::flag(transaction.success) : Value::none();
}
Value status(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.answered ? Value::of(std::string_view{transaction.success ? "OK" : "ERR"}) : Value::none();
}

}  // namespace weir::pop3
