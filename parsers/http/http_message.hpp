// SPDX-License-Identifier: Apache-2.0
// The head of an HTTP/1 message: start line and header fields (RFC 9112 sections 2 to 5), as views.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::http {

inline constexpr std::size_t max_head = 32 * 1024;  ///< start line and header fields together
inline constexpr std::size_t max_headers = 128;

struct Header {
    Bytes name, value;  ///< value without blanks around it; folded lines stay as they are
};

/// What frames the body (RFC 9112 section 6).
enum class Framing : std::uint8_t { none, length, chunked, until_close };

/// A head that was read. Views into the message and into scratch memory.
struct Head {
    Bytes raw{};             ///< start line, header fields and the empty line
    Bytes start_line{};
    Bytes raw_headers{};     ///< header fields as sent, line ends included
    Bytes method{}, target{}, protocol{}, status_text{};
    std::uint16_t status = 0;  ///< 0: a request
    std::span<const Header> headers{};
    Bytes host{}, user_agent{}, referer{}, content_type{}, cookie{}, server{}, location{}, connection{}, accept{}, accept_encoding{},
        accept_language{}, transfer_encoding{}, authorization{}, upgrade{}, content_length_text{};
    std::uint64_t content_length = 0;
    bool has_content_length = false, chunked = false;
    bool bad_length = false;    ///< Content-Length is not a number, or two of them differ
    bool both_lengths = false;  ///< Content-Length beside chunked: a smuggler's trick (RFC 9112 section 6.1)
    bool bad_line = false;      ///< a line that is no header field

    /// Value of the first header field of that name (any case); absent (null) where there is none.
    [[nodiscard]] Bytes header(std::string_view name) const noexcept;
};

/// Bytes of the head at the start of `bytes` (the empty line included), 0 when its end is not there yet. `searched` bytes are
/// known not to hold it.
[[nodiscard]] std::size_t head_size(Bytes bytes, std::size_t searched) noexcept;

/// Reads a head. False when the start line is none.
[[nodiscard]] bool read_head(Bytes raw, bool response, Scratch& scratch, Head& head) noexcept;

/// Whether `line` is a request line that ends in HTTP/1.x.
[[nodiscard]] bool is_request_line(Bytes line) noexcept;
/// Whether `line` is a status line that begins with HTTP/1.x.
[[nodiscard]] bool is_status_line(Bytes line) noexcept;

/// What stands before the data of a chunk; of the last one (size 0) all there is, the trailer included.
struct ChunkHead {
    std::uint64_t size = 0;    ///< of the data
    std::size_t consumed = 0;
    bool whole = true;         ///< else more bytes are needed, or it is broken
    bool broken = false;       ///< the size is none, or what follows it is too long
};
/// Reads a chunk's head at the start of `bytes`, RFC 9112 section 7.1.
[[nodiscard]] ChunkHead read_chunk_head(Bytes bytes) noexcept;

/// Takes a chunked body apart (RFC 9112 section 7.1).
struct Chunks {
    Bytes body{};               ///< decoded, up to the limit, in scratch memory
    std::size_t consumed = 0;   ///< bytes of the message that this took
    std::uint64_t left = 0;     ///< bytes of the current chunk, with its line end, that lie beyond
    bool complete = false;      ///< the last chunk and the trailer were read
    bool broken = false;        ///< a chunk's head is, or no line ends its data
};
/// Decodes up to `limit` bytes of body. Stops before an element that is not there whole.
[[nodiscard]] Chunks read_chunks(Bytes bytes, std::size_t limit, Scratch& scratch) noexcept;

/// The path and query of a request target, percent-decoded where RFC 3986 section 6.2.2 allows it, with dot segments and
/// doubled slashes removed from the path: what a rule's http.uri looks at.
[[nodiscard]] Bytes normalised_uri(Bytes target, Scratch& scratch) noexcept;

}  // namespace weir::http
