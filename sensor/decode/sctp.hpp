// SPDX-License-Identifier: Apache-2.0
// User messages in the chunks of one SCTP packet, RFC 9260 section 3 (I-DATA: RFC 8260 section 2.1).
#pragma once

#include <algorithm>

#include "parsers/base/bytes.hpp"
#include "sensor/decode/wire.hpp"

namespace weir {

/// Shows the data chunks of `chunks` (what stands behind the common header) that begin a user message: `show(protocol, data)` gets
/// the payload protocol identifier and the message; of a message in several fragments its first one. A chunk that overruns the
/// packet is shown as far as it goes.
template <class F>
void for_each_sctp_message(Bytes chunks, F&& show) noexcept {
    constexpr std::size_t chunk_head = 4, data_head = 16, i_data_head = 20;
    constexpr std::uint8_t data = 0, i_data = 64, begins = 0x02;
    while (chunks.size() >= chunk_head) {
        const std::uint8_t type = chunks[0], flags = chunks[1];
        const std::size_t length = wire::be16(chunks.data() + 2);
        if (length < chunk_head) return;
        const Bytes chunk = chunks.first(std::min(length, chunks.size()));
        const std::size_t head = type == i_data ? i_data_head : data_head;
        if ((type == data || type == i_data) && (flags & begins) != 0 && chunk.size() > head) {
            const std::size_t identifier_at = type == i_data ? 16 : 12;
            show(wire::be32(chunk.data() + identifier_at), chunk.subspan(head));
        }
        const std::size_t padded = (length + 3) & ~std::size_t{3};  // RFC 9260 section 3.2
        chunks = chunks.subspan(std::min(padded, chunks.size()));
    }
}

}  // namespace weir
