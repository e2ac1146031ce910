// SPDX-License-Identifier: Apache-2.0
#include "rules/reputation.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace weir::rules {
namespace {

constexpr unsigned last_category = 60, highest_score = 127;
constexpr std::uint8_t all_bits = 128;

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
}

std::string_view take_part(std::string_view& row) noexcept {
    const std::size_t comma = row.find(',');
    const std::string_view part = trimmed(row.substr(0, comma));
    row.remove_prefix(comma == std::string_view::npos ? row.size() : comma + 1);
    return part;
}

std::optional<std::uint8_t> number(std::string_view text, unsigned least, unsigned most) noexcept {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
    return static_cast<std::uint8_t>(value);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// Calls `row(text)` for each line that is no comment; what it returns is a complaint, if it is not empty.
template <class Row>
std::vector<FileError> each_row(std::string_view file, std::string_view text, Row row) {
    std::vector<FileError> errors;
    for (unsigned line = 1; !text.empty(); ++line) {
        const std::size_t end = text.find('\n');
        const std::string_view content = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (content.empty() || content.starts_with('#')) continue;
        if (std::string complaint = row(content); !complaint.empty()) errors.push_back({std::string(file), line, 0, std::move(complaint)});
    }
    return errors;
}

IpAddress masked(const IpAddress& address, std::uint8_t length) noexcept {
    auto bytes = address.bytes();
    for (unsigned bit = length; bit < all_bits; ++bit) bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] & ~(0x80u >> bit % 8));
    return IpAddress::from_wire(bytes);
}

}  // namespace

bool Reputation::before(const Entry& left, const Entry& right) noexcept {
    return std::tuple{-int{left.length}, left.category, left.address} < std::tuple{-int{right.length}, right.category, right.address};
}

std::vector<FileError> Reputation::load_categories(std::string_view file, std::string_view text) {
    return each_row(file, text, [this](std::string_view row) -> std::string {
        const auto id = number(take_part(row), 1, last_category);
        const std::string_view name = take_part(row);
        if (!id || name.empty()) return "expected `number,short name,description` with a number from 1 to 60";
        categories_[lower(name)] = *id;
        return {};
    });
}

std::vector<FileError> Reputation::load(std::string_view file, std::string_view text) {
    return each_row(file, text, [this](std::string_view row) -> std::string {
        const std::string_view address = take_part(row);
        const auto prefix = IpPrefix::parse(address);
        const auto id = number(take_part(row), 1, last_category);
        const auto score = number(trimmed(row), 0, highest_score);
        if (!prefix || !id || !score) return "expected `address or prefix,category,score`: category 1 to 60, score 0 to 127";
        entries_.push_back({prefix->length, *id, prefix->address, *score});
        return {};
    });
}

void Reputation::finish() {
    std::stable_sort(entries_.begin(), entries_.end(), before);
    for (const Entry& entry : entries_)
        if (lengths_.empty() || lengths_.back() != entry.length) lengths_.push_back(entry.length);
}

std::uint8_t Reputation::category(std::string_view name) const {
    const auto found = categories_.find(lower(name));
    return found == categories_.end() ? std::uint8_t{0} : found->second;
}

std::optional<std::uint8_t> Reputation::score(const IpAddress& address, std::uint8_t category) const noexcept {
    for (const std::uint8_t length : lengths_) {
        const Entry wanted{length, category, masked(address, length), 0};
        const auto found = std::lower_bound(entries_.begin(), entries_.end(), wanted, before);
        if (found != entries_.end() && !before(wanted, *found)) return found->score;
    }
    return std::nullopt;
}

}  // namespace weir::rules
