// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/checksum.hpp"

namespace weir::checksum {
namespace {

constexpr auto make_table() noexcept {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
        table[byte] = crc;
    }
    return table;
}
constexpr auto table = make_table();

}  // namespace

std::uint32_t crc32c(Bytes bytes, std::size_t zeroed) noexcept {
    std::uint32_t crc = ~0u;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::uint8_t byte = i - zeroed < 4 ? std::uint8_t{0} : bytes[i];
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xff];
    }
    return ~crc;
}

}  // namespace weir::checksum
