// SPDX-License-Identifier: Apache-2.0
#include "parsers/smtp/smtp.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "parsers/base/base64.hpp"
#include "parsers/base/steps.hpp"

namespace weir::smtp {
namespace {

using Verb = State::Verb;

/// By Verb.
constexpr std::array<std::string_view, 17> verb_names{"",         "helo", "ehlo", "lhlo", "mail", "rcpt", "data", "bdat", "rset",
                                                      "starttls", "auth", "quit", "noop", "vrfy", "expn", "help", "text"};
constexpr std::array<std::string_view, 4> mechanism_names{"", "plain", "login", "other"};

Verb verb_of(Bytes word) noexcept {
    for (std::size_t i = 1; i + 1 < verb_names.size(); ++i)
        if (equal_nocase(word, verb_names[i])) return static_cast<Verb>(i);
    return Verb::other;
}

/// `FROM:<a@b> SIZE=1` -> `<a@b>`
Bytes path_of(Bytes argument) noexcept {
    const auto colon = std::find(argument.begin(), argument.end(), ':');
    if (colon == argument.end()) return {};
    Bytes rest = trimmed(argument.subspan(static_cast<std::size_t>(colon - argument.begin()) + 1));
    if (rest.empty() || rest[0] != '<') return take_word(rest);
    const auto close = std::find(rest.begin(), rest.end(), '>');
    return close == rest.end() ? rest : rest.first(static_cast<std::size_t>(close - rest.begin()) + 1);
}

bool is_digit(std::uint8_t byte) noexcept { return byte >= '0' && byte <= '9'; }

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    const Bytes data = offer.data;
    const TextLine line = first_line(data);
    const Bytes text = line.complete() ? line.text : data;
    if (is_digit(data[0])) {
        constexpr std::string_view greeting = "220";
        const std::size_t shared = std::min(data.size(), greeting.size());
        if (as_text(data.first(shared)) != greeting.substr(0, shared) || (data.size() > 3 && data[3] != ' ' && data[3] != '-'))
            return Probe::no();
        if (!line.complete()) return data.size() < LineReader::max_line && is_text(data) ? Probe::more() : Probe::no();
        const bool mail =
            contains_nocase(text, "smtp") || contains_nocase(text, "lmtp") || (offer.port_matches && !contains_nocase(text, "ftp"));
        return mail && is_text(text) ? Probe::yes(Probe::Sender::server) : Probe::no();
    }
    Bytes rest = text;
    const Verb verb = verb_of(take_word(rest));
    const bool hello = verb == Verb::helo || verb == Verb::ehlo || verb == Verb::lhlo;
    if (line.complete()) return hello && !rest.empty() && is_text(text) ? Probe::yes(Probe::Sender::client) : Probe::no();
    if (hello) return data.size() < LineReader::max_line && is_text(data) ? Probe::more() : Probe::no();
    for (const std::string_view word : {"helo", "ehlo", "lhlo"})
        if (data.size() <= word.size() && equal_nocase(data, word.substr(0, data.size()))) return Probe::more();
    return Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(),
                         [&](Bytes rest) noexcept { return direction == Direction::to_server ? client(rest, emit) : server(rest, emit); });
}

Fed State::client(Bytes bytes, Emit<Transaction> emit) noexcept {
    if (in_text_) {
        bool ended = false;
        const std::size_t skipped = text_.skip(bytes, ended);
        size_ += skipped;
        if (!ended) return skipped == bytes.size() ? Fed::ok(skipped) : Fed::need_more(skipped);
        in_text_ = false;
        if (!waiting_.full()) (void)waiting_.push_back(Verb::text);
        return Fed::ok(skipped);
    }
    // Whose bytes follow STARTTLS, its reply says.
    if (!waiting_.empty() && waiting_.back() == Verb::starttls) return wait_for_answer(bytes);
    const TextLine line = lines_.next(Direction::to_server, bytes);
    if (LineReader::too_long(line, bytes)) {
        emit.anomaly(1, Direction::to_server);
        return Fed::malformed();
    }
    if (!line.complete()) return Fed::need_more(0);
    if (auth_ == Auth::none) return command(line.text, line.size, emit);
    credentials(line.text, emit);
    return Fed::ok(line.size);
}

