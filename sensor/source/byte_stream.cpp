// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/byte_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace weir {
namespace {

constexpr std::size_t compressed_chunk = 256 * 1024;

/// A file descriptor. Owns it unless it is standard input.
class DescriptorStream final : public ByteStream {
public:
    explicit DescriptorStream(int descriptor) : descriptor_(descriptor) {}
    ~DescriptorStream() override {
        if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
    }
    DescriptorStream(const DescriptorStream&) = delete;
    DescriptorStream& operator=(const DescriptorStream&) = delete;

    std::size_t read(std::span<std::uint8_t> out) override {
        std::size_t done = 0;
        while (done < out.size() && error_.empty()) {
            const ssize_t got = ::read(descriptor_, out.data() + done, out.size() - done);
            if (got == 0) break;
            if (got < 0 && errno == EINTR) continue;
            if (got < 0)
                error_ = std::string{"reading failed: "} + std::strerror(errno);
            else
                done += static_cast<std::size_t>(got);
        }
        position_ += done;
        return done;
    }
    [[nodiscard]] const std::string& error() const override { return error_; }
    [[nodiscard]] std::uint64_t position() const override { return position_; }

private:
    int descriptor_;
    std::uint64_t position_ = 0;
    std::string error_;
};

class MemoryStream final : public ByteStream {
public:
    explicit MemoryStream(Bytes bytes) : bytes_(bytes) {}
    std::size_t read(std::span<std::uint8_t> out) override {
        const Bytes taken = first_of(bytes_.subspan(position_), out.size());
        std::copy(taken.begin(), taken.end(), out.begin());
        position_ += taken.size();
        return taken.size();
    }
    [[nodiscard]] const std::string& error() const override { return error_; }
    [[nodiscard]] std::uint64_t position() const override { return position_; }

private:
    Bytes bytes_;
    std::size_t position_ = 0;
    std::string error_;
};

/// Puts bytes that were looked at back in front of a stream.
class PrefixedStream final : public ByteStream {
public:
    PrefixedStream(Bytes prefix, std::unique_ptr<ByteStream> rest) : prefix_(prefix.begin(), prefix.end()), rest_(std::move(rest)) {}
    std::size_t read(std::span<std::uint8_t> out) override {
        const std::size_t from_prefix = std::min(out.size(), prefix_.size() - used_);
        std::copy_n(prefix_.begin() + static_cast<std::ptrdiff_t>(used_), from_prefix, out.begin());
        used_ += from_prefix;
        return from_prefix + rest_->read(out.subspan(from_prefix));
    }
    [[nodiscard]] const std::string& error() const override { return rest_->error(); }
    [[nodiscard]] std::uint64_t position() const override { return rest_->position(); }

private:
    std::vector<std::uint8_t> prefix_;
    std::size_t used_ = 0;
    std::unique_ptr<ByteStream> rest_;
};

/// What gzip and zstd share: a buffer of compressed bytes that is refilled.
class Decompressor : public ByteStream {
public:
    explicit Decompressor(std::unique_ptr<ByteStream> inner) : inner_(std::move(inner)), buffer_(compressed_chunk) {}
    [[nodiscard]] const std::string& error() const override { return error_; }
    [[nodiscard]] std::uint64_t position() const override { return inner_->position(); }

protected:
    /// More compressed bytes; empty at the end.
    Bytes refill() {
        const std::size_t got = inner_->read(buffer_);
        if (got < buffer_.size() && error_.empty()) error_ = inner_->error();
        return Bytes{buffer_.data(), got};
    }
    std::string error_;

private:
    std::unique_ptr<ByteStream> inner_;
    std::vector<std::uint8_t> buffer_;
};

class GzipStream final : public Decompressor {
public:
    explicit GzipStream(std::unique_ptr<ByteStream> inner) : Decompressor(std::move(inner)) {
        constexpr int gzip_window = 15 + 16;
        if (inflateInit2(&state_, gzip_window) != Z_OK) error_ = "no memory to decompress gzip";
    }
    ~GzipStream() override { inflateEnd(&state_); }
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

