// SPDX-License-Identifier: Apache-2.0
// One Diameter message, RFC 6733 sections 3 and 4.
//
//   version 1 | length 3 | flags 1 | command 3 | application 4 | hop-by-hop 4 | end-to-end 4 | AVPs ...
//   AVP: code 4 | flags 1 | length 3 | vendor 4, where the flag V says so | data, padded to a multiple of 4
#pragma once

#include <optional>

#include "parsers/base/bytes.hpp"
#include "parsers/base/inline_vector.hpp"

namespace weir::diameter {

inline constexpr std::size_t header_size = 20;
inline constexpr std::size_t max_listed = 16;  ///< values shown of an AVP that may stand there several times

inline constexpr std::uint32_t capabilities_exchange = 257;
inline constexpr std::uint8_t request_flag = 0x80, proxiable_flag = 0x40, error_flag = 0x20, retransmitted_flag = 0x10;

struct Header {
    std::uint32_t length = 0;  ///< octets of the whole message
    std::uint8_t flags = 0;
    std::uint32_t command = 0, application = 0, hop_by_hop = 0, end_to_end = 0;
};

/// Views into the message; absent where the AVP is.
struct Avps {
    Bytes session_id{}, origin_host{}, origin_realm{}, destination_host{}, destination_realm{}, user_name{};
    Bytes product_name{}, error_message{};
    std::optional<std::uint32_t> result_code{}, experimental_result{}, disconnect_cause{}, request_type{};
    InlineVector<Bytes, max_listed> host_addresses{}, route_records{};
};

/// Whether `data` can be the beginning of a message, as far as it goes.
[[nodiscard]] bool may_begin(Bytes data) noexcept;
/// The header; `data` holds all of it.
[[nodiscard]] Header read_header(Bytes data) noexcept;
/// Whether `bytes`, what stands behind a header, begins with an AVP, as far as it goes.
[[nodiscard]] bool may_begin_avps(Bytes bytes) noexcept;

/// What reading the AVPs came to.
struct AvpsRead {
    bool complete = true;  ///< no AVP is too short or reaches past the end
    bool room = true;      ///< no list was too long
};
[[nodiscard]] AvpsRead read_avps(Bytes bytes, Avps& avps) noexcept;

/// The command in one word (`capabilities-exchange`, `credit-control`, `update-location`, ...); null for one that is not known.
[[nodiscard]] std::string_view command_name(std::uint32_t command) noexcept;

}  // namespace weir::diameter
