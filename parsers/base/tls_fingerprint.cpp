// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/tls_fingerprint.hpp"

#include <algorithm>

#include "parsers/base/digest.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::tls {
namespace {

/// Writes what stands between the elements of a list.
class Separator {
public:
    explicit Separator(char character) noexcept : character_(character) {}
    void operator()(TextWriter& writer) noexcept {
        if (!first_) writer.put(character_);
        first_ = false;
    }

private:
    char character_;
    bool first_ = true;
};

void put_decimals(TextWriter& writer, Numbers numbers) noexcept {
    Separator dash{'-'};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (is_grease(numbers[i])) continue;
        dash(writer);
        writer.decimal(numbers[i]);
    }
}

void put_extension_decimals(TextWriter& writer, Bytes extensions) noexcept {
    Separator dash{'-'};
    (void)for_each_extension(extensions, [&](std::uint16_t type, Bytes) {
        if (is_grease(type)) return;
        dash(writer);
        writer.decimal(type);
    });
}

void put_hex(TextWriter& writer, std::span<const std::uint16_t> numbers) noexcept {
    Separator comma{','};
    for (const std::uint16_t number : numbers) {
        comma(writer);
        writer.hex(number);
    }
}

// ---------------------------------------------------------------- JA4, in the words of its specification

std::string_view ja4_version(std::uint16_t version) noexcept {
    switch (version) {
        case version::tls13: return "13";
        case version::tls12: return "12";
        case version::tls11: return "11";
        case version::tls10: return "10";
        case version::ssl3: return "s3";
        case version::ssl2: return "s2";
        case version::dtls10: return "d1";
        case version::dtls12: return "d2";
        case version::dtls13: return "d3";
        default: return "00";
    }
}

/// DTLS counts downwards.
std::uint16_t rank(std::uint16_t version) noexcept { return version >> 8 == 0xfe ? static_cast<std::uint16_t>(~version) : version; }

/// The highest version in supported_versions, else the legacy version.
std::uint16_t highest_version(const ClientHello& hello) noexcept {
    const Numbers offered{hello.versions};
    std::uint16_t highest = 0;
    for (std::size_t i = 0; i < offered.size(); ++i)
        if (!is_grease(offered[i])) highest = std::max(highest, offered[i], [](auto left, auto right) { return rank(left) < rank(right); });
    return highest != 0 ? highest : hello.version;
}

bool is_alphanumeric(std::uint8_t byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/// First and last character of the first protocol name, of its hexadecimal form where one of the two is not alphanumeric.
void put_alpn(TextWriter& writer, Bytes alpn) noexcept {
    Cursor cursor{alpn};
    const Bytes name = cursor.take(cursor.u8());
    if (name.empty()) {
        writer.put("00");
    } else if (is_alphanumeric(name.front()) && is_alphanumeric(name.back())) {
        writer.put(name.first(1)).put(name.last(1));
    } else {
        constexpr std::string_view digits = "0123456789abcdef";
        writer.put(digits[name.front() >> 4]).put(digits[name.back() & 15]);
    }
}

void put_count(TextWriter& writer, std::size_t count) noexcept {
    const std::size_t shown = std::min<std::size_t>(count, 99);
    if (shown < 10) writer.put('0');
    writer.decimal(shown);
}

/// The numbers that are not GREASE, in scratch memory.
struct Kept {
    std::span<std::uint16_t> numbers;
    bool fits = true;
};
Kept without_grease(Numbers numbers, Scratch& scratch) noexcept {
    const auto memory = scratch.array<std::uint16_t>(numbers.size());
    if (memory.size() < numbers.size()) return {{}, false};
    std::size_t count = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (!is_grease(numbers[i])) memory[count++] = numbers[i];
    return {memory.first(count)};
}
Kept extension_types(Bytes extensions, Scratch& scratch) noexcept {
    std::size_t count = 0;
    (void)for_each_extension(extensions, [&](std::uint16_t type, Bytes) { count += is_grease(type) ? 0 : 1; });
    const auto memory = scratch.array<std::uint16_t>(count);
    if (memory.size() < count) return {{}, false};
    std::size_t i = 0;
    (void)for_each_extension(extensions, [&](std::uint16_t type, Bytes) {
        if (!is_grease(type)) memory[i++] = type;
    });
    return {memory};
}

/// `_` and the first 12 digits of a list's SHA-256.
void put_hash(TextWriter& writer, bool list_is_empty, Bytes list) noexcept {
    const auto digest = sha256(list);
    writer.put('_').put(list_is_empty ? std::string_view{"000000000000"} : digest.text().substr(0, 12));
}

}  // namespace

Bytes ja3_text(const ClientHello& hello, Scratch& scratch) noexcept {
    return write_in(scratch, [&](TextWriter& writer) {
        writer.decimal(hello.version).put(',');
        put_decimals(writer, Numbers{hello.ciphers});
        writer.put(',');
        put_extension_decimals(writer, hello.extensions);
        writer.put(',');
        put_decimals(writer, Numbers{hello.groups});
        writer.put(',');
        Separator dash{'-'};
        for (const std::uint8_t format : hello.formats) {
            dash(writer);
            writer.decimal(format);
        }
    });
}

Bytes ja3s_text(const ServerHello& hello, Scratch& scratch) noexcept {
    return write_in(scratch, [&](TextWriter& writer) {
        writer.decimal(hello.legacy_version).put(',').decimal(hello.cipher).put(',');
        put_extension_decimals(writer, hello.extensions);
    });
}

bool write_ja4(const ClientHello& hello, Scratch& scratch, std::array<std::uint8_t, ja4_size>& out, Carrier carrier) noexcept {
    const Kept ciphers = without_grease(Numbers{hello.ciphers}, scratch);
    const Kept extensions = extension_types(hello.extensions, scratch);
    const Kept signatures = without_grease(Numbers{hello.signature_algorithms}, scratch);
    if (!ciphers.fits || !extensions.fits || !signatures.fits) return false;

    TextWriter writer{out};
    writer.put(static_cast<char>(carrier)).put(ja4_version(highest_version(hello))).put(hello.has_server_name ? 'd' : 'i');
    put_count(writer, ciphers.numbers.size());
    put_count(writer, extensions.numbers.size());
    put_alpn(writer, hello.alpn);

    std::ranges::sort(ciphers.numbers);
    const Bytes cipher_list = write_in(scratch, [&](TextWriter& list) { put_hex(list, ciphers.numbers); });
    put_hash(writer, ciphers.numbers.empty(), cipher_list);

    std::ranges::sort(extensions.numbers);
    const auto end = std::remove_if(extensions.numbers.begin(), extensions.numbers.end(),
                                    [](std::uint16_t type) { return type == extension::server_name || type == extension::alpn; });
    const std::span hashed{extensions.numbers.begin(), end};
    const Bytes extension_list = write_in(scratch, [&](TextWriter& list) {
        put_hex(list, hashed);
        if (signatures.numbers.empty()) return;
        list.put('_');
        put_hex(list, signatures.numbers);
    });
    put_hash(writer, hashed.empty(), extension_list);
    return writer.ok() && writer.text().size() == ja4_size && cipher_list.data() != nullptr && extension_list.data() != nullptr;
}

}  // namespace weir::tls
