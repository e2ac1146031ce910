// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/rule_cache.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "sensor/output/file_sink.hpp"

namespace weir::cli {
namespace {

constexpr std::uintmax_t max_blob = 1u << 30;

/// Below XDG_CACHE_HOME, which counts only if it is absolute (XDG Base Directory Specification), or HOME; empty: neither is set.
std::filesystem::path default_folder() {
    if (const char* const cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') return std::filesystem::path{cache} / "weir";
    if (const char* const home = std::getenv("HOME"); home != nullptr && *home != '\0') return std::filesystem::path{home} / ".cache" / "weir";
    return {};
}

}  // namespace

RuleCache::RuleCache(std::string folder) : folder_(folder.empty() ? default_folder() : std::filesystem::path{std::move(folder)}) {}

std::optional<std::vector<std::uint8_t>> RuleCache::load(const std::string& key) {
    if (folder_.empty()) return std::nullopt;
    const std::filesystem::path path = folder_ / (key + ".hsdb");
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error || size > max_blob) return std::nullopt;
    std::ifstream file{path, std::ios::binary};
    std::vector<std::uint8_t> blob(static_cast<std::size_t>(size));
    if (!file.read(reinterpret_cast<char*>(blob.data()), static_cast<std::streamsize>(size))) return std::nullopt;
    return blob;
}

void RuleCache::store(const std::string& key, Bytes blob) {
    std::optional<std::string> reason = "neither XDG_CACHE_HOME nor HOME is set";
    if (!folder_.empty()) reason = make_folder(folder_);
    if (!folder_.empty() && !reason) reason = write_file(folder_ / (key + ".hsdb"), as_text(blob));
    if (reason) problem_ = "compiled rules are not kept for the next start: " + *reason + " (detect.cache-dir names another folder)";
}

}  // namespace weir::cli
