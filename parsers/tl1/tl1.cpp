// SPDX-License-Identifier: Apache-2.0
#include "parsers/tl1/tl1.hpp"

#include <algorithm>

#include "parsers/base/text_writer.hpp"

namespace weir::tl1 {
namespace {

constexpr std::size_t max_code = 32;
constexpr std::uint8_t telnet_command = 0xff;

constexpr bool is_digit(std::uint8_t byte) noexcept { return byte >= '0' && byte <= '9'; }
constexpr bool is_letter(std::uint8_t byte) noexcept { return to_lower(byte) >= 'a' && to_lower(byte) <= 'z'; }
constexpr bool is_code_byte(std::uint8_t byte) noexcept { return is_letter(byte) || is_digit(byte) || byte == '-'; }
constexpr bool is_space(std::uint8_t byte) noexcept { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

Bytes without_leading_space(Bytes bytes) noexcept {
    while (!bytes.empty() && is_space(bytes.front())) bytes = bytes.subspan(1);
    return bytes;
}

/// Digits in groups of two (or, the first, four) with `separator` between: a date, a time.
bool is_three_numbers(Bytes word, std::uint8_t separator) noexcept {
    const std::size_t size = word.size();
    if (size != 8 && size != 10) return false;
    for (std::size_t i = 0; i < size; ++i)
        if (i == size - 3 || i == size - 6 ? word[i] != separator : !is_digit(word[i])) return false;
    return true;
}

/// `   SID DATE TIME`: the SID; null where the line is none.
Bytes source_of(Bytes line) noexcept {
    Bytes rest = trimmed(line);
    const Bytes sid = take_word(rest), date = take_word(rest), time = take_word(rest);
    return !sid.empty() && is_three_numbers(date, '-') && is_three_numbers(time, ':') && rest.empty() ? sid : Bytes{};
}

/// The second line of a message of the equipment.
struct Identification {
    Bytes tag{}, code{};
    std::string_view alarm{};  ///< null: a response
    [[nodiscard]] bool valid() const noexcept { return !tag.empty() && !code.empty(); }
};
Identification identification_of(Bytes line) noexcept {
    Bytes rest = trimmed(line);
    const Bytes first = take_word(rest);
    Identification found;
    found.tag = take_word(rest);
    if (as_text(first) == "M") {
        if (is_one_of(rest, {"COMPLD", "DENY", "PRTL", "DELAY", "RTRV"})) found.code = rest;
        return found;
    }
    if (as_text(first) == "*C") found.alarm = "critical";
    if (as_text(first) == "**") found.alarm = "major";
    if (as_text(first) == "*") found.alarm = "minor";
    if (as_text(first) == "A") found.alarm = "none";
    const bool words = std::all_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return is_code_byte(byte) || byte == ' '; });
    if (!found.alarm.empty() && words && !rest.empty() && is_letter(rest[0])) found.code = rest;
    return found;
}

/// Verbs of GR-199, GR-831 and GR-833 that begin a session's commands often enough to be believed on any port.
bool is_common_verb(Bytes verb) noexcept {
    return is_one_of(verb, {"ACT", "ALW",  "CANC", "CHG", "CONN", "CPY", "DISC", "DLT",   "ED",  "ENT", "INH", "INIT", "LOGON",
                            "OPR", "PING", "REPT", "RLS", "RMV",  "RST", "RTRV", "SCHED", "SET", "STA", "SW",  "TST"});
}

Probe probe_command(Bytes data, bool port_matches) noexcept {
    constexpr std::size_t enough = 512;
    const auto colon = std::find(data.begin(), data.end(), ':');
    const auto code_end = std::find_if_not(data.begin(), colon, is_code_byte);
    if (code_end != colon || static_cast<std::size_t>(colon - data.begin()) > max_code || !is_letter(data[0])) return Probe::no();
    if (colon == data.end()) return Probe::more();
    const Bytes verb{data.begin(), std::find(data.begin(), colon, std::uint8_t{'-'})};
    if (!port_matches && !is_common_verb(verb)) return Probe::no();
    const std::size_t size = CommandEnd{}.find(first_of(data, enough));
    if (!is_text(first_of(data, size == 0 ? enough : size))) return Probe::no();
    if (size == 0) return data.size() < enough ? Probe::more() : Probe::no();
    const auto blocks = std::count(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size), ':');
    return blocks >= (port_matches ? 1 : 3) ? Probe::yes(Probe::Sender::client) : Probe::no();
}