    std::size_t read(std::span<std::uint8_t> out) override {
        state_.next_out = out.data();
        state_.avail_out = static_cast<uInt>(out.size());
        while (state_.avail_out > 0 && !finished_) {
            if (state_.avail_in == 0 && !more_input()) break;
            const int status = inflate(&state_, Z_NO_FLUSH);
            if (status == Z_STREAM_END) {  // another member may follow (RFC 1952 section 2.2)
                if (state_.avail_in == 0 && !more_input()) {
                    error_.clear();  // the end of the file right behind a member is the true end
                    finished_ = true;
                } else {
                    inflateReset(&state_);
                }
            } else if (status != Z_OK && status != Z_BUF_ERROR) {
                error_ = "the gzip data is damaged";
                finished_ = true;
            }
        }
        return out.size() - state_.avail_out;
    }

private:
    bool more_input() {
        const Bytes input = refill();
        if (input.empty()) {
            if (error_.empty()) error_ = "the gzip data ends too early";
            finished_ = true;
            return false;
        }
        state_.next_in = const_cast<Bytef*>(input.data());
        state_.avail_in = static_cast<uInt>(input.size());
        return true;
    }
    z_stream state_{};
    bool finished_ = false;
};

class ZstdStream final : public Decompressor {
public:
    explicit ZstdStream(std::unique_ptr<ByteStream> inner) : Decompressor(std::move(inner)), state_(ZSTD_createDStream()) {
        constexpr int max_window_log = 27;  // 128 MiB would be 27: a hostile header must not make us allocate more
        if (state_ == nullptr)
            error_ = "no memory to decompress zstd";
        else
            ZSTD_DCtx_setParameter(state_, ZSTD_d_windowLogMax, max_window_log);
    }
    ~ZstdStream() override { ZSTD_freeDStream(state_); }
    ZstdStream(const ZstdStream&) = delete;
    ZstdStream& operator=(const ZstdStream&) = delete;

    std::size_t read(std::span<std::uint8_t> out) override {
        ZSTD_outBuffer target{out.data(), out.size(), 0};
        while (state_ != nullptr && target.pos < target.size && !finished_) {
            if (input_.pos == input_.size) {
                const Bytes more = refill();
                if (more.empty()) {
                    if (in_frame_ && error_.empty()) error_ = "the zstd data ends too early";
                    finished_ = true;
                    break;
                }
                input_ = {more.data(), more.size(), 0};
            }
            const std::size_t left = ZSTD_decompressStream(state_, &target, &input_);
            if (ZSTD_isError(left) != 0) {
                error_ = std::string{"the zstd data is damaged: "} + ZSTD_getErrorName(left);
                finished_ = true;
            } else {
                in_frame_ = left != 0;
            }
        }
        return target.pos;
    }

private:
    ZSTD_DStream* state_;
    ZSTD_inBuffer input_{nullptr, 0, 0};
    bool in_frame_ = false;
    bool finished_ = false;
};

/// Wraps a stream in the decompressor that its first bytes ask for.
std::unique_ptr<ByteStream> decompressed(std::unique_ptr<ByteStream> raw) {
    std::array<std::uint8_t, 4> magic{};
    const std::size_t got = raw->read(magic);
    const Bytes head{magic.data(), got};
    auto whole = std::make_unique<PrefixedStream>(head, std::move(raw));
    if (starts_with(head, "\x1f\x8b")) return std::make_unique<GzipStream>(std::move(whole));         // RFC 1952
    if (starts_with(head, "\x28\xb5\x2f\xfd")) return std::make_unique<ZstdStream>(std::move(whole));  // RFC 8878
    return whole;
}

}  // namespace

Result<std::unique_ptr<ByteStream>, std::string> open_stream(const std::string& path) {
    if (path == "-") return decompressed(std::make_unique<DescriptorStream>(STDIN_FILENO));
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return Unexpected{std::string{std::strerror(errno)}};
    struct stat status{};
    if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
        ::close(descriptor);
        return Unexpected{std::string{"is a folder"}};
    }
#ifdef POSIX_FADV_SEQUENTIAL
    (void)::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
    return decompressed(std::make_unique<DescriptorStream>(descriptor));
}

std::unique_ptr<ByteStream> memory_stream(Bytes bytes) { return decompressed(std::make_unique<MemoryStream>(bytes)); }

std::optional<std::uint64_t> file_size(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace weir
