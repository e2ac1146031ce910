// SPDX-License-Identifier: Apache-2.0
// Any bytes as weir.yaml, and every line of them as `--set KEY=VALUE`. Either the settings are within their ranges and are taken
// again as they are shown, or each error has a sentence, and a line of the file.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "parsers/base/bytes.hpp"
#include "sensor/config/config.hpp"
#include "sensor/config/yaml.hpp"

namespace {

using namespace weir;

void demand(bool kept, const char* promise) {
    if (kept) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

void check(const Config& config) {
    demand(config.max_sessions >= 16 && config.max_sessions <= 16'000'000, "numbers are in their ranges");
    demand(config.fragment_memory >= 65'536 && config.fragment_memory <= 1u << 30, "sizes are in their ranges");
    demand(config.dns_version == 2 || config.dns_version == 3, "versions are in their ranges");
    Config again;
    for (const Setting& setting : settings()) {
        const std::string shown = setting.show(config);
        if (setting.key.ends_with('*')) continue;
        demand(!set(again, setting.key, shown) && setting.show(again) == shown, "a setting is taken as it is shown");
    }
}

void set_line(Config& config, std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view key = line.substr(0, equals), value = line.substr(equals + 1);
    const auto error = set(config, key, value);
    if (!error) return;
    demand(!error->empty() && error->size() < 1000, "an error is a sentence");
    for (const char c : *error) demand(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "an error is harmless on a terminal");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = as_text({data, size});
    const auto loaded = load_config("weir.yaml", text);
    if (loaded) {
        check(*loaded);
    } else {
        const auto lines =
            static_cast<unsigned>(std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r')) + 2;
        demand(!loaded.error().empty() && loaded.error().size() <= yaml::max_errors, "a refused file has errors, but not without end");
        for (const FileError& error : loaded.error())
            demand(!error.reason.empty() && error.line <= lines, "an error has a reason and a line of the file");
    }
    Config config;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        set_line(config, line);
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
    check(config);
    return 0;
}
