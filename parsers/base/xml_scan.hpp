// SPDX-License-Identifier: Apache-2.0
// Reads XML byte by byte as far as a protocol's frame needs it: elements with their depth, attributes of a tag, short texts.
// No tree, no entities, no validation: a few bounded buffers, however long the document and however deep its nesting.
#pragma once

#include <array>

#include "parsers/base/kept_text.hpp"

namespace weir {

inline constexpr std::size_t max_xml_tag = 512;   ///< octets of a tag that are looked at
inline constexpr std::size_t max_xml_text = 256;  ///< octets of a text that are kept

/// A name without its prefix.
[[nodiscard]] inline Bytes local_name(Bytes name) noexcept {
    for (std::size_t i = name.size(); i > 0; --i)
        if (name[i - 1] == ':') return name.subspan(i);
    return name;
}

/// A start tag, without `<`, `>` and `/`.
class StartTag {
public:
    explicit StartTag(Bytes text) noexcept : rest_(text) {
        while (name_size_ < rest_.size() && !is_space(rest_[name_size_])) ++name_size_;
    }
    [[nodiscard]] Bytes name() const noexcept { return local_name(rest_.first(name_size_)); }
    /// The value of the first attribute whose local name this is; absent (null) when there is none.
    [[nodiscard]] Bytes attribute(std::string_view wanted) const noexcept {
        std::size_t at = name_size_;
        const auto skip_space = [&] {
            while (at < rest_.size() && is_space(rest_[at])) ++at;
        };
        for (;;) {
            skip_space();
            const std::size_t begin = at;
            while (at < rest_.size() && rest_[at] != '=' && !is_space(rest_[at])) ++at;
            const Bytes name = rest_.subspan(begin, at - begin);
            skip_space();
            if (at >= rest_.size() || rest_[at] != '=') return {};
            ++at;
            skip_space();
            if (at >= rest_.size() || (rest_[at] != '"' && rest_[at] != '\'')) return {};
            const std::uint8_t quote = rest_[at];
            const std::size_t value = ++at;
            while (at < rest_.size() && rest_[at] != quote) ++at;
            if (at == rest_.size()) return {};
            if (as_text(local_name(name)) == wanted) return rest_.subspan(value, at - value);
            ++at;
        }
    }

private:
    static bool is_space(std::uint8_t byte) noexcept { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }
    Bytes rest_;
    std::size_t name_size_ = 0;
};

class XmlScan {
public:
    /// Forgets everything: a new document begins.
    void reset() noexcept { *this = XmlScan{}; }
    /// Asked for in `open`: the text at the start of the element is wanted when it ends.
    void want_text() noexcept { text_wanted_ = true; }

    /// Reads one byte. Calls `handler.open(depth, StartTag)` and `handler.close(depth, text)`; the root has depth 1, `text` is
    /// absent (null) where it was not asked for.
    template <class Handler>
    void read(std::uint8_t byte, Handler& handler) noexcept {
        switch (step_) {
            case Step::text:
                if (byte == '<') {
                    step_ = Step::tag;
                    tag_size_ = 0;
                    quote_ = 0;
                    slash_ = false;
                } else if (text_wanted_ && text_size_ < max_xml_text && (text_size_ != 0 || byte > ' ')) {
                    text_[text_size_++] = byte;
                }
                return;
            case Step::tag: tag_byte(byte, handler); return;
            case Step::comment: until("-->", byte, Step::text); return;
            case Step::character_data:
                if (text_wanted_ && text_size_ < max_xml_text && byte != ']') text_[text_size_++] = byte;
                until("]]>", byte, Step::text);
                return;
            case Step::instruction: until("?>", byte, Step::text); return;
        }
    }

private:
    enum class Step : std::uint8_t { text, tag, comment, character_data, instruction };

    template <class Handler>
    void tag_byte(std::uint8_t byte, Handler& handler) noexcept {
        const bool closed = slash_;
        slash_ = quote_ == 0 && byte == '/';
        if (quote_ != 0) {
            if (byte == quote_) quote_ = 0;
        } else if (byte == '>') {
            step_ = Step::text;
            tag_ends(closed, handler);
            return;
        } else if ((byte == '"' || byte == '\'') && tag_size_ > 0 && tag_[0] != '!') {
            quote_ = byte;
        }
        if (tag_size_ < max_xml_tag) tag_[tag_size_++] = byte;
        matched_ = 0;
        const Bytes begin = Bytes{tag_.data(), tag_size_};
        if (as_text(begin) == "!--") step_ = Step::comment;
        if (as_text(begin) == "![CDATA[") step_ = Step::character_data;
        if (as_text(begin) == "?") step_ = Step::instruction;
    }

    template <class Handler>
    void tag_ends(bool is_empty, Handler& handler) noexcept {
        Bytes tag{tag_.data(), tag_size_};
        if (tag.empty() || tag[0] == '!') return;
        if (tag[0] == '/') {
            element_ends(handler);
            return;
        }
        if (is_empty && tag.back() == '/') tag = tag.first(tag.size() - 1);
        ++depth_;
        text_wanted_ = false;
        text_size_ = 0;
        handler.open(depth_, StartTag{tag});
        if (is_empty) element_ends(handler);
    }

    template <class Handler>
    void element_ends(Handler& handler) noexcept {
        if (depth_ == 0) return;
        std::size_t size = text_size_;
        while (size > 0 && text_[size - 1] <= ' ') --size;
        handler.close(depth_, text_wanted_ ? Bytes{text_.data(), size} : Bytes{});
        --depth_;
        text_wanted_ = false;
        text_size_ = 0;
    }

    /// Counts how much of `end` has just been read.
    void until(std::string_view end, std::uint8_t byte, Step next) noexcept {
        if (byte == static_cast<std::uint8_t>(end[matched_])) {
            if (++matched_ < end.size()) return;
            step_ = next;
            matched_ = 0;
        } else if (!(matched_ == end.size() - 1 && byte == static_cast<std::uint8_t>(end[0]))) {  // `]]]>` ends as `]]>` does
            matched_ = byte == static_cast<std::uint8_t>(end[0]) ? 1 : 0;
        }
    }

    Step step_ = Step::text;
    std::uint8_t quote_ = 0, matched_ = 0;
    bool slash_ = false;  ///< the byte before was the one that closes an empty element
    bool text_wanted_ = false;
    std::uint16_t tag_size_ = 0, text_size_ = 0;
    std::uint32_t depth_ = 0;
    std::array<std::uint8_t, max_xml_tag> tag_;
    std::array<std::uint8_t, max_xml_text> text_;
};

}  // namespace weir
