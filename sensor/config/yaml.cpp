// SPDX-License-Identifier: Apache-2.0
#include "sensor/config/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <istream>
#include <limits>
#include <streambuf>

namespace weir::yaml {
namespace {

/// Ends the parse from inside yaml-cpp's events.
struct Refused {
    unsigned line, column;
    std::string reason;
};

Refused refused(const YAML::Mark& mark, std::string reason) {
    return {static_cast<unsigned>(mark.line + 1), static_cast<unsigned>(mark.column + 1), std::move(reason)};
}

/// Builds the tree from yaml-cpp's events, so that nothing is expanded, merged or guessed on the way.
class Builder final : public YAML::EventHandler {
public:
    explicit Builder(std::pmr::monotonic_buffer_resource& memory) : memory_(memory) {}

    [[nodiscard]] const Node& root() const noexcept { return root_; }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnAnchor(const YAML::Mark& mark, const std::string&) override {
        throw refused(mark, "anchors (`&name`) are not allowed: write the value out");
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        throw refused(mark, "aliases (`*name`) are not allowed: write the value out");
    }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { put(node_at(mark, Type::null)); }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
        refuse_tag(mark, tag);
        Node node = node_at(mark, Type::scalar);
        node.quoted = tag == "!";
        node.text = keep(value);
        put(node);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
        open(mark, tag, Type::list);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
        open(mark, tag, Type::map);
    }
    void OnMapEnd() override {
        check_keys();
        close();
    }

private:
    struct Level {
        Node node;
        std::vector<Node> children;
    };

    static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
        if (!tag.empty() && tag != "?" && tag != "!") throw refused(mark, "tags (" + quoted(tag) + ") are not allowed");
    }
    Node node_at(const YAML::Mark& mark, Type type) {
        if (++nodes_ > max_nodes) throw refused(mark, "more than " + std::to_string(max_nodes) + " values in one file");
        Node node;
        node.type = type;
        node.line = static_cast<unsigned>(mark.line + 1);
        node.column = static_cast<unsigned>(mark.column + 1);
        return node;
    }
    void open(const YAML::Mark& mark, const std::string& tag, Type type) {
        refuse_tag(mark, tag);
        if (depth_ == max_nesting) throw refused(mark, "maps and lists nested more than " + std::to_string(max_nesting) + " deep");
        if (levels_.size() == depth_) levels_.emplace_back();
        levels_[depth_].node = node_at(mark, type);
        levels_[depth_].children.clear();
        ++depth_;
    }
    void close() {
        Level& level = levels_[--depth_];
        if (!level.children.empty()) {
            const std::size_t count = level.children.size();
            Node* const kept = static_cast<Node*>(memory_.allocate(count * sizeof(Node), alignof(Node)));
            std::uninitialized_copy_n(level.children.begin(), count, kept);
            level.node.children = {kept, count};
        }
        put(level.node);
    }
    void put(const Node& node) {
        if (depth_ == 0) {
            root_ = node;
        } else {
            levels_[depth_ - 1].children.push_back(node);
        }
    }
    /// Keys are scalars and stand once.
    void check_keys() {
        const std::vector<Node>& children = levels_[depth_ - 1].children;
        keys_.clear();
        for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
            const Node& key = children[i];
            if (key.type != Type::scalar) throw Refused{key.line, key.column, "a key is a single word, not a list, a map or nothing"};
            keys_.push_back(&key);
        }
        std::ranges::stable_sort(keys_, {}, &Node::text);
        for (std::size_t i = 1; i < keys_.size(); ++i)
            if (keys_[i - 1]->text == keys_[i]->text)
                throw Refused{keys_[i]->line, keys_[i]->column,
                              "key " + quoted(keys_[i]->text) + " stands twice (first on line " + std::to_string(keys_[i - 1]->line) + ")"};
    }
    std::string_view keep(const std::string& value) {
        if (value.empty()) return {};
        char* const kept = static_cast<char*>(memory_.allocate(value.size(), 1));
        std::memcpy(kept, value.data(), value.size());
        return {kept, value.size()};
    }

    std::pmr::monotonic_buffer_resource& memory_;
    std::vector<Level> levels_;  ///< reused: a level's list keeps its memory
    std::vector<const Node*> keys_;
    std::size_t depth_ = 0, nodes_ = 0;
    Node root_;
};

/// A stream over borrowed text.
struct ViewBuffer final : std::streambuf {
    explicit ViewBuffer(std::string_view text) {
        char* const first = const_cast<char*>(text.data());  // read only: no put area is set
        setg(first, first, first + text.size());
    }
};

