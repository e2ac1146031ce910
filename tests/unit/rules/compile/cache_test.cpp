// SPDX-License-Identifier: Apache-2.0
// Compiled databases as bytes: what is kept comes back, what is damaged, foreign or old does not.
#include "rules/compile/cache.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/rule_text.hpp"

using namespace weir;
using namespace weir::test;
using namespace weir::rules;

namespace {

class MemoryStore final : public CacheStore {
public:
    std::optional<std::vector<std::uint8_t>> load(const std::string& key) override {
        ++loads;
        last_key = key;
        return blob;
    }
    void store(const std::string& key, Bytes bytes) override {
        ++stores;
        last_key = key;
        blob.emplace(bytes.begin(), bytes.end());
    }
    std::optional<std::vector<std::uint8_t>> blob;
    std::string last_key;
    int loads = 0, stores = 0;
};

const std::string some_rules = udp_rule("content:\"abc\";", 1) + udp_rule("pcre:\"/x[0-9]+y/\";", 2) +
                               tcp_rule("content:\"stream\"; pcre:\"/(z)\\1/\";", 3) + udp_rule("pcre:\"/(?=a)a/\";", 4);

}  // namespace

TEST_CASE("the second start compiles nothing and has the same databases") {
    MemoryStore store;
    const CompileOptions options{&store};
    const auto first = compiled_from(rules_from(some_rules), options);
    CHECK_FALSE(first->sizes().from_cache);
    CHECK((store.loads == 1 && store.stores == 1));
    const auto second = compiled_from(rules_from(some_rules), options);
    CHECK(second->sizes().from_cache);
    CHECK(store.stores == 1);
    CHECK(second->cache_problem().empty());
    CHECK(second->sizes().regexes_hyperscan == 1);
    CHECK(second->sizes().regexes_pcre == 2);
    REQUIRE(first->databases().size() == second->databases().size());
    for (std::size_t i = 0; i < first->databases().size(); ++i)
        CHECK(first->databases()[i].serialise() == second->databases()[i].serialise());
}

TEST_CASE("other rules have another key") {
    MemoryStore store;
    (void)compiled_from(rules_from(some_rules), {&store});
    const std::string key = store.last_key;
    CHECK(key.size() == 64);
    (void)compiled_from(rules_from(some_rules + udp_rule("content:\"more\";", 9)), {&store});
    CHECK(store.last_key != key);
}

TEST_CASE("every damaged byte is noticed, and the rules are compiled again") {
    MemoryStore store;
    (void)compiled_from(rules_from(some_rules), {&store});
    const std::vector<std::uint8_t> good = *store.blob;
    const auto refused = [&](std::vector<std::uint8_t> bytes) {
        store.blob = std::move(bytes);
        const auto compiled = compiled_from(rules_from(some_rules), {&store});
        return !compiled->sizes().from_cache && !compiled->cache_problem().empty() && *store.blob == good;
    };
    for (std::size_t at = 0; at < good.size(); at += at < 300 ? 1 : good.size() / 50) {
        CAPTURE(at);
        auto bad = good;
        bad[at] ^= 0x40;
        CHECK(refused(bad));
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{100}, good.size() - 1}) {
        CAPTURE(size);
        CHECK(refused({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}));
    }
    auto longer = good;
    longer.push_back(0);
    CHECK(refused(longer));
    CHECK(refused(std::vector<std::uint8_t>(5000, 0xa5)));
}

TEST_CASE("a blob of other rules is refused by its key") {
    MemoryStore store;
    (void)compiled_from(rules_from(udp_rule("content:\"abd\";")), {&store});
    const auto blob = *store.blob;
    CHECK(read_blob(blob, store.last_key, 2).has_value());
    CHECK_FALSE(read_blob(blob, std::string(64, '0'), 2).has_value());
    CHECK_FALSE(read_blob(blob, store.last_key, 3).has_value());
}
