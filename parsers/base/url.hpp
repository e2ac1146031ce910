// SPDX-License-Identifier: Apache-2.0
// The user and the password in a URL, RFC 3986 section 3.2.1.
#pragma once

#include "parsers/base/text_writer.hpp"

namespace weir {

/// `scheme://user:password@host/path` without the user and the password; other URLs as they are.
[[nodiscard]] inline Bytes without_userinfo(Bytes url, Scratch& scratch) noexcept {
    const std::string_view text = as_text(url);
    const std::size_t slashes = text.find("//");
    if (slashes == std::string_view::npos) return url;
    const std::size_t authority = slashes + 2, end = std::min(text.find('/', authority), text.size());
    const std::size_t at = text.substr(0, end).rfind('@');
    if (at == std::string_view::npos || at < authority) return url;
    return write_in(scratch, [&](TextWriter& writer) { writer.put(url.first(authority)).put(url.subspan(at + 1)); });
}

}  // namespace weir
