// SPDX-License-Identifier: Apache-2.0
// Tables as people exchange them: CSV (RFC 4180), with a header, separated by comma, semicolon or tab.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/base/result.hpp"

namespace weir::import {

inline constexpr std::size_t max_csv_rows = 200'000;
inline constexpr std::size_t max_csv_columns = 64;
inline constexpr std::size_t max_csv_cell = 4096;  ///< bytes

struct CsvTable {
    struct Row {
        std::vector<std::string> cells;  ///< without the spaces around them; as many as the header has
        unsigned line = 0;               ///< on which it begins
    };
    std::vector<std::string> header;  ///< in lower case
    std::vector<Row> rows;            ///< empty ones left out

    /// The column of the first of `names` that the header has.
    [[nodiscard]] std::optional<std::size_t> column(std::initializer_list<std::string_view> names) const noexcept;
};

/// `file` stands in errors. The first row is the header; the separator is whichever of `,`, `;` and tab it has most of.
[[nodiscard]] Result<CsvTable, FileError> parse_csv(std::string_view file, std::string_view text);

}  // namespace weir::import
