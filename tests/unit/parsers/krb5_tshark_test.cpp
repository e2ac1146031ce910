// SPDX-License-Identifier: Apache-2.0
// Kerberos against tshark, packet by packet, on every capture that holds some.
#include "parsers/krb5/krb5.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("krb5: agrees with tshark") {
    const std::vector<Column> columns{
        {"kerberos.msg_type", "krb5_msg_type"},   {"kerberos.CNameString", "krb5_cname"}, {"kerberos.SNameString", "krb5_sname"},
        {"kerberos.error_code", "krb5_err_code"}, {"kerberos.ENCTYPE", "krb5.etype"},
    };
    // A request for a service ticket has another ticket inside, whose names tshark lists as well.
    compare_datagrams<krb5::Parser>({"kerberos"},
                                    "udp && kerberos && !icmp && !ip.fragment && !_ws.malformed && !(kerberos.msg_type == 12)", columns);
}
