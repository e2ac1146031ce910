// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/exposure_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace weir {
namespace {

using Of = ExposureFact::Of;
using Told = ExposureFact::Told;

std::string_view text_of(const Value& value) noexcept { return value.kind == Value::Kind::text ? as_text(value.bytes) : std::string_view{}; }
bool begins(std::string_view text, std::string_view with) noexcept { return equal_nocase(as_bytes(text.substr(0, with.size())), with); }
bool contains(std::string_view text, std::string_view what) noexcept {
    const auto same = [](char one, char other) { return to_lower(static_cast<std::uint8_t>(one)) == to_lower(static_cast<std::uint8_t>(other)); };
    return std::search(text.begin(), text.end(), what.begin(), what.end(), same) != text.end();
}
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
template <std::size_t Count>
bool is_one_of(std::string_view text, const std::array<std::string_view, Count>& list) noexcept {
    return std::ranges::any_of(list, [&](std::string_view entry) { return equal_nocase(as_bytes(text), entry); });
}
template <std::size_t Count>
bool contains_one_of(std::string_view text, const std::array<std::string_view, Count>& list) noexcept {
    return std::ranges::any_of(list, [&](std::string_view entry) { return contains(text, entry); });
}

/// The number that stands at the start of `text`, with its first fraction: 7.4 is 704, 2016 is 201600. 0: none.
unsigned version_of(std::string_view text) noexcept {
    constexpr unsigned most = 10'000;
    unsigned whole = 0, part = 0;
    std::size_t i = 0;
    for (; i < text.size() && is_digit(text[i]) && whole < most; ++i) whole = whole * 10 + static_cast<unsigned>(text[i] - '0');
    if (i == 0) return 0;
    if (i < text.size() && text[i] == '.')
        for (++i; i < text.size() && is_digit(text[i]) && part < 10; ++i) part = part * 10 + static_cast<unsigned>(text[i] - '0');
    return whole * 100 + part;
}
/// Whether `text` names `product` in a version before `fixed`, as `version_of` has it.
bool older(std::string_view text, std::string_view product, unsigned fixed) noexcept {
    if (!begins(text, product)) return false;
    const unsigned version = version_of(text.substr(product.size()));
    return version != 0 && version < fixed;
}

bool old_snmp(const Value& value, Time) noexcept { return value.number == 1 || value.number == 2; }
bool default_community(const Value& value, Time) noexcept {
    constexpr std::array<std::string_view, 14> words{"public", "private", "community", "snmp", "cisco", "huawei", "admin",
                                                     "manager", "monitor", "default", "secret", "write", "ILMI", "SNMP_trap"};
    return is_one_of(text_of(value), words);
}
bool is_set(const Value& value, Time) noexcept { return text_of(value) == "set"; }
bool no_authentication(const Value& value, Time) noexcept { return text_of(value) == "noAuthNoPriv"; }
bool no_privacy(const Value& value, Time) noexcept { return text_of(value) == "authNoPriv"; }
bool basic_login(const Value& value, Time) noexcept { return begins(text_of(value), "authorization: basic "); }
bool ssh_1(const Value& value, Time) noexcept { return begins(text_of(value), "1."); }
bool old_ssh(const Value& value, Time) noexcept {
    const std::string_view text = text_of(value);
    return older(text, "OpenSSH_", 704) || older(text, "dropbear_", 201700) || begins(text, "ROMSShell") ||
           begins(text, "IPSSH");
}
bool weak_key_exchange(const Value& value, Time) noexcept {
    constexpr std::array<std::string_view, 3> weak{"diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1",
                                                   "diffie-hellman-group-exchange-sha1"};
    return is_one_of(text_of(value), weak);
}
bool weak_ssh_cipher(const Value& value, Time) noexcept {
    constexpr std::array<std::string_view, 4> weak{"-cbc", "arcfour", "none", "des-"};
    return contains_one_of(text_of(value), weak);
}
bool weak_mac(const Value& value, Time) noexcept {
    constexpr std::array<std::string_view, 3> weak{"hmac-md5", "-96", "none"};
    return contains_one_of(text_of(value), weak);
}
bool dss_key(const Value& value, Time) noexcept { return begins(text_of(value), "ssh-dss"); }
bool short_rsa(const Value& value, Time) noexcept { return value.number != 0 && value.number < 2048; }
bool is_false(const Value& value, Time) noexcept { return value.kind == Value::Kind::boolean && value.number == 0; }
bool is_true(const Value& value, Time) noexcept { return value.number != 0; }
bool old_tls(const Value& value, Time) noexcept {
    constexpr std::array<std::string_view, 5> old{"SSLv2", "SSLv3", "TLSv1", "TLS 1.0", "TLS 1.1"};
    return is_one_of(text_of(value), old);
}
/// Suites of IANA's registry without encryption or authentication, with 40-bit keys, RC4, DES or 3DES.
bool weak_suite(const Value& value, Time) noexcept {
    if (value.number >= 0x0001 && value.number <= 0x001b) return true;
    constexpr std::array<std::uint16_t, 30> weak{0x002c, 0x002d, 0x002e, 0x0034, 0x003a, 0x003b, 0x006c, 0x006d, 0x008a, 0x008b,
                                                 0x008e, 0x008f, 0x0092, 0x0093, 0x00b0, 0x00b1, 0xc001, 0xc002, 0xc003, 0xc006,
                                                 0xc007, 0xc008, 0xc00b, 0xc00c, 0xc010, 0xc011, 0xc012, 0xc015, 0xc016, 0xc018};
    return std::ranges::find(weak, value.number) != weak.end();
}
/// `2026-11-23T22:08:33`, as certificates' times are shown: texts of that form sort by time.
struct IsoText {
    std::array<char, 32> text{};
    std::size_t size = 0;
    explicit IsoText(Time time) noexcept {
        using namespace std::chrono;
        const sys_seconds moment{seconds{time / second}};
        const year_month_day date{floor<days>(moment)};
        const hh_mm_ss clock{moment - floor<days>(moment)};
        size = fmt::format_to_n(text.data(), text.size(), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                                clock.minutes().count(), clock.seconds().count())
                   .size;
    }
    [[nodiscard]] std::string_view view() const noexcept { return {text.data(), std::min(size, text.size())}; }
};
bool has_expired(const Value& value, Time time) noexcept { return !text_of(value).empty() && text_of(value) < IsoText{time}.view(); }
bool not_yet_valid(const Value& value, Time time) noexcept { return text_of(value) > IsoText{time}.view(); }
bool old_web_server(const Value& value, Time) noexcept {
    constexpr std::array<std::string_view, 7> old{"RomPager/4.0", "GoAhead", "Boa/", "Allegro", "OpenSSL/0.", "OpenSSL/1.0.", "mini_httpd/1.1"};
    return contains_one_of(text_of(value), old);
}
bool is_zero(const Value& value, Time) noexcept { return value.kind == Value::Kind::number && value.number == 0; }
bool aggressive_mode(const Value& value, Time) noexcept { return value.number == 4; }  // RFC 2408 section 3.1
bool no_vnc_login(const Value& value, Time) noexcept { return value.number == 1; }     // RFC 6143 section 7.1.2

// Numbers stay: they are in alerts that people have. Section 4 of RFC 8996 (TLS), RFC 9142 (SSH key exchange) and RFC 8758 (RC4)
// say what is to be left behind.
constexpr std::array facts{
    ExposureFact{1, "Administration by Telnet, in clear text", "telnet", "", "", "", nullptr, Of::server, Told::unless_allowed},
    ExposureFact{2, "Administration by rlogin, in clear text", "rlogin", "", "", "", nullptr, Of::server, Told::unless_allowed},
    ExposureFact{2, "Administration by rsh, in clear text", "rsh", "", "", "", nullptr, Of::server, Told::unless_allowed},
    ExposureFact{3, "FTP: passwords and files in clear text", "ftp", "", "", "", nullptr, Of::either, Told::unless_allowed},
    ExposureFact{4, "TFTP: files without a login, in clear text", "tftp", "", "", "", nullptr, Of::either, Told::unless_allowed},
    ExposureFact{5, "Web login in clear text", "http", "http.request_header", "", "", basic_login, Of::server, Told::unless_allowed, true},
    // What nobody answers says nothing of the device.
    ExposureFact{6, "SNMP version 1 or 2c: communities in clear text", "snmp", "snmp.version", "snmp.operation", "response", old_snmp, Of::server,
                 Told::unless_allowed},
    ExposureFact{6, "SNMP version 1 or 2c: communities in clear text", "snmp", "snmp.version", "snmp.operation", "trap", old_snmp, Of::client,
                 Told::unless_allowed},
    ExposureFact{7, "SNMP with a community that everybody knows", "snmp", "snmp.community", "snmp.operation", "response", default_community,
                 Of::server, Told::always, true},
    ExposureFact{8, "SNMP set in use", "snmp", "snmp.operation", "", "", is_set, Of::server, Told::unless_allowed},
    ExposureFact{9, "SNMPv3 without authentication", "snmp", "snmp.security_level", "snmp.usm", "", no_authentication, Of::server, Told::always},
    ExposureFact{10, "SNMPv3 without encryption", "snmp", "snmp.security_level", "snmp.usm", "", no_privacy, Of::server, Told::never},
    ExposureFact{11, "TL1 login in clear text", "tl1", "tl1.user", "", "", nullptr, Of::server, Told::unless_allowed, true},
    ExposureFact{12, "MML login in clear text", "mml", "mml.user", "", "", nullptr, Of::server, Told::unless_allowed, true},
    ExposureFact{13, "SSH server offers protocol 1", "ssh", "ssh.server.proto_version", "", "", ssh_1},
    ExposureFact{14, "SSH server of an old release", "ssh", "ssh.server.software_version", "", "", old_ssh},
    ExposureFact{15, "SSH key exchange with SHA-1 or a small group", "ssh", "weir.ssh.kex", "", "", weak_key_exchange},
    ExposureFact{16, "SSH host key of type DSA", "ssh", "weir.ssh.host_key.type", "", "", dss_key},
    ExposureFact{17, "SSH host key of RSA with less than 2048 bits", "ssh", "weir.ssh.host_key.bits", "weir.ssh.host_key.type", "ssh-rsa", short_rsa},
    ExposureFact{18, "SSH with a weak cipher", "ssh", "weir.ssh.cipher.to_server", "", "", weak_ssh_cipher},
    ExposureFact{18, "SSH with a weak cipher", "ssh", "weir.ssh.cipher.to_client", "", "", weak_ssh_cipher},
    ExposureFact{19, "SSH with a weak MAC", "ssh", "weir.ssh.mac.to_server", "", "", weak_mac},
    ExposureFact{19, "SSH with a weak MAC", "ssh", "weir.ssh.mac.to_client", "", "", weak_mac},
    ExposureFact{20, "SSH server without strict key exchange (CVE-2023-48795)", "ssh", "weir.ssh.server.strict_kex", "weir.ssh.cipher.to_server",
                 "chacha20", is_false, Of::server, Told::never},
    ExposureFact{21, "TLS before version 1.2", "tls", "tls.version", "", "", old_tls},
    ExposureFact{22, "TLS with a weak cipher suite", "tls", "tls.cipher_suite", "weir.tls.cipher_suite", "", weak_suite},
    ExposureFact{23, "Certificate that has expired", "tls", "tls.notafter", "", "", has_expired},
    ExposureFact{24, "Certificate that is not valid yet", "tls", "tls.notbefore", "", "", not_yet_valid},
    ExposureFact{25, "Certificate that is signed by itself", "tls", "weir.tls.self_signed", "", "", is_true, Of::server, Told::never},
    ExposureFact{26, "Web server of an old release", "http", "http.server", "", "", old_web_server},
    ExposureFact{27, "Smart Install takes orders from anybody", "smart_install", "", "", "", nullptr, Of::server, Told::always},
    ExposureFact{28, "IPMI with cipher suite 0: no authentication", "ipmi", "ipmi.cipher_suite", "", "", is_zero},
    ExposureFact{29, "IPMI lets users without a name in", "ipmi", "ipmi.anonymous_login", "", "", is_true},
    ExposureFact{30, "IKE in aggressive mode", "ike", "ike.exchtype", "", "", aggressive_mode, Of::either},
    ExposureFact{31, "VNC without a login", "rfb", "rfb.sectype", "", "", no_vnc_login},
    ExposureFact{32, "SSH host key that another device has, too", "ssh", "weir.ssh.host_key.fingerprint", "", "", nullptr, Of::server, Told::always,
                 false, true},
    ExposureFact{33, "Certificate that another device has, too", "tls", "tls.fingerprint", "", "", nullptr, Of::server, Told::always, false, true},
};

}  // namespace

std::span<const ExposureFact> exposure_facts() noexcept { return facts; }

std::string_view exposure_text(std::uint32_t number) noexcept {
    const auto row = std::ranges::find(facts, number, &ExposureFact::number);
    return row != facts.end() ? row->text : std::string_view{};
}

bool shows(const ExposureFact& fact, const Value& value, Time time) noexcept {
    if (value.kind == Value::Kind::end || value.kind == Value::Kind::none) return false;
    if (value.kind == Value::Kind::text && value.bytes.empty()) return false;
    return fact.holds == nullptr || fact.holds(value, time);
}

}  // namespace weir
