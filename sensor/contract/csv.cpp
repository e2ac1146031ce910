// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/csv.hpp"

#include <algorithm>

#include "parsers/base/bytes.hpp"
#include "sensor/config/yaml.hpp"

namespace weir::import {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

char separator_of(std::string_view text) noexcept {
    const std::string_view header = text.substr(0, text.find('\n'));
    const auto in_header = [header](char c) { return std::ranges::count(header, c); };
    return *std::ranges::max_element(std::string_view{",;\t"}, {}, in_header);
}

std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \r\t");
    if (first == std::string_view::npos) return {};
    return std::string{text.substr(first, text.find_last_not_of(" \r\t") - first + 1)};
}

class Reader {
public:
    Reader(std::string_view file, std::string_view text) : file_(file), text_(text), separator_(separator_of(text)) {}

    Result<CsvTable, FileError> run() {
        CsvTable table;
        while (at_ < text_.size()) {
            CsvTable::Row row;
            row.line = line_;
            if (const char* const wrong = read_row(row.cells)) return Unexpected{FileError{std::string{file_}, row.line, 0, wrong}};
            if (std::ranges::all_of(row.cells, &std::string::empty)) continue;
            if (table.header.empty()) {
                for (std::string& cell : row.cells)
                    for (char& c : cell) c = static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
                table.header = std::move(row.cells);
                continue;
            }
            if (row.cells.size() > table.header.size())
                return Unexpected{FileError{std::string{file_}, row.line, 0,
                                            "a row of " + std::to_string(row.cells.size()) + " cells; expected at most the " +
                                                std::to_string(table.header.size()) + " of the header"}};
            if (table.rows.size() == max_csv_rows)
                return Unexpected{FileError{std::string{file_}, row.line, 0, "more than " + std::to_string(max_csv_rows) + " rows"}};
            row.cells.resize(table.header.size());
            table.rows.push_back(std::move(row));
        }
        if (table.header.empty()) return Unexpected{FileError{std::string{file_}, 0, 0, "an empty table; expected a header and rows"}};
        return table;
    }

private:
    /// Null, or what is wrong.
    const char* read_row(std::vector<std::string>& cells) {
        for (;;) {
            std::string cell;
            if (const char* const wrong = read_cell(cell)) return wrong;
            if (cells.size() == max_csv_columns) return "more than 64 columns";
            cells.push_back(std::move(cell));
            if (at_ == text_.size()) return nullptr;
            if (text_[at_++] == '\n') {
                ++line_;
                return nullptr;
            }
        }
    }

    /// Up to the separator, the end of the line or of the text.
    const char* read_cell(std::string& cell) {
        std::size_t begin = at_;
        while (begin < text_.size() && text_[begin] == ' ') ++begin;
        if (begin < text_.size() && text_[begin] == '"') {
            at_ = begin + 1;
            return read_quoted(cell);
        }
        const std::size_t end = std::min(text_.size(), text_.find_first_of(std::string{separator_} + '\n', at_));
        if (end - at_ > max_csv_cell) return "a cell of more than 4096 bytes";
        cell = trimmed(text_.substr(at_, end - at_));
        at_ = end;
        return nullptr;
    }

    const char* read_quoted(std::string& cell) {
        std::string raw;
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"' && (++at_ == text_.size() || text_[at_] != '"')) {
                while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\r')) ++at_;
                if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n')
                    return "text behind a closing quote; expected a separator";
                cell = trimmed(raw);
                return nullptr;
            }
            if (raw.size() == max_csv_cell) return "a cell of more than 4096 bytes";
            line_ += text_[at_] == '\n';
            raw += text_[at_] == '\n' ? ' ' : text_[at_];
        }
        return "a quote that is not closed";
    }

    std::string_view file_, text_;
    char separator_;
    std::size_t at_ = 0;
    unsigned line_ = 1;
};

}  // namespace

std::optional<std::size_t> CsvTable::column(std::initializer_list<std::string_view> names) const noexcept {
    for (const std::string_view name : names)
        if (const auto at = std::ranges::find(header, name); at != header.end()) return static_cast<std::size_t>(at - header.begin());
    return std::nullopt;
}

Result<CsvTable, FileError> parse_csv(std::string_view file, std::string_view text) {
    if (const unsigned line = yaml::bad_line(text))
        return Unexpected{FileError{std::string{file}, line, 0, "not text: bytes that are not UTF-8, or control characters; expected CSV"}};
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    return Reader{file, text}.run();
}

}  // namespace weir::import
