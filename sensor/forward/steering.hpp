// SPDX-License-Identifier: Apache-2.0
// Which addresses are equipment, as the forwarder needs to know it to choose workers: ranges in a file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "parsers/base/ip_address.hpp"
#include "parsers/base/result.hpp"

namespace weir {

class Steering {
public:
    using Range = std::pair<IpAddress, IpAddress>;  ///< first and last address

    Steering() = default;
    /// Ranges in any order; those that overlap become one.
    explicit Steering(std::vector<Range> ranges);

    /// Reads what `write` wrote. The error is a sentence.
    [[nodiscard]] static Result<Steering, std::string> read(const std::string& file);
    /// Replaces the file at once. An error sentence or none.
    [[nodiscard]] std::optional<std::string> write(const std::string& file) const;

    [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
    [[nodiscard]] const std::vector<Range>& ranges() const noexcept { return ranges_; }

private:
    std::vector<Range> ranges_;  ///< ascending, apart
};

}  // namespace weir