Fed State::command(Bytes line, std::size_t size, Emit<Transaction> emit) noexcept {
    Bytes argument = line;
    verb_ = verb_of(take_word(argument));
    argument = trimmed(argument);
    code_ = 0;
    reply_ = {};
    unlogged_ |= verb_ != Verb::quit && verb_ != Verb::noop && verb_ != Verb::rset;
    argument_.keep_front(verb_ == Verb::auth ? Bytes{} : argument);
    if (waiting_.full()) waiting_.clear();  // replies were lost: nothing tells which
    (void)waiting_.push_back(verb_);
    std::uint64_t chunk = 0;
    switch (verb_) {
        case Verb::helo:
        case Verb::ehlo:
        case Verb::lhlo: helo_.keep_front(argument); break;
        case Verb::mail:
            if (mail_from_.present()) {  // the mail before was given up
                report(Report::log, Direction::to_server, emit);
                forget_mail();
            }
            mail_from_.keep_front(path_of(argument));
            break;
        case Verb::rcpt:
            if (!add_recipient(path_of(argument)) && !std::exchange(crowded_, true)) emit.anomaly(4, Direction::to_server);
            break;
        case Verb::data:  // the reply may still take it back
            in_text_ = true;
            text_.begin();
            break;
        case Verb::bdat: {
            const std::string_view digits = as_text(argument);
            std::from_chars(digits.data(), digits.data() + digits.size(), chunk);
            size_ += chunk;
            if (contains_nocase(argument, "last")) waiting_.back() = Verb::text;
            break;
        }
        case Verb::auth: begin_auth(argument, emit); break;
        default: break;
    }
    report(Report::request, Direction::to_server, emit);
    return Fed::skip_after(size, chunk);
}

/// False when there is no room for it.
bool State::add_recipient(Bytes path) noexcept {
    if (path.size() > recipient_text_.size() - recipient_used_) return false;
    const auto length = static_cast<std::uint16_t>(path.size());
    if (!recipients_.push_back({recipient_used_, length})) return false;
    if (length != 0) std::memcpy(recipient_text_.data() + recipient_used_, path.data(), length);
    recipient_used_ = static_cast<std::uint16_t>(recipient_used_ + length);
    return true;
}

/// RFC 4954 section 4: the mechanism, and perhaps what it says first.
void State::begin_auth(Bytes argument, Emit<Transaction> emit) noexcept {
    const Bytes mechanism = take_word(argument);
    mechanism_ = equal_nocase(mechanism, "plain") ? 1 : equal_nocase(mechanism, "login") ? 2 : 3;
    auth_ = mechanism_ == 1 ? Auth::plain : mechanism_ == 2 ? Auth::login_user : Auth::other;
    if (!argument.empty()) credentials(argument, emit);
}

/// A line of the login. Reported like a command, so that rules see what it tells.
void State::credentials(Bytes line, Emit<Transaction> emit) noexcept {
    switch (auth_) {
        case Auth::plain: {
            const PlainLogin login = read_sasl_plain(line, emit.scratch());
            user_.keep_front(login.user);
            password_.keep_front(login.password);
            auth_ = Auth::none;
            break;
        }
        case Auth::login_user:
            user_.keep_front(read_base64(line, emit.scratch()));
            auth_ = Auth::login_password;
            return;
        case Auth::login_password:
            password_.keep_front(read_base64(line, emit.scratch()));
            auth_ = Auth::none;
            break;
        default: return;
    }
    verb_ = Verb::auth;
    report(Report::request, Direction::to_server, emit);
    password_ = {};  // shown once
}