Probe probe_response(Bytes data, bool port_matches) noexcept {
    constexpr std::size_t enough = 160;
    const TextLine header = first_line(first_of(data, enough));
    if (!header.complete()) return data.size() < enough && is_text(data) ? Probe::more() : Probe::no();
    if (source_of(header.text).empty()) return Probe::no();
    const Probe yes = Probe::yes(Probe::Sender::server);
    if (port_matches) return yes;
    const Bytes rest = first_of(without_leading_space(data.subspan(header.size)), enough);
    const TextLine second = first_line(rest);
    if (!second.complete()) return rest.size() < enough && is_text(rest) ? Probe::more() : Probe::no();
    return identification_of(second.text).valid() ? yes : Probe::no();
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    // On the ports for people a Telnet server negotiates first; what is typed there that is no command shows as an anomaly.
    if (offer.data[0] == telnet_command) return offer.port_matches ? Probe::yes() : Probe::no();
    Bytes data = without_leading_space(offer.data);
    while (!data.empty() && (data[0] == '<' || data[0] == '>' || data[0] == ';')) data = without_leading_space(data.subspan(1));
    if (data.empty()) return offer.data.size() < max_code ? Probe::more() : Probe::no();
    const Probe as_command = probe_command(data, offer.port_matches);
    if (as_command.answer == Probe::Answer::match || data.size() == offer.data.size()) return as_command;  // responses are indented
    const Probe as_response = probe_response(data, offer.port_matches);
    return as_response.answer == Probe::Answer::no_match ? as_command : as_response;
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (direction == Direction::to_server)
        return commands_.feed(
            bytes, [&](Bytes text) noexcept { command(text, emit); },
            [&]() noexcept { emit.anomaly(Parser::command_too_long, Direction::to_server); });
    return lines_.feed(
        bytes, [&](Bytes line) noexcept { response_line(line); }, [&](std::uint8_t byte) noexcept { return response_mark(byte, emit); });
}

Fed State::gap(Direction direction, std::uint64_t, Emit<Transaction>) noexcept {
    if (direction == Direction::to_server) {
        commands_.lost();
    } else {
        lines_.lost();
        response_ = {};
    }
    return Fed::ok(0);
}

void State::finish(Emit<Transaction> emit) noexcept {
    for (const Command& command : outstanding_) {
        Transaction transaction;
        describe(command, transaction, emit.scratch());
        emit(transaction, Report::log, Direction::to_server);
    }
    outstanding_.clear();
}

/// A command without its semicolon. What stands before its code (line ends, Telnet's options, a name typed at a login prompt)
/// is not part of it.
void State::command(Bytes text, Emit<Transaction> emit) noexcept {
    constexpr std::size_t parts = 5;  // code, TID, AID, CTAG, general block; the rest is payload
    std::array<Bytes, parts> part{};
    bool separated = false;
    part[0] = trimmed(take_part(text, ':', &separated));
    for (std::size_t i = 1; i < parts; ++i) part[i] = trimmed(take_part(text, ':'));
    std::size_t begin = part[0].size();
    while (begin > 0 && is_code_byte(part[0][begin - 1])) --begin;
    const Bytes code = part[0].subspan(begin);
    if (!separated || code.empty() || code.size() > max_code || !is_letter(code[0])) {
        emit.anomaly(Parser::invalid_command, Direction::to_server);
        return;
    }
    Command command;
    command.code.keep(code);
    command.tid.keep_front(part[1]);
    command.aid.keep_front(part[2]);
    command.ctag.keep_front(part[3]);
    command.parameters.keep_front(trimmed(text));
    command.about_user = find_nocase(code, "USER") < code.size();
    command.secret = command.about_user || find_nocase(code, "SECU") < code.size() || find_nocase(code, "PID") < code.size() ||
                     names_secret(code) || names_secret(text);
    Transaction transaction;
    describe(outstanding_.add(command,
                              [&](const Command& lost) noexcept {
                                  Transaction unanswered;
                                  describe(lost, unanswered, emit.scratch());
                                  emit(unanswered, Report::log, Direction::to_server);
                              }),
             transaction, emit.scratch());
    emit(transaction, Report::request, Direction::to_server);
}

