// SPDX-License-Identifier: Apache-2.0
// One GTP message: control plane of versions 0 and 1 (TS 29.060), 2 (TS 29.274), signalling of the user plane (TS 29.281), and
// GTP' of the charging network (TS 32.295).
//
//   0   FLAGS TYPE LENGTH(2) SEQUENCE(2) FLOW(2) SNDCP(1) FF FF FF TID(8)              length: behind these 20 octets
//   1   FLAGS TYPE LENGTH(2) TEID(4) [SEQUENCE(2) N-PDU(1) NEXT(1) extension headers]  length: behind the first 8
//   2   FLAGS TYPE LENGTH(2) [TEID(4)] SEQUENCE(3) SPARE                               length: behind the first 4
//   '   FLAGS TYPE LENGTH(2) SEQUENCE(2)                                               length: behind these 6
#pragma once

#include <optional>

#include "parsers/base/address_list.hpp"
#include "parsers/base/parser.hpp"

namespace weir::gtp {

inline constexpr std::size_t max_addresses = 8;  ///< of one message that are shown

struct Message {
    std::uint8_t version = 0, type = 0;
    bool charging = false;     ///< GTP'
    Bytes operation{};         ///< name of the message
    std::uint16_t length = 0;  ///< as in the header
    std::optional<std::uint32_t> teid{}, sequence{};
    std::optional<std::uint8_t> cause{};
    std::string_view rat{};
    Bytes imsi{}, msisdn{}, apn{};           ///< as text
    AddressList<max_addresses> addresses{};  ///< where tunnels end
    std::uint32_t extra = 0;                 ///< octets that belong to no known element, or in an echo to nothing that belongs there
    std::size_t size = 0;                    ///< octets of the whole message
    bool piggybacked = false;                ///< another message follows in the datagram

    [[nodiscard]] bool is_user_data() const noexcept { return type == 255 && version < 2; }
};

/// Reads the message at the start of `bytes`; nothing when its header is broken or its length reaches past the end. Texts that
/// find no room in `scratch` are absent.
[[nodiscard]] std::optional<Message> read_message(Bytes bytes, Scratch& scratch) noexcept;

}  // namespace weir::gtp
