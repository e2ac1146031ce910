// SPDX-License-Identifier: Apache-2.0
#include "parsers/http/http_message.hpp"

#include <algorithm>

#include "parsers/base/text_lines.hpp"

namespace weir::http {
namespace {

constexpr std::size_t max_chunk_line = 256;  // a chunk's size with its extensions

constexpr int hex_digit(std::uint8_t byte) noexcept {
    if (byte >= '0' && byte <= '9') return byte - '0';
    const std::uint8_t lower = to_lower(byte);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// RFC 9110 section 5.6.2.
constexpr bool is_token(std::uint8_t byte) noexcept {
    const std::uint8_t lower = to_lower(byte);
    if ((lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9')) return true;
    return std::string_view{"!#$%&'*+-.^_`|~"}.find(static_cast<char>(byte)) != std::string_view::npos;
}

bool starts_nocase(Bytes bytes, std::string_view prefix) noexcept {
    return bytes.size() >= prefix.size() && equal_nocase(bytes.first(prefix.size()), prefix);
}

bool read_decimal(Bytes text, std::uint64_t& value) noexcept {
    value = 0;
    for (const std::uint8_t byte : text) {
        if (byte < '0' || byte > '9' || value > (~std::uint64_t{0} - 9) / 10) return false;
        value = value * 10 + (byte - '0');
    }
    return !text.empty();
}

/// The fields that have a name of their own, with where they go.
struct Known {
    std::string_view name;
    Bytes Head::*view;
};
constexpr std::array known{
    Known{"host", &Head::host}, Known{"user-agent", &Head::user_agent}, Known{"referer", &Head::referer}, Known{"content-type", &Head::content_type},
    Known{"cookie", &Head::cookie}, Known{"set-cookie", &Head::cookie}, Known{"server", &Head::server}, Known{"location", &Head::location},
    Known{"connection", &Head::connection}, Known{"accept", &Head::accept}, Known{"accept-encoding", &Head::accept_encoding},
    Known{"accept-language", &Head::accept_language}, Known{"transfer-encoding", &Head::transfer_encoding},
    Known{"authorization", &Head::authorization}, Known{"upgrade", &Head::upgrade}, Known{"content-length", &Head::content_length_text}};

void note_header(const Header& header, Head& head) noexcept {
    for (const Known& row : known) {
        if (!equal_nocase(header.name, row.name)) continue;
        Bytes& view = head.*row.view;
        if (row.view == &Head::content_length_text) {
            std::uint64_t length = 0;
            const bool good = read_decimal(header.value, length);
            head.bad_length |= !good || (head.has_content_length && length != head.content_length);
            head.has_content_length |= good;
            if (good && view.data() == nullptr) head.content_length = length;
        }
        if (view.data() == nullptr) view = header.value;
        return;
    }
}

bool read_start_line(Bytes line, bool response, Head& head) noexcept {
    head.start_line = line;
    Bytes rest = line;
    if (response) {
        head.protocol = take_word(rest);
        const Bytes code = take_word(rest);
        std::uint64_t status = 0;
        if (!starts_nocase(head.protocol, "HTTP/") || code.size() != 3 || !read_decimal(code, status) || status < 100) return false;
        head.status = static_cast<std::uint16_t>(status);
        head.status_text = rest;
        return true;
    }
    head.method = take_word(rest);
    if (head.method.empty() || !std::all_of(head.method.begin(), head.method.end(), is_token)) return false;
    // The protocol is the last word: a target with blanks in it is broken, but servers take it.
    std::size_t last = rest.size();
    while (last > 0 && rest[last - 1] != ' ' && rest[last - 1] != '\t') --last;
    if (starts_nocase(rest.subspan(last), "HTTP/")) {
        head.protocol = rest.subspan(last);
        rest = trimmed(rest.first(last));
    }
    head.target = rest;
    return !rest.empty();
}

}  // namespace

Bytes Head::header(std::string_view name) const noexcept {
    const auto found = std::ranges::find_if(headers, [name](const Header& row) { return equal_nocase(row.name, name); });
    return found == headers.end() ? Bytes{} : found->value;
}

bool is_request_line(Bytes line) noexcept {
    Head head;
    return read_start_line(line, false, head) && starts_nocase(head.protocol, "HTTP/1.");
}

bool is_status_line(Bytes line) noexcept {
    Head head;
    return starts_nocase(line, "HTTP/1.") && read_start_line(line, true, head);
}

std::size_t head_size(Bytes bytes, std::size_t searched) noexcept {
    // The end is LF CR LF or LF LF; step back over what may be its beginning.
    std::size_t at = searched > 3 ? searched - 3 : 0;
    while (at < bytes.size()) {
        const void* const found = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
        if (found == nullptr) return 0;
        const auto line_end = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
        if (line_end + 1 < bytes.size() && bytes[line_end + 1] == '\n') return line_end + 2;
        if (line_end + 2 < bytes.size() && bytes[line_end + 1] == '\r' && bytes[line_end + 2] == '\n') return line_end + 3;
        at = line_end + 1;
    }
    return 0;
}

bool read_head(Bytes raw, bool response, Scratch& scratch, Head& head) noexcept {
    head = {};
    head.raw = raw;
    TextLine line = first_line(raw);
    if (!line.complete() || !read_start_line(line.text, response, head)) return false;
    Bytes rest = raw.subspan(line.size);
    head.raw_headers = rest;
    const std::span<Header> headers = scratch.array<Header>(max_headers);
    std::size_t count = 0;
    for (line = first_line(rest); line.complete() && !line.text.empty(); line = first_line(rest)) {
        rest = rest.subspan(line.size);
        if (line.text[0] == ' ' || line.text[0] == '\t') {  // obs-fold, RFC 9112 section 5.2: the value goes on
            if (count == 0) {
                head.bad_line = true;
            } else {
                Header& folded = headers[count - 1];
                folded.value = Bytes{folded.value.data(), static_cast<std::size_t>(line.text.data() + line.text.size() - folded.value.data())};
            }
            continue;
        }
        const auto colon = static_cast<std::size_t>(std::find(line.text.begin(), line.text.end(), ':') - line.text.begin());
        if (colon == line.text.size()) {
            head.bad_line = true;
            continue;
        }
        if (count == headers.size()) break;
        headers[count++] = {trimmed(line.text.first(colon)), trimmed(line.text.subspan(colon + 1))};
    }
    head.raw_headers = head.raw_headers.first(static_cast<std::size_t>(rest.data() - head.raw_headers.data()));
    head.headers = headers.first(count);
    for (const Header& header : head.headers) note_header(header, head);
    head.chunked = contains_nocase(head.transfer_encoding, "chunked");
    head.both_lengths = head.chunked && head.has_content_length;
    return true;
}

ChunkHead read_chunk_head(Bytes bytes) noexcept {
    constexpr ChunkHead cut{.whole = false}, broken{.whole = false, .broken = true};
    TextLine line = first_line(bytes);
    if ((line.complete() ? line.size : bytes.size()) > max_chunk_line) return broken;
    if (!line.complete()) return cut;
    ChunkHead head;
    std::size_t digits = 0;
    while (digits < line.text.size() && digits < 15 && hex_digit(line.text[digits]) >= 0)
        head.size = head.size << 4 | static_cast<std::uint64_t>(hex_digit(line.text[digits++]));
    if (digits == 0) return broken;
    head.consumed = line.size;
    if (head.size != 0) return head;
    do {  // the trailer section ends with an empty line
        line = first_line(bytes.subspan(head.consumed));
        head.consumed += line.size;
        if ((line.complete() ? head.consumed : bytes.size()) > max_head) return broken;
        if (!line.complete()) return cut;
    } while (!line.text.empty());
    return head;
}

Chunks read_chunks(Bytes bytes, std::size_t limit, Scratch& scratch) noexcept {
    Chunks out;
    const std::span<std::uint8_t> body = scratch.take(limit);
    std::size_t filled = 0, at = 0;
    while (filled < body.size()) {
        const ChunkHead head = read_chunk_head(bytes.subspan(at));
        out.broken = head.broken;
        if (!head.whole) break;
        const std::uint64_t size = head.size;
        const std::size_t data = at + head.consumed;
        if (size == 0) {
            at = data;
            out.complete = true;
            break;
        }
        const std::uint64_t available = bytes.size() - data;
        const std::uint64_t room = body.size() - filled;
        constexpr std::uint64_t line_end = 2;
        if (available < size + line_end && size <= room) break;  // wait for the whole chunk
        const auto copied = static_cast<std::size_t>(std::min({size, available, room}));
        if (copied < room && copied < size) break;
        std::memcpy(body.data() + filled, bytes.data() + data, copied);
        filled += copied;
        at = data + copied;
        if (copied < size) {
            out.left = size - copied + line_end;
            break;
        }
        const TextLine end = first_line(bytes.subspan(at));
        if (!end.complete() || !end.text.empty()) {
            out.broken = true;
            break;
        }
        at += end.size;
    }
    out.body = body.first(filled);
    out.consumed = at;
    return out;
}

Bytes normalised_uri(Bytes target, Scratch& scratch) noexcept {
    const std::span<std::uint8_t> out = scratch.take(target.size());
    if (out.size() < target.size()) return target;
    std::size_t used = 0;
    bool in_query = target.empty() || target[0] != '/';  // an absolute URI or an authority is left as it is, but for decoding
    for (std::size_t i = 0; i < target.size(); ++i) {
        std::uint8_t byte = target[i];
        if (byte == '%' && i + 2 < target.size() && hex_digit(target[i + 1]) >= 0 && hex_digit(target[i + 2]) >= 0) {
            byte = static_cast<std::uint8_t>(hex_digit(target[i + 1]) << 4 | hex_digit(target[i + 2]));
            i += 2;
        } else if (byte == '?') {
            in_query = true;
        }
        out[used++] = byte;
        if (in_query || byte != '/') continue;
        // Behind a slash: drop a doubled one, `./`, and `../` with the segment before it.
        if (used >= 2 && out[used - 2] == '/') {
            --used;
        } else if (used >= 3 && out[used - 2] == '.' && out[used - 3] == '/') {
            used -= 2;
        } else if (used >= 4 && out[used - 2] == '.' && out[used - 3] == '.' && out[used - 4] == '/') {
            used -= 4;
            while (used > 0 && out[used - 1] != '/') --used;
            if (used == 0) out[used++] = '/';
        }
    }
    scratch.give_back(out.size() - used);
    return Bytes{out.data(), used};
}

}  // namespace weir::http
