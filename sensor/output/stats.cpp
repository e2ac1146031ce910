// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/stats.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "sensor/output/eve_text.hpp"
#include "sensor/output/json_writer.hpp"

namespace weir {
namespace {

/// Room for a row: its digits, quotes, and the objects that it may open.
constexpr std::size_t row_overhead = 64;
constexpr std::size_t header_size = 512;

std::string_view parent_of(std::string_view path) noexcept {
    const std::size_t dot = path.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

/// For sorting: a dot stands before any other character, so that an object's members are not torn apart.
constexpr int dot_first(char c) noexcept { return c == '.' ? -1 : static_cast<unsigned char>(c); }

/// Whether object `inner` is `outer` or stands below it.
bool is_below(std::string_view inner, std::string_view outer) noexcept {
    return outer.empty() || inner == outer || (inner.starts_with(outer) && inner[outer.size()] == '.');
}

}  // namespace

void StatsSource::add(std::span<const StatRow> rows, const void* block) {
    for (const StatRow& row : rows) entries_.push_back({std::string{row.path}, row.get, block});
}

void StatsSource::add(std::string path, std::uint64_t (*get)(const void*) noexcept, const void* block) {
    entries_.push_back({std::move(path), get, block});
}

std::vector<std::string> StatsSource::paths() const {
    std::vector<std::string> out;
    out.reserve(entries_.size());
    for (const Entry& entry : entries_) out.push_back(entry.path);
    return out;
}

void StatsSource::read(std::span<char> out) const noexcept {
    char* at = out.data();
    for (const Entry& entry : entries_) {
        const std::uint64_t value = entry.get(entry.block);
        std::memcpy(at, &value, sizeof value);
        at += sizeof value;
    }
}

StatsEvent::StatsEvent(std::vector<std::string> paths) : paths_(std::move(paths)), order_(paths_.size()), sums_(paths_.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    // By parent object, then in the order of the rows: an object's own values come before the objects in it.
    std::ranges::stable_sort(order_, [this](std::size_t left, std::size_t right) {
        return std::ranges::lexicographical_compare(parent_of(paths_[left]), parent_of(paths_[right]), {}, dot_first, dot_first);
    });
}

void StatsEvent::add(std::span<const char> snapshot) noexcept {
    const std::size_t count = std::min(sums_.size(), snapshot.size() / sizeof(std::uint64_t));
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t value = 0;
        std::memcpy(&value, snapshot.data() + i * sizeof value, sizeof value);
        sums_[i] += value;
    }
}

std::string StatsEvent::render(Time time, Time uptime) {
    std::size_t room = header_size;
    for (const std::string& path : paths_) room += path.size() + row_overhead;
    std::string text(room, '\0');
    JsonWriter json{text};
    json.plain_member("timestamp", eve_time(time).text());
    json.plain_member("event_type", "stats");
    json.begin_object("stats");
    json.member("uptime", uptime / second);

    std::string_view open;  // path of the innermost open object; empty: `stats` itself
    for (const std::size_t row : order_) {
        const std::string_view path = paths_[row], parent = parent_of(path);
        while (!is_below(parent, open)) {
            json.end_object();
            open = parent_of(open);
        }
        while (open.size() < parent.size()) {
            const std::size_t begin = open.empty() ? 0 : open.size() + 1;
            const std::size_t end = std::min(parent.find('.', begin), parent.size());
            json.begin_object(parent.substr(begin, end - begin));
            open = parent.substr(0, end);
        }
        json.member(path.substr(parent.empty() ? 0 : parent.size() + 1), sums_[row]);
    }
    for (; !open.empty(); open = parent_of(open)) json.end_object();
    json.end_object();
    text.resize(json.finish());
    std::ranges::fill(sums_, 0);
    return text;
}

}  // namespace weir
