// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <system_error>
#include <vector>

#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/say.hpp"
#include "sensor/config/yaml.hpp"

namespace weir::cli {
namespace {

/// A command line as far as it was understood: the program, then its commands.
struct Place {
    const CLI::App* app = nullptr;
    std::string name;  ///< `weir policy explain`
};

std::vector<Place> path_of(const CLI::App& app) {
    std::vector<Place> path{{&app, "weir"}};
    for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
        at = at->get_subcommands().front();
        path.push_back({at, path.back().name + ' ' + at->get_name()});
    }
    return path;
}

std::vector<std::string> commands_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
    return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* const option : app.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

/// `, did you mean ...?` where one of the names is near.
std::string suggestion(const std::string& word, const std::vector<std::string>& names) {
    const std::vector<std::string_view> candidates{names.begin(), names.end()};
    const std::string_view near = yaml::nearest(word, candidates);
    return near.empty() ? std::string{} : fmt::format(", did you mean `{}`?", near);
}

std::string unknown_word(const CLI::App& app, const std::string& word) {
    const std::vector<std::string> commands = commands_of(app);
    const std::string said = yaml::quoted(word);
    if (word.starts_with('-')) return fmt::format("unknown option {}{}", said, suggestion(word, options_of(app)));
    if (commands.empty()) return fmt::format("{} is one argument too many", said);
    return fmt::format("unknown command {}{}; expected one of: {}", said, suggestion(word, commands), fmt::join(commands, ", "));
}

/// CLI11 speaks of an option's type and numbers where a value is missing or stands twice.
std::string wrong_number_of_values(const CLI::App& app, const std::string& said) {
    const std::string name = said.substr(0, said.find(':'));
    const CLI::Option* const option = app.get_option_no_throw(name);
    if (option == nullptr) return said;
    return option->count() > 1 ? fmt::format("{}: given {} times, expected once", name, option->count())
                               : name + ": expected a value behind it";
}

std::string what_is_wrong(const Place& place, const CLI::ParseError& error) {
    if (error.get_name() == "ArgumentMismatch") return wrong_number_of_values(*place.app, error.what());
    if (error.get_name() == "RequiredError" && place.app->get_subcommands().empty() && place.app->get_require_subcommand_min() != 0)
        return fmt::format("expected a command: {}", fmt::join(commands_of(*place.app), ", "));
    return error.what();
}

/// A descriptor that the caller has closed would be taken by the next file that is opened, and results would go there.
void keep_standard_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) (void)::open("/dev/null", O_RDONLY);  // the lowest free one: this
}

/// The command's exit code, unless its results did not arrive.
int finish_output(int code) {
    errno = 0;
    std::cout.flush();
    const bool good = std::cout.good() && std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (good) return code;
    // errno is gone where an earlier write failed and this flush had nothing left to do.
    say_error(fmt::format("cannot write to standard output{}{}", errno != 0 ? ": " : "", errno != 0 ? std::strerror(errno) : ""));
    return code == exit_code::usage ? code : exit_code::failed;
}

}  // namespace

std::string usage_sentence(const CLI::App& app, const CLI::ParseError& error) {
    const std::vector<Place> path = path_of(app);
    // CLI11 looks at what is missing before it looks at what it did not understand; a person typed the latter.
    for (const Place& place : path)
        for (const std::string& word : place.app->remaining())
            return fmt::format("{}\n`{} --help` says what it accepts", unknown_word(*place.app, word), place.name);
    return fmt::format("{}\n`{} --help` says what it accepts", what_is_wrong(path.back(), error), path.back().name);
}

int run_program(CLI::App& app, int argc, const char* const* argv, const int& code) {
    keep_standard_descriptors();
    try {
        app.parse(argc, argv);
        return finish_output(code);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return finish_output(app.exit(error));  // --help, --version
        say_error(usage_sentence(app, error));
        return exit_code::usage;
    } catch (const std::bad_alloc&) {
        say_error("not enough memory; smaller tables need less (`weir docs settings` lists their sizes)");
    } catch (const std::system_error& error) {  // fmt throws it, and names no file
        say_error(std::ferror(stdout) != 0 ? "cannot write to standard output: " + error.code().message() : error.what());
    } catch (const std::exception& error) {
        say_error(error.what());
    }
    return exit_code::failed;
}

}  // namespace weir::cli
