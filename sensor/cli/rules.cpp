// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/rules.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "rules/compile/advice.hpp"
#include "rules/compile/compiled.hpp"
#include "rules/keywords.hpp"
#include "rules/language/dataset_file.hpp"
#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/rules_explain.hpp"
#include "sensor/config/yaml.hpp"

namespace weir::cli {
namespace {

struct Pack {
    std::string_view name, text;
};
const std::vector<Pack> shipped_packs{
#include "rules/packs.inc"
};

/// Rule files behind a name: itself, or those in the folder that it is.
Result<std::vector<std::string>, std::string> rule_files(const std::string& name) {
    std::error_code error;
    if (!std::filesystem::is_directory(name, error)) return std::vector{name};
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator{name, error})
        if (entry.path().extension() == ".rules") found.push_back(entry.path().string());
    if (error) return Unexpected{name + ": " + error.message()};
    if (found.empty()) return Unexpected{name + ": no rule file in this folder, expected *.rules"};
    std::sort(found.begin(), found.end());
    return found;
}

/// Fills the sets that rules look buffers up in. A file is looked for beside the rule file that names it. What its lines say wrong is
/// warned about; a file that cannot be read is an error.
std::optional<std::string> load_datasets(rules::LoadResult& result) {
    rules::RuleText& text = result.rules;
    for (std::size_t i = 0; i < text.datasets.size(); ++i) {
        const rules::Dataset& set = text.datasets[i];
        if (set.load.empty()) continue;
        const std::string path = (std::filesystem::path{set.rule_file}.parent_path() / set.load).string();
        const auto content = yaml::read_text(path);
        if (!content) return fmt::format("{}:{}: dataset {}: {}", set.rule_file, set.line, set.name, content.error().text());
        for (FileError& error : rules::read_dataset_file(path, *content, set, static_cast<std::uint16_t>(i), text.dataset_members))
            result.warnings.push_back(std::move(error));
    }
    rules::sort_dataset_members(text.dataset_members);
    return {};
}

std::optional<std::string> load_reputation(const Config& config, rules::LoadResult& result) {
    rules::Reputation& reputation = result.rules.reputation;
    const auto each = [&](const std::string& path, auto load) -> std::optional<std::string> {
        const auto content = yaml::read_text(path);
        if (!content) return content.error().text();
        for (FileError& error : (reputation.*load)(path, *content)) result.warnings.push_back(std::move(error));
        return {};
    };
    if (!config.reputation_categories.empty())
        if (auto error = each(config.reputation_categories, &rules::Reputation::load_categories)) return error;
    for (std::string_view rest = config.reputation_files; !rest.empty();) {
        const std::string_view name = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        if (name.empty()) continue;
        if (auto error = each((std::filesystem::path{config.reputation_folder} / name).string(), &rules::Reputation::load)) return error;
    }
    reputation.finish();
    return {};
}

void print_keywords(bool json, bool markdown) {
    if (markdown) {
        fmt::print("{}", rules::keywords_markdown());
        return;
    }
    auto all = nlohmann::ordered_json::array();
    for (const rules::Keyword& keyword : rules::keywords()) {
        if (json)
            all.push_back({{"name", keyword.name}, {"aliases", keyword.aliases}, {"kind", rules::name_of(keyword.kind)}, {"doc", keyword.doc}, {"example", keyword.example}});
        else
            fmt::print("{:<28} {:<10} {}\n", keyword.name, rules::name_of(keyword.kind), keyword.doc);
    }
    if (json) fmt::print("{}\n", all.dump(2));
}

void add_keywords(CLI::App& command) {
    auto* const words = command.add_subcommand("keywords", "Every rule keyword that this build knows");
    auto json = std::make_shared<bool>(false);
    auto markdown = std::make_shared<bool>(false);
    words->add_flag("--json", *json, "As JSON");
    words->add_flag("--markdown", *markdown, "As the tables of docs/rules.md")->excludes("--json");
    words->callback([json, markdown] { print_keywords(*json, *markdown); });
}

}  // namespace