constexpr std::array size_units{Unit{"", 1},
                                Unit{"B", 1},
                                Unit{"kB", 1'000},
                                Unit{"KB", 1'000},
                                Unit{"MB", 1'000'000},
                                Unit{"GB", 1'000'000'000},
                                Unit{"TB", 1'000'000'000'000},
                                Unit{"KiB", 1ull << 10},
                                Unit{"MiB", 1ull << 20},
                                Unit{"GiB", 1ull << 30},
                                Unit{"TiB", 1ull << 40}};
constexpr std::array duration_units{Unit{"ms", 1'000'000}, Unit{"s", 1'000'000'000}, Unit{"m", 60'000'000'000},
                                    Unit{"h", 3'600'000'000'000}, Unit{"d", 86'400'000'000'000}};

/// Letters inserted, left out, replaced or swapped with their neighbour between two words; given up beyond `limit`.
std::size_t edits(std::string_view left, std::string_view right, std::size_t limit) {
    if (std::max(left.size(), right.size()) - std::min(left.size(), right.size()) > limit) return limit + 1;
    std::vector<std::size_t> before(right.size() + 1), above(right.size() + 1), row(right.size() + 1);
    for (std::size_t k = 0; k < row.size(); ++k) row[k] = k;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        std::swap(before, above);
        std::swap(above, row);
        row[0] = i;
        for (std::size_t k = 1; k <= right.size(); ++k) {
            row[k] = std::min({above[k - 1] + (left[i - 1] != right[k - 1]), above[k] + 1, row[k - 1] + 1});
            if (i > 1 && k > 1 && left[i - 1] == right[k - 2] && left[i - 2] == right[k - 1]) row[k] = std::min(row[k], before[k - 2] + 1);
        }
    }
    return row.back();
}

}  // namespace

unsigned bad_line(std::string_view text) noexcept {
    unsigned line = 1;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            if ((lead < 0x20 && lead != '\n' && lead != '\r' && lead != '\t') || lead == 0x7f) return line;
            line += lead == '\n';
            ++i;
            continue;
        }
        const std::size_t length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
        if (length == 0 || length > text.size() - i) return line;
        for (std::size_t k = 1; k < length; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return line;
        i += length;
    }
    return 0;
}

Result<Document, FileError> parse(std::string_view file, std::string_view text) {
    const auto fail = [&](unsigned line, unsigned column, std::string reason) {
        return Unexpected{FileError{std::string{file}, line, column, std::move(reason)}};
    };
    if (text.size() > max_file_size)
        return fail(0, 0, "larger than " + std::to_string(max_file_size >> 20) + " MiB, which is all that weir reads");
    if (const unsigned line = bad_line(text))
        return fail(line, 0, "not text: bytes that are not UTF-8, or control characters; expected a YAML file");

    Document document;
    document.file_ = file;
    ViewBuffer buffer{text};
    std::istream stream{&buffer};
    Builder builder{*document.memory_};
    try {
        YAML::Parser parser{stream};
        parser.HandleNextDocument(builder);
        document.root_ = builder.root();
        Builder second{*document.memory_};
        if (parser.HandleNextDocument(second))
            return fail(second.root().line, 0, "a second YAML document begins; expected one document in a file");
    } catch (const Refused& refusal) {
        return fail(refusal.line, refusal.column, refusal.reason);
    } catch (const YAML::Exception& error) {
        const unsigned line = error.mark.line < 0 ? 0 : static_cast<unsigned>(error.mark.line + 1);
        return fail(line, error.mark.column < 0 ? 0 : static_cast<unsigned>(error.mark.column + 1), "not valid YAML: " + error.msg);
    }
    return document;
}

Result<std::string, FileError> read_text(const std::string& path) {
    const auto fail = [&](std::string reason) { return Unexpected{FileError{path, 0, 0, std::move(reason)}}; };
    errno = 0;
    std::ifstream stream{path, std::ios::binary};
    if (!stream) return fail(std::string{"cannot be opened: "} + std::strerror(errno));
    std::string text;
    std::array<char, 65536> piece;
    while (stream.read(piece.data(), piece.size()), stream.gcount() > 0) {
        text.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
        if (text.size() > max_file_size)
            return fail("larger than " + std::to_string(max_file_size >> 20) + " MiB, which is all that weir reads");
    }
    if (stream.bad()) return fail(std::string{"cannot be read: "} + std::strerror(errno));
    return text;
}

std::string Errors::suggestion(std::string_view word, std::span<const std::string_view> candidates) const {
    const std::string_view best = full() ? std::string_view{} : nearest(word, candidates);
    return best.empty() ? std::string{} : ", did you mean " + quoted(best) + "?";
}

