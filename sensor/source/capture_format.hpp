// SPDX-License-Identifier: Apache-2.0
// The two capture formats, read from a window of bytes: classic pcap (draft-ietf-opsawg-pcap) and pcapng
// (draft-ietf-opsawg-pcapng). Pure: bytes in, packets out; who fills the window is somebody else's matter.
#pragma once

#include <cstdint>
#include <vector>

#include "sensor/source/packet.hpp"

namespace weir {

/// Reads records one by one. Holds what the headers said (byte order, resolution, interfaces), never the bytes.
class CaptureFormat {
public:
    enum class Step : std::uint8_t {
        packet,     ///< a packet was read
        skipped,    ///< something else was read (a header, an interface, statistics)
        need_more,  ///< the window ends inside a record: `wanted()` bytes are needed from its start
        damaged,    ///< the record makes no sense; nothing behind it can be read: `reason()`
    };

    /// Bytes that must be there before `recognise` can tell.
    static constexpr std::size_t magic_size = 24;
    /// The largest packet that a capture may hold (libpcap's MAXIMUM_SNAPLEN).
    static constexpr std::size_t max_packet = 262'144;
    /// The largest pcapng block (custom blocks, name resolution, decryption secrets can be long).
    static constexpr std::size_t max_block = 16u << 20;
    /// Interfaces in one pcapng section.
    static constexpr std::size_t max_interfaces = 4096;

    /// Whether the bytes begin a capture of either kind.
    [[nodiscard]] static bool recognise(Bytes start) noexcept;

    /// Reads the record at the start of `window`. `consumed` is what to move on by (0 with need_more and damaged). Fills data,
    /// wire_length, link_type and time of `packet`, which then borrows from the window. Time 0: the record has none.
    /// After `damaged` there is nothing more to read.
    Step next(Bytes window, std::size_t& consumed, Packet& packet) noexcept;

    /// After need_more: always more than the window held, and at most max_block.
    [[nodiscard]] std::size_t wanted() const noexcept { return wanted_; }
    /// After damaged: a sentence without the file's name.
    [[nodiscard]] const char* reason() const noexcept { return reason_; }

private:
    struct Interface {
        std::uint16_t link_type = 0;
        std::uint32_t snap_length = 0;  ///< 0: unlimited
        std::uint64_t ticks_per_second = 1'000'000;
        std::int64_t offset_seconds = 0;
    };
    enum class Kind : std::uint8_t { unknown, pcap, pcapng };

    Step file_header(Bytes window, std::size_t& consumed) noexcept;
    Step pcap_record(Bytes window, std::size_t& consumed, Packet& packet) noexcept;
    Step block(Bytes window, std::size_t& consumed, Packet& packet) noexcept;
    Step section_header(Bytes body) noexcept;
    Step interface_block(Bytes body) noexcept;
    Step enhanced_packet(Bytes body, Packet& packet, bool obsolete) noexcept;
    Step simple_packet(Bytes body, Packet& packet) noexcept;
    Step fail(const char* reason) noexcept;
    Step wait_for(std::size_t bytes) noexcept;
    [[nodiscard]] std::uint16_t u16(Bytes bytes, std::size_t at) const noexcept;
    [[nodiscard]] std::uint32_t u32(Bytes bytes, std::size_t at) const noexcept;

    Kind kind_ = Kind::unknown;
    bool big_endian_ = false;
    bool nanoseconds_ = false;
    std::size_t record_header_ = 16;
    std::uint16_t link_type_ = 0;
    std::vector<Interface> interfaces_;
    std::size_t wanted_ = 0;
    const char* reason_ = "";
};

}  // namespace weir
