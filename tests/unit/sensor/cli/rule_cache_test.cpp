// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/rule_cache.hpp"

#include <cstdlib>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const std::vector<std::uint8_t> blob{1, 2, 3, 0, 255};

/// A variable of the environment for as long as it lives; null: not set.
class Variable {
public:
    Variable(const char* name, const char* value)
        : name_(name), known_(std::getenv(name) != nullptr), before_(known_ ? std::getenv(name) : "") {
        if (value != nullptr)
            ::setenv(name, value, 1);
        else
            ::unsetenv(name);
    }
    ~Variable() {
        if (known_)
            ::setenv(name_, before_.c_str(), 1);
        else
            ::unsetenv(name_);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
    bool known_;
    std::string before_;
};

}  // namespace

TEST_CASE("rule cache: gives back what was stored, by key") {
    const TemporaryFolder folder;
    cli::RuleCache cache{folder / "below/it"};
    CHECK_FALSE(cache.load("key").has_value());
    cache.store("key", blob);
    CHECK(cache.load("key").value() == blob);
    CHECK_FALSE(cache.load("other").has_value());
    cache.store("key", {});
    CHECK(cache.load("key").value().empty());
    CHECK(cache.problem().empty());
    CHECK_FALSE(std::filesystem::exists(folder / "below/it/key.hsdb.tmp"));
}

TEST_CASE("rule cache: a folder that cannot be used is no error, but is said") {
    const TemporaryFolder folder;
    std::ofstream{folder / "taken"} << "a file";
    cli::RuleCache cache{folder / "taken"};
    CHECK(cache.problem().empty());  // nothing was lost yet
    cache.store("key", blob);
    CHECK_FALSE(cache.load("key").has_value());
    CHECK(cache.problem().find((folder / "taken").string()) != std::string::npos);
    CHECK(cache.problem().find("detect.cache-dir") != std::string::npos);
}

TEST_CASE("rule cache: a full disk leaves nothing half done") {
    const TemporaryFolder folder;
    cli::RuleCache cache{folder.path()};
    cache.store("key", blob);
    {
        const FileSizeLimit limit{2};
        cache.store("key", blob);
    }
    CHECK_FALSE(cache.problem().empty());
    CHECK(cache.load("key").value() == blob);
}

TEST_CASE("rule cache: without a name it is the user's cache folder") {
    const TemporaryFolder cache_home, home;
    const Variable user_home{"HOME", home.path().c_str()};
    {
        const Variable cache{"XDG_CACHE_HOME", cache_home.path().c_str()};
        cli::RuleCache{""}.store("key", blob);
        CHECK(std::filesystem::exists(cache_home / "weir/key.hsdb"));
    }
    for (const char* const not_absolute : {static_cast<const char*>(nullptr), "", "relative"}) {
        const Variable cache{"XDG_CACHE_HOME", not_absolute};
        cli::RuleCache{""}.store("key", blob);
        CHECK(std::filesystem::remove(home / ".cache/weir/key.hsdb"));
    }
    const Variable no_cache{"XDG_CACHE_HOME", nullptr}, no_home{"HOME", nullptr};
    cli::RuleCache nowhere{""};
    nowhere.store("key", blob);
    CHECK_FALSE(nowhere.load("key").has_value());
    CHECK(nowhere.problem().find("neither XDG_CACHE_HOME nor HOME is set") != std::string::npos);
}
