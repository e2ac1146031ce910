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

/// A file descriptor, closed at the end unless it is standard input.
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

/// What gzip and zstd share: both are a row of units (members, frames), and whoever cuts the row between two of them leaves
/// a sound file.
class Decompressor : public ByteStream {
public:
    Decompressor(const char* format, std::unique_ptr<ByteStream> inner)
        : format_(format), inner_(std::move(inner)), buffer_(compressed_chunk) {}

    std::size_t read(std::span<std::uint8_t> out) final {
        std::size_t done = 0;
        while (done < out.size() && error_.empty()) {
            if (input_.empty() && !holds_back_ && !refill()) break;
            done += decode(out.subspan(done));
            holds_back_ = inside_unit_ && done == out.size();
        }
        return done;
    }
    [[nodiscard]] const std::string& error() const final { return error_; }
    [[nodiscard]] std::uint64_t position() const final { return inner_->position(); }

protected:
    /// Takes compressed bytes off `input_` and fills `out` as far as they reach; sets `inside_unit_`, or fails.
    virtual std::size_t decode(std::span<std::uint8_t> out) = 0;
    void fail(const std::string& what) { error_ = std::string{"the "} + format_ + " data " + what; }

    Bytes input_;               ///< what is left of the buffer
    bool inside_unit_ = false;  ///< the unit that was begun has not ended
    bool holds_back_ = false;   ///< the last output was too small: more may come without more input

private:
    /// False at the end of the compressed bytes.
    bool refill() {
        input_ = Bytes{buffer_.data(), inner_->read(buffer_)};
        if (!input_.empty()) return true;
        error_ = inner_->error();
        if (error_.empty() && inside_unit_) fail("ends too early");
        return false;
    }

    const char* format_;
    std::unique_ptr<ByteStream> inner_;
    std::vector<std::uint8_t> buffer_;
    std::string error_;
};

/// RFC 1952: members, one behind the other.
class GzipStream final : public Decompressor {
public:
    explicit GzipStream(std::unique_ptr<ByteStream> inner) : Decompressor("gzip", std::move(inner)) {
        constexpr int gzip_window = 15 + 16;  // the largest window, in gzip's wrapping
        if (inflateInit2(&state_, gzip_window) != Z_OK) fail("cannot be read: no memory");
    }
    ~GzipStream() override { inflateEnd(&state_); }
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

private:
    std::size_t decode(std::span<std::uint8_t> out) override {
        constexpr std::size_t most_at_once = 1u << 30;  // zlib counts in 32 bits
        const std::span<std::uint8_t> target = out.first(std::min(out.size(), most_at_once));
        state_.next_in = const_cast<Bytef*>(input_.data());
        state_.avail_in = static_cast<uInt>(input_.size());
        state_.next_out = target.data();
        state_.avail_out = static_cast<uInt>(target.size());
        const int status = inflate(&state_, Z_NO_FLUSH);
        input_ = input_.last(state_.avail_in);
        inside_unit_ = status != Z_STREAM_END;
        if (status == Z_STREAM_END)
            inflateReset(&state_);
        else if (status != Z_OK && status != Z_BUF_ERROR)
            fail("is damaged");
        return target.size() - state_.avail_out;
    }
    z_stream state_{};
};

/// RFC 8878: frames, one behind the other; those that are to be skipped are skipped.
class ZstdStream final : public Decompressor {
public:
    explicit ZstdStream(std::unique_ptr<ByteStream> inner) : Decompressor("zstd", std::move(inner)), state_(ZSTD_createDStream()) {
        constexpr int largest_window = 27;  // 2^27 bytes, as zstd's own tool allows: a frame that claims more is refused
        if (state_ == nullptr || ZSTD_isError(ZSTD_DCtx_setParameter(state_, ZSTD_d_windowLogMax, largest_window)) != 0)
            fail("cannot be read: no memory");
    }
    ~ZstdStream() override { ZSTD_freeDStream(state_); }
    ZstdStream(const ZstdStream&) = delete;
    ZstdStream& operator=(const ZstdStream&) = delete;

private:
    std::size_t decode(std::span<std::uint8_t> out) override {
        // libzstd keeps to itself what a call has decoded before it finds damage. So it gets one element of a frame at a time, and none
        // while it still has output to give. What it asks for includes the header of the block behind the element.
        constexpr std::size_t block_header = 3;  // RFC 8878 section 3.1.1.2
        const std::size_t element = wanted_ > block_header ? wanted_ - block_header : std::max<std::size_t>(wanted_, 1);
        ZSTD_outBuffer target{out.data(), out.size(), 0};
        ZSTD_inBuffer source{input_.data(), holds_back_ ? 0 : std::min(element, input_.size()), 0};
        const std::size_t left = ZSTD_decompressStream(state_, &target, &source);
        input_ = input_.subspan(source.pos);
        wanted_ = left;
        inside_unit_ = left != 0;
        if (ZSTD_isError(left) != 0) fail(std::string{"is damaged: "} + ZSTD_getErrorName(left));
        return target.pos;
    }
    ZSTD_DStream* state_;
    std::size_t wanted_ = 0;  ///< bytes that libzstd asks for next
};

/// RFC 1952 section 2.3.1.
bool is_gzip(Bytes head) noexcept { return starts_with(head, "\x1f\x8b"); }

/// RFC 8878 sections 3.1.1 and 3.1.2: a frame, or one of the 16 kinds to skip, with which pzstd begins.
bool is_zstd(Bytes head) noexcept {
    return starts_with(head, "\x28\xb5\x2f\xfd") || (!head.empty() && head[0] >> 4 == 5 && starts_with(head.subspan(1), "\x2a\x4d\x18"));
}

/// Wraps a stream in the decompressor that its first bytes ask for.
std::unique_ptr<ByteStream> decompressed(std::unique_ptr<ByteStream> raw) {
    std::array<std::uint8_t, 4> magic{};
    const std::size_t got = raw->read(magic);
    const Bytes head{magic.data(), got};
    auto whole = std::make_unique<PrefixedStream>(head, std::move(raw));
    if (is_gzip(head)) return std::make_unique<GzipStream>(std::move(whole));
    if (is_zstd(head)) return std::make_unique<ZstdStream>(std::move(whole));
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
