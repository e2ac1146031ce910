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

    template <std::size_t Digits>
    HexDigest<Digits> hex(std::span<const Bytes> pieces) noexcept {
        HexDigest<Digits> out;
        std::array<std::uint8_t, EVP_MAX_MD_SIZE> raw{};
        unsigned length = 0;
        if (type_ == nullptr || context_ == nullptr || EVP_DigestInit_ex2(context_, type_, nullptr) != 1) return out;
        for (const Bytes piece : pieces)
            if (EVP_DigestUpdate(context_, piece.data(), piece.size()) != 1) return out;
        if (EVP_DigestFinal_ex(context_, raw.data(), &length) != 1 || length * 2 != Digits) return out;
        constexpr std::string_view hexadecimal = "0123456789abcdef";
        for (std::size_t i = 0; i < length; ++i) {
            out.digits[2 * i] = hexadecimal[raw[i] >> 4];
            out.digits[2 * i + 1] = hexadecimal[raw[i] & 15];
        }
        out.valid = true;
        return out;
    }

private:
    EVP_MD* type_;
    EVP_MD_CTX* context_;
};

}  // namespace

HexDigest<32> md5(std::span<const Bytes> pieces) noexcept {
    thread_local Algorithm algorithm{"MD5"};
    return algorithm.hex<32>(pieces);
}
HexDigest<40> sha1(std::span<const Bytes> pieces) noexcept {
    thread_local Algorithm algorithm{"SHA1"};
    return algorithm.hex<40>(pieces);
}
HexDigest<64> sha256(std::span<const Bytes> pieces) noexcept {
    thread_local Algorithm algorithm{"SHA256"};
    return algorithm.hex<64>(pieces);
}

}  // namespace weir
