// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_import.hpp"

#include <ostream>
#include <set>

#include "sensor/cli/exit_code.hpp"
#include "sensor/contract/inventory.hpp"
#include "sensor/contract/matrix.hpp"
#include "sensor/contract/mud.hpp"

namespace weir::cli {
namespace {

using import::Imported;
using import::Outcome;
using import::PeerNames;

int tell(const std::vector<FileError>& errors, std::ostream& err) {
    for (const FileError& error : errors) err << error.text() << '\n';
    return exit_code::usage;
}

/// The text of `file` through `read`; its warnings are told.
template <class Read>
Outcome import_file(const std::string& file, std::ostream& err, Read&& read) {
    const auto text = yaml::read_text(file);
    if (!text) return Unexpected{std::vector{text.error()}};
    Outcome outcome = read(*text);
    if (outcome)
        for (const FileError& warning : outcome->warnings) err << warning.text() << " (warning)\n";
    return outcome;
}

Result<PeerNames, std::vector<FileError>> load_peers(const std::string& file) {
    if (file.empty()) return PeerNames{};
    const auto text = yaml::read_text(file);
    if (!text) return Unexpected{std::vector{text.error()}};
    return PeerNames::load(file, *text);
}

void write_head(const char* command, std::ostream& out) {
    out << "# Made by `weir policy " << command << "`: a person reads it, gives it to equipment and checks it (weir policy check FILE).\n"
        << "# What stands behind `" << import::review_mark << "` is NOT allowed until the mark is deleted.\ncontracts:\n";
}

}  // namespace

int import_mud_files(const std::vector<std::string>& files, const std::string& peers, std::ostream& out, std::ostream& err) {
    const auto names = load_peers(peers);
    if (!names) return tell(names.error(), err);
    std::string contracts;
    std::set<std::string> taken;
    for (const std::string& file : files) {
        const Outcome outcome = import_file(file, err, [&](std::string_view text) { return import::import_mud(file, text, *names); });
        if (!outcome) return tell(outcome.error(), err);
        if (!taken.insert(outcome->name).second)
            return tell(
                {FileError{file, 0, 0, "a second contract `" + outcome->name + "`; expected files of different devices, or one at a time"}},
                err);
        contracts += outcome->text;
    }
    write_head("import-mud", out);
    out << contracts;
    return exit_code::done;
}

int import_matrix_file(const std::string& file, const std::string& self, const std::string& peers, std::ostream& out, std::ostream& err) {
    const auto names = load_peers(peers);
    if (!names) return tell(names.error(), err);
    const Outcome outcome = import_file(file, err, [&](std::string_view text) { return import::import_matrix(file, text, self, *names); });
    if (!outcome) return tell(outcome.error(), err);
    write_head("import-csv", out);
    out << outcome->text;
    return exit_code::done;
}

int import_inventory_file(const std::string& file, std::ostream& out, std::ostream& err) {
    const Outcome outcome = import_file(file, err, [&](std::string_view text) { return import::import_inventory(file, text); });
    if (!outcome) return tell(outcome.error(), err);
    out << outcome->text;
    return exit_code::done;
}

}  // namespace weir::cli
