// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/eve_text.hpp"

#include "sensor/decode/layers.hpp"

namespace weir {
namespace {

constexpr std::string_view hexadecimal = "0123456789abcdef";

/// `count` decimal digits of `value`, with leading zeros.
char* digits(char* out, std::uint64_t value, int count) noexcept {
    for (int i = count; i-- > 0;) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return out + count;
}

char* decimal(char* out, unsigned value) noexcept {  // 0 to 255
    return digits(out, value, value >= 100 ? 3 : value >= 10 ? 2 : 1);
}

struct Date {
    std::int64_t year;
    unsigned month, day;
};

/// Proleptic Gregorian calendar, days since 1970-01-01. Years begin in March, so that the leap day comes last.
constexpr Date date_of(std::int64_t days) noexcept {
    constexpr std::int64_t days_per_era = 146'097;
    const std::int64_t shifted = days + 719'468;  // since 0000-03-01
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - (days_per_era - 1)) / days_per_era;
    const auto day_of_era = static_cast<unsigned>(shifted - era * days_per_era);
    const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned month = (5 * day_of_year + 2) / 153;  // 0 = March
    const unsigned day = day_of_year - (153 * month + 2) / 5 + 1;
    return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day};
}
static_assert(date_of(0).year == 1970 && date_of(0).month == 1 && date_of(0).day == 1);
static_assert(date_of(11'016).year == 2000 && date_of(11'016).month == 2 && date_of(11'016).day == 29);

constexpr std::string_view name_of_protocol(std::uint8_t protocol) noexcept {
    using namespace ip_protocol;
    switch (protocol) {
        case 0: return "HOPOPT";
        case icmp: return "ICMP";
        case igmp: return "IGMP";
        case ipip: return "IPv4";
        case tcp: return "TCP";
        case udp: return "UDP";
        case 33: return "DCCP";
        case ipv6: return "IPv6";
        case 46: return "RSVP";
        case gre: return "GRE";
        case esp: return "ESP";
        case ah: return "AH";
        case icmpv6: return "IPv6-ICMP";
        case 59: return "IPv6-NoNxt";
        case 88: return "EIGRP";
        case ospf: return "OSPFIGP";
        case etherip: return "ETHERIP";
        case pim: return "PIM";
        case vrrp: return "VRRP";
        case l2tp: return "L2TP";
        case sctp: return "SCTP";
        case mpls: return "MPLS-in-IP";
        default: return {};
    }
}

}  // namespace

ShortText<32> eve_time(Time time) noexcept {
    constexpr Time day = 86'400 * second;
    const Time days = time >= 0 ? time / day : (time + 1) / day - 1;
    const auto within = static_cast<std::uint64_t>(time - days * day);
    const std::uint64_t seconds = within / second;
    const Date date = date_of(days);
    ShortText<32> out;
    char* at = digits(out.characters.data(), static_cast<std::uint64_t>(date.year), 4);
    *at++ = '-';
    at = digits(at, date.month, 2);
    *at++ = '-';
    at = digits(at, date.day, 2);
    *at++ = 'T';
    at = digits(at, seconds / 3600, 2);
    *at++ = ':';
    at = digits(at, seconds / 60 % 60, 2);
    *at++ = ':';
    at = digits(at, seconds % 60, 2);
    *at++ = '.';
    at = digits(at, within % second / 1000, 6);
    std::memcpy(at, "+0000", 5);
    out.size = static_cast<std::size_t>(at + 5 - out.characters.data());
    return out;
}

ShortText<40> eve_address(const IpAddress& address) noexcept {
    ShortText<40> out;
    char* at = out.characters.data();
    const auto& bytes = address.bytes();
    if (address.is_v4()) {
        for (std::size_t i = 12; i < 16; ++i) {
            if (i != 12) *at++ = '.';
            at = decimal(at, bytes[i]);
        }
    } else {
        for (std::size_t i = 0; i < 16; ++i) {
            if (i != 0 && i % 2 == 0) *at++ = ':';
            *at++ = hexadecimal[bytes[i] >> 4];
            *at++ = hexadecimal[bytes[i] & 15];
        }
    }
    out.size = static_cast<std::size_t>(at - out.characters.data());
    return out;
}

ShortText<16> eve_protocol(std::uint8_t protocol) noexcept {
    ShortText<16> out;
    if (const std::string_view name = name_of_protocol(protocol); !name.empty()) {
        std::memcpy(out.characters.data(), name.data(), name.size());
        out.size = name.size();
    } else {
        out.size = static_cast<std::size_t>(digits(out.characters.data(), protocol, 3) - out.characters.data());
    }
    return out;
}

bool has_ports(std::uint8_t protocol) noexcept {
    return protocol == ip_protocol::tcp || protocol == ip_protocol::udp || protocol == ip_protocol::sctp;
}
bool is_icmp(std::uint8_t protocol) noexcept { return protocol == ip_protocol::icmp || protocol == ip_protocol::icmpv6; }

}  // namespace weir
