// SPDX-License-Identifier: Apache-2.0
#include "rules/match/transform.hpp"

#include <algorithm>

#include "parsers/base/digest.hpp"

namespace weir::rules {
namespace {

bool is_space(std::uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

int hex_digit(std::uint8_t byte) {
    const std::uint8_t c = to_lower(byte);
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// The digest's bytes from its hexadecimal digits.
std::size_t unhex(std::string_view digits, std::uint8_t* out) {
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out[i / 2] = static_cast<std::uint8_t>(hex_digit(static_cast<std::uint8_t>(digits[i])) << 4 |
                                               hex_digit(static_cast<std::uint8_t>(digits[i + 1])));
    return digits.size() / 2;
}

std::size_t url_decode(Bytes in, std::uint8_t* out) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const bool escape = in[i] == '%' && i + 2 < in.size() && hex_digit(in[i + 1]) >= 0 && hex_digit(in[i + 2]) >= 0;
        out[size++] = escape ? static_cast<std::uint8_t>(hex_digit(in[i + 1]) << 4 | hex_digit(in[i + 2])) : in[i] == '+' ? ' ' : in[i];
        if (escape) i += 2;
    }
    return size;
}

/// Without white space, or with each run of it as one blank.
std::size_t squeeze(Bytes in, std::uint8_t* out, bool keep_one) {
    std::size_t size = 0;
    bool in_run = false;
    for (const std::uint8_t byte : in) {
        const bool space = is_space(byte);
        if (!space) out[size++] = byte;
        if (space && keep_one && !in_run) out[size++] = ' ';
        in_run = space;
    }
    return size;
}

/// Names of header fields, up to the colon in each line, in lower case.
std::size_t lower_names(Bytes in, std::uint8_t* out) {
    bool in_name = true;
    for (std::size_t i = 0; i < in.size(); ++i) {
        in_name = (in_name && in[i] != ':') || in[i] == '\n';
        out[i] = in_name ? to_lower(in[i]) : in[i];
    }
    return in.size();
}

/// Without the lines that begin with a colon: HTTP/2 says there what HTTP/1 says in the start line.
std::size_t without_pseudo_headers(Bytes in, std::uint8_t* out) {
    std::size_t size = 0;
    for (std::size_t start = 0; start < in.size();) {
        const auto* const found = static_cast<const std::uint8_t*>(std::memchr(in.data() + start, '\n', in.size() - start));
        const std::size_t end = found != nullptr ? static_cast<std::size_t>(found - in.data()) + 1 : in.size();
        if (in[start] != ':') {
            std::memcpy(out + size, in.data() + start, end - start);
            size += end - start;
        }
        start = end;
    }
    return size;
}

}  // namespace

/// Writes at most in.size() + 1 bytes, or a digest.
std::size_t Transformer::transform(const Transform& kind, Bytes in, std::uint8_t* out) noexcept {
    switch (kind.kind) {
        case Transform::dotprefix:
            if (in.empty()) return 0;
            out[0] = '.';
            std::memcpy(out + 1, in.data(), in.size());
            return in.size() + 1;
        case Transform::to_lowercase: std::transform(in.begin(), in.end(), out, to_lower); return in.size();
        case Transform::to_uppercase:
            std::transform(in.begin(), in.end(), out, [](std::uint8_t byte) {
                return byte >= 'a' && byte <= 'z' ? static_cast<std::uint8_t>(byte - ('a' - 'A')) : byte;
            });
            return in.size();
        case Transform::strip_whitespace: return squeeze(in, out, false);
        case Transform::compress_whitespace: return squeeze(in, out, true);
        case Transform::url_decode: return url_decode(in, out);
        case Transform::to_md5: return unhex(md5(in).text(), out);
        case Transform::to_sha1: return unhex(sha1(in).text(), out);
        case Transform::to_sha256: return unhex(sha256(in).text(), out);
        case Transform::header_lowercase: return lower_names(in, out);
        case Transform::strip_pseudo_headers: return without_pseudo_headers(in, out);
        case Transform::exclusive_or:
            for (std::size_t i = 0; i < in.size(); ++i)
                out[i] = static_cast<std::uint8_t>(in[i] ^ static_cast<std::uint8_t>(kind.text[i % kind.text.size()]));
            return in.size();
        case Transform::capture: {
            PcreRunner::Match match;
            const bool matched = runner_.run(regexes_[kind.regex].code.get(), in, 0, true, match) == PcreRunner::Outcome::match;
            const Bytes group = matched ? in.subspan(match.group_first, match.group_last - match.group_first) : in;
            std::copy(group.begin(), group.end(), out);
            return group.size();
        }
    }
    return 0;
}

Bytes Transformer::apply(const std::vector<Transform>& transforms, Bytes bytes) noexcept {
    std::size_t turn = 0;
    for (const Transform& kind : transforms) {
        auto& out = memory_[turn];
        bytes = Bytes{out.data(), transform(kind, first_of(bytes, longest), out.data())};
        turn ^= 1;
    }
    return bytes;
}

}  // namespace weir::rules
