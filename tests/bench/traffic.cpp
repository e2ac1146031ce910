// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/traffic.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <stdexcept>

#include "sensor/decode/decode.hpp"
#include "sensor/flow/flow_key.hpp"
#include "sensor/source/capture_source.hpp"

namespace weir::bench {
namespace {

using Frame = std::vector<std::uint8_t>;
constexpr std::uint32_t start_seconds = 1'700'000'000;

/// A classic pcap file with microseconds, Ethernet.
class Writer {
public:
    explicit Writer(const std::string& path) : file_(std::fopen(path.c_str(), "wb"), &std::fclose) {
        if (!file_) throw std::runtime_error(path + ": cannot be written");
        std::setvbuf(file_.get(), nullptr, _IOFBF, 1 << 20);
        const std::array<std::uint32_t, 6> header{0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1};
        put(header.data(), sizeof header);
    }
    void packet(std::uint64_t microseconds, const std::uint8_t* data, std::size_t size) {
        const auto length = static_cast<std::uint32_t>(size);
        const std::array<std::uint32_t, 4> head{start_seconds + static_cast<std::uint32_t>(microseconds / 1'000'000),
                                                static_cast<std::uint32_t>(microseconds % 1'000'000), length, length};
        put(head.data(), sizeof head);
        put(data, size);
    }

private:
    void put(const void* data, std::size_t size) {
        if (std::fwrite(data, 1, size, file_.get()) != size) throw std::runtime_error("the benchmark's capture cannot be written: is the disk full?");
    }
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

void put16(Frame& frame, std::size_t at, std::uint32_t value) {
    frame[at] = static_cast<std::uint8_t>(value >> 8);
    frame[at + 1] = static_cast<std::uint8_t>(value);
}
void put32(Frame& frame, std::size_t at, std::uint32_t value) {
    put16(frame, at, value >> 16);
    put16(frame, at + 2, value & 0xffff);
}

constexpr std::size_t ip_at = 14, transport_at = 34;

/// Ethernet and IPv4 around `transport` bytes of protocol `protocol`.
Frame ipv4_frame(std::uint8_t protocol, std::size_t transport) {
    Frame frame(transport_at + transport);
    frame[12] = 0x08;
    frame[ip_at] = 0x45;
    put16(frame, ip_at + 2, static_cast<std::uint32_t>(20 + transport));
    frame[ip_at + 8] = 64;
    frame[ip_at + 9] = protocol;
    return frame;
}

/// A packet of a template session, relative to its start.
struct TemplatePacket {
    std::uint64_t microseconds;
    Frame frame;
    std::size_t ip;         ///< where the IPv4 header begins
    bool from_low;
};
using Template = std::vector<TemplatePacket>;

/// The IPv4 sessions of captures, each as a template.
std::vector<Template> templates_of(const std::vector<std::string>& sources) {
    struct Sessions {
        std::map<std::uint64_t, std::size_t> by_hash;
    } known;
    std::vector<Template> out;
    std::vector<Time> starts;
    Decoder decoder;
    auto decoded = std::make_unique<Decoded>();
    const auto captures = find_captures(sources);
    if (!captures) throw std::runtime_error(captures.error());
    CaptureSource source{*captures};
    Burst burst;
    while (source.next(burst)) {
        for (const Packet& packet : burst.packets) {
            decoder.decode(packet, *decoded);
            if (decoded->count == 0 || decoded->layers[0].ip_version != 4 || packet.link_type != 1 || packet.data.size() > 1600) continue;
            const PacketKey key = make_key(decoded->layers[0]);
            const auto [found, added] = known.by_hash.try_emplace(key.hash ^ packet.origin * 0x9e3779b97f4a7c15ULL, out.size());
            if (added) {
                out.emplace_back();
                starts.push_back(packet.time);
            }
            Template& session = out[found->second];
            if (session.size() >= 400) continue;  // a long transfer must not drown the rest
            session.push_back({static_cast<std::uint64_t>(std::max<Time>(0, packet.time - starts[found->second]) / 1000),
                               Frame(packet.data.begin(), packet.data.end()),
                               static_cast<std::size_t>(decoded->layers[0].ip_header.data() - packet.data.data()), key.from_low});
        }
        decoder.advance(burst.clock);
    }
    return out;
}

/// What both ends of a transfer say first.
struct Opening {
    std::uint16_t port;
    std::string up, down;
};

std::string with_length(std::size_t octets, const std::string& body) {
    std::string out;
    for (std::size_t i = octets; i > 0; --i) out += static_cast<char>(body.size() >> (8 * (i - 1)));
    return out + body;
}

/// A handshake message of TLS 1.2 in its record.
std::string tls_hello(char type, const std::string& behind_session) {
    const std::string body = "\x03\x03" + std::string(32, 'r') + std::string(1, '\0') + behind_session;
    return "\x16\x03\x03" + with_length(2, type + with_length(3, body));
}

/// A packet of SSH before keys are in use, RFC 4253 section 6: padded to eight octets.
std::string ssh_packet(const std::string& payload) {
    const std::size_t padding = 4 + (8 - (payload.size() + 9) % 8) % 8;
    return with_length(4, static_cast<char>(padding) + payload + std::string(padding, '\0'));
}

std::string ssh_opening(const std::string& banner) {
    std::string kexinit = "\x14" + std::string(16, 'c');
    for (const char* list : {"curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""})
        kexinit += with_length(4, list);
    return banner + ssh_packet(kexinit + std::string(5, '\0')) + ssh_packet("\x15");
}

Opening opening_of(Bulk kind) {
    switch (kind) {
        case Bulk::tls:
            return {443, tls_hello(1, with_length(2, "\xc0\x2f") + with_length(1, std::string(1, '\0'))), tls_hello(2, std::string{"\xc0\x2f\0", 3})};
        case Bulk::ssh: return {22, ssh_opening("SSH-2.0-bench\r\n"), ssh_opening("SSH-2.0-bench\r\n")};
        case Bulk::unknown: break;
    }
    return {9'000, {}, {}};
}

/// Headers of application data records, where they are due.
void put_record_headers(std::span<std::uint8_t> payload, std::size_t& to_header) {
    constexpr std::array<std::uint8_t, 5> header{0x17, 0x03, 0x03, 0x40, 0x00};
    constexpr std::size_t whole = header.size() + 0x4000;
    for (std::size_t at = 0; at < payload.size(); ++at) {
        const std::size_t inside = (at + whole - to_header) % whole;
        if (inside < header.size()) payload[at] = header[inside];
    }
    to_header = (to_header + whole - payload.size() % whole) % whole;
}

}  // namespace

void write_small_udp(const std::string& path, std::uint64_t packets, std::uint32_t sessions) {
    Writer writer{path};
    std::mt19937_64 random{1};
    Frame frame = ipv4_frame(17, 26);
    put16(frame, transport_at + 4, 26);
    for (std::uint64_t i = 0; i < packets; ++i) {
        const auto session = static_cast<std::uint32_t>(random() % sessions);
        put32(frame, ip_at + 12, 0x0a000000 + session % 65'536);
        put32(frame, ip_at + 16, 0x0a800000 + session / 65'536);
        put16(frame, transport_at, 10'000 + session % 40'000);
        put16(frame, transport_at + 2, 20'000);
        for (std::size_t at = transport_at + 8; at < frame.size(); ++at) frame[at] = static_cast<std::uint8_t>(random());
        writer.packet(i * 2, frame.data(), frame.size());
    }
}

void write_bulk_tcp(const std::string& path, std::uint64_t bytes, unsigned transfers, Bulk kind) {
    Writer writer{path};
    const Opening opening = opening_of(kind);
    std::mt19937_64 random{2};
    constexpr std::size_t payload = 1460;
    Frame data = ipv4_frame(6, 20 + payload), ack = ipv4_frame(6, 20);
    const auto segment = [&](Frame& frame, unsigned transfer, bool up, std::uint32_t sequence, std::uint32_t acknowledgement, std::uint8_t flags) {
        put32(frame, ip_at + (up ? 12 : 16), 0x0a140001 + transfer);
        put32(frame, ip_at + (up ? 16 : 12), 0x0a1e0001);
        put16(frame, transport_at + (up ? 0 : 2), 40'000 + transfer);
        put16(frame, transport_at + (up ? 2 : 0), opening.port);
        put32(frame, transport_at + 4, sequence);
        put32(frame, transport_at + 8, acknowledgement);
        frame[transport_at + 12] = 0x50;
        frame[transport_at + 13] = flags;
        put16(frame, transport_at + 14, 65'535);
    };
    std::uint64_t microseconds = 0;
    std::vector<std::uint32_t> sent(transfers, 1'000);
    constexpr std::uint32_t peer = 5'000;
    for (unsigned transfer = 0; transfer < transfers; ++transfer) {
        segment(ack, transfer, true, 999, 0, 0x02);
        writer.packet(++microseconds, ack.data(), ack.size());
        segment(ack, transfer, false, peer - 1, 1'000, 0x12);
        writer.packet(++microseconds, ack.data(), ack.size());
        segment(ack, transfer, true, 1'000, peer, 0x10);
        writer.packet(++microseconds, ack.data(), ack.size());
        for (const bool up : {true, false}) {
            const std::string& text = up ? opening.up : opening.down;
            if (text.empty()) continue;
            Frame said = ipv4_frame(6, 20 + text.size());
            segment(said, transfer, up, up ? 1'000 : peer, up ? peer : 1'000 + static_cast<std::uint32_t>(opening.up.size()), 0x18);
            std::memcpy(said.data() + transport_at + 20, text.data(), text.size());
            writer.packet(++microseconds, said.data(), said.size());
        }
        sent[transfer] += static_cast<std::uint32_t>(opening.up.size());
    }
    const std::uint32_t answered = peer + static_cast<std::uint32_t>(opening.down.size());
    std::vector<std::size_t> to_header(transfers, 0);  // bytes until the next record's header
    for (std::uint64_t done = 0; done < bytes; done += payload) {
        const auto transfer = static_cast<unsigned>(done / payload % transfers);
        segment(data, transfer, true, sent[transfer], answered, 0x18);
        for (std::size_t at = transport_at + 20; at + 8 <= data.size(); at += 8) {
            std::uint64_t word = random();
            if (transfer % 2 == 1 && kind == Bulk::unknown) word = (word & 0x0f0f0f0f0f0f0f0fULL) + 0x6161616161616161ULL;
            std::memcpy(data.data() + at, &word, 8);
        }
        if (kind == Bulk::tls) put_record_headers(std::span{data}.subspan(transport_at + 20), to_header[transfer]);
        writer.packet(++microseconds, data.data(), data.size());
        sent[transfer] += payload;
        if (done / payload / transfers % 2 == 1) {
            segment(ack, transfer, false, answered, sent[transfer], 0x10);
            writer.packet(++microseconds, ack.data(), ack.size());
        }
    }
}

std::uint64_t write_mixed(const std::string& path, const std::vector<std::string>& sources, std::uint64_t packets) {
    std::vector<Template> templates = templates_of(sources);
    if (templates.empty()) throw std::runtime_error("no IPv4 session in the captures that mixed traffic is made of");
    struct Running {
        std::uint64_t due;
        std::uint64_t start;
        std::uint32_t number;
        std::uint32_t shape;
        std::uint32_t next;
        bool operator>(const Running& other) const { return due != other.due ? due > other.due : number > other.number; }
    };
    std::priority_queue<Running, std::vector<Running>, std::greater<>> running;
    std::mt19937_64 random{3};
    Writer writer{path};
    std::uint32_t sessions = 0;
    std::uint64_t now = 0, written = 0;
    constexpr std::uint64_t between_sessions = 220;  // microseconds: 340,000 sessions in 75 seconds
    std::uint64_t next_start = 0;
    while (written < packets) {
        while (running.empty() || next_start <= running.top().due) {
            const auto shape = static_cast<std::uint32_t>(random() % templates.size());
            running.push({next_start, next_start, sessions++, shape, 0});
            next_start += between_sessions;
        }
        Running session = running.top();
        running.pop();
        now = std::max(now, session.due);
        TemplatePacket& packet = templates[session.shape][session.next];
        // 16,384 clients, each with its own server of 2,048, so that addresses repeat as in a network.
        const std::uint32_t low = 0x0a000000 + session.number % 16'384, high = 0x0a400000 + session.number * 7 % 2'048;
        put32(packet.frame, packet.ip + (packet.from_low ? 12 : 16), low);
        put32(packet.frame, packet.ip + (packet.from_low ? 16 : 12), high);
        writer.packet(now, packet.frame.data(), packet.frame.size());
        ++written;
        if (++session.next == templates[session.shape].size()) continue;
        // Pauses longer than a second are cut: a minute of traffic stands for a day of polling.
        const std::uint64_t gap = templates[session.shape][session.next].microseconds - std::min(templates[session.shape][session.next].microseconds, packet.microseconds);
        session.due += std::min<std::uint64_t>(gap, 1'000'000);
        running.push(session);
    }
    return sessions;
}

}  // namespace weir::bench
