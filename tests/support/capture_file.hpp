// SPDX-License-Identifier: Apache-2.0
// Captures for tests, octet by octet in every dress: pcap and pcapng in both byte orders, gzip, zstd.
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "sensor/source/packet.hpp"

namespace weir::test {

using Octets = std::vector<std::uint8_t>;

enum class Order : std::uint8_t { little, big };

/// Numbers in one byte order, one behind the other.
class Writer {
public:
    explicit Writer(Order order) : order_(order) {}
    Writer& u8(std::uint8_t value) { return number(value, 1); }
    Writer& u16(std::uint16_t value) { return number(value, 2); }
    Writer& u32(std::uint32_t value) { return number(value, 4); }
    Writer& u64(std::uint64_t value) { return number(value, 8); }
    Writer& bytes(Bytes value) {
        out_.insert(out_.end(), value.begin(), value.end());
        return *this;
    }
    /// Zeros up to a multiple of four.
    Writer& pad() {
        out_.resize((out_.size() + 3) / 4 * 4);
        return *this;
    }
    [[nodiscard]] Order order() const { return order_; }
    [[nodiscard]] const Octets& octets() const { return out_; }

private:
    Writer& number(std::uint64_t value, unsigned octets) {
        for (unsigned i = 0; i < octets; ++i)
            out_.push_back(static_cast<std::uint8_t>(value >> 8 * (order_ == Order::big ? octets - 1 - i : i)));
        return *this;
    }
    Order order_;
    Octets out_;
};

/// Classic pcap. `magic` 0xa1b2c3d4 has microseconds, 0xa1b23c4d nanoseconds.
class PcapFile {
public:
    struct Options {
        Order order = Order::little;
        std::uint32_t magic = 0xa1b2c3d4;
        std::uint32_t link_type = 1;
    };
    PcapFile() : PcapFile(Options{}) {}
    explicit PcapFile(Options options) : out_(options.order), padding_(options.magic == 0xa1b2cd34 ? 8 : 0) {
        out_.u32(options.magic).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(options.link_type);
    }
    /// `fraction` in the file's unit; `wire_length`: as `data` where it is not given.
    PcapFile& packet(std::uint32_t seconds, std::uint32_t fraction, Bytes data, std::optional<std::uint32_t> wire_length = {}) {
        const auto captured = static_cast<std::uint32_t>(data.size());
        return record(seconds, fraction, captured, wire_length.value_or(captured), data);
    }
    /// A record whose lengths say what they like.
    PcapFile& record(std::uint32_t seconds, std::uint32_t fraction, std::uint32_t captured, std::uint32_t wire_length, Bytes data) {
        out_.u32(seconds).u32(fraction).u32(captured).u32(wire_length).bytes(Octets(padding_)).bytes(data);
        return *this;
    }
    [[nodiscard]] const Octets& octets() const { return out_.octets(); }

private:
    Writer out_;
    std::size_t padding_;
};

/// pcapng, block by block.
class PcapngFile {
public:
    static constexpr std::uint32_t section_type = 0x0a0d0d0a;
    struct Interface {
        std::uint16_t link_type = 1;
        std::uint32_t snap_length = 0;
        std::optional<std::uint8_t> resolution{};  ///< if_tsresol: 9 is 10^-9 s, 0x80 + 10 is 2^-10 s
        std::optional<std::int64_t> offset{};      ///< if_tsoffset, seconds
    };

    /// Begins with a section.
    explicit PcapngFile(Order order = Order::little) { section(order); }
    PcapngFile& section(Order order) {
        order_ = order;
        return block(section_type, body().u32(0x1a2b3c4d).u16(1).u16(0).u64(~std::uint64_t{0}));
    }
    PcapngFile& interface() { return interface(Interface{}); }
    PcapngFile& interface(const Interface& described) {
        Writer out = body();
        out.u16(described.link_type).u16(0).u32(described.snap_length);
        out.u16(2).u16(3).bytes(as_bytes("eth")).pad();  // if_name: an option to pass over
        if (described.resolution) out.u16(9).u16(1).u8(*described.resolution).pad();
        if (described.offset) out.u16(14).u16(8).u64(static_cast<std::uint64_t>(*described.offset));
        return block(1, out.u16(0).u16(0));
    }
    PcapngFile& packet(std::uint32_t interface, std::uint64_t ticks, Bytes data, std::optional<std::uint32_t> wire_length = {}) {
        const auto captured = static_cast<std::uint32_t>(data.size());
        return block(6, packet_body(interface, ticks, captured, wire_length.value_or(captured), data));
    }
    /// An enhanced packet block's body whose lengths say what they like.
    [[nodiscard]] Writer packet_body(std::uint32_t interface, std::uint64_t ticks, std::uint32_t captured, std::uint32_t wire_length,
                                     Bytes data) const {
        Writer out = body();
        out.u32(interface).u32(static_cast<std::uint32_t>(ticks >> 32)).u32(static_cast<std::uint32_t>(ticks));
        out.u32(captured).u32(wire_length).bytes(data).pad();
        return out;
    }
    PcapngFile& obsolete_packet(std::uint16_t interface, std::uint64_t ticks, Bytes data) {
        const auto size = static_cast<std::uint32_t>(data.size());
        Writer out = body();
        out.u16(interface).u16(0xffff).u32(static_cast<std::uint32_t>(ticks >> 32)).u32(static_cast<std::uint32_t>(ticks));
        return block(2, out.u32(size).u32(size).bytes(data).pad());
    }
    PcapngFile& simple_packet(Bytes data, std::optional<std::uint32_t> wire_length = {}) {
        return block(3, body().u32(wire_length.value_or(static_cast<std::uint32_t>(data.size()))).bytes(data).pad());
    }
    PcapngFile& block(std::uint32_t type, const Writer& content) {
        const auto length = static_cast<std::uint32_t>(content.octets().size() + 12);
        return raw(body().u32(type).u32(length).bytes(content.octets()).u32(length));
    }
    PcapngFile& raw(const Writer& octets) {
        out_.insert(out_.end(), octets.octets().begin(), octets.octets().end());
        return *this;
    }
    /// An empty writer in the section's byte order.
    [[nodiscard]] Writer body() const { return Writer{order_}; }
    [[nodiscard]] const Octets& octets() const { return out_; }

private:
    Order order_ = Order::little;
    Octets out_;
};

/// One member.
[[nodiscard]] inline Octets gzip(Bytes plain) {
    z_stream state{};
    deflateInit2(&state, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    Octets out(deflateBound(&state, plain.size()));
    state.next_in = const_cast<Bytef*>(plain.data());
    state.avail_in = static_cast<uInt>(plain.size());
    state.next_out = out.data();
    state.avail_out = static_cast<uInt>(out.size());
    deflate(&state, Z_FINISH);
    out.resize(state.total_out);
    deflateEnd(&state);
    return out;
}

/// One frame, without a checksum.
[[nodiscard]] inline Octets zstd(Bytes plain) {
    Octets out(ZSTD_compressBound(plain.size()));
    out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
    return out;
}

[[nodiscard]] inline Octets joined_octets(std::initializer_list<Octets> parts) {
    Octets out;
    for (const Octets& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

}  // namespace weir::test
