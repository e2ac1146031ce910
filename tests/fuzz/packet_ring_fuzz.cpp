// SPDX-License-Identifier: Apache-2.0
// Fuzz target of the forwarder's end of a ring of packets: the inspector's pages may hold anything. Input: steps of one byte that says
// what is done, each with its own bytes behind it.
// Checked: the cursor neither runs backwards nor passes what has been published; nothing but what is published and room is ever
// written; verdicts come to an end; and an inspector that takes over reads nothing outside the ring, whatever was left to it.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <string>

#include "parsers/base/cursor.hpp"
#include "sensor/source/packet_ring.hpp"

namespace {

using namespace weir;

constexpr std::size_t capacity = 64u << 10;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "the ring of packets broke a promise: %s\n", what);
    std::abort();
}

/// One file for all runs of a process.
struct Memory {
    Memory() : folder((std::filesystem::temp_directory_path() / "weir-fuzz-XXXXXX").string()) {
        require(::mkdtemp(folder.data()) != nullptr, "no folder");
        file = folder + "/packets";
        auto made = create_packet_ring(file, capacity);
        require(static_cast<bool>(made), "no memory");
        shared = *std::move(made);
    }
    ~Memory() {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    void clear() const {
        std::memset(shared.data(), 0, shared.size());
        (new (shared.data()) packet_ring::Producer{})->capacity = capacity;
    }
    [[nodiscard]] packet_ring::Consumer& page() const { return *reinterpret_cast<packet_ring::Consumer*>(shared.data() + packet_ring::consumer_at); }
    [[nodiscard]] const packet_ring::Producer& producer() const { return *reinterpret_cast<const packet_ring::Producer*>(shared.data()); }

    std::string folder, file;
    SharedMemory shared;
};

void read_as_inspector(const Memory& memory) {
    auto reader = PacketRingReader::open(memory.file);
    require(static_cast<bool>(reader), "no reader");
    reader->take_over();
    Burst burst;
    std::array<VerdictEntry, burst_size> places;
    std::uint64_t sum = 0, bytes = 0;  // every byte is read
    for (std::size_t bursts = 0; bursts <= capacity / sizeof(packet_ring::Frame); ++bursts) {
        (void)reader->take(burst, places);
        for (const Packet& packet : burst.packets) {
            require(packet.data.size() <= capacity, "a packet larger than the ring");
            for (const std::uint8_t byte : packet.data) sum += byte;
            bytes += packet.data.size();
        }
        reader->release();
        if (burst.packets.empty()) break;
    }
    require(reader->waiting() == 0, "packets that never come");
    require(sum <= bytes * 0xff, "bytes that are none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Memory memory;
    memory.clear();
    PacketRingWriter writer{memory.shared};
    packet_ring::Consumer& page = memory.page();
    Cursor cursor{Bytes{data, size}};
    std::uint64_t number = 1, reached = 0;
    while (cursor.remaining() != 0) {
        switch (cursor.u8() % 8) {
            case 0: {  // a packet
                static constexpr std::array<std::uint8_t, 65'535> zeros{};
                Packet packet;
                packet.data = Bytes{zeros}.first(cursor.be16());
                packet.number = number;
                if (writer.push(packet, number)) ++number;
                break;
            }
            case 1: writer.publish(static_cast<Time>(number), number); break;
            case 2: {  // any bytes anywhere in the inspector's pages
                const std::size_t place = (std::size_t{cursor.u8()} << 16 | cursor.be16()) % packet_ring::consumer_size;
                const Bytes bytes = cursor.take(std::min({std::size_t{cursor.u8()}, packet_ring::consumer_size - place, cursor.remaining()}));
                if (!bytes.empty()) std::memcpy(reinterpret_cast<std::byte*>(&page) + place, bytes.data(), bytes.size());
                break;
            }
            case 3: page.tail.store(memory.producer().head.load() - cursor.be16()); break;
            case 4: page.reading.store(page.tail.load() + cursor.be16()); break;
            case 5: page.verdict_head.store(page.verdict_head.load() + cursor.be16()); break;
            case 6: {
                std::size_t count = 0;
                while (writer.next_verdict()) require(++count <= packet_ring::verdicts, "verdicts without end");
                break;
            }
            case 7: read_as_inspector(memory); break;
        }
        const std::uint64_t at = writer.cursor();
        require(at >= reached, "the cursor has run backwards");
        require(at <= memory.producer().head.load(), "the cursor has passed what is published");
        require(writer.used() <= capacity, "more in the ring than it holds");
        reached = at;
    }
    return 0;
}
