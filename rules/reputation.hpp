// SPDX-License-Identifier: Apache-2.0
// Reputations of addresses, by category: Suricata's reputation files.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/base/ip_address.hpp"
#include "parsers/base/result.hpp"

namespace weir::rules {

/// Constant once it is filled. Of several entries about an address the one with the longest prefix counts.
class Reputation {
public:
    /// Adds the rows of a categories file (`number,short name,description`; 1 to 60). Returns what was not understood.
    std::vector<FileError> load_categories(std::string_view file, std::string_view text);
    /// Adds the rows of a reputation file (`address or prefix,number,score`; scores 0 to 127).
    std::vector<FileError> load(std::string_view file, std::string_view text);
    /// To be called once, behind the last file.
    void finish();

    /// The number of a category by its short name (case does not count); 0: there is none.
    [[nodiscard]] std::uint8_t category(std::string_view name) const;
    /// The address's score in a category; nothing where no file says any.
    [[nodiscard]] std::optional<std::uint8_t> score(const IpAddress& address, std::uint8_t category) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        std::uint8_t length = 0;  ///< bits of the prefix, of 128
        std::uint8_t category = 0;
        IpAddress address;
        std::uint8_t score = 0;
    };
    static bool before(const Entry& left, const Entry& right) noexcept;

    std::map<std::string, std::uint8_t, std::less<>> categories_;
    std::vector<Entry> entries_;         ///< by length (longest first), category, address
    std::vector<std::uint8_t> lengths_;  ///< those that occur, longest first
};

}  // namespace weir::rules
