// SPDX-License-Identifier: Apache-2.0
// Prometheus's own opinion of a metrics page.
#pragma once

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

namespace weir::test {

/// Whether `promtool check metrics` accepts `text` without a remark; nothing where promtool is not installed.
inline std::optional<bool> promtool_accepts(const std::string& text, const std::string& name) {
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) return std::nullopt;
    const std::string file = std::string{WEIR_BINARY_DIR} + '/' + name + ".prom";
    std::ofstream{file} << text;
    return std::system(("promtool check metrics < '" + file + "'").c_str()) == 0;
}

}  // namespace weir::test
