// SPDX-License-Identifier: Apache-2.0
#include "parsers/dns/dns_codes.hpp"

#include <array>

namespace weir::dns {
namespace {

/// Types 0 to 65; empty where nothing is assigned.
constexpr std::array<std::string_view, 66> low_types{
    "",      "A",        "NS",    "MD",     "MF",     "CNAME",   "SOA",        "MB",         "MG",     "MR",     "NULL",
    "WKS",   "PTR",      "HINFO", "MINFO",  "MX",     "TXT",     "RP",         "AFSDB",      "X25",    "ISDN",   "RT",
    "NSAP",  "NSAPPTR",  "SIG",   "KEY",    "PX",     "GPOS",    "AAAA",       "LOC",        "NXT",    "EID",    "NIMLOC",
    "SRV",   "ATMA",     "NAPTR", "KX",     "CERT",   "A6",      "DNAME",      "SINK",       "OPT",    "APL",    "DS",
    "SSHFP", "IPSECKEY", "RRSIG", "NSEC",   "DNSKEY", "DHCID",   "NSEC3",      "NSEC3PARAM", "TLSA",   "SMIMEA", "",
    "HIP",   "NINFO",    "RKEY",  "TALINK", "CDS",    "CDNSKEY", "OPENPGPKEY", "CSYNC",      "ZONEMD", "SVCB",   "HTTPS"};
static_assert(low_types[28] == "AAAA" && low_types[41] == "OPT" && low_types[50] == "NSEC3" && low_types[65] == "HTTPS");

constexpr std::array<std::string_view, 16> rcodes{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
                                                  "NXRRSET", "NOTAUTH", "NOTZONE",  "11",       "12",     "13",      "14",       "15"};

}  // namespace

std::string_view rrtype_name(std::uint16_t type) noexcept {
    if (type < low_types.size()) return low_types[type];
    switch (type) {
        case 99: return "SPF";
        case 108: return "EUI48";
        case 109: return "EUI64";
        case 249: return "TKEY";
        case 250: return "TSIG";
        case 251: return "IXFR";
        case 252: return "AXFR";
        case 253: return "MAILB";
        case 254: return "MAILA";
        case 255: return "ANY";
        case 256: return "URI";
        case 257: return "CAA";
        default: return {};
    }
}

std::string_view rcode_name(std::uint16_t flags) noexcept { return rcodes[flags & 0xf]; }

}  // namespace weir::dns
