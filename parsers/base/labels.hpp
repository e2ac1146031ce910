// SPDX-License-Identifier: Apache-2.0
// Names as labels behind their lengths, the way 3GPP writes access points and hosts: DNS's form without the end and pointers.
#pragma once

#include "parsers/base/cursor.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir {

/// `labels` with dots between, in `scratch`; absent (null) when they are malformed, absent or too long.
[[nodiscard]] inline Bytes dotted_labels(Bytes labels, Scratch& scratch) noexcept {
    if (labels.data() == nullptr) return {};
    Cursor cursor{labels};
    const Bytes text = write_in(scratch, [&](TextWriter& writer) {
        while (!cursor.empty()) {
            if (!writer.empty()) writer.put('.');
            const std::size_t length = cursor.u8();
            writer.put(cursor.take(length));
        }
    });
    return cursor.ok() ? text : Bytes{};
}

}  // namespace weir
