// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/redirect.hpp"

#include <string>
#include <vector>

#include "parsers/snmp/snmp.hpp"
#include "parsers/syslog/syslog.hpp"
#include "parsers/tls/tls.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

struct Listener final : SuspicionSink {
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        CHECK(suspicion.kind == Kind::mgmt_redirect);
        CHECK(suspicion.about == Facing::egress);
        why.emplace_back(suspicion.why);
        confidence.push_back(suspicion.confidence);
        return true;
    }
    std::vector<std::string> why;
    std::vector<double> confidence;
};

struct Bench {
    template <class Transaction>
    void send(std::string_view protocol, const Transaction& transaction, bool allowed, Time after = second) {
        clock += after;
        Session session;
        session.id = ++sessions;
        session.key.low = IpAddress::v4(0x0a00'0001);
        session.key.high = IpAddress::v4(allowed ? 0x0a1e'000b : 0xcb00'7132);
        session.key.high_port = port;
        session.equipment = {7, peer_equipment};
        session.verdict[0] = allowed ? Verdict::allowed : Verdict::found;
        for (int i = 0; i < 3; ++i) detector.transaction(session, {find_protocol(protocol), &transaction, clock, clock}, listener);
    }
    std::uint16_t port = 514;
    EquipmentId peer_equipment = no_equipment;
    Time clock = 1'000'000 * second;
    std::uint64_t sessions = 0;
    Listener listener;
    RedirectDetector detector;
};

}  // namespace

TEST_CASE("Redirect: logs to a server that the contract does not name, once a session") {
    Bench bench;
    bench.send("syslog", syslog::Transaction{}, true);
    CHECK(bench.listener.why.empty());
    bench.send("syslog", syslog::Transaction{}, false, 5 * second);
    bench.send("syslog", syslog::Transaction{}, false, 7200 * second);
    CHECK(bench.listener.why == std::vector<std::string>{"it sends logs there; a server that its contract names had some 5 s ago",
                                                         "it sends logs there; a server that its contract names had some 7205 s ago"});
    CHECK(bench.listener.confidence == std::vector<double>{0.8, 0.9});  // the old one has been left
}

TEST_CASE("Redirect: requests are no traps, TLS is no DNS but on its port") {
    Bench bench;
    snmp::Transaction transaction;
    transaction.message.pdu = snmp::Pdu::get;
    bench.send("snmp", transaction, false);
    bench.send("tls", tls::Transaction{}, false);
    CHECK(bench.listener.why.empty());
    transaction.message.pdu = snmp::Pdu::trap_v2;
    bench.send("snmp", transaction, false);
    bench.port = 853;
    bench.send("tls", tls::Transaction{}, false);
    CHECK(bench.listener.why == std::vector<std::string>{"it sends traps there; no server that its contract names has had any so far",
                                                         "it sends questions for names there; no server that its contract names has had any so far"});
}

TEST_CASE("Redirect: what devices say to each other is left out") {
    Bench bench;
    bench.peer_equipment = 9;
    bench.send("syslog", syslog::Transaction{}, false);
    CHECK(bench.listener.why.empty());
}
