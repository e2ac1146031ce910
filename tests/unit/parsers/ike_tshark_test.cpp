// SPDX-License-Identifier: Apache-2.0
// IKE against tshark, packet by packet, on every capture that holds some.
#include "parsers/ike/ike.hpp"

#include <sstream>

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("ike: agrees with tshark") {
    const auto each_once = [](const std::string& cell) {
        std::string out, value;
        std::istringstream values{cell};
        std::vector<std::string> seen;
        while (std::getline(values, value, ',')) {
            if (std::find(seen.begin(), seen.end(), value) != seen.end()) continue;
            seen.push_back(value);
            out += (out.empty() ? "" : ",") + value;
        }
        return out;
    };
    const std::vector<Column> columns{
        {"isakmp.version", "ike.version_major", [](const std::string& cell) { return cell == "0x20"   ? "2"
                                                                                     : cell == "0x10" ? "1"
                                                                                                      : cell; }},
        {"isakmp.ispi", "ike.init_spi"},
        {"isakmp.rspi", "ike.resp_spi"},
        {"isakmp.exchangetype", "ike.exchange_type"},
        {"isakmp.messageid", "ike.message_id", decimal},
        {"isakmp.tf.id.dh", "ike.dh_group", each_once},
        {"isakmp.key_exchange.data", "weir.ike.key_exchange_length",
         [](const std::string& cell) { return cell.empty() ? cell : std::to_string(cell.size() / 2); }},
        {"isakmp.vid_bytes", "ike.vendor"},
    };
    compare_datagrams<ike::Parser>({"ipsec-ike"}, "udp && isakmp && !icmp && !ip.fragment && !_ws.malformed", columns);
}
