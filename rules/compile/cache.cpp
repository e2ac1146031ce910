// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/cache.hpp"

#include <hs/hs.h>

#include <array>
#include <cstring>

#include "parsers/base/cursor.hpp"
#include "parsers/base/digest.hpp"

namespace weir::rules {
namespace {

constexpr std::string_view magic = "weir-hsd";
constexpr std::uint32_t format_version = 1;
constexpr std::size_t version_size = 32, digest_size = 64;

void put(std::vector<std::uint8_t>& out, std::string_view text, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) out.push_back(i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0);
}
void put(std::vector<std::uint8_t>& out, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// What Hyperscan compiles for: a database made for another machine may not run here, or run slower than one of its own.
std::array<std::uint64_t, 3> platform() {
    hs_platform_info_t info{};
    hs_populate_platform(&info);
    return {info.tune, info.cpu_features, sizeof(void*)};
}

/// Everything before the checksum; equal for equal keys on equal machines, save the sizes.
std::vector<std::uint8_t> header(const std::string& key, std::size_t count) {
    std::vector<std::uint8_t> out;
    put(out, magic, magic.size());
    put(out, format_version, 4);
    put(out, count, 4);
    for (const std::uint64_t value : platform()) put(out, value, 8);
    put(out, hs_version(), version_size);
    put(out, key, digest_size);
    return out;
}

}  // namespace

std::vector<std::uint8_t> write_blob(std::span<const Database> databases, const std::string& key) {
    std::vector<std::uint8_t> blob = header(key, databases.size()), body;
    for (const Database& database : databases) {
        const std::vector<std::uint8_t> bytes = database.serialise();
        put(blob, bytes.size(), 8);
        body.insert(body.end(), bytes.begin(), bytes.end());
    }
    const std::array<Bytes, 2> pieces{Bytes{blob}, Bytes{body}};
    const auto checksum = sha256(pieces);
    put(blob, checksum.text(), digest_size);
    blob.insert(blob.end(), body.begin(), body.end());
    return blob;
}

Result<std::vector<Database>, std::string> read_blob(Bytes blob, const std::string& key, std::size_t count) {
    const std::vector<std::uint8_t> expected = header(key, count);
    Cursor cursor{blob};
    const Bytes head = cursor.take(expected.size());
    if (!cursor.ok() || !starts_with(head, magic)) return Unexpected{std::string{"not a cache of compiled rules"}};
    if (std::memcmp(head.data(), expected.data(), expected.size()) != 0)
        return Unexpected{std::string{"made by another version, on another machine or from other rules"}};

    // The sizes are read before they are known to be right: each is used only as a length that the cursor checks.
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < count && cursor.ok(); ++i) sizes.push_back(static_cast<std::size_t>(cursor.le64()));
    const Bytes signed_head = blob.first(cursor.position());
    const Bytes checksum = cursor.take(digest_size);
    const std::array<Bytes, 2> pieces{signed_head, cursor.rest()};
    if (!cursor.ok() || sha256(pieces).text() != as_text(checksum)) return Unexpected{std::string{"damaged: its checksum is wrong"}};

    std::vector<Database> databases;
    databases.reserve(count);
    for (const std::size_t size : sizes) {
        const Bytes bytes = cursor.take(size);
        if (!cursor.ok()) return Unexpected{std::string{"damaged: it ends early"}};
        if (bytes.empty()) {  // an expression that Hyperscan had refused
            databases.emplace_back();
            continue;
        }
        auto database = Database::deserialise(bytes);
        if (!database) return Unexpected{database.error()};
        databases.push_back(std::move(database).value());
    }
    if (!cursor.empty()) return Unexpected{std::string{"damaged: bytes follow the last database"}};
    return databases;
}

}  // namespace weir::rules
