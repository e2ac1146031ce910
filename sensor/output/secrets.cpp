// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/secrets.hpp"

#include <fmt/format.h>

#include "parsers/base/digest.hpp"

namespace weir {

HiddenSecret hide(Bytes secret, const Secrets& secrets) noexcept {
    constexpr std::size_t shown_digits = 16;
    constexpr std::uint8_t separator = 0;
    const std::array pieces{as_bytes(secrets.salt), Bytes{&separator, 1}, secret};
    const auto digest = sha256(pieces);
    HiddenSecret out;
    const auto end = fmt::format_to_n(out.text_.data(), out.text_.size(), "hidden:{}:{}", secret.size(), digest.text().substr(0, shown_digits));
    out.size_ = end.size;
    return out;
}

}  // namespace weir
