// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/exposure_facts.hpp"

#include <algorithm>

#include "sensor/behavior/field_rows.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

constexpr Time day = 24 * 3600 * second, now = 1'700'000'000 * second;  // 2023-11-14T22:13:20

/// Whether any row with that number finds the fact in `value`.
bool any_shows(std::uint8_t number, const Value& value) {
    return std::ranges::any_of(exposure_facts(), [&](const ExposureFact& fact) { return fact.number == number && shows(fact, value, now); });
}

}  // namespace

TEST_CASE("exposure facts: what a field must hold, and what just does not") {
    struct Case {
        std::uint8_t number;
        std::string_view weak, good;
    };
    const Case texts[]{
        {5, "Authorization: Basic dXNlcjpwdw==", "Authorization: Bearer x"},
        {7, "Public", "kestrel-17"},
        {8, "set", "get"},
        {9, "noAuthNoPriv", "authPriv"},
        {10, "authNoPriv", "authPriv"},
        {13, "1.99", "2.0"},
        {14, "OpenSSH_7.3p1", "OpenSSH_7.4p1"},
        {14, "OpenSSH_6.6.1", "OpenSSH_9.2p1"},
        {14, "dropbear_2016.74", "dropbear_2022.83"},
        {14, "dropbear_0.52", "dropbear"},
        {14, "ROMSShell_4.62", "Cisco-1.25"},
        {15, "diffie-hellman-group1-sha1", "diffie-hellman-group14-sha256"},
        {16, "ssh-dss", "ssh-ed25519"},
        {18, "3des-cbc", "aes128-ctr"},
        {18, "arcfour256", "chacha20-poly1305@openssh.com"},
        {19, "hmac-md5", "hmac-sha2-256"},
        {19, "hmac-sha1-96", "hmac-sha1"},
        {21, "TLS 1.1", "TLS 1.2"},
        {21, "SSLv3", "TLS 1.3"},
        {23, "2023-11-14T22:13:19", "2023-11-14T22:13:21"},
        {24, "2023-11-14T22:13:21", "2023-11-14T22:13:19"},
        {26, "RomPager/4.07 UPnP/1.0", "nginx/1.22.1"},
        {26, "Apache/2.2 OpenSSL/1.0.1e", "Apache/2.4 OpenSSL/3.0.2"},
    };
    for (const Case& c : texts) {
        CAPTURE(int{c.number}, c.weak, c.good);
        CHECK(any_shows(c.number, Value::of(c.weak)));
        CHECK_FALSE(any_shows(c.number, Value::of(c.good)));
    }
    struct Numbers {
        std::uint8_t number;
        std::uint64_t weak, good;
    };
    const Numbers numbers[]{{6, 2, 3},           {17, 1024, 2048},    {22, 0x0005, 0x1301}, {22, 0xc012, 0xc02f},
                            {22, 0x000a, 0x009c}, {28, 0, 17},         {30, 4, 2},           {31, 1, 2}};
    for (const Numbers& c : numbers) {
        CAPTURE(int{c.number}, c.weak, c.good);
        CHECK(any_shows(c.number, Value::of(c.weak)));
        CHECK_FALSE(any_shows(c.number, Value::of(c.good)));
    }
    CHECK(any_shows(20, Value::flag(false)));
    CHECK_FALSE(any_shows(20, Value::flag(true)));
    CHECK(any_shows(25, Value::flag(true)));
}

TEST_CASE("exposure facts: what is absent or empty shows nothing") {
    for (const ExposureFact& fact : exposure_facts()) {
        CAPTURE(fact.text, fact.field);
        CHECK_FALSE(shows(fact, Value::none(), now));
        CHECK_FALSE(shows(fact, Value{}, now + day));
        CHECK_FALSE(shows(fact, Value::of(std::string_view{""}), now));
    }
}

TEST_CASE("exposure facts: numbers fit into a word, mean one thing, and each row's fields exist") {
    for (const ExposureFact& fact : exposure_facts()) {
        CAPTURE(fact.text, fact.field, fact.given);
        CHECK((fact.number >= 1 && fact.number < 64));
        const ProtocolId protocol = find_protocol(fact.protocol);
        REQUIRE(protocol != no_protocol);
        CHECK((fact.field.empty() || find_field(protocol, fact.field) != nullptr));
        CHECK((fact.given.empty() || find_field(protocol, fact.given) != nullptr));
        for (const ExposureFact& other : exposure_facts())
            if (other.number == fact.number) CHECK((other.told == fact.told && other.secret == fact.secret));
    }
    CHECK(exposure_text(21) == "TLS before version 1.2");
    CHECK(exposure_text(0).empty());
}
