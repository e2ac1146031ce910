// SPDX-License-Identifier: Apache-2.0
// GTP against tshark, packet by packet, on every capture that holds some.
#include "parsers/gtp/gtp.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("gtp: versions 0 and 1 agree with tshark") {
    compare_datagrams<gtp::Parser>({"gtp"}, "udp && gtp && !gtpv2 && !(gtp.message == 255) && !_ws.malformed",
                                   {{"gtp.flags.version", "gtp.version"},
                                    {"gtp.message", "gtp.type", decimal},
                                    {"gtp.teid", "gtp.teid", decimal},
                                    {"gtp.seq_number", "gtp.sequence", decimal},
                                    {"gtp.cause", "gtp.cause"},
                                    {"gtp.apn", "gtp.apn"},
                                    {"e164.msisdn", "gtp.msisdn"},
                                    {"gtp.gsn_ipv4", "gtp.addresses[]"}});
}

TEST_CASE("gtp: version 2 agrees with tshark") {
    // libpcap does not read the file, whose interfaces differ in snapshot length; tshark prints both messages of a piggybacked pair in one row.
    const auto not_comparable = [](const std::string& file, const std::vector<std::string>& row) {
        return file == "pcapplusplus-gtpv2.pcapng" || row[1].find(',') != std::string::npos;
    };
    compare_datagrams<gtp::Parser>({"gtp"}, "udp && gtpv2 && !_ws.malformed",
                                   {{"gtpv2.message_type", "gtp.type"},
                                    {"gtpv2.teid", "gtp.teid", decimal},
                                    {"gtpv2.seq", "gtp.sequence", decimal},
                                    {"gtpv2.cause", "gtp.cause", first_only},
                                    {"gtpv2.apn", "gtp.apn"},
                                    {"e212.imsi", "gtp.imsi"},
                                    {"e164.msisdn", "gtp.msisdn"},
                                    {"gtpv2.f_teid_ipv4", "gtp.addresses[]"}},
                                   not_comparable);
}
