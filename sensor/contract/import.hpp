// SPDX-License-Identifier: Apache-2.0
// What importers of foreign files share: the policy text that they write, the names that a person maps to peers, and JSON.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parsers/base/result.hpp"
#include "sensor/config/yaml.hpp"

namespace weir::import {

/// A part of a policy as text, and what could not be taken over, each with the place in the foreign file.
struct Imported {
    std::string name;  ///< of the contract; empty for equipment
    std::string text;
    std::vector<FileError> warnings;
};
using Outcome = Result<Imported, std::vector<FileError>>;

/// What stands in front of a line that a person has to decide about, as `weir learn` writes it: it is not allowed until removed.
inline constexpr std::string_view review_mark = "#?";

/// Names of peers in foreign files (a class of MUD, "OSS" in a vendor's table), each with what it is in a policy.
class PeerNames {
public:
    /// Text of a file with `peers:`, which holds `name: peers` pairs; peers are what a line may name: addresses, `{dns: name}`,
    /// `{role: router}`, a list of these.
    [[nodiscard]] static Result<PeerNames, std::vector<FileError>> load(std::string_view file, std::string_view text);
    /// As a line writes it; empty: not mapped.
    [[nodiscard]] std::string_view find(std::string_view name) const noexcept;

private:
    std::map<std::string, std::string, std::less<>> peers_;
};

/// A JSON document: YAML is a superset of JSON, so its reader (bounded, every value with its line) reads it. What JSON alone has,
/// characters beyond the first plane as two escapes, is rewritten first.
[[nodiscard]] Result<yaml::Document, FileError> parse_json(std::string_view file, std::string_view text);
/// The value of `key` in a map; null: it is no map, or has none.
[[nodiscard]] const yaml::Node* member(const yaml::Node& node, std::string_view key) noexcept;
/// The text of a scalar, else empty.
[[nodiscard]] std::string_view text_of(const yaml::Node* node) noexcept;

/// A word as it may stand in flow style YAML: in quotes where YAML would read something else.
[[nodiscard]] std::string word(std::string_view text);
/// A text as a comment may show it: one line, without control characters, at most 100 bytes.
[[nodiscard]] std::string comment(std::string_view text);
/// Whether `text` may stand behind `dns:`.
[[nodiscard]] bool is_dns_name(std::string_view text) noexcept;
/// A name for a contract or network made of any text: lower case letters, digits and `-`; `fallback` where nothing is left.
[[nodiscard]] std::string name_from(std::string_view text, std::string_view fallback);

/// Lines of one contract, in the order in which they came, each once.
class ContractText {
public:
    /// `heading` is egress, ingress or deny; `line` is `{to: ..., service: ...}` with what follows. A line for `review` is written behind
    /// the mark.
    void add(std::string_view heading, const std::string& line, std::string_view remark, bool review);
    [[nodiscard]] bool has(std::string_view heading, const std::string& line) const;
    /// As it stands under `contracts:`; `remark` goes behind the name.
    [[nodiscard]] std::string text(std::string_view name, std::string_view remark) const;

private:
    struct Line {
        std::string text, remark;
        bool review;
    };
    std::map<std::string, std::vector<Line>, std::less<>> lines_;       ///< by heading
    std::set<std::pair<std::string, std::string>, std::less<>> known_;  ///< headings and lines
};

}  // namespace weir::import
