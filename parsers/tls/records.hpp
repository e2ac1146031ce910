// SPDX-License-Identifier: Apache-2.0
// The record layer (RFC 8446 section 5.1) as a parser of the handshake needs it: headers, and messages that span records.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::tls {

inline constexpr std::size_t record_header_size = 5;
inline constexpr std::uint16_t max_record = (1u << 14) + 2048;  ///< TLSCiphertext of TLS 1.2 (RFC 5246 section 6.2.3)

enum class ContentType : std::uint8_t { change_cipher_spec = 20, alert, handshake, application_data, heartbeat };

/// The five octets before a record:  type | version (2) | length (2)
struct RecordHeader {
    std::uint8_t type = 0, major = 0, minor = 0;
    std::uint16_t length = 0;

    /// From at least five bytes.
    explicit constexpr RecordHeader(Bytes bytes) noexcept
        : type(bytes[0]), major(bytes[1]), minor(bytes[2]), length(static_cast<std::uint16_t>(bytes[3] << 8 | bytes[4])) {}

    [[nodiscard]] constexpr bool good_type() const noexcept { return type >= 20 && type <= 24; }
    [[nodiscard]] constexpr bool good_version() const noexcept { return major == 3 && minor <= 4; }
    [[nodiscard]] constexpr bool good_length() const noexcept { return length <= max_record; }
    [[nodiscard]] constexpr bool good() const noexcept { return good_type() && good_version() && good_length(); }
    [[nodiscard]] constexpr bool is(ContentType wanted) const noexcept { return type == static_cast<std::uint8_t>(wanted); }
};

/// Consecutive bytes of the handshake, taken out of one or more records.
struct Fragment {
    enum class Status : std::uint8_t {
        complete,  ///< `bytes` are there
        partial,   ///< more of the stream is needed: `want` bytes in all
        broken,    ///< a record that is not part of the handshake interrupts it
        too_long,  ///< spread over more of the stream than is kept, or larger than scratch memory
    };
    Status status = Status::complete;
    Bytes bytes{};                  ///< in the stream where one record holds them, else in scratch memory
    std::size_t raw = 0;            ///< bytes of the stream that they take, headers between them included; of `broken`: up to the intruder
    std::uint16_t record_left = 0;  ///< payload of the last of these records behind them
    std::size_t want = 0;
};

/// Takes `count` bytes of the handshake from `stream`, which begins `record_left` bytes before the end of a handshake record.
///
/// Looks at no byte that is not certain to be needed: so the result depends on the stream alone, not on the pieces in which it
/// came, and one-byte records cost no more than a few calls.
[[nodiscard]] Fragment take_handshake(Bytes stream, std::uint16_t record_left, std::size_t count, Scratch& scratch) noexcept;

}  // namespace weir::tls
