// SPDX-License-Identifier: Apache-2.0
#include "parsers/syslog/syslog_message.hpp"

#include <array>

#include "parsers/base/text_lines.hpp"

namespace weir::syslog {
namespace {

constexpr unsigned max_priority = 191;     // RFC 5424 section 6.2.1
constexpr std::size_t max_tag = 48;        // RFC 5424 section 6.2.5; RFC 3164 section 4.1.3 has 32
constexpr std::size_t max_sequence = 10;   // digits before Cisco's first colon
constexpr std::size_t certain_after = 24;  // octets behind the priority within which a certain start shows

constexpr bool is_digit(std::uint8_t octet) noexcept { return octet >= '0' && octet <= '9'; }
constexpr bool is_tag(std::uint8_t octet) noexcept {
    return is_digit(octet) || (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') || octet == '_' || octet == '-' ||
           octet == '.' || octet == '/' || octet == '%';
}

/// How many octets at the start fit `pattern`, all of it: `0` stands for a digit, `_` for a digit or a blank. 0: they do not.
std::size_t fits(Bytes text, std::string_view pattern) noexcept {
    if (text.size() < pattern.size()) return 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool digit = is_digit(text[i]);
        const bool good = pattern[i] == '0'   ? digit
                          : pattern[i] == '_' ? digit || text[i] == ' '
                                              : text[i] == static_cast<std::uint8_t>(pattern[i]);
        if (!good) return 0;
    }
    return pattern.size();
}

bool is_month(Bytes text) noexcept {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() < 3) return false;
    const std::size_t found = months.find(as_text(text.first(3)));
    return found != std::string_view::npos && found % 3 == 0;
}

/// Octets of the time stamp at the start, with its fraction; 0 when there is none. Those with blanks in them are known by
/// their pattern; others are one word that begins as an ISO 8601 date.
std::size_t timestamp_size(Bytes text) noexcept {
    std::size_t size = 0;
    if (is_month(text)) {
        const Bytes rest = text.subspan(3);
        size = fits(rest, " _0 00:00:00");
        if (size == 0) size = fits(rest, " _0 0000 00:00:00");
        if (size == 0) return 0;
        size += 3;
    } else if (fits(text, "0000-00-00T") != 0) {
        while (size < text.size() && text[size] != ' ') ++size;
        return text[size - 1] == ':' ? size - 1 : size;
    } else {
        size = fits(text, "0000-00-00 00:00:00");
        if (size == 0) return 0;
    }
    if (size + 1 < text.size() && text[size] == '.' && is_digit(text[size + 1]))
        for (++size; size < text.size() && is_digit(text[size]);) ++size;
    return size;
}

Bytes skip_blanks(Bytes text) noexcept {
    while (!text.empty() && text[0] == ' ') text = text.subspan(1);
    return text;
}

/// Cuts `<PRI>` off `rest`.
std::optional<std::uint8_t> take_priority(Bytes& rest) noexcept {
    if (rest.empty() || rest[0] != '<') return std::nullopt;
    unsigned value = 0;
    std::size_t at = 1;
    for (; at < rest.size() && at <= 3 && is_digit(rest[at]); ++at) value = value * 10 + (rest[at] - '0');
    if (at == 1 || at >= rest.size() || rest[at] != '>' || value > max_priority) return std::nullopt;
    rest = rest.subspan(at + 1);
    return static_cast<std::uint8_t>(value);
}

/// The digits at the start that `end` and a blank follow; empty when it is otherwise.
Bytes number_before(Bytes text, std::string_view end) noexcept {
    std::size_t size = 0;
    while (size < text.size() && size < max_sequence && is_digit(text[size])) ++size;
    return size != 0 && starts_with(text.subspan(size), end) ? text.first(size) : Bytes{};
}

/// A word of RFC 5424, up to a blank; the nil value `-` has no data pointer.
Bytes take_nilable(Bytes& rest) noexcept {
    std::size_t size = 0;
    while (size < rest.size() && rest[size] != ' ') ++size;
    const Bytes word = rest.first(size);
    rest = rest.subspan(size == rest.size() ? size : size + 1);
    return word.empty() || as_text(word) == "-" ? Bytes{} : word;
}

/// Octets of the structured data at the start: elements in brackets, brackets in quotes or behind a backslash not counting.
std::size_t structured_size(Bytes text) noexcept {
    std::size_t at = 0;
    while (at < text.size() && text[at] == '[') {
        bool quoted = false;
        for (++at; at < text.size() && (quoted || text[at] != ']'); ++at) {
            if (text[at] == '"') quoted = !quoted;
            if (text[at] == '\\' && quoted) ++at;
        }
        if (at >= text.size()) return text.size();
        ++at;
    }
    return at;
}

/// RFC 5424 section 6, behind the version.
void read_rfc5424(Bytes rest, Message& message) noexcept {
    message.timestamp = take_nilable(rest);
    message.hostname = take_nilable(rest);
    message.app_name = take_nilable(rest);
    message.procid = take_nilable(rest);
    message.msgid = take_nilable(rest);
    if (const std::size_t size = structured_size(rest); size != 0) {
        message.structured_data = rest.first(size);
        rest = rest.subspan(size);
    } else if (starts_with(rest, "-")) {
        rest = rest.subspan(1);
    }
    if (starts_with(rest, " ")) rest = rest.subspan(1);
    if (starts_with(rest, "\xef\xbb\xbf")) rest = rest.subspan(3);  // the mark that says UTF-8
    message.text = rest;
}

/// TAG[PID]: at the start, RFC 3164 section 4.1.3.
void take_tag(Bytes& rest, Message& message) noexcept {
    std::size_t tag = 0;
    while (tag < rest.size() && tag < max_tag && is_tag(rest[tag])) ++tag;
    if (tag == 0 || tag == rest.size()) return;
    std::size_t end = tag;
    Bytes procid{};
    if (rest[end] == '[') {
        while (end < rest.size() && rest[end] != ']') ++end;
        if (end == rest.size()) return;
        procid = rest.subspan(tag + 1, end - tag - 1);
        ++end;
    }
    if (end == rest.size() || rest[end] != ':') return;
    message.app_name = rest.first(tag);
    message.procid = procid;
    rest = rest.subspan(end + 1);
    if (starts_with(rest, " ")) rest = rest.subspan(1);
}

/// HOST TAG[PID]: MESSAGE, behind a time stamp. Programs on the same machine leave out the host.
void read_rfc3164(Bytes rest, Message& message) noexcept {
    Bytes behind = rest;
    const Bytes word = take_word(behind);
    const bool host = !word.empty() && word.back() != ':' && as_text(word).find('[') == std::string_view::npos;
    if (host) {
        message.hostname = word;
        rest = behind;
    }
    take_tag(rest, message);
    message.text = rest;
}

/// Cisco's layout behind the sequence number.
void read_cisco(Bytes rest, Message& message) noexcept {
    const auto take_timestamp = [&] {
        const std::size_t mark = starts_with(rest, "*") || starts_with(rest, ".") ? 1 : 0;  // the clock is not set, not synchronised
        const std::size_t size = timestamp_size(rest.subspan(mark));
        if (size == 0) return;
        message.timestamp = rest.subspan(mark, size);
        rest = rest.subspan(mark + size);
        if (starts_with(rest, ":")) rest = skip_blanks(rest.subspan(1));
    };
    take_timestamp();
    if (message.timestamp.data() == nullptr) {
        std::size_t host = 0;
        while (host < rest.size() && host < max_tag && is_tag(rest[host]) && rest[host] != '%') ++host;
        if (host != 0 && starts_with(rest.subspan(host), ": ")) {
            message.hostname = rest.first(host);
            rest = skip_blanks(rest.subspan(host + 1));
            take_timestamp();
        }
    }
    if (starts_with(rest, "%")) {
        std::size_t mnemonic = 1;
        while (mnemonic < rest.size() && is_tag(rest[mnemonic])) ++mnemonic;
        message.msgid = rest.first(mnemonic);
        rest = rest.subspan(mnemonic);
        if (starts_with(rest, ":")) rest = skip_blanks(rest.subspan(1));
    }
    message.text = rest;
}

/// The version of an RFC 5424 message, when a nil value or a date follows it.
Bytes version_of(Bytes rest) noexcept {
    const Bytes version = number_before(rest, " ");
    if (version.empty() || version.size() > 3 || version[0] == '0') return {};
    const Bytes behind = rest.subspan(version.size() + 1);
    return starts_with(behind, "- ") || fits(behind, "0000-00-00T") != 0 ? version : Bytes{};
}

}  // namespace

