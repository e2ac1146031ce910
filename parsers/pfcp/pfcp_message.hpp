// SPDX-License-Identifier: Apache-2.0
// One PFCP message (TS 29.244 section 7.2): header and the elements that tell who steers whom, and where user data goes.
//
//   FLAGS TYPE LENGTH(2) [SEID(8)] SEQUENCE(3) SPARE   length: behind the first 4 octets; elements: TYPE(2) LENGTH(2) value
#pragma once

#include <optional>

#include "parsers/base/address_list.hpp"
#include "parsers/base/parser.hpp"

namespace weir::pfcp {

inline constexpr std::size_t max_addresses = 8;  ///< of each kind that are shown

struct Message {
    std::uint8_t version = 0, type = 0;
    Bytes operation{};         ///< name of the message
    std::uint16_t length = 0;  ///< as in the header
    std::optional<std::uint64_t> seid{};
    std::uint32_t sequence = 0;
    std::optional<std::uint8_t> cause{};
    Bytes node_name{}, node_address{};          ///< of the node that speaks: one of the two
    std::optional<std::uint64_t> session{};     ///< of an F-SEID: the sender's own identifier
    AddressList<max_addresses> session_ends{};  ///< addresses in F-SEIDs
    AddressList<max_addresses> tunnel_ends{};   ///< addresses in F-TEIDs and outer headers to be made
    AddressList<max_addresses> user_addresses{};
    Bytes network_instance{}, redirect{};
    std::uint32_t extra = 0;  ///< octets that belong to no element
    std::size_t size = 0;     ///< octets of the whole message
    bool followed = false;    ///< another message follows in the datagram
};

/// Reads the message at the start of `bytes`; nothing when its header is broken or its length reaches past the end. Texts that
/// find no room in `scratch` are absent.
[[nodiscard]] std::optional<Message> read_message(Bytes bytes, Scratch& scratch) noexcept;

/// Whether messages of this type are about a session and so have a SEID.
[[nodiscard]] constexpr bool about_session(std::uint8_t type) noexcept { return type >= 50 && type <= 57; }

}  // namespace weir::pfcp
