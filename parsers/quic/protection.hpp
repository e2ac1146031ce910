// SPDX-License-Identifier: Apache-2.0
// Takes the protection off Initial packets (RFC 9001 section 5): its keys follow from what the packet itself says.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::quic {

inline constexpr std::uint32_t version_1 = 0x00000001, version_2 = 0x6b3343cf, version_negotiation = 0;
inline constexpr std::uint32_t draft_base = 0xff000000, first_draft = draft_base + 21, last_draft = draft_base + 34;

/// Whether Initial packets of this version can be read: 1, 2, drafts from 21 on, and mvfst's names for two of them.
[[nodiscard]] bool is_readable(std::uint32_t version) noexcept;

/// What protects the client's Initial packets.
struct InitialKeys {
    std::array<std::uint8_t, 16> key, header;
    std::array<std::uint8_t, 12> iv;
};

/// The keys that follow from the Destination Connection ID of the client's first packet (section 5.2). `version` is readable.
[[nodiscard]] InitialKeys client_keys(std::uint32_t version, Bytes connection_id) noexcept;

/// The frames of the Initial packet `packet`, whose number begins at `number_at`; they live in scratch memory. Absent (null) where
/// the packet is too short. The authentication tag is not checked: who can forge a packet can make a good tag, too, and frames
/// that were read with the wrong keys are none.
[[nodiscard]] Bytes unprotect(const InitialKeys& keys, Bytes packet, std::size_t number_at, Scratch& scratch) noexcept;

}  // namespace weir::quic
