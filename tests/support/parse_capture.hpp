// SPDX-License-Identifier: Apache-2.0
// Reads a capture with libpcap and runs one parser over its sessions, without weir's own decoder and stream stage: a second
// way to the same bytes, so that a parser can be compared with tshark. Tests only: plain, complete in memory, no tunnels, no
// fragments, no overlaps but exact retransmissions.
#pragma once

#include <pcap/pcap.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "parsers/base/cursor.hpp"
#include "tests/support/parser_driver.hpp"

namespace weir::test {

/// Bytes of one direction in their order: a TCP segment's news, or one datagram.
struct Chunk {
    Direction direction;
    std::vector<std::uint8_t> bytes;
    std::uint64_t missing = 0;  ///< TCP: bytes lost before these
    std::uint64_t frame = 0;    ///< number of the packet that brought them, as tshark counts (from 1)
};

/// A TCP or UDP session. Opened by who sent the SYN or, without one, the first packet.
struct CapturedSession {
    Transport transport;
    IpAddress client, server;
    std::uint16_t client_port = 0, server_port = 0;
    unsigned stream = 0;  ///< tshark's tcp.stream or udp.stream
    std::vector<Chunk> chunks;
};

namespace detail {

struct Segment {
    IpAddress source, destination;
    std::uint16_t source_port = 0, destination_port = 0;
    Transport transport = Transport::tcp;
    bool syn = false, ack = false;
    std::uint32_t sequence = 0;
    Bytes payload;
};

/// The IP header's place by link type; none where the frame holds no IP.
inline std::optional<Bytes> network_layer(int link, Bytes frame) {
    Cursor cursor{frame};
    std::uint16_t type = 0;
    switch (link) {
        case DLT_EN10MB:
            cursor.skip(12);
            type = cursor.be16();
            break;
        case DLT_LINUX_SLL:
            cursor.skip(14);
            type = cursor.be16();
            break;
        case DLT_LINUX_SLL2:
            type = cursor.be16();
            cursor.skip(18);
            break;
        case DLT_NULL:
        case DLT_LOOP: cursor.skip(4); [[fallthrough]];
        case DLT_IPV4:
        case DLT_IPV6:
        case DLT_RAW: return cursor.ok() ? std::optional{cursor.rest()} : std::nullopt;
        default: return std::nullopt;
    }
    while (type == 0x8100 || type == 0x88a8 || type == 0x9100) {
        cursor.skip(2);
        type = cursor.be16();
    }
    if (!cursor.ok() || (type != 0x0800 && type != 0x86dd)) return std::nullopt;
    return cursor.rest();
}

inline std::optional<Segment> transport_layer(Bytes packet) {
    if (packet.empty()) return std::nullopt;
    Segment segment;
    Cursor ip{packet};
    std::uint8_t protocol = 0;
    Bytes inner;
    if ((packet[0] >> 4) == 4) {
        const std::size_t header = (ip.u8() & 15u) * 4u;
        ip.skip(1);
        const std::size_t total = ip.be16();
        ip.skip(2);
        if ((ip.be16() & 0x3fff) != 0) return std::nullopt;  // a fragment
        ip.skip(1);
        protocol = ip.u8();
        ip.skip(2);
        segment.source = IpAddress::from_wire(ip.take(4));
        segment.destination = IpAddress::from_wire(ip.take(4));
        if (header < 20) return std::nullopt;
        ip.skip(header - 20);
        inner = total >= header ? first_of(ip.rest(), total - header) : ip.rest();  // 0: segmentation offload
    } else {
        ip.skip(4);
        const std::size_t length = ip.be16();
        protocol = ip.u8();
        ip.skip(1);
        segment.source = IpAddress::from_wire(ip.take(16));
        segment.destination = IpAddress::from_wire(ip.take(16));
        inner = length != 0 ? first_of(ip.rest(), length) : ip.rest();
    }
    if (!ip.ok() || (protocol != 6 && protocol != 17)) return std::nullopt;
    Cursor transport{inner};
    segment.source_port = transport.be16();
    segment.destination_port = transport.be16();
    if (protocol == 17) {
        segment.transport = Transport::udp;
        const std::size_t length = transport.be16();
        transport.skip(2);
        segment.payload = length >= 8 ? first_of(transport.rest(), length - 8) : transport.rest();
    } else {
        segment.sequence = transport.be32();
        transport.skip(4);
        const std::size_t header = (transport.u8() >> 4) * 4u;
        const std::uint8_t flags = transport.u8();
        segment.syn = (flags & 2) != 0;
        segment.ack = (flags & 16) != 0;
        if (header < 20) return std::nullopt;
        transport.skip(header - 14);
        segment.payload = transport.rest();
    }
    return transport.ok() ? std::optional{segment} : std::nullopt;
}

/// In-order bytes of one direction.
struct Reassembly {
    struct Early {
        std::vector<std::uint8_t> bytes;
        std::uint64_t frame;
    };
    bool started = false;
    std::uint32_t next = 0;
    std::map<std::uint32_t, Early> early;  ///< came before their turn, by sequence number
};

class Sessions {
public:
    void add(const Segment& segment, std::uint64_t frame) {
        using End = std::tuple<IpAddress, std::uint16_t>;
        const End from{segment.source, segment.source_port}, to{segment.destination, segment.destination_port};
        auto& open = open_[static_cast<std::size_t>(segment.transport)];
        const auto key = std::minmax(from, to);
        auto found = open.find(key);
        // A SYN with another sequence number on the same ports is another session, as tshark counts.
        const bool again = found != open.end() && segment.syn && !segment.ack && isn_[found->second] != segment.sequence;
        if (found == open.end() || again) {
            found = open.insert_or_assign(key, sessions.size()).first;
            const bool answer = segment.syn && segment.ack;
            const auto& [client, client_port] = answer ? to : from;
            const auto& [server, server_port] = answer ? from : to;
            sessions.push_back(
                {segment.transport, client, server, client_port, server_port, counted_[static_cast<std::size_t>(segment.transport)]++, {}});
            sides_.emplace_back();
            isn_.push_back(segment.sequence);
        }
        CapturedSession& session = sessions[found->second];
        const bool to_server = session.client == segment.source && session.client_port == segment.source_port;
        const Direction direction = to_server ? Direction::to_server : Direction::to_client;
        if (segment.transport == Transport::udp) {
            session.chunks.push_back({direction, {segment.payload.begin(), segment.payload.end()}, 0, frame});
            return;
        }
        Reassembly& side = sides_[found->second][static_cast<std::size_t>(direction)];
        const std::uint32_t first = segment.sequence + (segment.syn ? 1 : 0);
        if (segment.syn || !side.started) {
            side.started = true;
            side.next = first;
        }
        if (segment.payload.empty()) return;
        Reassembly::Early& early = side.early.try_emplace(first, Reassembly::Early{{}, frame}).first->second;
        if (early.bytes.size() < segment.payload.size()) early.bytes.assign(segment.payload.begin(), segment.payload.end());
        deliver(session, side, direction, false);
    }

