// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/file_sink.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace weir {
namespace {

std::string because(const std::filesystem::path& path, std::string_view what, int reason) {
    return std::string{what} + " " + path.string() + ": " + std::generic_category().message(reason);
}

constexpr int create_flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
constexpr int go_on_flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC;
constexpr mode_t create_mode = 0640;

/// Writes all of `text`; the bytes that were written, and in `reason` why it stopped early (0: it did not).
std::size_t write_whole(int descriptor, std::string_view text, int& reason) {
    std::size_t done = 0;
    reason = 0;
    while (done < text.size()) {
        const ssize_t written = ::write(descriptor, text.data() + done, text.size() - done);
        if (written > 0) {
            done += static_cast<std::size_t>(written);
        } else if (written < 0 && errno == EINTR) {
            continue;
        } else {
            reason = written < 0 ? errno : EIO;
            break;
        }
    }
    return done;
}

/// Bytes of the file up to its last newline, of which the last megabyte is searched; a file without one there is left as it is.
std::uint64_t whole_lines(int descriptor) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || status.st_size <= 0) return 0;
    constexpr off_t most = 1 << 20;
    const off_t begin = std::max<off_t>(0, status.st_size - most);
    std::string tail(static_cast<std::size_t>(status.st_size - begin), '\0');
    const ssize_t got = ::pread(descriptor, tail.data(), tail.size(), begin);
    if (got <= 0) return static_cast<std::uint64_t>(status.st_size);
    const std::size_t newline = std::string_view{tail}.substr(0, static_cast<std::size_t>(got)).rfind('\n');
    if (newline != std::string_view::npos) return static_cast<std::uint64_t>(begin) + newline + 1;
    return begin == 0 ? 0 : static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

Result<FileSink, std::string> FileSink::create(const std::filesystem::path& path, std::size_t buffer) {
    const int descriptor = ::open(path.c_str(), create_flags, create_mode);
    if (descriptor < 0) return Unexpected{because(path, "cannot create", errno)};
    return FileSink{descriptor, path.string(), buffer};
}

Result<FileSink, std::string> FileSink::go_on(const std::filesystem::path& path, std::size_t buffer) {
    const int descriptor = ::open(path.c_str(), go_on_flags, create_mode);
    if (descriptor < 0) return Unexpected{because(path, "cannot create", errno)};
    FileSink out{descriptor, path.string(), buffer};
    out.written_ = whole_lines(descriptor);
    if (::ftruncate(descriptor, static_cast<off_t>(out.written_)) != 0 && errno != EINVAL) return Unexpected{because(path, "cannot write", errno)};
    return out;
}

bool FileSink::reopen() {
    if (!flush()) return false;
    struct stat mine {}, there {};
    if (::fstat(descriptor_, &mine) == 0 && ::stat(path_.c_str(), &there) == 0 && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev) return true;
    const int descriptor = ::open(path_.c_str(), go_on_flags, create_mode);
    if (descriptor < 0) {
        error_ = because(path_, "cannot create", errno);
        return false;
    }
    ::close(std::exchange(descriptor_, descriptor));
    written_ = whole_lines(descriptor_);
    return true;
}

FileSink::FileSink(int descriptor, std::string path, std::size_t buffer) : descriptor_(descriptor), path_(std::move(path)), capacity_(buffer) {
    buffer_.reserve(capacity_);
}

FileSink::FileSink(FileSink&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      buffer_(std::move(other.buffer_)),
      capacity_(other.capacity_),
      written_(other.written_),
      error_(std::move(other.error_)) {}

FileSink::~FileSink() {
    if (descriptor_ < 0) return;
    flush();
    ::close(descriptor_);
}

bool FileSink::append(Pieces line) {
    if (error_) return false;
    if (buffer_.size() + line.first.size() + line.second.size() > capacity_ && !flush()) return false;
    buffer_ += line.first;
    buffer_ += line.second;
    return buffer_.size() < capacity_ || flush();
}

bool FileSink::flush() {
    if (error_) return false;
    const bool good = write_all(buffer_);
    buffer_.clear();
    return good;
}

bool FileSink::write_all(std::string_view text) {
    int reason = 0;
    const std::size_t done = write_whole(descriptor_, text, reason);
    if (reason != 0) {
        fail(reason, text, done);
        return false;
    }
    written_ += done;
    return true;
}

/// `done` bytes of `text` have reached the file: what follows the last newline among them is taken back.
void FileSink::fail(int reason, std::string_view text, std::size_t done) {
    const std::size_t newline = text.substr(0, done).rfind('\n');
    if (newline != std::string_view::npos) written_ += newline + 1;
    error_ = because(path_, "cannot write", reason);
    if (::ftruncate(descriptor_, static_cast<off_t>(written_)) != 0 && errno != EINVAL)  // EINVAL: a pipe, nothing to take back
        *error_ += " (and its last line is cut)";
}

std::optional<std::string> write_file(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::path temporary = path;
    temporary += ".tmp";
    const int descriptor = ::open(temporary.c_str(), create_flags, create_mode);
    if (descriptor < 0) return because(path, "cannot create", errno);
    int reason = 0;
    write_whole(descriptor, text, reason);
    if (::close(descriptor) != 0 && reason == 0) reason = errno;
    if (reason == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) reason = errno;
    if (reason == 0) return std::nullopt;
    ::unlink(temporary.c_str());
    return because(path, "cannot write", reason);
}

std::optional<std::string> make_folder(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (!error && !std::filesystem::is_directory(path, error) && !error) error = std::make_error_code(std::errc::not_a_directory);
    if (error) return because(path, "cannot make folder", error.value());
    return std::nullopt;
}

}  // namespace weir
