// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/identity.hpp"

#include <string>
#include <vector>

#include "parsers/ssh/ssh.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

struct Listener final : SuspicionSink {
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        CHECK(suspicion.kind == Kind::protocol_mismatch);
        said.emplace_back(suspicion.signature);
        about.push_back(suspicion.about);
        return true;
    }
    std::vector<std::string> said;
    std::vector<std::optional<Facing>> about;
};

struct Bench {
    void see(std::string_view server, std::string_view client = "OpenSSH_9.2p1", std::uint16_t port = 22) {
        ssh::Transaction transaction;
        transaction.server.software = as_bytes(server);
        transaction.client.software = as_bytes(client);
        session.key.high_port = port;
        ++session.id;
        for (int i = 0; i < 2; ++i) detector.transaction(session, {find_protocol("ssh"), &transaction, second, second}, listener);
    }
    Session session;
    Listener listener;
    IdentityDetector detector;
};

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("Identity: what changes between two ends on one service is told, once a change") {
    Bench bench;
    for (int i = 0; i < 5; ++i) bench.see("OpenSSH_9.2p1");
    CHECK(bench.listener.said.empty());
    bench.see("dropbear_2022.83");
    bench.see("dropbear_2022.83");
    CHECK(bench.listener.said == Said{"Another SSH server software than before"});
    CHECK_FALSE(bench.listener.about[0]);
}

TEST_CASE("Identity: another service is another server") {
    Bench bench;
    bench.see("OpenSSH_9.2p1", "OpenSSH_9.2p1", 22);
    bench.see("dropbear_2022.83", "OpenSSH_9.2p1", 2222);
    CHECK(bench.listener.said.empty());
}

TEST_CASE("Identity: who the client is counts where the client is equipment") {
    Bench bench;
    bench.see("OpenSSH_9.2p1", "PuTTY_Release_0.78");
    bench.see("OpenSSH_9.2p1", "libssh2_1.10");
    CHECK(bench.listener.said == Said{"Another SSH client software than before"});
    CHECK(bench.listener.about[0] == Facing::egress);
}