rules::Variables rule_variables(const Config& config, const std::vector<std::string>& equipment_addresses) {
    rules::Variables variables = rules::Variables::defaults();
    for (const auto& [name, value] : config.address_groups) variables.address_groups[name] = value;
    for (const auto& [name, value] : config.port_groups) variables.port_groups[name] = value;
    if (!equipment_addresses.empty()) variables.address_groups["EQUIPMENT"] = fmt::format("[{}]", fmt::join(equipment_addresses, ","));
    return variables;
}

Result<LoadedRules, std::string> load_rules(const std::vector<std::string>& names, const Config& config, const std::vector<std::string>& equipment_addresses) {
    LoadedRules out;
    std::vector<std::string> texts;
    std::vector<rules::RuleFile> files;
    if (names.empty()) {
        for (const Pack& pack : shipped_packs) {
            out.files.emplace_back(pack.name);
            files.push_back({pack.name, pack.text});
        }
    } else {
        for (const std::string& name : names) {
            const auto found = rule_files(name);
            if (!found) return Unexpected{found.error()};
            out.files.insert(out.files.end(), found->begin(), found->end());
        }
        for (const std::string& file : out.files) {
            auto text = yaml::read_text(file);
            if (!text) return Unexpected{text.error().text()};
            texts.push_back(std::move(*text));
        }
        for (std::size_t i = 0; i < texts.size(); ++i) files.push_back({out.files[i], texts[i]});
    }
    const rules::Variables variables = rule_variables(config, equipment_addresses);
    rules::Classification classes = rules::Classification::built_in();
    if (!config.classification_file.empty()) {
        const auto text = yaml::read_text(config.classification_file);
        if (!text) return Unexpected{text.error().text()};
        for (FileError& error : classes.load(config.classification_file, *text)) out.result.warnings.push_back(std::move(error));
    }
    rules::LoadResult loaded = rules::load(files, variables, classes);
    loaded.warnings.insert(loaded.warnings.begin(), out.result.warnings.begin(), out.result.warnings.end());
    out.result = std::move(loaded);
    if (auto error = load_datasets(out.result)) return Unexpected{std::move(*error)};
    if (auto error = load_reputation(config, out.result)) return Unexpected{std::move(*error)};
    return out;
}

int check_rules(const std::vector<std::string>& names, std::ostream& out, std::ostream& err) {
    auto loaded = load_rules(names, Config{}, {});
    if (!loaded) {
        err << "weir: " << loaded.error() << '\n';
        return exit_code::usage;
    }
    rules::LoadResult& result = loaded->result;
    const std::size_t all = result.rules.rules.size() + result.errors.size();
    const std::vector<FileError> advice = rules::advise(result.rules);
    // What the parser understands may still be refused when it is compiled: a replay does both.
    const auto compiled = rules::compile(std::move(result.rules));
    if (!compiled) {
        err << "weir: " << compiled.error() << '\n';
        return exit_code::failed;
    }
    std::vector<FileError> rejected = std::move(result.errors);
    rejected.insert(rejected.end(), (*compiled)->rejected().begin(), (*compiled)->rejected().end());
    const auto place_of = [&](const FileError& error) { return std::pair{std::ranges::find(loaded->files, error.file), error.line}; };
    std::ranges::stable_sort(rejected, {}, place_of);
    for (const FileError& error : rejected) out << error.text() << '\n';
    std::vector<FileError> warnings = std::move(result.warnings);
    warnings.insert(warnings.end(), advice.begin(), advice.end());
    for (const FileError& warning : warnings) err << "warning: " << warning.text() << '\n';
    out << fmt::format("{} rules: {} loaded, {} rejected\n", all, all - rejected.size(), rejected.size());
    return rejected.empty() ? exit_code::done : exit_code::usage;
}

void add_rules(CLI::App& app, int& code) {
    auto* const command = app.add_subcommand("rules", "Tools for rule files");
    command->require_subcommand(1);
    auto* const checking = command->add_subcommand("check", "Names every rule that is not understood; exit code 2 if there is one");
    auto names = std::make_shared<std::vector<std::string>>();
    checking->add_option("FILE_OR_DIR", *names, "Rule files, or folders of *.rules")->required();
    checking->callback([names, &code] { code = check_rules(*names, std::cout, std::cerr); });
    add_rules_explain(*command, code);
    add_keywords(*command);
}

}  // namespace weir::cli