    /// The capture has ended: what still waits for lost bytes is delivered behind a gap.
    void finish() {
        for (std::size_t i = 0; i < sessions.size(); ++i)
            for (const Direction direction : {Direction::to_server, Direction::to_client})
                deliver(sessions[i], sides_[i][static_cast<std::size_t>(direction)], direction, true);
    }

    std::vector<CapturedSession> sessions;

private:
    static void deliver(CapturedSession& session, Reassembly& side, Direction direction, bool over_gaps) {
        while (!side.early.empty()) {
            auto best = side.early.begin();
            for (auto it = best; it != side.early.end(); ++it)
                if (static_cast<std::int32_t>(it->first - side.next) < static_cast<std::int32_t>(best->first - side.next)) best = it;
            const auto ahead = static_cast<std::int32_t>(best->first - side.next);
            if (ahead > 0 && !over_gaps) return;
            const auto known = static_cast<std::size_t>(ahead < 0 ? -static_cast<std::int64_t>(ahead) : 0);
            std::vector<std::uint8_t>& bytes = best->second.bytes;
            if (known < bytes.size()) {
                side.next = best->first + static_cast<std::uint32_t>(bytes.size());
                bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(known));
                session.chunks.push_back(
                    {direction, std::move(bytes), ahead > 0 ? static_cast<std::uint64_t>(ahead) : 0, best->second.frame});
            }
            side.early.erase(best);
        }
    }

    std::array<std::map<std::pair<std::tuple<IpAddress, std::uint16_t>, std::tuple<IpAddress, std::uint16_t>>, std::size_t>, 2> open_;
    std::array<unsigned, 2> counted_{};
    std::vector<std::array<Reassembly, 2>> sides_;
    std::vector<std::uint32_t> isn_;
};

}  // namespace detail

