// SPDX-License-Identifier: Apache-2.0
// RADIUS against tshark, packet by packet, on every capture that holds some.
#include "parsers/radius/radius.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("radius: agrees with tshark") {
    const auto status = [](const std::string& cell) {
        static const std::map<std::string, std::string> names{{"1", "1,start"},          {"2", "2,stop"},
                                                              {"3", "3,interim-update"}, {"7", "7,accounting-on"},
                                                              {"8", "8,accounting-off"}, {"15", "15,failed"}};
        const auto found = names.find(cell);
        return found != names.end() ? found->second : cell;
    };
    const std::vector<Column> columns{
        {"radius.code", "radius.code"},
        {"radius.id", "radius.identifier"},
        {"radius.User_Name", "radius.user_name"},
        {"radius.NAS_IP_Address", "radius.nas_ip"},
        {"radius.NAS_Identifier", "radius.nas_identifier"},
        {"radius.NAS_Port", "radius.nas_port"},
        {"radius.NAS_Port_Type", "radius.nas_port_type"},
        {"radius.Service_Type", "radius.service_type"},
        {"radius.Framed-IP-Address", "radius.framed_ip"},
        {"radius.Called_Station_Id", "radius.called_station_id"},
        {"radius.Calling_Station_Id", "radius.calling_station_id"},
        {"radius.Acct_Status_Type", "radius.acct_status_type", status},
        {"radius.Acct_Session_Id", "radius.acct_session_id"},
        {"radius.Acct_Input_Octets", "radius.acct_input_octets"},
        {"radius.Reply_Message", "radius.reply_messages[]"},
        {"radius.Message_Authenticator", "radius.message_authenticator",
         [](const std::string& cell) { return std::string{cell.empty() ? "false" : "true"}; }},
    };
    compare_datagrams<radius::Parser>({"radius", "malformed"}, "udp && radius && !icmp && !ip.fragment && !_ws.malformed", columns);
}
