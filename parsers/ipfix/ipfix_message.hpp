// SPDX-License-Identifier: Apache-2.0
// One export message: IPFIX (RFC 7011 section 3), NetFlow version 9 (RFC 3954 section 5) or version 5 (Cisco's layout).
//
//   10: version 2 | length 2 | export time 4 | sequence 4 | observation domain 4 | sets: identifier 2, length 2, ...
//    9: version 2 | count 2 | uptime 4 | export time 4 | sequence 4 | source 4 | sets
//    5: version 2 | count 2 | uptime 4 | export time 4 | nanoseconds 4 | sequence 4 | engine 1 + 1 | sampling 2 | records of 48
#pragma once

#include <optional>

#include "parsers/base/bytes.hpp"
#include "parsers/base/inline_vector.hpp"

namespace weir::ipfix {

inline constexpr std::size_t max_templates = 64;   ///< templates shown of one message
inline constexpr std::size_t max_enterprises = 8;  ///< enterprises shown of one message
inline constexpr std::size_t header_size = 16;     ///< of an IPFIX message

/// A template, or a template of options, where it has scope fields.
struct Template {
    std::uint16_t id = 0, fields = 0;
    bool options = false;
};

struct Message {
    std::uint16_t version = 0;
    std::uint16_t length = 0;                     ///< IPFIX: octets of the message
    std::optional<std::uint16_t> count{};         ///< 5 and 9: records, templates among them
    std::optional<std::uint32_t> uptime{};        ///< 5 and 9: milliseconds since the exporter started
    std::uint32_t export_time = 0, sequence = 0;  ///< seconds since 1970; what it counts depends on the version
    std::uint32_t source = 0;                     ///< observation domain; 5: engine type and engine
    std::optional<std::uint16_t> sampling{};      ///< 5: one of so many packets; 0: all
    std::uint32_t data_sets = 0;
    InlineVector<Template, max_templates> templates{};
    InlineVector<std::uint32_t, max_enterprises> enterprises{};  ///< whose fields the templates hold, each once
};

/// The header; `data` holds `header_size` octets or more. Nothing where the version is none of the three.
[[nodiscard]] std::optional<Message> read_header(Bytes data) noexcept;
/// Reads the message that fills `wire`; nothing where its layout is broken.
[[nodiscard]] std::optional<Message> read_message(Bytes wire) noexcept;

}  // namespace weir::ipfix
