// SPDX-License-Identifier: Apache-2.0
// Puts messages together for tests: numbers, texts, and what stands behind its length.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace weir::test {

using Wire = std::vector<std::uint8_t>;

inline Wire joined(std::initializer_list<Wire> parts) {
    Wire out;
    for (const Wire& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}
inline Wire number(std::size_t value, unsigned octets) {
    Wire out;
    while (octets-- > 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * octets)));
    return out;
}
inline Wire text(std::string_view characters) { return {characters.begin(), characters.end()}; }
/// `content` behind its length of so many octets.
inline Wire vector(unsigned octets, const Wire& content) { return joined({number(content.size(), octets), content}); }
inline Wire numbers(std::initializer_list<unsigned> values) {
    Wire out;
    for (const unsigned value : values) out = joined({out, number(value, 2)});
    return out;
}
/// The first `count` bytes.
inline Wire prefix(const Wire& bytes, std::size_t count) { return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)}; }

}  // namespace weir::test
