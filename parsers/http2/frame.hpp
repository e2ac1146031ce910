// SPDX-License-Identifier: Apache-2.0
// Frames of HTTP/2: the header before each (RFC 9113 section 4.1), and header blocks that span frames (section 4.3).
#pragma once

#include "parsers/base/cursor.hpp"
#include "parsers/base/parser.hpp"

namespace weir::http2 {

/// What the client sends before its first frame (section 3.4).
inline constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

inline constexpr std::size_t frame_header_size = 9;
inline constexpr std::uint32_t default_max_frame = 16384;

enum class FrameType : std::uint8_t {
    data,
    headers,
    priority,
    rst_stream,
    settings,
    push_promise,
    ping,
    goaway,
    window_update,
    continuation
};

namespace flag {
inline constexpr std::uint8_t end_stream = 0x01, ack = 0x01, end_headers = 0x04, padded = 0x08, priority = 0x20;
}

/// length (24) | type (8) | flags (8) | reserved (1), stream (31)
struct FrameHeader {
    std::uint32_t length = 0, stream = 0;
    std::uint8_t type = 0, flags = 0;
    bool reserved = false;

    /// From at least nine bytes.
    explicit FrameHeader(Bytes bytes) noexcept {
        Cursor cursor{bytes};
        length = cursor.be24();
        type = cursor.u8();
        flags = cursor.u8();
        const std::uint32_t last = cursor.be32();
        stream = last & 0x7fffffff;
        reserved = stream != last;
    }
    [[nodiscard]] bool is(FrameType wanted) const noexcept { return type == static_cast<std::uint8_t>(wanted); }
    [[nodiscard]] bool has(std::uint8_t bit) const noexcept { return (flags & bit) != 0; }
};

/// The header block that a HEADERS or PUSH_PROMISE frame begins.
struct GatheredBlock {
    enum class Status : std::uint8_t {
        complete,  ///< `block` is there
        partial,   ///< `want` bytes are needed
        broken,    ///< another frame, or a length that does not fit, stands in it
        too_long,  ///< more frames or bytes than are gathered
    };
    Status status = Status::complete;
    Bytes block{};
    std::size_t raw = 0;  ///< bytes of its frames, as far as they are there and good
    std::size_t want = 0;
};

/// `bytes` begins with the frame. Looks at no byte that is not certain to be needed.
[[nodiscard]] GatheredBlock gather_block(Bytes bytes, Scratch& scratch) noexcept;

}  // namespace weir::http2
