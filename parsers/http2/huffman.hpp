// SPDX-License-Identifier: Apache-2.0
// The static Huffman code of HPACK and QPACK, RFC 7541 section 5.2 and appendix B.
#pragma once

#include <optional>

#include "parsers/base/bytes.hpp"

namespace weir::http2 {

/// Octets that `size` octets of code can become at most: the shortest code has 5 bits.
[[nodiscard]] constexpr std::size_t huffman_bound(std::size_t size) noexcept { return size * 8 / 5; }

/// Decodes `code` into `out`, which has room for `huffman_bound(code.size())`. The octets written; nothing where the code is
/// broken or its padding is not the start of the code for the end.
[[nodiscard]] std::optional<std::size_t> decode_huffman(Bytes code, std::span<std::uint8_t> out) noexcept;

}  // namespace weir::http2
