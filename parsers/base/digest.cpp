// SPDX-License-Identifier: Apache-2.0
// The plain functions, deprecated as they are, and not EVP: OpenSSL 3.0 allocates in every EVP_DigestInit, also where the context
// is used again, and this runs on the packet path.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "parsers/base/digest.hpp"

#include <openssl/md5.h>
#include <openssl/sha.h>

namespace weir {
namespace {

struct Md5 {
    static constexpr std::size_t size = MD5_DIGEST_LENGTH;
    MD5_CTX context;
    bool start() noexcept { return MD5_Init(&context) == 1; }
    bool add(Bytes bytes) noexcept { return MD5_Update(&context, bytes.data(), bytes.size()) == 1; }
    bool end(std::uint8_t* out) noexcept { return MD5_Final(out, &context) == 1; }
};
struct Sha1 {
    static constexpr std::size_t size = SHA_DIGEST_LENGTH;
    SHA_CTX context;
    bool start() noexcept { return SHA1_Init(&context) == 1; }
    bool add(Bytes bytes) noexcept { return SHA1_Update(&context, bytes.data(), bytes.size()) == 1; }
    bool end(std::uint8_t* out) noexcept { return SHA1_Final(out, &context) == 1; }
};
struct Sha256 {
    static constexpr std::size_t size = SHA256_DIGEST_LENGTH;
    SHA256_CTX context;
    bool start() noexcept { return SHA256_Init(&context) == 1; }
    bool add(Bytes bytes) noexcept { return SHA256_Update(&context, bytes.data(), bytes.size()) == 1; }
    bool end(std::uint8_t* out) noexcept { return SHA256_Final(out, &context) == 1; }
};

template <class Algorithm>
bool digest(std::span<const Bytes> pieces, std::array<std::uint8_t, Algorithm::size>& out) noexcept {
    Algorithm algorithm;
    if (!algorithm.start()) return false;
    for (const Bytes piece : pieces)
        if (!algorithm.add(piece)) return false;
    return algorithm.end(out.data());
}

template <class Algorithm>
HexDigest<2 * Algorithm::size> hex(std::span<const Bytes> pieces) noexcept {
    HexDigest<2 * Algorithm::size> out;
    std::array<std::uint8_t, Algorithm::size> bytes;
    out.valid = digest<Algorithm>(pieces, bytes);
    if (!out.valid) return out;
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out.digits[2 * i] = hexadecimal[bytes[i] >> 4];
        out.digits[2 * i + 1] = hexadecimal[bytes[i] & 15];
    }
    return out;
}

}  // namespace

HexDigest<32> md5(std::span<const Bytes> pieces) noexcept { return hex<Md5>(pieces); }
HexDigest<40> sha1(std::span<const Bytes> pieces) noexcept { return hex<Sha1>(pieces); }
HexDigest<64> sha256(std::span<const Bytes> pieces) noexcept { return hex<Sha256>(pieces); }

std::array<std::uint8_t, 32> raw_sha256(std::span<const Bytes> pieces) noexcept {
    std::array<std::uint8_t, Sha256::size> out;
    if (!digest<Sha256>(pieces, out)) out.fill(0);
    return out;
}

}  // namespace weir
