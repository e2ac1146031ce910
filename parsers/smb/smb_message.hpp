// SPDX-License-Identifier: Apache-2.0
// Messages of SMB 1 (MS-CIFS) and SMB 2 and 3 (MS-SMB2), as views: the three commands that open a share.
#pragma once

#include <array>

#include "parsers/base/parser.hpp"

namespace weir::smb {

inline constexpr std::size_t head_v1 = 32, head_v2 = 64;
inline constexpr std::size_t max_dialects = 16;

enum class Kind : std::uint8_t { other, negotiate, session_setup, tree_connect };

/// One message. Texts may lie in scratch memory.
struct Message {
    std::uint8_t version = 0;  ///< 1 or 2
    std::uint8_t command = 0;
    Kind kind{};
    bool response = false;
    std::uint32_t status = 0;
    std::uint64_t id = 0;  ///< message id; version 1: multiplex and process id
    std::uint64_t session_id = 0, tree_id = 0;
    std::array<Bytes, max_dialects> dialects{};  ///< offered
    std::size_t dialect_count = 0;
    int dialect_index = -1;      ///< version 1: of the client's list
    std::string_view dialect{};  ///< version 2: agreed on
    Bytes guid{};
    Bytes user{}, domain{}, host{}, share{}, native_os{}, native_lm{};
    std::string_view share_type{};
};

/// Reads the head of a message: version, command, direction, identifiers. False when `bytes` (at least a head's worth) are none.
[[nodiscard]] bool read_head(Bytes bytes, Message& message) noexcept;

/// Reads what the command carries; `bytes` is the message from its head on, or its start. False when a field lies beyond it.
[[nodiscard]] bool read_body(Bytes bytes, Message& message, Scratch& scratch) noexcept;

/// Suricata's name: `SMB2_COMMAND_SESSION_SETUP`.
[[nodiscard]] std::string_view command_name(const Message& message) noexcept;
/// Windows' name of an NTSTATUS; empty for those that are not met at a share's door.
[[nodiscard]] std::string_view status_name(std::uint32_t status) noexcept;

}  // namespace weir::smb
