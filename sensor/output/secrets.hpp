// SPDX-License-Identifier: Apache-2.0
// How credentials are written: by default not themselves, but what tells two of them apart.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "parsers/base/bytes.hpp"

namespace weir {

/// What becomes of the values of secret fields (Field::secret) wherever they are written.
struct Secrets {
    bool shown = false;  ///< as they are
    std::string salt;    ///< the same one gives the same hashes
};

/// `hidden:LENGTH:HASH`, the hash being the first 16 digits of SHA-256 over the salt, a zero octet and the secret.
class HiddenSecret {
public:
    [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }

private:
    friend HiddenSecret hide(Bytes secret, const Secrets& secrets) noexcept;
    std::array<char, 48> text_;
    std::size_t size_ = 0;
};

[[nodiscard]] HiddenSecret hide(Bytes secret, const Secrets& secrets) noexcept;

}  // namespace weir
