// SPDX-License-Identifier: Apache-2.0
// One IKE message: version 1 (RFC 2408, RFC 2409) and version 2 (RFC 7296 section 3), as far as it is not encrypted.
//
//   initiator's SPI 8 | responder's SPI 8 | next payload 1 | version 1 | exchange 1 | flags 1 | message identifier 4 | length 4
//   payload: next payload 1 | reserved 1 | length 2 | content ...
#pragma once

#include <optional>

#include "parsers/base/bytes.hpp"
#include "parsers/base/inline_vector.hpp"

namespace weir::ike {

inline constexpr std::size_t max_payloads = 32;    ///< payloads shown of one message; more than `max_payload_chain` are not read
inline constexpr std::size_t max_transforms = 16;  ///< transforms of version 1 shown of one message
inline constexpr std::size_t max_offered = 16;     ///< algorithms of one kind shown of one message
inline constexpr std::size_t max_listed = 16;      ///< notifications and vendor identifiers shown of one message

inline constexpr std::uint8_t encryption_flag = 0x01;                       // version 1, RFC 2408 section 3.1
inline constexpr std::uint8_t initiator_flag = 0x08, response_flag = 0x20;  // version 2, RFC 7296 section 3.1

/// What one transform of version 1 offers, RFC 2409 appendix A.
struct Transform {
    std::optional<std::uint16_t> encryption{}, hash{}, authentication{}, group{}, key_length{}, life_type{};
    std::optional<std::uint32_t> life_duration{};
};

/// Algorithms of one kind, each once, in the order in which they stand there.
using Offered = InlineVector<std::uint16_t, max_offered>;

/// Views into the datagram; what is encrypted or not there is absent.
struct Message {
    Bytes initiator_spi{}, responder_spi{};  ///< 8 octets each
    std::uint8_t major = 0, minor = 0;
    std::uint8_t exchange = 0, flags = 0;
    std::uint32_t id = 0;
    InlineVector<std::uint8_t, max_payloads> payloads{};
    std::optional<std::uint32_t> domain{};                 ///< version 1: domain of interpretation
    InlineVector<Transform, max_transforms> transforms{};  ///< version 1
    Offered encryptions{}, key_lengths{}, integrities{}, prfs{}, groups{};
    std::optional<std::uint16_t> esn{};  ///< version 2: extended sequence numbers
    Bytes key_exchange{}, nonce{};
    InlineVector<Bytes, max_listed> vendors{};
    InlineVector<std::uint16_t, max_listed> notifies{};
    Bytes identification{};          ///< version 1: who the sender says to be, as text
    Bytes identification_address{};  ///< the same where it is an address

    [[nodiscard]] bool encrypted() const noexcept { return major == 1 && (flags & encryption_flag) != 0; }
    /// Whether the end sends it that has begun; nothing where the message does not tell.
    [[nodiscard]] std::optional<bool> from_initiator() const noexcept;
};

/// Whether `datagram` has the header of a message, and the octets that it tells of.
[[nodiscard]] bool has_header(Bytes datagram) noexcept;

/// Reads the message; nothing where the header or the chain of payloads is broken.
[[nodiscard]] std::optional<Message> read_message(Bytes datagram) noexcept;

}  // namespace weir::ike
