// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/ip_address.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace weir {

std::optional<IpAddress> IpAddress::parse(std::string_view text) noexcept {
    char terminated[INET6_ADDRSTRLEN]{};
    if (text.empty() || text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos) return std::nullopt;
    std::memcpy(terminated, text.data(), text.size());
    std::uint8_t wire[16];
    if (inet_pton(AF_INET, terminated, wire) == 1) return from_wire(Bytes{wire, 4});
    if (inet_pton(AF_INET6, terminated, wire) == 1) return from_wire(Bytes{wire, 16});
    return std::nullopt;
}

std::string IpAddress::text() const {
    char out[INET6_ADDRSTRLEN];
    if (is_v4())
        inet_ntop(AF_INET, bytes_.data() + 12, out, sizeof out);
    else
        inet_ntop(AF_INET6, bytes_.data(), out, sizeof out);
    return out;
}

std::optional<IpPrefix> IpPrefix::parse(std::string_view text) noexcept {
    const std::size_t slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    const unsigned width = address->is_v4() ? 32 : 128;
    unsigned length = width;
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty() || length > width) return std::nullopt;
    }
    const IpPrefix prefix{*address, static_cast<std::uint8_t>(length + (128 - width))};
    for (unsigned bit = prefix.length; bit < 128; ++bit)
        if ((prefix.address.bytes()[bit / 8] >> (7 - bit % 8)) & 1) return std::nullopt;
    return prefix;
}

bool IpPrefix::contains(const IpAddress& candidate) const noexcept {
    const unsigned whole = length / 8;
    if (std::memcmp(address.bytes().data(), candidate.bytes().data(), whole) != 0) return false;
    const unsigned bits = length % 8;
    if (bits == 0) return true;
    const unsigned mask = (0xff00u >> bits) & 0xff;
    return ((address.bytes()[whole] ^ candidate.bytes()[whole]) & mask) == 0;
}

std::string IpPrefix::text() const {
    const bool whole = length == 128;
    if (whole) return address.text();
    return address.text() + '/' + std::to_string(address.is_v4() && length >= 96 ? length - 96 : length);
}

}  // namespace weir
