// SPDX-License-Identifier: Apache-2.0
// Octets as `0a:1b:ff`: hardware addresses, fingerprints, identifiers.
#pragma once

#include "parsers/base/text_writer.hpp"

namespace weir {

/// `bytes` as lower-case pairs of digits with colons between, in `scratch`; absent (null) when they do not fit.
[[nodiscard]] inline Bytes colon_hex(Bytes bytes, Scratch& scratch) noexcept {
    return write_in(scratch, [bytes](TextWriter& writer) {
        for (const std::uint8_t byte : bytes) {
            if (!writer.empty()) writer.put(':');
            writer.hex(byte);
        }
    });
}

}  // namespace weir
