// SPDX-License-Identifier: Apache-2.0
// A buffered file of lines that ends with a whole line, whatever happens to the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/base/result.hpp"

namespace weir {

/// Appends whole lines to a file. After the first error nothing more is written; what the error left half done is taken back.
class FileSink {
public:
    static constexpr std::size_t default_buffer = 256u << 10;

    /// Creates or empties `path`. The error is a sentence with the path and the system's reason.
    [[nodiscard]] static Result<FileSink, std::string> create(const std::filesystem::path& path, std::size_t buffer = default_buffer);
    /// Goes on with `path`, or creates it. Half a line that a crash has left at its end is taken away.
    [[nodiscard]] static Result<FileSink, std::string> go_on(const std::filesystem::path& path, std::size_t buffer = default_buffer);
    FileSink(FileSink&& other) noexcept;
    FileSink& operator=(FileSink&&) = delete;
    ~FileSink();

    /// Appends text that ends with a newline, in pieces. False once the file has failed.
    bool append(std::string_view line) { return append({line, {}}); }
    struct Pieces {
        std::string_view first, second;
    };
    bool append(Pieces line);
    /// Hands everything to the system. False once the file has failed.
    bool flush();
    /// Flushes; where the file has been moved away (logrotate), goes on with a new one of its name. False once the file has failed.
    bool reopen();
    /// Why the file failed, as a sentence; nothing while it has not.
    [[nodiscard]] const std::optional<std::string>& error() const noexcept { return error_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return written_ + buffer_.size(); }

private:
    FileSink(int descriptor, std::string path, std::size_t buffer);
    bool write_all(std::string_view text);
    void fail(int reason, std::string_view text, std::size_t done);

    int descriptor_;
    std::string path_;
    std::string buffer_;            ///< whole lines only
    std::size_t capacity_;
    std::uint64_t written_ = 0;     ///< bytes in the file: always the end of a line
    std::optional<std::string> error_;
};

/// Replaces `path` by `text` at once: readers see the old content or the new one, never half. The error is a sentence.
[[nodiscard]] std::optional<std::string> write_file(const std::filesystem::path& path, std::string_view text);
/// Makes a folder and those above it. The error is a sentence.
[[nodiscard]] std::optional<std::string> make_folder(const std::filesystem::path& path);

}  // namespace weir
