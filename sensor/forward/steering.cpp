// SPDX-License-Identifier: Apache-2.0
#include "sensor/forward/steering.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace weir {
namespace {

constexpr std::size_t address_size = 16;

}  // namespace

Steering::Steering(std::vector<Range> ranges) {
    std::ranges::sort(ranges);
    for (const Range& range : ranges) {
        if (!ranges_.empty() && range.first <= ranges_.back().second)
            ranges_.back().second = std::max(ranges_.back().second, range.second);
        else
            ranges_.push_back(range);
    }
}

Result<Steering, std::string> Steering::read(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) return Unexpected{file + ": cannot be read"};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    if (bytes.size() % (2 * address_size) != 0) return Unexpected{file + ": not a list of address ranges"};
    std::vector<Range> ranges;
    const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    for (std::size_t at = 0; at < bytes.size(); at += 2 * address_size)
        ranges.emplace_back(IpAddress::from_wire({data + at, address_size}), IpAddress::from_wire({data + at + address_size, address_size}));
    return Steering{std::move(ranges)};
}

std::optional<std::string> Steering::write(const std::string& file) const {
    const std::string beside = file + ".new";
    {
        std::ofstream out{beside, std::ios::binary | std::ios::trunc};
        for (const Range& range : ranges_)
            for (const IpAddress* const address : {&range.first, &range.second})
                out.write(reinterpret_cast<const char*>(address->bytes().data()), address_size);
        if (!out.flush()) return beside + ": cannot be written";
    }
    std::error_code error;
    std::filesystem::rename(beside, file, error);
    if (error) return file + ": " + error.message();
    return {};
}

bool Steering::contains(const IpAddress& address) const noexcept {
    const auto after = std::ranges::upper_bound(ranges_, address, {}, &Range::first);
    return after != ranges_.begin() && address <= std::prev(after)->second;
}

}  // namespace weir