MapReader::MapReader(const Node& node, Errors& errors, std::string_view what) : node_(node), errors_(errors), what_(what) {
    if (node.type != Type::map) errors.add(node, "expected " + std::string{what} + " (`key: value` pairs)");
}

const Node* MapReader::find(std::string_view key) {
    asked_.push_back(key);
    if (node_.type != Type::map) return nullptr;
    for (std::size_t i = 0; i + 1 < node_.children.size(); i += 2)
        if (node_.children[i].text == key) return node_.children[i + 1].type == Type::null ? nullptr : &node_.children[i + 1];
    return nullptr;
}

const Node* MapReader::require(std::string_view key) {
    const Node* const value = find(key);
    if (value == nullptr && node_.type == Type::map) errors_.add(node_, std::string{what_} + " needs " + quoted(key));
    return value;
}

void MapReader::finish() {
    if (node_.type != Type::map) return;
    for (std::size_t i = 0; i + 1 < node_.children.size(); i += 2) {
        const Node& key = node_.children[i];
        if (std::ranges::find(asked_, key.text) == asked_.end())
            errors_.add(key, "unknown key " + quoted(key.text) + " in " + std::string{what_} +
                                 errors_.suggestion(key.text, {asked_.begin(), asked_.size()}));
    }
}

std::optional<std::string_view> text_of(const Node& node, Errors& errors, std::string_view expected) {
    if (node.type == Type::scalar && !node.text.empty()) return node.text;
    errors.add(node, "expected " + std::string{expected});
    return std::nullopt;
}

std::optional<std::uint64_t> number_of(const Node& node, Errors& errors, std::uint64_t least, std::uint64_t most) {
    std::uint64_t number = 0;
    const char* const end = node.text.data() + node.text.size();
    if (node.type == Type::scalar && !node.text.empty()) {
        const auto [stop, error] = std::from_chars(node.text.data(), end, number);
        if (error == std::errc{} && stop == end && number >= least && number <= most) return number;
    }
    errors.add(node, (node.type == Type::scalar ? quoted(node.text) + " is not" : std::string{"this is not"}) + " a whole number from " +
                         std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

std::optional<bool> boolean_of(const Node& node, Errors& errors) {
    const auto boolean = node.type == Type::scalar ? as_boolean(node.text) : std::nullopt;
    if (!boolean) errors.add(node, "expected `yes` or `no`");
    return boolean;
}

std::optional<std::uint64_t> size_of(const Node& node, Errors& errors) {
    const auto size = node.type == Type::scalar ? with_unit(node.text, size_units) : std::nullopt;
    if (!size) errors.add(node, "expected a size such as `64KiB`, `50MB` or `2GB`");
    return size;
}

std::optional<std::int64_t> duration_of(const Node& node, Errors& errors) {
    const auto duration = node.type == Type::scalar ? with_unit(node.text, duration_units) : std::nullopt;
    if (!duration) errors.add(node, "expected a duration such as `500ms`, `30s`, `5m`, `8h` or `2d`");
    return duration ? std::optional<std::int64_t>{static_cast<std::int64_t>(*duration)} : std::nullopt;
}

std::optional<std::uint64_t> with_unit(std::string_view text, std::span<const Unit> units) noexcept {
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    for (const Unit& unit : units)
        if (unit.name == rest) return number <= largest / unit.factor ? std::optional{number * unit.factor} : std::nullopt;
    return std::nullopt;
}

std::optional<bool> as_boolean(std::string_view text) noexcept {
    if (text == "yes" || text == "true" || text == "on") return true;
    if (text == "no" || text == "false" || text == "off") return false;
    return std::nullopt;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    constexpr std::size_t longest_word = 64;
    if (word.size() > longest_word) return {};
    const std::size_t limit = word.size() < 4 ? 1 : word.size() < 8 ? 2 : 3;
    std::string_view best;
    std::size_t best_edits = limit + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = candidate.size() > longest_word ? best_edits : edits(word, candidate, limit);
        if (distance < best_edits) best = candidate, best_edits = distance;
    }
    return best;
}

std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::string out = "`";
    std::size_t shown = std::min(text.size(), longest);
    while (shown < text.size() && shown > 0 && (static_cast<unsigned char>(text[shown]) & 0xc0) == 0x80) --shown;  // between characters
    for (const char c : text.substr(0, shown)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '.' : c;
    if (text.size() > shown) out += "...";
    return out + '`';
}

}  // namespace weir::yaml
