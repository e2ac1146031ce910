// SPDX-License-Identifier: Apache-2.0
// The YAML that people write for weir: a checked, bounded subset, every value knowing its line. No anchors, aliases, tags or
// second documents, no key twice; whoever reads a value says what was expected, and all mistakes of a file are told at once.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/result.hpp"

namespace weir::yaml {

inline constexpr std::size_t max_file_size = 64u << 20;  ///< bytes of text
inline constexpr std::size_t max_nodes = 4'000'000;      ///< values and keys in one file
inline constexpr unsigned max_nesting = 16;              ///< maps and lists inside each other
inline constexpr std::size_t max_errors = 100;           ///< after that many, reading goes on but says no more
inline constexpr std::size_t max_keys = 32;              ///< keys that one MapReader may be asked for

enum class Type : std::uint8_t { null, scalar, list, map };

/// One value. Its text and children live in the Document.
struct Node {
    Type type = Type::null;
    bool quoted = false;             ///< a scalar in quotes: text, whatever it looks like
    unsigned line = 0, column = 0;   ///< 1-based
    std::string_view text;           ///< of a scalar
    std::span<const Node> children;  ///< a list's values; a map's key, value, key, value ... (keys are scalars)

    /// A list's values, or the node itself where a single value stands for a list of one. None for null.
    [[nodiscard]] std::span<const Node> items() const noexcept {
        if (type == Type::list) return children;
        return type == Type::null ? std::span<const Node>{} : std::span<const Node>{this, 1};
    }
};

/// A parsed file. Movable; nodes stay where they are.
class Document {
public:
    [[nodiscard]] const Node& root() const noexcept { return root_; }
    [[nodiscard]] const std::string& file() const noexcept { return file_; }

private:
    friend Result<Document, FileError> parse(std::string_view file, std::string_view text);
    std::string file_;
    std::unique_ptr<std::pmr::monotonic_buffer_resource> memory_ = std::make_unique<std::pmr::monotonic_buffer_resource>();
    Node root_;
};

/// Reads `text`; `file` is its name in errors. An empty text gives a null root.
[[nodiscard]] Result<Document, FileError> parse(std::string_view file, std::string_view text);

/// The whole of a file of at most `max_file_size` bytes.
[[nodiscard]] Result<std::string, FileError> read_text(const std::string& path);

/// The mistakes found in one file, in the order they were found.
class Errors {
public:
    explicit Errors(std::string file) : file_(std::move(file)) {}
    void add(const Node& where, std::string reason) { add(where.line, where.column, std::move(reason)); }
    void add(unsigned line, unsigned column, std::string reason) {
        if (!full()) list_.push_back({file_, line, column, std::move(reason)});
    }
    /// ", did you mean `x`?" or nothing; nothing, too, when no more errors are taken.
    [[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) const;
    [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
    /// Whether no more errors are taken.
    [[nodiscard]] bool full() const noexcept { return list_.size() == max_errors; }
    /// The list; the object is empty after.
    [[nodiscard]] std::vector<FileError> take() { return std::move(list_); }

private:
    std::string file_;
    std::vector<FileError> list_;
};

/// A map that is read key by key. What was not asked for is an unknown key: `finish` reports it with the nearest known one.
class MapReader {
public:
    /// `what` names the map in errors ("an equipment entry"). A node that is no map is reported, and reads as empty.
    MapReader(const Node& node, Errors& errors, std::string_view what);
    /// The value of `key`, or null where the map has none. Null values count as none.
    [[nodiscard]] const Node* find(std::string_view key);
    /// As `find`, but an absent key is an error.
    [[nodiscard]] const Node* require(std::string_view key);
    /// Reports every key that was never asked for.
    void finish();
    [[nodiscard]] const Node& node() const noexcept { return node_; }
    [[nodiscard]] Errors& errors() const noexcept { return errors_; }

private:
    const Node& node_;
    Errors& errors_;
    std::string_view what_;
    InlineVector<std::string_view, max_keys> asked_;
};

// --- values: each reports what is wrong and returns nothing when the node does not hold one
[[nodiscard]] std::optional<std::string_view> text_of(const Node& node, Errors& errors, std::string_view expected);
[[nodiscard]] std::optional<std::uint64_t> number_of(const Node& node, Errors& errors, std::uint64_t least, std::uint64_t most);
[[nodiscard]] std::optional<bool> boolean_of(const Node& node, Errors& errors);
/// Bytes, as `1500`, `50MB` or `64KiB`: whole numbers with B, kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (of 1024).
[[nodiscard]] std::optional<std::uint64_t> size_of(const Node& node, Errors& errors);
/// Nanoseconds: whole numbers with ms, s, m, h, d.
[[nodiscard]] std::optional<std::int64_t> duration_of(const Node& node, Errors& errors);

// --- the same for texts from elsewhere, as the command line
struct Unit {
    std::string_view name;  ///< empty: no unit behind the number
    std::uint64_t factor;
};
/// A whole number with one of `units` behind it; nothing when it is neither, or more than 63 bits hold.
[[nodiscard]] std::optional<std::uint64_t> with_unit(std::string_view text, std::span<const Unit> units) noexcept;
/// yes, true, on; no, false, off.
[[nodiscard]] std::optional<bool> as_boolean(std::string_view text) noexcept;

/// Where `text` stops being UTF-8 or holds a control character that no text file has: its line; 0: nowhere.
[[nodiscard]] unsigned bad_line(std::string_view text) noexcept;
/// The candidate that `word` was probably meant to be; empty when none is near.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);
/// A text from a file as an error may show it: in backquotes, control characters as dots, not too long.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace weir::yaml
