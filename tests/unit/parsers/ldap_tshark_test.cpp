// SPDX-License-Identifier: Apache-2.0
// LDAP against tshark, session by session, on every capture that holds some.
#include "parsers/ldap/ldap.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

namespace {
const std::vector<std::string> folders{"ldap", "malformed"};

/// The number for rules, and the name for the event.
std::string with_name(const std::string& number) {
    return number.empty() ? number : number + "," + std::string{ldap::op_name(ldap::Op{static_cast<std::uint8_t>(std::stoul(number))})};
}
}  // namespace

TEST_CASE("ldap: requests agree with tshark") {
    const std::vector<Column> columns{
        {"ldap.protocolOp", "ldap.request.operation", with_name},
        {"ldap.messageID", "ldap.request.message_id"},
        {"ldap.baseObject", "ldap.request.search_request.base_object"},
        {"ldap.scope", "ldap.request.search_request.scope"},
    };
    compare_sessions<ldap::Parser>(folders, "ldap && (tcp.dstport == 389 || tcp.dstport == 3268)", columns,
                                   [](const Outcome::Transaction& seen) { return has(seen.report, Report::request); });
}

TEST_CASE("ldap: responses agree with tshark") {
    const std::vector<Column> columns{
        {"ldap.protocolOp", "ldap.responses.operation"},
        {"ldap.resultCode", "ldap.responses.result_code"},
    };
    compare_sessions<ldap::Parser>(folders, "ldap && (tcp.srcport == 389 || tcp.srcport == 3268)", columns,
                                   [](const Outcome::Transaction& seen) { return has(seen.report, Report::response); });
}
