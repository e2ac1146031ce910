// SPDX-License-Identifier: Apache-2.0
// Bytes of a capture, wherever they come from: a file, standard input, memory; plain, gzip or zstd.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "parsers/base/bytes.hpp"
#include "parsers/base/result.hpp"

namespace weir {

/// A one-way stream of bytes. Not thread-safe.
class ByteStream {
public:
    virtual ~ByteStream() = default;
    /// Fills `out` as far as it can; the number of bytes written. Fewer than asked for only at the end of the stream or where
    /// it is damaged (see `error`); from then on none.
    virtual std::size_t read(std::span<std::uint8_t> out) = 0;
    /// Why reading ended before the true end (an I/O error, damaged compression); empty when it did not.
    [[nodiscard]] virtual const std::string& error() const = 0;
    /// Bytes taken from the medium so far, compressed where it is compressed: for progress.
    [[nodiscard]] virtual std::uint64_t position() const = 0;
};

/// Opens a file, or standard input for `-`. Compression is recognised by content, not by name. The error is a sentence
/// without the file's name.
[[nodiscard]] Result<std::unique_ptr<ByteStream>, std::string> open_stream(const std::string& path);

/// A stream over borrowed memory, compression recognised as above.
[[nodiscard]] std::unique_ptr<ByteStream> memory_stream(Bytes bytes);

/// Size of a regular file in bytes; nothing for anything else.
[[nodiscard]] std::optional<std::uint64_t> file_size(const std::string& path);

}  // namespace weir
