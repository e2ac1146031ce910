// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/json_writer.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

namespace weir {
namespace {

constexpr std::string_view hexadecimal = "0123456789abcdef";
constexpr std::size_t end_size = 2;  // "}\n"
constexpr std::string_view truncation = R"("truncated":true)";

enum class Byte : std::uint8_t { plain, escaped, multi };

constexpr std::array<Byte, 256> byte_classes = [] {
    std::array<Byte, 256> classes{};
    for (std::size_t i = 0; i < 0x20; ++i) classes[i] = Byte::escaped;
    for (std::size_t i = 0x80; i < 0x100; ++i) classes[i] = Byte::multi;
    classes['"'] = classes['\\'] = Byte::escaped;
    return classes;
}();

/// Length of the UTF-8 sequence at the start of `bytes` (RFC 3629 section 4), 0 when it is none: overlong forms,
/// surrogates and what lies beyond U+10FFFF are none.
std::size_t sequence_length(Bytes bytes) noexcept {
    const std::uint8_t first = bytes[0];
    const std::size_t length = first >= 0xc2 && first <= 0xdf ? 2 : (first & 0xf0) == 0xe0 ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
    if (length == 0 || bytes.size() < length) return 0;
    std::uint8_t low = 0x80, high = 0xbf;  // bounds of the second byte
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
    if (bytes[1] < low || bytes[1] > high) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((bytes[i] & 0xc0) != 0x80) return 0;
    return length;
}

constexpr char short_escape(std::uint8_t byte) noexcept {
    switch (byte) {
        case '"': return '"';
        case '\\': return '\\';
        case '\b': return 'b';
        case '\f': return 'f';
        case '\n': return 'n';
        case '\r': return 'r';
        case '\t': return 't';
        default: return '\0';
    }
}

}  // namespace

JsonWriter::JsonWriter(std::span<char> buffer) noexcept : text_(buffer.data()), limit_(buffer.size() - note_size - end_size) {
    assert(buffer.size() >= note_size + end_size + 1);
    text_[size_++] = '{';
}

bool JsonWriter::put(std::string_view text) noexcept {
    if (text.size() > limit_ - size_) return false;
    std::memcpy(text_ + size_, text.data(), text.size());
    size_ += text.size();
    return true;
}

bool JsonWriter::put(char c) noexcept {
    if (size_ >= limit_) return false;
    text_[size_++] = c;
    return true;
}

bool JsonWriter::put_number(std::uint64_t value) noexcept {
    const auto [end, error] = std::to_chars(text_ + size_, text_ + limit_, value);
    if (error != std::errc{}) return false;
    size_ = static_cast<std::size_t>(end - text_);
    return true;
}

bool JsonWriter::put_escaped(Bytes text) noexcept {
    if (!put('"')) return false;
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t run = at;
        while (run < text.size() && byte_classes[text[run]] == Byte::plain) ++run;
        if (run > at && !put(as_text(text.subspan(at, run - at)))) return false;
        at = run;
        if (at == text.size()) break;
        const std::uint8_t byte = text[at];
        if (byte_classes[byte] == Byte::multi) {
            if (const std::size_t length = sequence_length(text.subspan(at)); length != 0) {
                if (!put(as_text(text.subspan(at, length)))) return false;
                at += length;
                continue;
            }
        } else if (const char letter = short_escape(byte); letter != '\0') {
            const char escaped[]{'\\', letter};
            if (!put(std::string_view{escaped, 2})) return false;
            ++at;
            continue;
        }
        const char escaped[]{'\\', 'u', '0', '0', hexadecimal[byte >> 4], hexadecimal[byte & 15]};
        if (!put(std::string_view{escaped, sizeof escaped})) return false;
        ++at;
    }
    return put('"');
}

bool JsonWriter::put_hex(Bytes bytes, char separator) noexcept {
    if (!put('"')) return false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i != 0 && separator != '\0' && !put(separator)) return false;
        const char digits[]{hexadecimal[bytes[i] >> 4], hexadecimal[bytes[i] & 15]};
        if (!put(std::string_view{digits, 2})) return false;
    }
    return put('"');
}

bool JsonWriter::begin_element() noexcept {
    if (overflow_) return false;
    member_start_ = size_;
    const char last = text_[size_ - 1];
    return last == '{' || last == '[' || put(',');
}

bool JsonWriter::begin_member(std::string_view key) noexcept {
    if (!begin_element()) return false;
    if (key.size() + 3 > limit_ - size_) return false;
    char* out = text_ + size_;
    *out++ = '"';
    std::memcpy(out, key.data(), key.size());
    out += key.size();
    *out++ = '"';
    *out = ':';
    size_ += key.size() + 3;
    return true;
}

void JsonWriter::end_member(bool fitted) noexcept {
    if (fitted || overflow_) return;
    size_ = member_start_;
    overflow_ = true;
}