/// The TCP and UDP sessions of a capture; empty when it cannot be read.
inline std::vector<CapturedSession> read_capture(const std::filesystem::path& path) {
    char error[PCAP_ERRBUF_SIZE] = {};
    const std::unique_ptr<pcap_t, void (*)(pcap_t*)> capture{pcap_open_offline(path.c_str(), error), [](pcap_t* p) {
                                                                 if (p != nullptr) pcap_close(p);
                                                             }};
    if (capture == nullptr) return {};
    detail::Sessions sessions;
    pcap_pkthdr* header = nullptr;
    const std::uint8_t* data = nullptr;
    for (std::uint64_t frame = 1; pcap_next_ex(capture.get(), &header, &data) == 1; ++frame) {
        const auto network = detail::network_layer(pcap_datalink(capture.get()), Bytes{data, header->caplen});
        const auto segment = network ? detail::transport_layer(*network) : std::nullopt;
        if (segment) sessions.add(*segment, frame);
    }
    sessions.finish();
    return std::move(sessions.sessions);
}

/// Runs parser `P` over a session as a worker would: the first bytes of either direction are offered to its probe; from the
/// match on everything is fed, turned round where the probe shows the roles the other way. Nothing where it never matches.
template <ParserType P>
std::optional<Outcome> parse_session(const CapturedSession& session) {
    bool port_matches = false;
    for (const Hint& hint : P::hints)
        if (hint.transport == session.transport && (hint.port == session.client_port || hint.port == session.server_port))
            port_matches = true;
    std::array<std::vector<std::uint8_t>, 2> seen;
    Probe probe;
    for (const Chunk& chunk : session.chunks) {
        auto& offered = seen[static_cast<std::size_t>(chunk.direction)];
        if (chunk.missing != 0) continue;
        offered.insert(offered.end(), chunk.bytes.begin(), chunk.bytes.end());
        probe = P::probe(Offer{offered, session.transport, chunk.direction, port_matches});
        if (probe.answer != Probe::Answer::match) continue;
        const bool from_client = chunk.direction == Direction::to_server;
        const bool turned = probe.sender == (from_client ? Probe::Sender::server : Probe::Sender::client);
        ParserDriver<P> driver;
        for (const Chunk& piece : session.chunks) {
            const Direction direction = turned ? opposite(piece.direction) : piece.direction;
            if (session.transport == Transport::udp) {
                driver.datagram(direction, piece.bytes);
                continue;
            }
            if (piece.missing != 0 && !driver.gap(direction, piece.missing)) break;
            driver.stream(direction, piece.bytes);
        }
        return driver.finish();
    }
    return std::nullopt;
}

/// The captures of a folder of the shared collection, sorted; empty (nothing to test) where the collection is absent.
inline std::vector<std::filesystem::path> shared_captures(std::string_view folder) {
    std::vector<std::filesystem::path> files;
    const std::filesystem::path root = std::filesystem::path{WEIR_SOURCE_DIR} / ".." / "shared" / "pcaps" / folder;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(root, error))
        if (entry.path().filename().string().find(".pcap") != std::string::npos) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

/// What `tshark -r FILE -Y FILTER -T fields -e FIELD...` prints: one row per packet, one text per field (its occurrences
/// joined by `,` by tshark). Nothing where tshark is not installed.
inline std::optional<std::vector<std::vector<std::string>>> tshark(const std::filesystem::path& file, const std::string& filter,
                                                                   const std::vector<std::string>& fields,
                                                                   const std::string& options = {}) {
    std::string command = "tshark -n " + options + " -r '" + file.string() + "' -Y '" + filter + "' -T fields -E separator=/t";
    for (const std::string& field : fields) command += " -e " + field;
    command += " 2>/dev/null";
    if (std::system("command -v tshark >/dev/null 2>&1") != 0) return std::nullopt;
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), [](FILE* p) { return p != nullptr ? pclose(p) : 0; }};
    if (pipe == nullptr) return std::nullopt;
    std::string text;
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe.get())) > 0;) text.append(buffer, got);
    std::vector<std::vector<std::string>> rows;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        std::vector<std::string> row;
        for (std::size_t cell = start; cell <= end;) {
            const std::size_t stop = std::min(text.find('\t', cell), end);
            row.push_back(text.substr(cell, stop - cell));
            cell = stop + 1;
        }
        row.resize(fields.size());
        rows.push_back(std::move(row));
        start = end + 1;
    }
    return rows;
}

}  // namespace weir::test
