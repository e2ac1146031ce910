// SPDX-License-Identifier: Apache-2.0
// Fuzz target of the collector's end of a ring of events: the memory that an inspector may have written into. Input: steps of a place
// (24 bits) and a count (8 bits), then that many bytes, which are written there; after each step what can be taken is taken. A count
// of 0 moves the head on to the place instead, as publishing does.
// Checked: no record reaches beyond the ring, all that is named in a head exists, no step shows more than the ring can hold, and a
// ring once found broken stays so.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "parsers/base/cursor.hpp"
#include "sensor/collect/event_ring.hpp"
#include "sensor/output/eve.hpp"

namespace {

using namespace weir;

constexpr std::size_t capacity = 256u << 10;
constexpr std::size_t least_frame = 16;
constexpr std::size_t line = 64;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "the ring of events broke a promise: %s\n", what);
    std::abort();
}

/// On the heap and of exactly its size, so that the address sanitizer sees what is read beyond it.
struct Memory {
    Memory() : bytes(static_cast<std::byte*>(::operator new(size, std::align_val_t{line}))) { std::memset(bytes, 0, size); }
    ~Memory() { ::operator delete(bytes, std::align_val_t{line}); }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    const std::size_t size = EventRing::shared_size(capacity);
    std::byte* bytes;
};

void take_all(EventRing& ring, const Memory& memory) {
    std::uint64_t sum = 0, bytes = 0;  // every byte is read
    for (std::size_t count = 0; const auto record = ring.front(); ++count) {
        const auto* const begin = reinterpret_cast<const std::byte*>(record->body.data());
        require(begin >= memory.bytes && begin + record->body.size() <= memory.bytes + memory.size, "a body outside the ring");
        require(record->body.size() == record->head.size, "a body of another size than its head says");
        require(record->head.kind < Kind::count && record->head.type <= RecordType::stats && record->head.event_type < event_type_count(), "a record of nothing");
        require(record->head.time >= 0 && record->head.key.clock >= 0, "a time before all times");
        require(count <= capacity / least_frame, "more records than the ring can hold");
        for (const char c : record->body) sum += static_cast<unsigned char>(c);
        bytes += record->body.size();
        ring.pop();
    }
    (void)ring.watermark();
    require(sum <= bytes * 0xff, "bytes that are none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Memory memory;
    EventRing ring{std::span{memory.bytes, memory.size}};
    Cursor cursor{Bytes{data, size}};
    bool broken = false;
    while (cursor.remaining() >= 4) {
        const std::uint32_t step = cursor.be32();
        const std::size_t place = (step >> 8) % memory.size, count = std::min({std::size_t{step & 0xff}, memory.size - place, cursor.remaining()});
        if ((step & 0xff) == 0) {
            const std::uint64_t head = step >> 8;
            std::memcpy(memory.bytes, &head, sizeof head);
        } else {
            const Bytes bytes = cursor.take(count);
            std::memcpy(memory.bytes + place, bytes.data(), bytes.size());
        }
        take_all(ring, memory);
        require(!broken || ring.broken(), "a broken ring has healed");
        broken = ring.broken();
        require(!broken || ring.closed(), "a broken ring is not closed");
    }
    return 0;
}
