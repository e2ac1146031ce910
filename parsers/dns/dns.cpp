// SPDX-License-Identifier: Apache-2.0
#include "parsers/dns/dns.hpp"

#include "parsers/base/steps.hpp"
#include "parsers/dns/dns_name.hpp"

namespace weir::dns {
namespace {

constexpr std::size_t length_size = 2;  // before each message over TCP, RFC 1035 section 4.2.2
constexpr std::size_t netbios_label = 32;

/// Classes IN, CH, HS, NONE and ANY: what a question asks for, RFC 6895 section 3.2.
constexpr bool is_class(std::uint16_t value) noexcept { return value == 1 || value == 3 || value == 4 || value == 254 || value == 255; }

/// Whether the first label is a NetBIOS name, RFC 1001 section 14.1: 16 octets as 32 letters A to P.
bool is_netbios(Bytes name) noexcept {
    if (name.size() <= netbios_label || name[0] != netbios_label) return false;
    for (const std::uint8_t letter : name.subspan(1, netbios_label))
        if (letter < 'A' || letter > 'P') return false;
    return true;
}

/// Whether a name is under a top label other than `local` and `arpa`: neither multicast DNS nor LLMNR resolves such names.
bool is_global(Bytes name) noexcept {
    Cursor cursor{name};
    std::size_t labels = 0;
    Bytes last{};
    for (std::uint8_t size = cursor.u8(); size != 0; size = cursor.u8(), ++labels) last = cursor.take(size);
    return labels > 1 && !equal_nocase(last, "local") && !equal_nocase(last, "arpa");
}

/// Whether a header off port 53 is that of an ordinary query or answer. Multicast DNS (identifier 0) and LLMNR (recursion
/// neither wanted nor offered) have the same layout and are other protocols: RFC 6762 section 18, RFC 4795 section 2.1.1.
bool is_ordinary(const Header& header, Bytes first_name) noexcept {
    const Flags flags = header.flags;
    if (flags.opcode() != 0 || flags.has(Flags::z) || header.id == 0) return false;
    if (!flags.response() && (flags.rcode() != 0 || header.answers != 0 || header.authorities != 0)) return false;
    return flags.has(Flags::rd) || (flags.response() && (flags.has(Flags::ra) || flags.has(Flags::aa))) || is_global(first_name);
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    const bool stream = offer.transport == Transport::tcp;
    const Probe too_short = stream ? Probe::more() : Probe::no();
    Bytes message = offer.data;
    std::size_t size = message.size();
    if (stream) {
        if (message.size() < length_size) return too_short;
        size = static_cast<std::size_t>(message[0]) << 8 | message[1];
        if (size < header_size + min_question) return Probe::no();
        message = first_of(message.subspan(length_size), size);
    }
    Cursor cursor{message};
    const Header header = Header::read(cursor);
    if (!cursor.ok()) return too_short;
    if (!header.flags.known_opcode() || header.questions > max_records || !header.fits(size)) return Probe::no();
    if (!offer.port_matches && header.questions != 1) return Probe::no();

    const Bytes behind_header = cursor.rest();
    const Probe yes = Probe::yes(header.flags.response() ? Probe::Sender::server : Probe::Sender::client);
    if (header.questions == 0) return yes;  // on the port only: an update's or a cookie's message
    if (!is_plain_name(cursor)) return cursor.ok() ? Probe::no() : too_short;
    const Bytes first_name = first_of(behind_header, cursor.position() - header_size);
    const std::uint16_t type = cursor.be16();
    const std::uint16_t question_class = cursor.be16();
    if (!cursor.ok()) return too_short;
    if (offer.port_matches) return yes;
    if (type == 0 || !is_class(question_class) || is_netbios(first_name) || !is_ordinary(header, first_name)) return Probe::no();
    return message.size() < size || is_exact(message) ? yes : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (transport_ == Transport::tcp) return feed_stream(direction, bytes, emit);
    (void)read(direction, bytes, emit);  // a broken datagram says nothing about the next one
    return Fed::ok(bytes.size());
}

Fed State::feed_stream(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept {
        if (rest.size() < length_size) return Fed::need_more(0, length_size);
        const std::size_t size = length_size + (static_cast<std::size_t>(rest[0]) << 8 | rest[1]);
        if (rest.size() < size) return Fed::need_more(0, size);
        return read(direction, rest.subspan(length_size, size - length_size), emit) ? Fed::ok(size) : Fed::malformed();
    });
}

bool State::read(Direction direction, Bytes wire, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    Message& message = transaction.message;
    Faults faults;
    const bool readable = read_message(wire, emit.scratch(), message, faults);
    const auto report = [&](Fault fault, Parser::AnomalyId anomaly) {
        if (faults.has(fault)) emit.anomaly(anomaly, direction);
    };
    report(Fault::malformed, Parser::malformed_data);
    report(Fault::invalid_authorities, Parser::invalid_authorities);
    report(Fault::invalid_additionals, Parser::invalid_additionals);
    report(Fault::name_too_long, Parser::name_too_long);
    report(Fault::name_loop, Parser::infinite_loop);
    report(Fault::too_many_records, Parser::too_many_records);
    if (!readable) return wire.size() >= header_size && message.flags.known_opcode();

    const Flags flags = message.flags;
    if (flags.has(Flags::z)) emit.anomaly(Parser::z_flag_set, direction);
    if (!flags.known_opcode()) emit.anomaly(Parser::invalid_opcode, direction);
    if (flags.response() && direction == Direction::to_server) emit.anomaly(Parser::not_request, direction);
    if (!flags.response() && direction == Direction::to_client) emit.anomaly(Parser::not_response, direction);

    transaction.number = messages_++;
    constexpr std::string_view digits = "0123456789abcdef";
    for (int shift = 12; shift >= 0; shift -= 4)
        if (const unsigned digit = (flags.word >> shift) & 0xf; digit != 0 || transaction.flags_size != 0 || shift == 0)
            transaction.flags_digits[transaction.flags_size++] = digits[digit];
    emit(transaction, (flags.response() ? Report::response : Report::request) | Report::log, direction);
    return true;
}

}  // namespace weir::dns