Message read_message(Bytes wire) noexcept {
    Message message;
    Bytes rest = wire;
    message.priority = take_priority(rest);
    if (!message.priority) {
        message.text = wire;
        return message;
    }
    if (const Bytes version = version_of(rest); !version.empty()) {
        for (const std::uint8_t digit : version) message.version = static_cast<std::uint16_t>(message.version * 10 + (digit - '0'));
        read_rfc5424(rest.subspan(version.size() + 1), message);
        return message;
    }
    if (const Bytes sequence = number_before(rest, ": "); !sequence.empty()) {
        read_cisco(rest.subspan(sequence.size() + 2), message);
        return message;
    }
    const Bytes unblanked = skip_blanks(rest);
    const std::size_t size = timestamp_size(unblanked);
    if (size == 0) {
        take_tag(rest, message);
        message.text = rest;
        return message;
    }
    message.timestamp = unblanked.first(size);
    rest = unblanked.subspan(size);
    if (starts_with(rest, ":")) rest = rest.subspan(1);
    read_rfc3164(skip_blanks(rest), message);
    return message;
}

Start start_of(Bytes wire) noexcept {
    Bytes rest = wire;
    if (!take_priority(rest)) {
        const bool cut = wire.size() <= 4 && (wire.empty() || wire[0] == '<');
        for (std::size_t i = 1; cut && i < wire.size(); ++i)
            if (!is_digit(wire[i])) return Start::other;
        return cut ? Start::undecided : Start::other;
    }
    if (!version_of(rest).empty() || !number_before(rest, ": ").empty() || timestamp_size(skip_blanks(rest)) != 0) return Start::certain;
    return rest.size() < certain_after && as_text(rest).find('\n') == std::string_view::npos ? Start::undecided : Start::priority;
}

std::string_view facility_name(unsigned number) noexcept {
    constexpr std::array<std::string_view, 24> names{"kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
                                                     "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
                                                     "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
    return number < names.size() ? names[number] : std::string_view{};
}

std::string_view severity_name(unsigned number) noexcept {
    constexpr std::array<std::string_view, 8> names{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};
    return number < names.size() ? names[number] : std::string_view{};
}

}  // namespace weir::syslog
