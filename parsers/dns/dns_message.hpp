// SPDX-License-Identifier: Apache-2.0
// One DNS message, RFC 1035 section 4.1, from its bytes to what rules and events show of it.
//
//   +----+-------+---------+---------+---------+---------+-----------+---------+-------------+-------------+
//   | ID | flags | QDCOUNT | ANCOUNT | NSCOUNT | ARCOUNT | questions | answers | authorities | additionals |
//   +----+-------+---------+---------+---------+---------+-----------+---------+-------------+-------------+
#pragma once

#include "parsers/base/cursor.hpp"
#include "parsers/base/parser.hpp"

namespace weir::dns {

inline constexpr std::size_t header_size = 12;
inline constexpr std::size_t min_question = 5;  ///< root name, type, class
inline constexpr std::size_t min_record = 11;   ///< root name, type, class, TTL, data length
inline constexpr std::size_t max_records = 64;  ///< rows kept of each section; more is an anomaly
inline constexpr std::size_t max_options = 16;  ///< EDNS options kept

/// The header's second word, RFC 1035 section 4.1.1.
struct Flags {
    static constexpr std::uint16_t qr = 0x8000, aa = 0x0400, tc = 0x0200, rd = 0x0100, ra = 0x0080, z = 0x0040;
    std::uint16_t word = 0;
    [[nodiscard]] constexpr bool has(std::uint16_t bit) const noexcept { return (word & bit) != 0; }
    [[nodiscard]] constexpr bool response() const noexcept { return has(qr); }
    [[nodiscard]] constexpr std::uint8_t opcode() const noexcept { return (word >> 11) & 0xf; }
    [[nodiscard]] constexpr std::uint8_t rcode() const noexcept { return word & 0xf; }
    /// QUERY, IQUERY, STATUS, NOTIFY, UPDATE, DSO.
    [[nodiscard]] constexpr bool known_opcode() const noexcept { return opcode() <= 6 && opcode() != 3; }
};

struct Header {
    std::uint16_t id = 0;
    Flags flags{};
    std::uint16_t questions = 0, answers = 0, authorities = 0, additionals = 0;

    /// Reads the 12 octets at `cursor`.
    [[nodiscard]] static Header read(Cursor& cursor) noexcept;
    /// Whether the records that the header announces could fit a message of `size` octets.
    [[nodiscard]] bool fits(std::size_t size) const noexcept;
};

struct Query {
    Bytes name{};
    Bytes type_name{};  ///< mnemonic, or the number in digits
    std::uint16_t type = 0;
};

/// A row of an answer, authority or additional section. A TXT record gives one row per string, as Suricata shows it.
struct Record {
    enum class Data : std::uint8_t { other, address, text, soa, srv, sshfp };
    Bytes name{};
    Bytes type_name{};  ///< mnemonic, or the number in digits
    Bytes text{};       ///< address octets; name of CNAME, NS, PTR, MX; TXT string; NULL data; SOA mname; SRV target; SSHFP fingerprint
    Bytes rname{};      ///< SOA: the responsible mailbox
    std::array<std::uint32_t, 5>
        numbers{};  ///< SOA: serial, refresh, retry, expire, minimum; SRV: priority, weight, port; SSHFP: algorithm, type
    std::uint32_t ttl = 0;
    std::uint16_t type = 0;
    Data data = Data::other;
};

/// The OPT pseudo-record, RFC 6891 section 6.1.
struct Edns {
    struct Option {
        std::uint16_t code = 0;
        Bytes data{};
    };
    bool present = false;
    bool dnssec_ok = false;
    std::uint8_t version = 0;
    std::uint16_t udp_size = 0;
    std::span<const Option> options{};
};

struct Message {
    std::uint16_t id = 0;
    Flags flags{};
    std::span<const Query> queries{};
    std::span<const Record> answers{}, authorities{}, additionals{};
    Edns edns{};
};

/// What is wrong with a message: bits, because several things can be.
enum class Fault : std::uint16_t {
    malformed = 1 << 0,
    invalid_authorities = 1 << 1,
    invalid_additionals = 1 << 2,
    name_too_long = 1 << 3,
    name_loop = 1 << 4,
    too_many_records = 1 << 5,
};

struct Faults {
    std::uint16_t bits = 0;
    constexpr void add(Fault fault) noexcept { bits |= static_cast<std::uint16_t>(fault); }
    [[nodiscard]] constexpr bool has(Fault fault) const noexcept { return (bits & static_cast<std::uint16_t>(fault)) != 0; }
};

/// Reads `wire` into `message`, which points into `wire` and `scratch`. False when not even the questions could be read;
/// otherwise everything up to the first fault is there.
[[nodiscard]] bool read_message(Bytes wire, Scratch& scratch, Message& message, Faults& faults) noexcept;

/// Whether every question and record that the header announces is well formed from the outside, and nothing follows them.
[[nodiscard]] bool is_exact(Bytes wire) noexcept;

}  // namespace weir::dns
