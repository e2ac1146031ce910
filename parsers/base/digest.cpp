// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/digest.hpp"

#include <openssl/evp.h>

namespace weir {
namespace {

/// One algorithm on one thread: fetched once, its context reused (a fetch per call costs more than the digest).
class Algorithm {
public:
    explicit Algorithm(const char* name) noexcept : type_(EVP_MD_fetch(nullptr, name, nullptr)), context_(EVP_MD_CTX_new()) {}
    ~Algorithm() {
        EVP_MD_CTX_free(context_);
        EVP_MD_free(type_);
    }
    Algorithm(const Algorithm&) = delete;
    Algorithm& operator=(const Algorithm&) = delete;

    /// Whether `out`, which must have the digest's size, was filled.
    bool raw(std::span<const Bytes> pieces, std::span<std::uint8_t> out) noexcept {
        if (type_ == nullptr || context_ == nullptr || static_cast<std::size_t>(EVP_MD_get_size(type_)) != out.size()) return false;
        if (EVP_DigestInit_ex2(context_, type_, nullptr) != 1) return false;
        for (const Bytes piece : pieces)
            if (EVP_DigestUpdate(context_, piece.data(), piece.size()) != 1) return false;
        return EVP_DigestFinal_ex(context_, out.data(), nullptr) == 1;
    }

    template <std::size_t Digits>
    HexDigest<Digits> hex(std::span<const Bytes> pieces) noexcept {
        HexDigest<Digits> out;
        std::array<std::uint8_t, Digits / 2> bytes;
        out.valid = raw(pieces, bytes);
        if (!out.valid) return out;
        constexpr std::string_view hexadecimal = "0123456789abcdef";
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            out.digits[2 * i] = hexadecimal[bytes[i] >> 4];
            out.digits[2 * i + 1] = hexadecimal[bytes[i] & 15];
        }
        return out;
    }

private:
    EVP_MD* type_;
    EVP_MD_CTX* context_;
};

Algorithm& sha256_algorithm() noexcept {
    thread_local Algorithm algorithm{"SHA256"};
    return algorithm;
}

}  // namespace

HexDigest<32> md5(std::span<const Bytes> pieces) noexcept {
    thread_local Algorithm algorithm{"MD5"};
    return algorithm.hex<32>(pieces);
}
HexDigest<40> sha1(std::span<const Bytes> pieces) noexcept {
    thread_local Algorithm algorithm{"SHA1"};
    return algorithm.hex<40>(pieces);
}
HexDigest<64> sha256(std::span<const Bytes> pieces) noexcept { return sha256_algorithm().hex<64>(pieces); }
std::array<std::uint8_t, 32> raw_sha256(Bytes bytes) noexcept {
    std::array<std::uint8_t, 32> out{};
    if (!sha256_algorithm().raw(std::span{&bytes, 1}, out)) out.fill(0);
    return out;
}

}  // namespace weir
