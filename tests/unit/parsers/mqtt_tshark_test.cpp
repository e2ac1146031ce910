// SPDX-License-Identifier: Apache-2.0
// MQTT packets on real captures against tshark.
#include "parsers/mqtt/mqtt.hpp"

#include "tests/support/parse_streams.hpp"
#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("mqtt: agrees with tshark") {
    const std::vector<std::string> fields{"mqtt.msgtype", "mqtt.topic", "mqtt.clientid"};
    std::size_t packets = 0;
    compare_streams<mqtt::Parser>({"mqtt"}, "mqtt", fields, [&](const Outcome& outcome, const Rows& rows) {
        std::string types, topics, client;
        const auto add = [](std::string& list, const std::string& value) {
            if (!value.empty()) list += (list.empty() ? "" : ",") + value;
        };
        for (const auto& transaction : logged(outcome)) {
            ++packets;
            add(types, transaction.get("mqtt.type"));
            add(topics, transaction.get("mqtt.publish.topic"));
            add(topics, transaction.get("mqtt.subscribe.topic"));
            add(topics, transaction.get("mqtt.unsubscribe.topic"));
            add(client, transaction.get("mqtt.connect.clientid"));
        }
        // Sorted: tshark shows a packet where it ends, the other direction may be ahead.
        const auto sorted = [](std::string list) {
            std::vector<std::string> out;
            for (std::size_t at = 0; at < list.size();) {
                const std::size_t end = std::min(list.find(',', at), list.size());
                out.push_back(list.substr(at, end - at));
                at = end + 1;
            }
            std::sort(out.begin(), out.end());
            return out;
        };
        CHECK(sorted(types) == sorted(column(rows, 0)));
        CHECK(sorted(topics) == sorted(column(rows, 1)));
        CHECK(client == column(rows, 2));
    });
    if (packets != 0) CHECK(packets >= 20);
}
