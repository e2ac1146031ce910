// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/import.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "parsers/base/bytes.hpp"
#include "sensor/contract/policy.hpp"
#include "sensor/contract/vocabulary.hpp"

namespace weir::import {
namespace {

constexpr std::size_t longest_comment = 100;
constexpr std::size_t longest_name = 48;

bool is_word_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// The number of a `\uXXXX` at the beginning of `text`.
std::optional<unsigned> escape_of(std::string_view text) noexcept {
    constexpr std::size_t length = 6;
    if (text.size() < length || text[0] != '\\' || text[1] != 'u') return std::nullopt;
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + length, value, 16);
    return error == std::errc{} && end == text.data() + length ? std::optional{value} : std::nullopt;
}

/// Two escapes that stand for one character (RFC 8259 section 7) become that character; a lone one the replacement character.
std::string without_surrogates(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const auto high = escape_of(text.substr(i));
        if (!high || *high < 0xd800 || *high > 0xdfff) {
            out += text[i];
            out += text[++i];
            continue;
        }
        const auto low = escape_of(text.substr(i + 6));
        const bool pair = *high < 0xdc00 && low && *low >= 0xdc00 && *low <= 0xdfff;
        const unsigned value = pair ? 0x10000u + ((*high - 0xd800u) << 10) + (*low - 0xdc00u) : 0xfffdu;
        if (pair) out += static_cast<char>(0xf0 | value >> 18), out += static_cast<char>(0x80 | (value >> 12 & 0x3f));
        if (!pair) out += static_cast<char>(0xe0 | value >> 12);
        out += static_cast<char>(0x80 | (value >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (value & 0x3f));
        i += pair ? 11 : 5;
    }
    return out;
}

/// A value as one line of flow style, scalars in quotes where they need them.
std::string written(const yaml::Node& node) {
    switch (node.type) {
        case yaml::Type::null: return "~";
        case yaml::Type::scalar: return node.text == "same" && !node.quoted ? "same" : word(node.text);
        case yaml::Type::list: {
            std::string out = "[";
            for (const yaml::Node& item : node.children) out += (out.size() > 1 ? ", " : "") + written(item);
            return out + ']';
        }
        case yaml::Type::map: {
            std::string out = "{";
            for (std::size_t i = 0; i + 1 < node.children.size(); i += 2)
                out += (i > 0 ? ", " : "") + word(node.children[i].text) + ": " + written(node.children[i + 1]);
            return out + '}';
        }
    }
    return {};
}

}  // namespace

Result<PeerNames, std::vector<FileError>> PeerNames::load(std::string_view file, std::string_view text) {
    const auto document = yaml::parse(file, text);
    if (!document) return Unexpected{std::vector{document.error()}};
    yaml::Errors errors{std::string{file}};
    yaml::MapReader map{document->root(), errors, "a file of peers"};
    const yaml::Node* const peers = map.require("peers");
    map.finish();
    PeerNames out;
    if (peers != nullptr && peers->type != yaml::Type::map)
        errors.add(*peers, "expected `name: peers` pairs under `peers`, such as `OSS: 10.30.0.10`");
    if (peers != nullptr && peers->type == yaml::Type::map) {
        PolicyTables tables;
        Vocabulary vocabulary{tables, errors};  // checks each value as a policy would
        for (std::size_t i = 0; i + 1 < peers->children.size(); i += 2) {
            const yaml::Node& value = peers->children[i + 1];
            if (vocabulary.peers(value)) out.peers_.emplace(peers->children[i].text, written(value));
        }
    }
    if (!errors.empty()) return Unexpected{errors.take()};
    return out;
}

std::string_view PeerNames::find(std::string_view name) const noexcept {
    const auto at = peers_.find(name);
    return at == peers_.end() ? std::string_view{} : std::string_view{at->second};
}

Result<yaml::Document, FileError> parse_json(std::string_view file, std::string_view text) {
    auto document = yaml::parse(file, without_surrogates(text));
    if (document) return document;
    FileError error = document.error();
    for (std::size_t at; (at = error.reason.find("YAML")) != std::string::npos;) error.reason.replace(at, 4, "JSON");
    return Unexpected{std::move(error)};
}

const yaml::Node* member(const yaml::Node& node, std::string_view key) noexcept {
    if (node.type != yaml::Type::map) return nullptr;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2)
        if (node.children[i].text == key) return &node.children[i + 1];
    return nullptr;
}

std::string_view text_of(const yaml::Node* node) noexcept {
    return node != nullptr && node->type == yaml::Type::scalar ? node->text : std::string_view{};
}

std::string word(std::string_view text) {
    const bool plain = !text.empty() && text != "~" && text != "null" && text != "same" && text.front() != '-' && text.front() != '.' &&
                       std::ranges::all_of(text, is_word_character);
    if (plain) return std::string{text};
    std::string out = "\"";
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += ' ';
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

bool is_dns_name(std::string_view text) noexcept {
    constexpr std::size_t longest = 253;
    const std::string_view plain = text.starts_with("*.") ? text.substr(2) : text;
    return !plain.empty() && text.size() <= longest && plain.front() != '.' && plain.front() != '-' &&
           plain.find("..") == std::string_view::npos && std::ranges::all_of(plain, is_word_character) && plain != "any";
}

std::string comment(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, longest_comment))
        out += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f ? ' ' : c;
    return out;
}

std::string name_from(std::string_view text, std::string_view fallback) {
    std::string out;
    for (const char c : text) {
        const bool good = is_word_character(c) && c != '_' && c != '.';
        if (out.size() == longest_name) break;
        if (good)
            out += static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    while (!out.empty() && out.back() == '-') out.pop_back();
    while (!out.empty() && out.front() == '-') out.erase(0, 1);
    const bool has_letter = std::ranges::any_of(out, [](char c) { return c >= 'a' && c <= 'z'; });
    if (out.empty()) return std::string{fallback};
    return has_letter && out != "any" ? out : std::string{fallback} + '-' + out;
}

void ContractText::add(std::string_view heading, const std::string& line, std::string_view remark, bool review) {
    if (known_.emplace(heading, line).second) lines_[std::string{heading}].push_back({line, comment(remark), review});
}

bool ContractText::has(std::string_view heading, const std::string& line) const {
    return known_.contains(std::pair{std::string{heading}, line});
}

std::string ContractText::text(std::string_view name, std::string_view remark) const {
    static constexpr std::array<std::string_view, 3> headings{"egress", "ingress", "deny"};
    const bool empty = std::ranges::none_of(headings, [this](std::string_view heading) { return lines_.contains(heading); });
    std::string out = "  " + std::string{name} + (empty ? ": {}" : ":") + (remark.empty() ? "" : "  # " + comment(remark)) + '\n';
    for (const std::string_view heading : headings) {
        const auto at = lines_.find(heading);
        if (at == lines_.end()) continue;
        const bool only_review = std::ranges::all_of(at->second, &Line::review);
        out += "    " + std::string{heading} + (only_review ? ":  # nothing yet\n" : ":\n");
        for (const Line& line : at->second)
            out += std::string{line.review ? review_mark : std::string_view{}} + "      - " + line.text +
                   (line.remark.empty() ? "" : "  # " + line.remark) + '\n';
    }
    return out;
}

}  // namespace weir::import
