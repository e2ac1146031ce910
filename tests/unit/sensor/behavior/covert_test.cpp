// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/covert.hpp"

#include <string>
#include <vector>

#include "parsers/ntp/ntp.hpp"
#include "parsers/syslog/syslog.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

struct Listener final : SuspicionSink {
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        CHECK(suspicion.kind == Kind::protocol_mismatch);
        why.emplace_back(suspicion.why);
        return true;
    }
    std::vector<std::string> why;
};

struct Bench {
    template <class Transaction>
    Bench& show(std::string_view protocol, const Transaction& transaction, Time after = second) {
        clock += after;
        detector.transaction(session, {find_protocol(protocol), &transaction, clock, clock}, listener);
        return *this;
    }
    Bench& ntp(std::uint32_t extra, Time after = second) {
        ntp::Transaction transaction;
        transaction.extra = extra;
        return show("ntp", transaction, after);
    }
    Bench& syslog(std::string_view text) {
        syslog::Transaction transaction;
        transaction.message.text = as_bytes(text);
        return show("syslog", transaction);
    }
    Session session;
    Time clock = 1'000 * second;
    Listener listener;
    CovertDetector detector;
};

}  // namespace

TEST_CASE("Covert: NTP may carry a MAC or extension fields, not anything") {
    struct Case {
        std::uint32_t extra;
        bool found;
    };
    for (const Case& c : {Case{0, false}, Case{4, false}, Case{20, false}, Case{24, false}, Case{68, false}, Case{372, false},
                          Case{12, true}, Case{37, true}, Case{1200, true}}) {
        CAPTURE(c.extra);
        Bench bench;
        for (int i = 0; i < 8; ++i) bench.ntp(c.extra);
        CHECK(bench.listener.why.size() == (c.found ? 1 : 0));
    }
}

TEST_CASE("Covert: a few odd messages within a while, told once a pair of ends") {
    Bench bench;
    bench.ntp(37).ntp(37);
    CHECK(bench.listener.why.empty());
    bench.ntp(37, 601 * second);  // too late: it counts from here
    CHECK(bench.listener.why.empty());
    bench.ntp(37).ntp(41).ntp(37);
    CHECK(bench.listener.why == std::vector<std::string>{"3 of its messages hold what does not belong there, 41 octets in the latest"});
}

TEST_CASE("Covert: syslog is text, in whatever alphabet, with tabs and colours") {
    const std::string binary("\x01\x02\x03\x04\x05\x06\x07\x08 is no text\x11", 21);
    Bench bench;
    for (int i = 0; i < 5; ++i) bench.syslog("link \x1b[31mdown\x1b[0m\ton port 7\r\n").syslog("\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82");
    for (int i = 0; i < 5; ++i) bench.syslog(binary + std::string(200, 'x'));  // a few octets in a long message
    CHECK(bench.listener.why.empty());
    for (int i = 0; i < 5; ++i) bench.syslog(binary);
    CHECK(bench.listener.why.size() == 1);
}
