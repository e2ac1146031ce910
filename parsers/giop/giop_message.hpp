// SPDX-License-Identifier: Apache-2.0
// One GIOP message, versions 1.0 to 1.2 (OMG CORBA 3.4 part 2, section 9.4), and the addresses in object references.
//
//   'G' 'I' 'O' 'P'  major minor  flags (bit 0: little endian, bit 1: fragments follow)  type  size (of what follows)
#pragma once

#include <optional>

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::giop {

inline constexpr std::size_t header_size = 12;
inline constexpr std::size_t max_references = 4;  ///< addresses of one message that are shown

enum class Type : std::uint8_t { request, reply, cancel_request, locate_request, locate_reply, close_connection, message_error, fragment };
[[nodiscard]] std::string_view type_name(Type type) noexcept;
/// Whether the end that sends it uses an object of the other end.
[[nodiscard]] constexpr bool from_client(Type type) noexcept {
    return type == Type::request || type == Type::cancel_request || type == Type::locate_request;
}

struct Header {
    std::uint8_t minor = 0;
    bool little_endian = false;
    bool fragmented = false;
    Type type = Type::request;
    std::uint32_t size = 0;  ///< behind the header
};
/// Reads the first twelve octets; nothing when they are no header.
[[nodiscard]] std::optional<Header> read_header(Bytes bytes) noexcept;
/// Whether `bytes` may be the beginning of a header.
[[nodiscard]] bool may_begin(Bytes bytes) noexcept;

/// An address in an object reference: a profile of tag 0 (IIOP), section 9.7.2.
struct Reference {
    Bytes host{};
    std::uint16_t port = 0;
};
using References = InlineVector<Reference, max_references>;

struct Message {
    std::uint32_t request_id = 0;
    bool has_request_id = false;
    bool response_expected = true;
    Bytes object_key{}, operation{};
    std::optional<std::uint32_t> status{};  ///< of a reply
    Bytes exception{};                      ///< repository identifier, where the status says that there is one
    References references{};
};
/// Reads what follows `header` in `bytes` (the message from its first octet on, possibly cut off); nothing when it is broken.
[[nodiscard]] std::optional<Message> read_message(const Header& header, Bytes bytes, Scratch& scratch) noexcept;

/// `no-exception`, ..., for a reply; `unknown-object`, ..., for a locate reply (sections 9.4.3.1 and 9.4.6.1).
[[nodiscard]] std::string_view status_name(Type type, std::uint32_t status) noexcept;

}  // namespace weir::giop
