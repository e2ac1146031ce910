// SPDX-License-Identifier: Apache-2.0
#include "parsers/mml/mml.hpp"

#include <algorithm>
#include <charconv>

#include "parsers/base/text_writer.hpp"

namespace weir::mml {
namespace {

constexpr std::size_t min_verb = 2, max_verb = 8;

constexpr bool is_digit(std::uint8_t byte) noexcept { return byte >= '0' && byte <= '9'; }
constexpr bool is_letter(std::uint8_t byte) noexcept { return to_lower(byte) >= 'a' && to_lower(byte) <= 'z'; }
constexpr bool is_name_byte(std::uint8_t byte) noexcept { return is_letter(byte) || is_digit(byte) || byte == '_' || byte == '-'; }

/// Verb and object of a command.
struct Head {
    Bytes text{}, verb{}, object{};
    [[nodiscard]] bool valid() const noexcept {
        return verb.size() >= min_verb && verb.size() <= max_verb && std::all_of(verb.begin(), verb.end(), is_letter) &&
               std::all_of(object.begin(), object.end(), is_name_byte);
    }
};
/// What stands before the colon. Lines before the last one (an answer to a login prompt, an empty line) are not part of it.
Head head_of(Bytes text) noexcept {
    for (std::size_t i = text.size(); i > 0; --i)
        if (text[i - 1] == '\n' || text[i - 1] == '\r') {
            text = text.subspan(i);
            break;
        }
    Head head;
    head.text = trimmed(text);
    head.object = head.text;
    head.verb = take_word(head.object);
    return head;
}

bool is_login(Bytes verb) noexcept { return is_one_of(verb, {"LGI", "LGO"}); }
/// Verbs common to the products of this family.
bool is_common_verb(Bytes verb) noexcept {
    return is_one_of(verb, {"ACT", "ADD", "BKP", "BLK", "CHK", "CLR",  "CRE", "DEA", "DEL", "DLD",   "DSP", "EXP",
                            "FMT", "INH", "LCK", "LST", "MOD", "PING", "QRY", "REG", "RMV", "RST",   "RUN", "SAV",
                            "SET", "SHK", "STP", "STR", "SWP", "TST",  "UBL", "ULD", "ULK", "UNREG", "USE"});
}

/// `+++    NE-NAME        2026-01-02 03:04:05`: the name; null where the line is none. A time may have its zone behind it.
Bytes element_of(Bytes line) noexcept {
    if (!starts_with(line, "+++")) return {};
    const Bytes rest = trimmed(line.subspan(3));
    constexpr std::string_view shape = "dddd-dd-dd dd:dd:dd";
    for (std::size_t at = 0; at + shape.size() <= rest.size(); ++at) {
        const auto fits = [](std::uint8_t byte, char form) {
            return form == 'd' ? is_digit(byte) : byte == static_cast<std::uint8_t>(form);
        };
        if (std::equal(shape.begin(), shape.end(), rest.begin() + static_cast<std::ptrdiff_t>(at),
                       [&](char form, std::uint8_t byte) { return fits(byte, form); }))
            return trimmed(rest.first(at));
    }
    return {};
}

Probe probe_command(Bytes data, bool port_matches) noexcept {
    constexpr std::size_t enough = 512;
    const auto end_of_head = std::find_if(data.begin(), data.end(), [](std::uint8_t byte) { return byte == ':' || byte == ';'; });
    const Head head = head_of({data.begin(), end_of_head});
    if (!head.valid()) return Probe::no();
    const bool known = is_common_verb(head.verb) || is_login(head.verb);
    if (end_of_head == data.end()) return data.size() < 64 && (known || head.verb.size() == data.size()) ? Probe::more() : Probe::no();
    if (*end_of_head != ':' || (!known && !port_matches) || (head.object.empty() && !is_login(head.verb))) return Probe::no();
    const std::size_t size = CommandEnd{}.find(first_of(data, enough));
    if (size == 0) return data.size() < enough && is_text(data) ? Probe::more() : Probe::no();
    return is_text(data.first(size)) ? Probe::yes(Probe::Sender::client) : Probe::no();
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    constexpr std::size_t enough = 160;
    if (offer.transport != Transport::tcp) return Probe::no();
    Bytes data = offer.data;
    while (!data.empty() && (data[0] <= ' ')) data = data.subspan(1);
    if (data.empty()) return offer.data.size() < enough ? Probe::more() : Probe::no();
    if (data[0] != '+') return probe_command(data, offer.port_matches);
    const TextLine line = first_line(first_of(data, enough));
    if (line.complete()) return element_of(line.text).data() != nullptr ? Probe::yes(Probe::Sender::server) : Probe::no();
    constexpr std::string_view mark = "+++";
    return data.size() < enough && starts_with(as_bytes(mark), as_text(first_of(data, mark.size()))) && is_text(data) ? Probe::more()
                                                                                                                      : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (direction == Direction::to_server)
        return commands_.feed(
            bytes, [&](Bytes text) noexcept { command(text, emit); },
            [&]() noexcept { emit.anomaly(Parser::command_too_long, Direction::to_server); });
    return lines_.feed(
        bytes, [&](Bytes line) noexcept { answer_line(trimmed(line), emit); }, [](std::uint8_t) noexcept { return false; });
}

Fed State::gap(Direction direction, std::uint64_t, Emit<Transaction>) noexcept {
    if (direction == Direction::to_server) {
        commands_.lost();
    } else {
        lines_.lost();
        answer_ = {};
    }
    return Fed::ok(0);
}

void State::finish(Emit<Transaction> emit) noexcept {
    for (const Command& command : outstanding_) unanswered(command, emit);
    outstanding_.clear();
}

bool State::read_command(Bytes text, Command& command) noexcept {
    bool has_parameters = false;
    const Head head = head_of(take_part(text, ':', &has_parameters));
    if (!head.valid() || (head.object.empty() && !has_parameters)) return false;
    command.text.keep_front(head.text);
    command.parameters.keep_front(trimmed(text));
    command.secret = names_secret(text);
    while (!text.empty()) {
        Bytes value = take_part(text, ',');
        const Bytes name = trimmed(take_part(value, '='));
        if (is_one_of(name, {"OP", "OPNAME", "USERNAME", "USER"})) command.user.keep_front(unquoted(trimmed(value)));
        if (names_secret(name)) command.password.keep_front(unquoted(trimmed(value)));
    }
    return true;
}

void State::command(Bytes text, Emit<Transaction> emit) noexcept {
    Command command;
    if (!read_command(text, command)) {
        emit.anomaly(Parser::invalid_command, Direction::to_server);
        return;
    }
    Transaction transaction;
    describe(outstanding_.add(command, [&](const Command& lost) noexcept { unanswered(lost, emit); }), transaction, emit.scratch());
    emit(transaction, Report::request, Direction::to_server);
}

void State::unanswered(const Command& command, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    describe(command, transaction, emit.scratch());
    emit(transaction, Report::log, Direction::to_server);
}

void State::describe(const Command& command, Transaction& transaction, Scratch& scratch) noexcept {
    const auto present = [](Bytes text) { return text.empty() ? Bytes{} : text; };
    const Head head = head_of(command.text.get());
    transaction.command = head.text;
    transaction.object = present(head.object);
    transaction.operation = write_in(scratch, [&](TextWriter& writer) {
        for (const std::uint8_t byte : head.verb) writer.put(static_cast<char>(to_lower(byte)));
    });
    transaction.user = command.user.get();
    transaction.password = command.password.get();
    const Bytes parameters = present(command.parameters.get());
    transaction.withheld = command.secret && !parameters.empty();
    if (!command.secret) transaction.parameters = parameters;
}

/// A line of an answer, without blanks at its ends.
void State::answer_line(Bytes line, Emit<Transaction> emit) noexcept {
    if (const Bytes ne = element_of(line); ne.data() != nullptr) {
        if (!answer_.continued) answer_ = {};
        answer_.open = true;
        answer_.continued = false;
        answer_.ne.keep_front(ne);
        return;
    }
    if (!answer_.open) return;
    if (starts_with(line, "---")) {
        if (is_one_of(trimmed(line.subspan(3)), {"END"})) end_of_block(emit);
    } else if (starts_with(line, "%%")) {
        if (answer_.echo.present()) return;
        Bytes rest = line.subspan(2);
        answer_.echo.keep_front(head_of(take_part(rest, ':')).text);
    } else if (starts_with_nocase(line, "RETCODE")) {
        Bytes rest = trimmed(line.subspan(7));
        if (rest.empty() || rest[0] != '=' || answer_.retcode.present()) return;
        rest = trimmed(rest.subspan(1));
        answer_.retcode.keep_front(take_word(rest));
        answer_.result.keep_front(rest);
    } else if (starts_with_nocase(line, "To be continued")) {
        answer_.continued = true;
    } else if (!answer_.source.present() && !line.empty()) {  // `O&M    #1234`
        Bytes rest = line;
        answer_.source.keep_front(take_word(rest));
        std::uint32_t serial = 0;
        const std::string_view digits = as_text(rest);
        if (digits.size() > 1 && digits[0] == '#' &&
            std::from_chars(digits.data() + 1, digits.data() + digits.size(), serial).ec == std::errc{})
            answer_.serial = serial;
    }
}

void State::end_of_block(Emit<Transaction> emit) noexcept {
    answer_.open = false;
    if (answer_.continued) return;
    const Bytes echo = answer_.echo.get();
    const bool asked_for = echo.data() != nullptr || answer_.retcode.present();
    const auto repeated = [&](const Command& candidate) {
        return echo.data() == nullptr || equal_nocase(candidate.text.get(), as_text(echo));
    };
    const Command* const command = asked_for ? outstanding_.find(repeated) : nullptr;
    Transaction transaction;
    Command echoed;
    if (command != nullptr) {
        describe(*command, transaction, emit.scratch());
    } else if (echo.data() != nullptr) {  // the command itself was not seen
        echoed.text.keep(echo);
        describe(echoed, transaction, emit.scratch());
    } else if (!asked_for) {
        transaction.operation = as_bytes("report");
    }
    transaction.ne = answer_.ne.get();
    transaction.source = answer_.source.get();
    transaction.serial = answer_.serial;
    transaction.retcode = answer_.retcode.get();
    transaction.result = answer_.result.get();
    emit(transaction, Report::response | Report::log, Direction::to_client);
    if (command != nullptr) outstanding_.remove(*command);
    answer_ = {};
}

}  // namespace weir::mml
