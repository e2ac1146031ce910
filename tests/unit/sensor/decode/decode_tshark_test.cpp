// SPDX-License-Identifier: Apache-2.0
// The decoder against a second opinion: addresses and ports at every depth, packet by packet, as tshark sees them.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "sensor/decode/decode.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pcap_reader.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using List = std::vector<std::string>;

List split(const std::string& text, char separator) {
    List out;
    std::istringstream stream{text};
    for (std::string part; std::getline(stream, part, separator);) out.push_back(part);
    return out;
}

/// Addresses by IP version and ports by transport, outermost first.
struct Seen {
    List v4, v6, ports;
    bool quotes = false;  ///< an ICMP error: tshark goes on into the packet that it quotes

    [[nodiscard]] std::string text() const {
        std::string out;
        for (const List* list : {&v4, &v6, &ports}) {
            for (const std::string& item : *list) out += item + ' ';
            out += "| ";
        }
        return out;
    }
    /// Cut to the lengths of `other`.
    void shorten(const Seen& other) {
        v4.resize(std::min(v4.size(), other.v4.size()));
        v6.resize(std::min(v6.size(), other.v6.size()));
        ports.resize(std::min(ports.size(), other.ports.size()));
    }
};

/// What tshark says, by frame number.
std::map<std::uint64_t, Seen> ask_tshark(const std::filesystem::path& capture) {
    const std::string command = "tshark -n -r '" + capture.string() +
                                "' -T fields -E separator='|' -E occurrence=a -e frame.number -e ip.src -e ip.dst -e ipv6.src -e ipv6.dst"
                                " -e tcp.srcport -e tcp.dstport -e udp.srcport -e udp.dstport -e sctp.srcport -e sctp.dstport 2>/dev/null";
    std::FILE* const pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, count);
    pclose(pipe);
    std::map<std::uint64_t, Seen> frames;
    for (const std::string& line : split(text, '\n')) {
        List columns = split(line, '|');
        columns.resize(11);
        Seen seen;
        const auto pairs = [&](std::size_t column, List& list, const std::string& prefix) {
            const List from = split(columns[column], ','), to = split(columns[column + 1], ',');
            for (std::size_t i = 0; i < std::min(from.size(), to.size()); ++i) list.push_back(prefix + from[i] + '>' + to[i]);
        };
        pairs(1, seen.v4, "");
        pairs(3, seen.v6, "");
        pairs(5, seen.ports, "tcp:");
        pairs(7, seen.ports, "udp:");
        pairs(9, seen.ports, "sctp:");
        frames[std::strtoull(columns[0].c_str(), nullptr, 10)] = seen;
    }
    return frames;
}

Seen what_we_saw(const Decoded& decoded) {
    Seen seen;
    List tcp, udp, sctp;
    for (std::size_t i = 0; i < decoded.count; ++i) {
        const Layers& layer = decoded.layers[i];
        (layer.ip_version == 4 ? seen.v4 : seen.v6).push_back(layer.source.text() + '>' + layer.destination.text());
        seen.quotes |= layer.has_quoted;
        if (layer.incomplete_fragment) continue;
        const std::string ports = std::to_string(layer.source_port) + '>' + std::to_string(layer.destination_port);
        if (layer.protocol == ip_protocol::tcp) tcp.push_back("tcp:" + ports);
        if (layer.protocol == ip_protocol::udp) udp.push_back("udp:" + ports);
        if (layer.protocol == ip_protocol::sctp) sctp.push_back("sctp:" + ports);
    }
    for (const List* list : {&tcp, &udp, &sctp}) seen.ports.insert(seen.ports.end(), list->begin(), list->end());
    return seen;
}

/// Where we differ from tshark on purpose: in at most so many packets of that capture.
struct Difference {
    const char* capture;
    unsigned packets;
    const char* why;
};
constexpr Difference known_differences[] = {
    {"tcpdump-nhrp-trace.pcap", 1, "tshark dissects the packet that an NHRP error quotes"},
    {"zeek-gtp9_unknown_or_too_short_payload.pcap", 1, "the inner total length reaches past its GTP message: an event for us"},
    {"zeek-gtp_control_prime.pcap", 2, "tshark shows addresses out of GTP' records as if they were headers"},
    {"ndpi-ip_fragmented_garbage.pcap", 2, "put together, the TCP header is shorter than 20 bytes: dropped"},
    {"zeek-mpls-6in6-6in6-4in6-trunc.pcap", 1, "the inner payload length reaches past the packet: an event for us"},
    {"zeek-ipv6-reassembly-state-leak.pcap", 2,
     "with the hop-by-hop header the datagrams are longer than 65535 bytes: the last fragment is refused"},
    {"tcpdump-l2tp-avp-overflow.pcap", 2, "the UDP length reaches past the datagram: dropped"},
    {"pcapplusplus-ip4_bad_fragment.pcap", 1, "the IPv4 header is longer than the frame: dropped"},
    {"zeek-mpls-6in6-broken.pcap", 9, "random bytes: tshark goes on behind 16 labels and past the end of headers"},
    {"zeek-pppoe-over-qinq.pcap", 6, "the IPv4 total length reaches past the PPPoE payload: dropped"},
    {"zeek-teredo_bubble_with_payload.pcap", 25, "tshark knows Teredo by its server's port only, not between clients"},
};

unsigned allowed_differences(const std::string& capture) {
    for (const Difference& known : known_differences)
        if (capture == known.capture) return known.packets;
    return 0;
}

}  // namespace

TEST_CASE("decode: addresses and ports at every depth are those that tshark sees") {
    if (captures().empty() || std::system("tshark --version >/dev/null 2>&1") != 0) {
        WARN("skipped: needs tshark and the captures in " << capture_folder.string());
        return;
    }
    for (const char* folder : {"vlan", "qinq", "mpls", "pppoe", "pptp", "gre", "erspan", "ipip", "vxlan", "geneve", "gtp", "l2tp", "teredo",
                               "ip-frag", "ipv6-frag", "link-sll", "link-raw-null"}) {
        for (const auto& path : captures(folder)) {
            const auto frames = ask_tshark(path);
            Decoder decoder;
            Decoded decoded;
            unsigned packets = 0, different = 0;
            for_each_packet(path, [&](const Packet& packet) {
                const auto found = frames.find(packet.number);
                if (found == frames.end()) return;
                decoder.advance(packet.clock);
                decoder.decode(packet, decoded);
                Seen theirs = found->second;
                const Seen ours = what_we_saw(decoded);
                if (ours.quotes) theirs.shorten(ours);
                ++packets;
                if (ours.text() == theirs.text()) return;
                ++different;
                UNSCOPED_INFO("packet " << packet.number << "\n  we see     " << ours.text() << "\n  tshark sees " << theirs.text());
            });
            INFO(path.string() << ": " << packets << " packets");
            CHECK(different <= allowed_differences(path.filename().string()));
        }
    }
}
