// SPDX-License-Identifier: Apache-2.0
// Puts IP fragments together: a bounded table of incomplete datagrams over a bounded slab of memory, on packet time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "parsers/base/ip_address.hpp"
#include "sensor/decode/event.hpp"
#include "sensor/decode/ip.hpp"
#include "sensor/decode/metrics.hpp"
#include "sensor/decode/slab.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// Which of two overlapping IPv4 fragments wins: what kinds of receivers do (J. Novak, "Target-Based Fragmentation
/// Reassembly", 2005). IPv6 has no choice: RFC 5722 throws the datagram away.
enum class FragmentOverlap : std::uint8_t {
    first,      ///< the one that came first
    last,       ///< the one that came last
    bsd,        ///< the one that came first, unless the later one begins further left
    bsd_right,  ///< the one that came last, unless it begins further left
    linux_,     ///< the one that came first, unless the later one begins further left or at the same place
    windows,    ///< the one that came first, unless the later one begins further left and ends further right
    solaris,    ///< the one that came first, unless the later one begins further left and ends there or further right
};

/// Their names in the configuration, in the order of the enumerators.
inline constexpr std::array<std::string_view, 7> fragment_overlap_names{"first", "last", "bsd", "bsd-right", "linux", "windows", "solaris"};
/// The policy of that name; nothing where there is none.
[[nodiscard]] constexpr std::optional<FragmentOverlap> find_fragment_overlap(std::string_view name) noexcept {
    for (std::size_t i = 0; i < fragment_overlap_names.size(); ++i)
        if (fragment_overlap_names[i] == name) return static_cast<FragmentOverlap>(i);
    return std::nullopt;
}

struct DefragConfig {
    FragmentOverlap overlap = FragmentOverlap::bsd;
    std::uint32_t datagrams = 1024;          ///< incomplete datagrams held at most
    std::uint32_t memory = 4 * 1024 * 1024;  ///< bytes for their fragments
    Time timeout = 30 * second;              ///< from a datagram's first fragment on (RFC 791: 15 s; Linux: 30 s; RFC 8200: 60 s)
};

/// What the fragments of one datagram have in common (RFC 791 section 3.2; RFC 8200 section 4.5).
struct FragmentKey {
    IpAddress source, destination;
    std::uint64_t context;
    std::uint32_t id;
    std::uint8_t protocol;  ///< 0 for IPv6, where it does not belong to the key
    std::uint8_t ip_version;
    friend bool operator==(const FragmentKey&, const FragmentKey&) noexcept = default;
};

struct Fragment {
    FragmentKey key;
    Bytes header;  ///< the IP header; IPv6: up to the fragment header
    Bytes data;
    std::uint32_t offset;  ///< in bytes
    bool more;
    std::uint8_t next;      ///< IPv6: the protocol that the fragment header announces
    std::uint16_t next_at;  ///< IPv6: where in `header` the byte stands that announces the fragment header
};

/// What became of a fragment.
struct Defragmented {
    Oddity oddity = Oddity::none;  ///< why the fragment was refused
    bool overlaps = false;         ///< it was taken, and overlaps another one
    Bytes datagram{};              ///< complete with this fragment: IP header and payload; empty: held
};

class Defragmenter {
public:
    Defragmenter(const DefragConfig& config, DecodeMetrics& metrics);

    /// Takes a fragment. A datagram that it completes stays readable until the next `advance`.
    [[nodiscard]] Defragmented add(const Fragment& fragment, Time clock) noexcept;

    /// Gives up what has waited too long, and takes back the memory of complete datagrams.
    void advance(Time clock) noexcept;

private:
    static constexpr std::uint32_t none = Slab<int>::none;
    static constexpr std::size_t block_words = max_datagram / 8 / 64 + 1;  ///< one bit per 8 bytes of a datagram
    static constexpr std::uint32_t max_fragments = 512;                    ///< per datagram
    static constexpr std::uint32_t max_chain = 32;                         ///< datagrams of one hash bucket
    static constexpr std::size_t chunk_size = 768, chunk_data = 748;       ///< two chunks hold a fragment of a 1500-byte MTU

    /// A piece of a fragment's bytes. The first one of each fragment also describes it.
    struct Chunk {
        std::uint32_t next;           ///< chunk of the same fragment
        std::uint32_t next_fragment;  ///< first chunk of the fragment that came next
        std::uint32_t offset, size;   ///< of the fragment, in the datagram
        std::uint32_t prefix;         ///< bytes of IP header in front of the data: kept for the fragment at offset 0
        std::array<std::uint8_t, chunk_data> data;
    };
    static_assert(sizeof(Chunk) == chunk_size);

    struct Datagram {
        FragmentKey key;
        Time first_seen;
        std::uint32_t bucket, chained;  ///< place in the hash table, next of the same bucket
        std::uint32_t older, newer;     ///< in order of first fragments, which is the order of timeouts
        std::uint32_t first, last;      ///< fragments in the order of their arrival
        std::uint32_t head;             ///< the one at offset 0 that came first
        std::uint32_t fragments;
        std::uint32_t size;     ///< of the whole payload; 0: the last fragment has not come yet
        std::uint32_t reach;    ///< end of the fragment that reaches furthest
        std::uint32_t covered;  ///< bits set in `blocks`
        std::uint16_t next_at;
        std::uint8_t next;
        bool overlapping;
        bool spoiled;  ///< RFC 5722: nothing of it is taken any more
        std::array<std::uint64_t, block_words> blocks;
    };

    [[nodiscard]] std::uint32_t find(const FragmentKey& key, std::uint32_t bucket, std::uint32_t& oldest_of_full_chain) const noexcept;
    [[nodiscard]] std::uint32_t create(const FragmentKey& key, std::uint32_t bucket, Time clock) noexcept;
    [[nodiscard]] bool store(std::uint32_t index, const Fragment& fragment) noexcept;
    [[nodiscard]] bool is_duplicate(const Datagram& datagram, const Fragment& fragment) const noexcept;
    [[nodiscard]] bool evict_oldest_but(std::uint32_t spared) noexcept;
    void release_chunks(std::uint32_t first) noexcept;
    void release_fragments(Datagram& datagram) noexcept;
    void release(std::uint32_t index) noexcept;
    void expire(Time clock) noexcept;
    void show_sizes() noexcept;

    [[nodiscard]] std::optional<Bytes> assemble(const Datagram& datagram) noexcept;
    void copy(std::uint32_t chunk, std::size_t skip, std::size_t count, std::uint8_t* to) const noexcept;
    void copy_overlapping(const Datagram& datagram, std::uint8_t* to) noexcept;

    const DefragConfig config_;
    DecodeMetrics& metrics_;
    Slab<Chunk> chunks_;
    Slab<Datagram> datagrams_;
    std::vector<std::uint32_t> buckets_;
    std::uint32_t oldest_ = none, newest_ = none;

    std::unique_ptr<std::uint8_t[]> whole_;  ///< complete datagrams of the current burst, one behind the other
    std::size_t whole_used_ = 0;
    std::array<std::uint16_t, block_words * 64> owners_;  ///< scratch: which fragment has each 8 bytes
    std::array<std::uint32_t, max_fragments> by_number_;  ///< scratch: fragment number to first chunk
};

}  // namespace weir
