// SPDX-License-Identifier: Apache-2.0
// The table of DNS fields: names, nesting and order of Suricata's EVE `dns` object, version 3. The three record sections
// have the same rows, so these are made from one list.
#pragma once

#include <algorithm>
#include <utility>

#include "parsers/dns/dns_codes.hpp"
#include "parsers/dns/dns_message.hpp"

namespace weir::dns {

struct Transaction {
    Message message{};
    std::uint32_t number = 0;            ///< counts the messages of a session, from 0
    std::array<char, 4> flags_digits{};  ///< the flags as hexadecimal text
    std::uint8_t flags_size = 0;
};

namespace fields {

// --- header
inline Value version(const Transaction&, std::size_t index) noexcept { return index == 0 ? Value::of(3) : Value{}; }
inline Value type(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return Value::of(std::string_view{transaction.message.flags.response() ? "response" : "request"});
}
inline Value id(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(transaction.message.id) : Value{};
}
inline Value flags(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return Value::of(std::string_view{transaction.flags_digits.data(), transaction.flags_size});
}
/// Suricata shows a flag only where it is set.
template <std::uint16_t Bit>
Value flag(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.message.flags.has(Bit) ? Value::flag(true) : Value::none();
}
inline Value opcode(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(transaction.message.flags.opcode()) : Value{};
}
inline Value rcode(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(transaction.message.flags.rcode()) : Value{};
}
inline Value rcode_text(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(rcode_name(transaction.message.flags.word)) : Value{};
}

// --- questions
inline Value query_name(const Transaction& transaction, std::size_t index) noexcept {
    const auto& queries = transaction.message.queries;
    return index < queries.size() ? Value::of(queries[index].name) : Value{};
}
inline Value query_type(const Transaction& transaction, std::size_t index) noexcept {
    const auto& queries = transaction.message.queries;
    return index < queries.size() ? Value::of(queries[index].type_name) : Value{};
}
/// `dns.query` looks at requests only.
inline Value request_name(const Transaction& transaction, std::size_t index) noexcept {
    return transaction.message.flags.response() ? Value{} : query_name(transaction, index);
}
/// Types of the questions, then of the answers.
inline Value any_type(const Transaction& transaction, std::size_t index) noexcept {
    const auto& [queries, answers] = std::pair{transaction.message.queries, transaction.message.answers};
    if (index < queries.size()) return Value::of(queries[index].type);
    index -= queries.size();
    return index < answers.size() ? Value::of(answers[index].type) : Value{};
}

// --- records
using RecordGetter = Value (*)(const Record&) noexcept;

inline Value rrname(const Record& record) noexcept { return Value::of(record.name); }
inline Value rrtype_text(const Record& record) noexcept { return Value::of(record.type_name); }
inline Value ttl(const Record& record) noexcept { return Value::of(record.ttl); }
inline Value rdata(const Record& record) noexcept {
    if (record.data == Record::Data::address) return Value::address(record.text);
    return record.data == Record::Data::text ? Value::of(record.text) : Value::none();
}
template <Record::Data Kind>
Value text_of(const Record& record) noexcept {
    return record.data == Kind ? Value::of(record.text) : Value::none();
}
inline Value soa_rname(const Record& record) noexcept { return record.data == Record::Data::soa ? Value::of(record.rname) : Value::none(); }
template <Record::Data Kind, std::size_t Index>
Value number_of(const Record& record) noexcept {
    return record.data == Kind ? Value::of(record.numbers[Index]) : Value::none();
}

/// Finds row `index` of a section.
template <std::span<const Record> Message::*From>
struct In {
    template <RecordGetter Get, std::uint16_t = 0>
    static Value get(const Transaction& transaction, std::size_t index) noexcept {
        const auto& records = transaction.message.*From;
        return index < records.size() ? Get(records[index]) : Value{};
    }
};
/// Finds the `index`-th answer of one type that could be read.
struct Grouped {
    template <RecordGetter Get, std::uint16_t Type>
    static Value get(const Transaction& transaction, std::size_t index) noexcept {
        for (const Record& record : transaction.message.answers)
            if (record.type == Type && record.data != Record::Data::other && index-- == 0) return Get(record);
        return {};
    }
};

// --- EDNS
template <auto Edns::*Member>
Value edns(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.message.edns.present ? detail::value_of(transaction.message.edns.*Member) : Value::none();
}
inline Value option_code(const Transaction& transaction, std::size_t index) noexcept {
    const auto& options = transaction.message.edns.options;
    return index < options.size() ? Value::of(options[index].code) : Value{};
}
inline Value option_data(const Transaction& transaction, std::size_t index) noexcept {
    const auto& options = transaction.message.edns.options;
    return index < options.size() ? Value::hex(options[index].data) : Value{};
}

// --- the table
/// Text as a template argument.
template <std::size_t Size>
struct Literal {
    char text[Size]{};
    constexpr Literal(const char (&from)[Size]) noexcept { std::copy_n(from, Size, text); }  // NOLINT: implicit by design
};
/// Several texts in one.
template <Literal... Parts>
inline constexpr auto joined = [] {
    char text[(sizeof Parts.text + ... + 1) - sizeof...(Parts)]{};
    char* end = text;
    ((end = std::copy_n(Parts.text, sizeof Parts.text - 1, end)), ...);
    return Literal{text};
}();
template <Literal... Parts>
inline constexpr std::string_view path{joined<Parts...>.text};

template <std::size_t... Sizes>
constexpr auto concatenated(const std::array<Field, Sizes>&... parts) noexcept {
    std::array<Field, (Sizes + ...)> all{};
    auto out = all.begin();
    ((out = std::copy(parts.begin(), parts.end(), out)), ...);
    return all;
}

/// The objects of SOA, SRV and SSHFP data, below the paths given.
template <class Finder, Literal Soa, Literal Srv, Literal Sshfp>
constexpr auto object_rows() noexcept {
    using enum Record::Data;
    constexpr auto number = FieldKind::number;
    return std::array{
        field<&Finder::template get<text_of<soa>, rrtype::soa>>("", path<Soa, ".mname">,
                                                                "SOA: primary name server, RFC 1035 section 3.3.13"),
        field<&Finder::template get<soa_rname, rrtype::soa>>("", path<Soa, ".rname">, "SOA: mailbox of who is responsible"),
        field<&Finder::template get<number_of<soa, 0>, rrtype::soa>>("", path<Soa, ".serial">, "SOA: serial number", number),
        field<&Finder::template get<number_of<soa, 1>, rrtype::soa>>("", path<Soa, ".refresh">, "SOA: refresh interval, seconds", number),
        field<&Finder::template get<number_of<soa, 2>, rrtype::soa>>("", path<Soa, ".retry">, "SOA: retry interval, seconds", number),
        field<&Finder::template get<number_of<soa, 3>, rrtype::soa>>("", path<Soa, ".expire">, "SOA: expiry, seconds", number),
        field<&Finder::template get<number_of<soa, 4>, rrtype::soa>>("", path<Soa, ".minimum">, "SOA: negative caching TTL, seconds",
                                                                     number),
        field<&Finder::template get<number_of<srv, 0>, rrtype::srv>>("", path<Srv, ".priority">, "SRV: priority, RFC 2782", number),
        field<&Finder::template get<number_of<srv, 1>, rrtype::srv>>("", path<Srv, ".weight">, "SRV: weight", number),
        field<&Finder::template get<number_of<srv, 2>, rrtype::srv>>("", path<Srv, ".port">, "SRV: port", number),
        field<&Finder::template get<text_of<srv>, rrtype::srv>>("", path<Srv, ".name">, "SRV: target"),
        field<&Finder::template get<text_of<sshfp>, rrtype::sshfp>>("", path<Sshfp, ".fingerprint">,
                                                                    "SSHFP: fingerprint, RFC 4255 section 3.1"),
        field<&Finder::template get<number_of<sshfp, 0>, rrtype::sshfp>>("", path<Sshfp, ".algo">, "SSHFP: key algorithm", number),
        field<&Finder::template get<number_of<sshfp, 1>, rrtype::sshfp>>("", path<Sshfp, ".type">, "SSHFP: fingerprint type", number),
    };
}

/// Rows of one record section; `Name` is `answers`, `authorities` or `additionals`.
template <class Finder, Literal Name>
constexpr auto section_rows() noexcept {
    return concatenated(
        std::array{
            field<&Finder::template get<rrname>>(path<"dns.", Name, ".rrname">, path<"dns.", Name, "[].rrname">,
                                                 "Owner name of a record, RFC 1035 section 4.1.3"),
            field<&Finder::template get<rrtype_text>>("", path<"dns.", Name, "[].rrtype">, "Type of the record, by mnemonic"),
            field<&Finder::template get<ttl>>("", path<"dns.", Name, "[].ttl">, "Time to live, seconds", FieldKind::number),
            field<&Finder::template get<rdata>>("", path<"dns.", Name, "[].rdata">,
                                                "Data of A, AAAA, CNAME, NS, PTR, MX, TXT and NULL records"),
        },
        object_rows<Finder, joined<"dns.", Name, "[].soa">, joined<"dns.", Name, "[].srv">, joined<"dns.", Name, "[].sshfp">>());
}

inline constexpr std::array header_rows{
    field<&version>("", "dns.version", "Version of the EVE format", FieldKind::number),
    field<&type>("", "dns.type", "`request` or `response`, by the QR bit"),
    field<&Transaction::number>("", "dns.tx_id", "Number of the message within its session, from 0"),
    field<&id>("", "dns.id", "Message identifier, RFC 1035 section 4.1.1", FieldKind::number),
    field<&flags>("", "dns.flags", "The header's flags, as hexadecimal"),
    field<&flag<Flags::qr>>("", "dns.qr", "Response", FieldKind::number),
    field<&flag<Flags::aa>>("", "dns.aa", "Authoritative answer", FieldKind::number),
    field<&flag<Flags::tc>>("", "dns.tc", "Truncated", FieldKind::number),
    field<&flag<Flags::rd>>("", "dns.rd", "Recursion desired", FieldKind::number),
    field<&flag<Flags::ra>>("", "dns.ra", "Recursion available", FieldKind::number),
    field<&flag<Flags::z>>("", "dns.z", "The reserved bit", FieldKind::number),
    field<&opcode>("dns.opcode", "dns.opcode", "Kind of query: 0 query, 4 notify, 5 update, RFC 6895 section 2.2", FieldKind::number),
    field<&rcode>("dns.rcode", "", "Response code, RFC 6895 section 2.3", FieldKind::number),
    field<&rcode_text>("", "dns.rcode", "Response code, by mnemonic"),
    field<&request_name>("dns.query", "", "Names that a request asks for"),
    field<&any_type>("dns.rrtype", "", "Types of the questions, then of the answers", FieldKind::number),
    field<&query_name>("dns.queries.rrname", "dns.queries[].rrname", "Name of a question, RFC 1035 section 4.1.2"),
    field<&query_type>("", "dns.queries[].rrtype", "Type of a question, by mnemonic"),
};

inline constexpr std::array grouped_rows{
    field<&Grouped::get<rdata, rrtype::a>>("", "dns.grouped.A[]", "Data of the A answers"),
    field<&Grouped::get<rdata, rrtype::aaaa>>("", "dns.grouped.AAAA[]", "Data of the AAAA answers"),
    field<&Grouped::get<rdata, rrtype::cname>>("", "dns.grouped.CNAME[]", "Data of the CNAME answers"),
    field<&Grouped::get<rdata, rrtype::mx>>("", "dns.grouped.MX[]", "Data of the MX answers"),
    field<&Grouped::get<rdata, rrtype::ns>>("", "dns.grouped.NS[]", "Data of the NS answers"),
    field<&Grouped::get<rdata, rrtype::null>>("", "dns.grouped.NULL[]", "Data of the NULL answers"),
    field<&Grouped::get<rdata, rrtype::ptr>>("", "dns.grouped.PTR[]", "Data of the PTR answers"),
    field<&Grouped::get<rdata, rrtype::txt>>("", "dns.grouped.TXT[]", "Data of the TXT answers"),
};

inline constexpr std::array edns_rows{
    field<&edns<&Edns::udp_size>>("", "weir.dns.edns.udp_size", "Largest UDP answer that the sender takes, RFC 6891 section 6.1.2",
                                  FieldKind::number),
    field<&edns<&Edns::version>>("", "weir.dns.edns.version", "EDNS version", FieldKind::number),
    field<&edns<&Edns::dnssec_ok>>("", "weir.dns.edns.dnssec_ok", "DNSSEC records are wanted, RFC 3225", FieldKind::number),
    field<&option_code>("", "weir.dns.edns.options[].code", "EDNS option code", FieldKind::number),
    field<&option_data>("", "weir.dns.edns.options[].data", "EDNS option data, as hexadecimal"),
};

inline constexpr auto table = concatenated(header_rows, section_rows<In<&Message::answers>, "answers">(), grouped_rows,
                                           object_rows<Grouped, "dns.grouped.SOA[]", "dns.grouped.SRV[]", "dns.grouped.SSHFP[]">(),
                                           section_rows<In<&Message::authorities>, "authorities">(),
                                           section_rows<In<&Message::additionals>, "additionals">(), edns_rows);

}  // namespace fields
}  // namespace weir::dns