Fed State::server(Bytes bytes, Emit<Transaction> emit) noexcept {
    const TextLine line = lines_.next(Direction::to_client, bytes);
    if (LineReader::too_long(line, bytes)) {
        emit.anomaly(2, Direction::to_client);
        return Fed::malformed();
    }
    if (!line.complete()) return Fed::need_more(0);
    const Bytes text = line.text;
    const bool coded = text.size() >= 3 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]);
    if (!coded || (text.size() > 3 && text[3] != ' ' && text[3] != '-')) {
        emit.anomaly(3, Direction::to_client);
        return Fed::ok(line.size);
    }
    if (text.size() > 3 && text[3] == '-') return Fed::ok(line.size);  // another line follows
    code_ = static_cast<std::uint16_t>((text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0'));
    reply_.keep_front(text.subspan(std::min<std::size_t>(4, text.size())));
    unlogged_ |= !logged_;
    Verb verb = Verb::other;  // the greeting answers no command
    if (!waiting_.empty()) {
        verb = waiting_[0];
        const bool preliminary = verb == Verb::auth && code_ == 334;
        if (!preliminary) {
            std::copy(waiting_.begin() + 1, waiting_.end(), waiting_.begin());
            waiting_.pop_back();
        }
    }
    answered(verb, code_, emit);
    return upgraded_ ? Fed::upgraded(line.size) : Fed::ok(line.size);
}

void State::answered(Verb verb, std::uint16_t code, Emit<Transaction> emit) noexcept {
    const bool good = code / 100 == 2;
    verb_ = verb == Verb::text ? Verb::data : verb;
    switch (verb) {
        case Verb::data:
            if (code != 354) in_text_ = false;
            break;
        case Verb::auth:
            if (code != 334) auth_ = Auth::none;
            break;
        case Verb::starttls:
            starttls_ = upgraded_ = good;
            if (!good) emit.anomaly(5, Direction::to_client);
            break;
        default: break;
    }
    const bool mail_ended = verb == Verb::text || (verb == Verb::rset && mail_from_.present());
    report(mail_ended ? Report::response | Report::log : Report::response, Direction::to_client, emit);
    if (mail_ended || verb == Verb::rset) forget_mail();
}

void State::forget_mail() noexcept {
    mail_from_ = {};
    recipients_.clear();
    recipient_used_ = 0;
    crowded_ = false;
    size_ = 0;
}

Fed State::gap(Direction direction, std::uint64_t missing, Emit<Transaction>) noexcept {
    lines_.forget(direction);
    waiting_.clear();
    if (direction == Direction::to_server && in_text_) size_ += missing;
    return Fed::ok(0);
}

void State::finish(Emit<Transaction> emit) noexcept {
    if (unlogged_) report(Report::log, Direction::to_server, emit);
}

void State::report(Report what, Direction direction, Emit<Transaction> emit) noexcept {
    std::array<Bytes, max_recipients> recipients;
    for (std::size_t i = 0; i < recipients_.size(); ++i)
        recipients[i] = Bytes{recipient_text_.data() + recipients_[i].begin, recipients_[i].length};
    Transaction transaction;
    transaction.helo = helo_.get();
    transaction.mail_from = mail_from_.get();
    transaction.recipients = std::span{recipients.data(), recipients_.size()};
    transaction.command = verb_names[static_cast<std::size_t>(verb_)];
    transaction.argument = argument_.get();
    transaction.code = code_;
    transaction.reply = reply_.get();
    transaction.mechanism = mechanism_names[mechanism_];
    transaction.user = user_.get();
    transaction.password = password_.get();
    transaction.starttls = starttls_;
    transaction.size = size_;
    if (has(what, Report::log)) {
        unlogged_ = false;
        logged_ = true;
    }
    emit(transaction, what, direction);
}

Value command(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.command.empty() ? Value::none() : Value::of(transaction.command);
}
Value recipients(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.recipients.size() ? Value::of(transaction.recipients[index]) : Value{};
}
Value code(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.code == 0 ? Value::none() : Value::of(transaction.code);
}
Value mechanism(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.mechanism.empty() ? Value::none() : Value::of(transaction.mechanism);
}
Value starttls(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.starttls ? Value::flag(true) : Value::none();
}
Value size(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.size == 0 ? Value::none() : Value::of(transaction.size);
}

}  // namespace weir::smtp
