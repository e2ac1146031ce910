// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/capture_format.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr std::uint32_t pcap_micro = 0xa1b2c3d4, pcap_nano = 0xa1b23c4d;
constexpr std::uint32_t pcap_kuznetsov = 0xa1b2cd34;  // Linux 2.2's patched libpcap: eight more octets per record
constexpr std::uint32_t section_type = 0x0a0d0d0a, byte_order_magic = 0x1a2b3c4d;
constexpr std::uint32_t interface_type = 1, obsolete_packet_type = 2, simple_packet_type = 3, enhanced_packet_type = 6;
constexpr std::uint16_t option_end = 0, option_tsresol = 9, option_tsoffset = 14;
constexpr std::size_t file_header_size = CaptureFormat::magic_size, record_header_size = 16, kuznetsov_header_size = 24;
constexpr std::size_t block_overhead = 12;  // type, length, length again
constexpr std::size_t section_body = 16;    // byte-order magic, version, length of the section

std::uint32_t load(Bytes bytes, std::size_t at, std::size_t count, bool big_endian) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = (value << 8) | bytes[at + (big_endian ? i : count - 1 - i)];
    return value;
}

__extension__ using Wide = __int128;  // ticks of 2^-62 s do not fit 64 bits once turned into nanoseconds

/// Ticks since 1970 in nanoseconds, pinned to what Time can hold.
Time to_time(std::uint64_t ticks, std::uint64_t per_second, std::int64_t offset_seconds) noexcept {
    const Wide whole = static_cast<Wide>(ticks / per_second) + offset_seconds;
    const Wide fraction = static_cast<Wide>(ticks % per_second) * second / static_cast<Wide>(per_second);
    return static_cast<Time>(std::clamp<Wide>(whole * second + fraction, 0, latest_time));
}

}  // namespace

bool CaptureFormat::recognise(Bytes start) noexcept {
    if (start.size() < 4) return false;
    for (const bool big_endian : {false, true}) {
        const std::uint32_t magic = load(start, 0, 4, big_endian);
        if (magic == pcap_micro || magic == pcap_nano || magic == pcap_kuznetsov) return start.size() >= file_header_size;
        if (magic == section_type && start.size() >= block_overhead && load(start, 8, 4, big_endian) == byte_order_magic) return true;
    }
    return false;
}

std::uint16_t CaptureFormat::u16(Bytes bytes, std::size_t at) const noexcept {
    return static_cast<std::uint16_t>(load(bytes, at, 2, big_endian_));
}
std::uint32_t CaptureFormat::u32(Bytes bytes, std::size_t at) const noexcept { return load(bytes, at, 4, big_endian_); }

CaptureFormat::Step CaptureFormat::fail(const char* reason) noexcept {
    reason_ = reason;
    return Step::damaged;
}
CaptureFormat::Step CaptureFormat::wait_for(std::size_t bytes) noexcept {
    wanted_ = bytes;
    return Step::need_more;
}

CaptureFormat::Step CaptureFormat::next(Bytes window, std::size_t& consumed, Packet& packet) noexcept {
    consumed = 0;
    switch (kind_) {
        case Kind::unknown: return file_header(window, consumed);
        case Kind::pcap: return pcap_record(window, consumed, packet);
        case Kind::pcapng: return block(window, consumed, packet);
    }
    return Step::damaged;
}

CaptureFormat::Step CaptureFormat::file_header(Bytes window, std::size_t& consumed) noexcept {
    if (window.size() < file_header_size) return wait_for(file_header_size);
    if (!recognise(window)) return fail("neither a pcap nor a pcapng header");
    if (load(window, 0, 4, false) == section_type) {
        kind_ = Kind::pcapng;
        return Step::skipped;  // read as its first block
    }
    kind_ = Kind::pcap;
    big_endian_ = window[0] == 0xa1;
    const std::uint32_t magic = u32(window, 0);
    nanoseconds_ = magic == pcap_nano;
    record_header_ = magic == pcap_kuznetsov ? kuznetsov_header_size : record_header_size;
    link_type_ = u16(window, big_endian_ ? 22 : 20);  // the upper half holds the FCS length
    consumed = file_header_size;
    return Step::skipped;
}

CaptureFormat::Step CaptureFormat::pcap_record(Bytes window, std::size_t& consumed, Packet& packet) noexcept {
    if (window.size() < record_header_) return wait_for(record_header_);
    const std::size_t captured = u32(window, 8);
    if (captured > max_packet) return fail("a record claims more than 262144 bytes");
    if (window.size() < record_header_ + captured) return wait_for(record_header_ + captured);
    packet.data = window.subspan(record_header_, captured);
    packet.wire_length = std::max(u32(window, 12), static_cast<std::uint32_t>(captured));
    packet.link_type = link_type_;
    const std::uint64_t fraction = u32(window, 4);
    packet.time = static_cast<Time>(u32(window, 0)) * second + static_cast<Time>(nanoseconds_ ? fraction : fraction * 1000);
    consumed = record_header_ + captured;
    return Step::packet;
}

