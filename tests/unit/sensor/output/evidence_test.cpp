// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/evidence.hpp"

#include <pcap/pcap.h>

#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Read {
    std::vector<std::string> packets;
    std::vector<Time> times;
    std::vector<std::uint32_t> wire;
    int link_type = -1;
};

/// All packets of a capture, as libpcap reads them; throws when it is not a whole one.
Read read_capture(const std::filesystem::path& path) {
    char error[PCAP_ERRBUF_SIZE];
    pcap_t* const handle = pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error);
    if (handle == nullptr) throw std::runtime_error(error);
    Read out;
    out.link_type = pcap_datalink(handle);
    pcap_pkthdr* head = nullptr;
    const u_char* data = nullptr;
    int status = 0;
    while ((status = pcap_next_ex(handle, &head, &data)) == 1) {
        out.packets.emplace_back(reinterpret_cast<const char*>(data), head->caplen);
        out.times.push_back(head->ts.tv_sec * second + head->ts.tv_usec);
        out.wire.push_back(head->len);
    }
    pcap_close(handle);
    if (status != PCAP_ERROR_BREAK) throw std::runtime_error("the capture is cut");
    return out;
}

Packet packet_of(std::string_view data, Time time = 5 * second + 123'456'789, std::uint16_t link_type = 1) {
    Packet packet;
    packet.data = as_bytes(data);
    packet.wire_length = static_cast<std::uint32_t>(data.size() + 10);
    packet.time = time;
    packet.link_type = link_type;
    return packet;
}

}  // namespace

TEST_CASE("evidence: a session's packets, with nanoseconds and lengths, named after its first alert") {
    const TemporaryFolder folder;
    Evidence evidence{folder.path(), {}};
    CHECK(evidence.add(7, packet_of("nobody asked for this one")));
    CHECK(evidence.assign(7, 17) == "evidence/000017.pcap");
    CHECK(evidence.assign(7, 18) == "evidence/000017.pcap");
    CHECK(evidence.add(7, packet_of("first")));
    CHECK(evidence.add(7, packet_of("second one", 6 * second)));
    CHECK(evidence.assign(8, 1'234'567) == "evidence/1234567.pcap");
    CHECK(evidence.add(8, packet_of("raw", 1, 101)));
    CHECK(evidence.end(7));
    CHECK(evidence.finish());
    const Read read = read_capture(folder / "evidence/000017.pcap");
    CHECK(read.packets == std::vector<std::string>{"first", "second one"});
    CHECK(read.times == std::vector<Time>{5 * second + 123'456'789, 6 * second});
    CHECK(read.wire == std::vector<std::uint32_t>{15, 20});
    CHECK(read_capture(folder / "evidence/1234567.pcap").link_type == DLT_RAW);
    CHECK(evidence.metrics().packets.get() == 3);
    CHECK(evidence.metrics().files.get() == 2);
}

TEST_CASE("evidence: more sessions than open files, written in turn") {
    const TemporaryFolder folder;
    EvidenceLimits limits;
    limits.open_files = 3;
    Evidence evidence{folder.path(), limits};
    for (std::uint64_t flow = 1; flow <= 10; ++flow) CHECK(!evidence.assign(flow, flow).empty());
    for (int round = 0; round < 4; ++round)
        for (std::uint64_t flow = 1; flow <= 10; ++flow) CHECK(evidence.add(flow, packet_of("round " + std::to_string(round))));
    CHECK(evidence.finish());
    for (int flow = 1; flow <= 10; ++flow) {
        char name[40];
        std::snprintf(name, sizeof name, "evidence/%06d.pcap", flow);
        CHECK(read_capture(folder / name).packets == std::vector<std::string>{"round 0", "round 1", "round 2", "round 3"});
    }
}

TEST_CASE("evidence: limits of a session, of all, of their number; each counted") {
    const TemporaryFolder folder;
    EvidenceLimits limits;
    limits.session_bytes = 24 + 2 * (16 + 4);
    limits.total_bytes = 100;
    limits.sessions = 3;
    Evidence evidence{folder.path(), limits};
    CHECK(!evidence.assign(1, 1).empty());
    for (int i = 0; i < 5; ++i) CHECK(evidence.add(1, packet_of("abcd")));
    CHECK(read_capture(folder / "evidence/000001.pcap").packets.size() == 2);  // closed when it was cut
    CHECK(evidence.metrics().cut_sessions.get() == 1);
    CHECK(!evidence.assign(2, 2).empty());
    CHECK(evidence.add(2, packet_of("abcd")));  // 24 + 20 more: 108 in all, which is too much
    CHECK(evidence.metrics().cut_sessions.get() == 2);
    CHECK(!evidence.assign(3, 3).empty());
    CHECK(evidence.assign(4, 4).empty());
    CHECK(evidence.metrics().refused_sessions.get() == 1);
    CHECK(evidence.end(3));
    CHECK(!evidence.assign(4, 4).empty());
    CHECK(evidence.finish());
    Evidence none{folder.path(), {.session_bytes = 0}};
    CHECK(none.assign(1, 1).empty());
}

TEST_CASE("evidence: a packet of another link type is left out and counted") {
    const TemporaryFolder folder;
    Evidence evidence{folder.path(), {}};
    (void)evidence.assign(1, 1);
    CHECK(evidence.add(1, packet_of("ether")));
    CHECK(evidence.add(1, packet_of("raw", 1, 101)));
    CHECK(evidence.finish());
    CHECK(read_capture(folder / "evidence/000001.pcap").packets.size() == 1);
    CHECK(evidence.metrics().mixed_links.get() == 1);
}

TEST_CASE("evidence: a disk that is full leaves a valid capture and a sentence") {
    const TemporaryFolder folder;
    Evidence evidence{folder.path(), {}};
    (void)evidence.assign(1, 1);
    bool good = true;
    {
        const FileSizeLimit limit{10'000};
        for (int i = 0; i < 100 && good; ++i) good = evidence.add(1, packet_of(std::string(333, 'x')));
        good = evidence.finish() && good;
    }
    CHECK(!good);
    REQUIRE(evidence.error());
    CHECK(evidence.error()->find("000001.pcap: File too large") != std::string::npos);
    CHECK(!evidence.add(1, packet_of("no more")));
    CHECK(read_capture(folder / "evidence/000001.pcap").packets.size() == (10'000 - 24) / (16 + 333));
}

TEST_CASE("evidence: a folder that cannot be made is a sentence") {
    const TemporaryFolder folder;
    std::ofstream{folder / "evidence"} << "in the way";
    Evidence evidence{folder.path(), {}};
    (void)evidence.assign(1, 1);
    CHECK(!evidence.add(1, packet_of("x")));
    REQUIRE(evidence.error());
    CHECK(evidence.error()->starts_with("cannot make folder"));
}
