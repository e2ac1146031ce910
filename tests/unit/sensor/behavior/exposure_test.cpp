// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/exposure.hpp"

#include <string>
#include <vector>

#include "parsers/snmp/snmp.hpp"
#include "parsers/ssh/ssh.hpp"
#include "parsers/telnet/telnet.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

struct Listener final : SuspicionSink {
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        heard.push_back({suspicion.fact->number, suspicion.about, suspicion.same, std::string{suspicion.why}});
        return accept;
    }
    struct Heard {
        unsigned number;
        std::optional<Facing> about;
        std::uint64_t same;
        std::string why;
    };
    bool accept = true;
    std::vector<Heard> heard;
};

struct Bench {
    template <class Transaction>
    void show(std::string_view protocol, const Transaction& transaction, bool reversed = false) {
        Session session;
        session.key.low = IpAddress::v4(0x0a00'0001);
        session.key.high = server;
        session.app_reversed = reversed;
        detector.transaction(session, {find_protocol(protocol), &transaction, second, second}, listener);
    }
    IpAddress server = IpAddress::v4(0x0a00'0002);
    Listener listener;
    ExposureDetector detector;
};

snmp::Transaction answer(std::string_view community) {
    snmp::Transaction transaction;
    transaction.message.version = 2;
    transaction.message.pdu = snmp::Pdu::response;
    transaction.message.community = as_bytes(community);
    return transaction;
}

}  // namespace

TEST_CASE("Exposure: a fact is about the end that serves, and told once a device") {
    Bench bench;
    for (int i = 0; i < 3; ++i) bench.show("telnet", telnet::Transaction{});
    REQUIRE(bench.listener.heard.size() == 1);
    CHECK(bench.listener.heard[0].number == 1);
    CHECK(bench.listener.heard[0].about == Facing::ingress);
    bench.server = IpAddress::v4(0x0a00'0003);
    bench.show("telnet", telnet::Transaction{});
    CHECK(bench.listener.heard.size() == 2);
    bench.show("telnet", telnet::Transaction{}, true);  // the end that opened it serves
    REQUIRE(bench.listener.heard.size() == 3);
    CHECK(bench.listener.heard[2].about == Facing::egress);
}

TEST_CASE("Exposure: what nobody wants to know yet is said again") {
    Bench bench;
    bench.listener.accept = false;
    for (int i = 0; i < 3; ++i) bench.show("telnet", telnet::Transaction{});
    CHECK(bench.listener.heard.size() == 3);
}

TEST_CASE("Exposure: a community shows in an answer, and is never shown") {
    Bench bench;
    auto request = answer("public");
    request.message.pdu = snmp::Pdu::get;
    bench.show("snmp", request);
    CHECK(bench.listener.heard.empty());
    bench.show("snmp", answer("public"));
    REQUIRE(bench.listener.heard.size() == 2);
    CHECK(bench.listener.heard[0].number == 6);
    CHECK(bench.listener.heard[1].number == 7);
    CHECK(bench.listener.heard[1].why.find("public") == std::string::npos);
}

TEST_CASE("Exposure: keys are compared by a number that only the same key has") {
    Bench bench;
    ssh::Transaction transaction;
    transaction.server.software = as_bytes("OpenSSH_6.0p1");
    bench.show("ssh", transaction);
    REQUIRE(bench.listener.heard.size() == 1);
    CHECK(bench.listener.heard[0].why == "SSH server of an old release: OpenSSH_6.0p1");
    CHECK(bench.listener.heard[0].same == 0);
}