CaptureFormat::Step CaptureFormat::block(Bytes window, std::size_t& consumed, Packet& packet) noexcept {
    if (window.size() < block_overhead) return wait_for(block_overhead);
    if (load(window, 0, 4, false) == section_type) {  // reads alike in both byte orders, and then says which it is
        big_endian_ = load(window, 8, 4, true) == byte_order_magic;
        if (u32(window, 8) != byte_order_magic) return fail("a pcapng section without its byte-order magic");
    }
    const std::size_t length = u32(window, 4);
    if (length < block_overhead || length % 4 != 0) return fail("a pcapng block has an impossible length");
    if (length > max_block) return fail("a pcapng block claims more than 16 MiB");
    if (window.size() < length) return wait_for(length);
    if (u32(window, length - 4) != length) return fail("a pcapng block's two lengths differ");
    const Bytes body = window.subspan(8, length - block_overhead);
    Step step = Step::skipped;
    switch (u32(window, 0)) {
        case section_type: step = section_header(body); break;
        case interface_type: step = interface_block(body); break;
        case enhanced_packet_type: step = enhanced_packet(body, packet, false); break;
        case obsolete_packet_type: step = enhanced_packet(body, packet, true); break;
        case simple_packet_type: step = simple_packet(body, packet); break;
        default: break;  // statistics, names, secrets, custom: not packets
    }
    if (step != Step::damaged) consumed = length;
    return step;
}

CaptureFormat::Step CaptureFormat::section_header(Bytes body) noexcept {
    if (body.size() < section_body) return fail("a pcapng section header is too short");
    interfaces_.clear();
    return Step::skipped;
}

CaptureFormat::Step CaptureFormat::interface_block(Bytes body) noexcept {
    if (body.size() < 8) return fail("a pcapng interface block is too short");
    if (interfaces_.size() == max_interfaces) return fail("more than 4096 interfaces in one pcapng section");
    Interface added;
    added.link_type = u16(body, 0);
    added.snap_length = u32(body, 4);
    for (std::size_t at = 8; at + 4 <= body.size();) {
        const std::uint16_t code = u16(body, at);
        const std::size_t length = u16(body, at + 2);
        if (code == option_end || at + 4 + length > body.size()) break;
        if (code == option_tsresol && length == 1) {
            const std::uint8_t resolution = body[at + 4];
            const unsigned exponent = resolution & 0x7f;
            if ((resolution & 0x80) != 0) {
                if (exponent > 62) return fail("a pcapng interface has a time resolution finer than 2^-62 s");
                added.ticks_per_second = std::uint64_t{1} << exponent;
            } else {
                if (exponent > 18) return fail("a pcapng interface has a time resolution finer than 10^-18 s");
                added.ticks_per_second = 1;
                for (unsigned i = 0; i < exponent; ++i) added.ticks_per_second *= 10;
            }
        } else if (code == option_tsoffset && length == 8) {
            const std::uint64_t high = u32(body, at + (big_endian_ ? 4 : 8)), low = u32(body, at + (big_endian_ ? 8 : 4));
            added.offset_seconds = static_cast<std::int64_t>(high << 32 | low);
        }
        at += 4 + (length + 3) / 4 * 4;
    }
    interfaces_.push_back(added);
    return Step::skipped;
}

CaptureFormat::Step CaptureFormat::enhanced_packet(Bytes body, Packet& packet, bool obsolete) noexcept {
    constexpr std::size_t header = 20;
    if (body.size() < header) return fail("a pcapng packet block is too short");
    const std::size_t number = obsolete ? u16(body, 0) : u32(body, 0);
    if (number >= interfaces_.size()) return fail("a pcapng packet names an interface that was not described");
    const Interface& from = interfaces_[number];
    const std::size_t captured = u32(body, 12);
    if (captured > body.size() - header) return fail("a pcapng packet is longer than its block");
    if (captured > max_packet) return fail("a pcapng packet is longer than 262144 bytes");
    packet.data = body.subspan(header, captured);
    packet.wire_length = std::max(u32(body, 16), static_cast<std::uint32_t>(captured));
    packet.link_type = from.link_type;
    packet.time = to_time(std::uint64_t{u32(body, 4)} << 32 | u32(body, 8), from.ticks_per_second, from.offset_seconds);
    return Step::packet;
}

CaptureFormat::Step CaptureFormat::simple_packet(Bytes body, Packet& packet) noexcept {
    if (body.size() < 4) return fail("a pcapng packet block is too short");
    if (interfaces_.empty()) return fail("a pcapng packet names an interface that was not described");
    const std::uint32_t wire = u32(body, 0);
    std::size_t captured = std::min<std::size_t>(wire, body.size() - 4);
    if (interfaces_[0].snap_length != 0) captured = std::min<std::size_t>(captured, interfaces_[0].snap_length);
    if (captured > max_packet) return fail("a pcapng packet is longer than 262144 bytes");
    packet.data = body.subspan(4, captured);
    packet.wire_length = wire;
    packet.link_type = interfaces_[0].link_type;
    packet.time = 0;  // simple packet blocks have none
    return Step::packet;
}

}  // namespace weir
