// SPDX-License-Identifier: Apache-2.0
#include "rules/language/files.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace weir::rules {
namespace {

struct Row {
    std::string_view protocol, keyword;
    std::uint8_t directions;
};
constexpr Row rows[] = {
    {"http", "http.request_body", 1},
    {"http", "http.response_body", 2},
    {"ftp-data", "ftp_data.start", 3},
};

std::vector<FileField> known_fields() {
    std::vector<FileField> out;
    for (const Row& row : rows) {
        const ProtocolId app = find_protocol(row.protocol);
        if (app == no_protocol) continue;
        const auto fields = protocols()[app].fields;
        const auto field = std::ranges::find(fields, row.keyword, &Field::keyword);
        if (field != fields.end()) out.push_back({app, static_cast<std::uint16_t>(field - fields.begin()), row.directions});
    }
    return out;
}

}  // namespace

std::span<const FileField> file_fields() {
    static const std::vector<FileField> known = known_fields();
    return known;
}

bool carries_files(ProtocolId app) { return std::ranges::find(file_fields(), app, &FileField::app) != file_fields().end(); }

}  // namespace weir::rules