void State::describe(const Command& command, Transaction& transaction, Scratch& scratch) noexcept {
    const auto present = [](Bytes text) { return text.empty() ? Bytes{} : text; };
    transaction.command = command.code.get();
    transaction.operation = write_in(scratch, [&](TextWriter& writer) {
        for (const std::uint8_t byte : transaction.command) {
            if (byte == '-') break;
            writer.put(static_cast<char>(to_lower(byte)));
        }
    });
    transaction.tid = present(command.tid.get());
    transaction.aid = present(command.aid.get());
    transaction.ctag = present(command.ctag.get());
    if (command.about_user) transaction.user = transaction.aid;
    const Bytes parameters = present(command.parameters.get());
    transaction.withheld = command.secret && !parameters.empty();
    (command.secret ? transaction.password : transaction.parameters) = parameters;
}

/// A terminator or a prompt stands first in its line, and often nothing comes behind it for a long time.
bool State::response_mark(std::uint8_t byte, Emit<Transaction> emit) noexcept {
    if (byte == ';') end_of_response(emit);
    if (byte == '>') response_ = {};  // its next part begins anew
    return byte == ';' || byte == '>' || byte == '<';
}

void State::response_line(Bytes line) noexcept {
    if (const Bytes sid = source_of(line); !sid.empty()) {
        response_ = {};
        response_.headed = true;
        response_.sid.keep_front(sid);
    } else if (response_.identified) {
        add_text(line);
    } else {
        identify(line);
    }
}

void State::identify(Bytes line) noexcept {
    const Identification found = identification_of(line);
    if (!found.valid()) return;
    if (!response_.headed) response_ = {};
    response_.identified = true;
    response_.alarm = found.alarm;
    response_.tag.keep_front(found.tag);
    response_.code.keep_front(found.code);
}

void State::add_text(Bytes line) noexcept {
    const Bytes text = trimmed(line);
    if (text.empty()) return;
    const bool denied = response_.alarm.empty() && !equal_nocase(response_.code.get(), "COMPLD");
    if (denied && response_.text_size == 0 && !response_.error.present() && text.size() == 4 &&
        std::all_of(text.begin(), text.end(), is_letter)) {
        response_.error.keep(text);
        return;
    }
    const auto put = [&](Bytes bytes) {
        const Bytes kept = first_of(bytes, max_text - response_.text_size);
        if (!kept.empty()) std::memcpy(response_.text.data() + response_.text_size, kept.data(), kept.size());
        response_.text_size = static_cast<std::uint16_t>(response_.text_size + kept.size());
    };
    if (response_.text_size != 0) put(as_bytes("\n"));
    put(text);
}

void State::end_of_response(Emit<Transaction> emit) noexcept {
    if (response_.identified) {
        Transaction transaction;
        Command* command = nullptr;
        if (response_.alarm.empty()) {
            const auto same_tag = [&](const Command& candidate) { return std::ranges::equal(candidate.ctag.get(), response_.tag.get()); };
            command = outstanding_.find(same_tag);
            if (command != nullptr) describe(*command, transaction, emit.scratch());
            transaction.ctag = response_.tag.get();
            transaction.completion = response_.code.get();
            transaction.error = response_.error.get();
        } else {
            transaction.event = response_.code.get();
            transaction.operation = write_in(emit.scratch(), [&](TextWriter& writer) {
                Bytes words = transaction.event;
                for (const std::uint8_t byte : take_word(words)) writer.put(static_cast<char>(to_lower(byte)));
            });
            transaction.atag = response_.tag.get();
            transaction.alarm = response_.alarm;
        }
        transaction.sid = response_.sid.get();
        if (response_.text_size != 0) transaction.text = Bytes{response_.text.data(), response_.text_size};
        emit(transaction, Report::response | Report::log, Direction::to_client);
        if (command != nullptr) outstanding_.remove(*command);
    }
    response_ = {};
}

Value text_for_log(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return names_secret(transaction.text) ? Value::none() : detail::value_of(transaction.text);
}

}  // namespace weir::tl1