void JsonWriter::open(std::string_view key, char bracket) noexcept {
    // One byte of the limit is set aside for the closing bracket.
    const bool fitted = begin_member(key) && put(bracket) && size_ < limit_;
    end_member(fitted);
    if (fitted)
        --limit_;
    else
        ++skipped_;
}

void JsonWriter::open(char bracket) noexcept {
    const bool fitted = begin_element() && put(bracket) && size_ < limit_;
    end_member(fitted);
    if (fitted)
        --limit_;
    else
        ++skipped_;
}

void JsonWriter::close(char bracket) noexcept {
    if (skipped_ > 0) {
        --skipped_;
        return;
    }
    text_[size_++] = bracket;
    ++limit_;
}

void JsonWriter::end_object_unless_empty(Mark mark) noexcept {
    const bool empty = skipped_ == 0 && text_[size_ - 1] == '{' && size_ > mark.size;
    end_object();
    if (empty) size_ = mark.size;
}

void JsonWriter::end_array_unless_empty(Mark mark) noexcept {
    const bool empty = skipped_ == 0 && text_[size_ - 1] == '[' && size_ > mark.size;
    end_array();
    if (empty) size_ = mark.size;
}

void JsonWriter::member(std::string_view key, std::string_view text) noexcept { end_member(begin_member(key) && put_escaped(as_bytes(text))); }
void JsonWriter::member(std::string_view key, bool value) noexcept { end_member(begin_member(key) && put(value ? "true" : "false")); }
void JsonWriter::unsigned_member(std::string_view key, std::uint64_t value) noexcept { end_member(begin_member(key) && put_number(value)); }
void JsonWriter::signed_member(std::string_view key, std::int64_t value) noexcept {
    const bool negative = value < 0;
    const auto magnitude = negative ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
    end_member(begin_member(key) && (!negative || put('-')) && put_number(magnitude));
}

void JsonWriter::member(std::string_view key, double value, int decimals) noexcept {
    const double scale = std::pow(10.0, decimals);
    const double rounded = std::isfinite(value) ? std::round(value * scale) / scale : 0.0;
    if (!begin_member(key)) return end_member(false);
    const auto [end, error] = std::to_chars(text_ + size_, text_ + limit_, rounded);
    if (error == std::errc{}) size_ = static_cast<std::size_t>(end - text_);
    end_member(error == std::errc{});
}

void JsonWriter::raw_member(std::string_view key, std::string_view json) noexcept { end_member(begin_member(key) && put(json)); }
void JsonWriter::raw_members(std::string_view json) noexcept { end_member(begin_element() && put(json)); }
void JsonWriter::plain_member(std::string_view key, std::string_view text) noexcept {
    end_member(begin_member(key) && put('"') && put(text) && put('"'));
}
void JsonWriter::hex_member(std::string_view key, Bytes bytes, char separator) noexcept {
    end_member(begin_member(key) && put_hex(bytes, separator));
}

void JsonWriter::element(std::string_view text) noexcept { end_member(begin_element() && put_escaped(as_bytes(text))); }
void JsonWriter::element(std::uint64_t value) noexcept { end_member(begin_element() && put_number(value)); }
void JsonWriter::element(bool value) noexcept { end_member(begin_element() && put(value ? "true" : "false")); }
void JsonWriter::plain_element(std::string_view text) noexcept { end_member(begin_element() && put('"') && put(text) && put('"')); }
void JsonWriter::hex_element(Bytes bytes, char separator) noexcept { end_member(begin_element() && put_hex(bytes, separator)); }

void JsonWriter::keep(std::size_t bytes) noexcept {
    kept_ = bytes < limit_ - size_ ? bytes : limit_ - size_;
    limit_ -= kept_;
}

void JsonWriter::release() noexcept {
    assert(skipped_ == 0);
    limit_ += kept_;
    kept_ = 0;
    truncated_ = truncated_ || overflow_;
    overflow_ = false;
}

void JsonWriter::note_truncation(std::string_view object) noexcept {
    if (!truncated() || noted_ || skipped_ > 0) return;
    noted_ = true;
    // The note has room of its own behind the limit, so that it fits where nothing else does.
    const auto append = [this](std::string_view text) {
        std::memcpy(text_ + size_, text.data(), text.size());
        size_ += text.size();
        limit_ += text.size();
    };
    if (const char last = text_[size_ - 1]; last != '{') append(",");
    if (!object.empty()) {
        append("\"");
        append(object);
        append("\":{");
    }
    append(truncation);
    if (!object.empty()) append("}");
}

std::size_t JsonWriter::finish() noexcept {
    assert(skipped_ == 0);
    text_[size_++] = '}';
    text_[size_++] = '\n';
    return size_;
}

}  // namespace weir
