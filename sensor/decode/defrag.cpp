// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/defrag.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "sensor/decode/hash.hpp"
#include "sensor/decode/wire.hpp"

namespace weir {
namespace {

constexpr std::size_t whole_size = burst_size * (max_datagram + ipv6_header_size);  ///< every packet of a burst may complete one

std::uint64_t hash_of(const FragmentKey& key) noexcept {
    std::uint64_t hash = hash_chain(key.context, std::uint64_t{key.id} << 16 | std::uint64_t{key.protocol} << 8 | key.ip_version);
    hash = hash_chain(hash, key.source);
    return hash_chain(hash, key.destination);
}

/// Whether the later of two overlapping fragments wins.
bool later_wins(FragmentOverlap policy, std::uint32_t begin, std::uint32_t end, std::uint32_t later_begin, std::uint32_t later_end) noexcept {
    switch (policy) {
        case FragmentOverlap::first: return false;
        case FragmentOverlap::last: return true;
        case FragmentOverlap::bsd: return later_begin < begin;
        case FragmentOverlap::bsd_right: return later_begin >= begin;
        case FragmentOverlap::linux_: return later_begin <= begin;
        case FragmentOverlap::windows: return later_begin < begin && later_end > end;
        case FragmentOverlap::solaris: return later_begin < begin && later_end >= end;
    }
    return false;
}

struct BlockRange {
    std::size_t begin, end;
};
BlockRange blocks_of(std::size_t offset, std::size_t size) noexcept { return {offset / 8, (offset + size + 7) / 8}; }

/// Calls `visit(word, mask)` for each word that `range` touches.
template <class Visit>
void for_words(BlockRange range, Visit visit) noexcept {
    for (std::size_t bit = range.begin; bit < range.end;) {
        const std::size_t word = bit / 64, low = bit % 64, count = std::min<std::size_t>(64 - low, range.end - bit);
        visit(word, (count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1) << low);
        bit += count;
    }
}

}  // namespace

Defragmenter::Defragmenter(const DefragConfig& config, DecodeMetrics& metrics)
    : config_(config),
      metrics_(metrics),
      chunks_(static_cast<std::uint32_t>(std::max<std::size_t>(1, config.memory / chunk_size))),
      datagrams_(std::max<std::uint32_t>(1, config.datagrams)),
      buckets_(std::bit_ceil(std::size_t{datagrams_.capacity()}), none),
      whole_(std::make_unique_for_overwrite<std::uint8_t[]>(whole_size)) {
    metrics_.datagram_limit.set(datagrams_.capacity());
    metrics_.fragment_byte_limit.set(chunks_.capacity() * chunk_size);
}

Defragmented Defragmenter::add(const Fragment& fragment, Time clock) noexcept {
    metrics_.fragments.add();
    const bool v6 = fragment.key.ip_version == 6;
    const auto size = static_cast<std::uint32_t>(fragment.data.size());
    const std::uint32_t end = fragment.offset + size;

    // RFC 791 section 3.1 and RFC 8200 section 4.5: all but the last are a multiple of 8 long, and the whole has its limit.
    if (size == 0 || (fragment.more && size % 8 != 0)) return {.oddity = v6 ? Oddity::ipv6_frag_length : Oddity::ipv4_frag_length};
    const std::size_t whole = end + (v6 ? fragment.header.size() - ipv6_header_size : fragment.header.size());
    if (whole > max_datagram) return {.oddity = v6 ? Oddity::ipv6_frag_too_large : Oddity::ipv4_frag_too_large};

    expire(clock);
    const auto bucket = static_cast<std::uint32_t>(hash_of(fragment.key) & (buckets_.size() - 1));
    std::uint32_t crowded = none;
    std::uint32_t index = find(fragment.key, bucket, crowded);
    bool overlaps = false;
    if (index == none) {
        if (crowded != none) {
            release(crowded);
            metrics_.evicted.add();
        }
        index = create(fragment.key, bucket, clock);
    } else {
        Datagram& held = datagrams_[index];
        if (held.spoiled) return {.oddity = Oddity::ipv6_frag_overlap};
        const bool contradicts =
            fragment.more ? held.size != 0 && end > held.size : end < held.reach || (held.size != 0 && end != held.size);
        if (contradicts) return {.oddity = v6 ? Oddity::ipv6_frag_length : Oddity::ipv4_frag_length};
        for_words(blocks_of(fragment.offset, size),
                  [&](std::size_t word, std::uint64_t mask) { overlaps |= (held.blocks[word] & mask) != 0; });
        if (overlaps && is_duplicate(held, fragment)) {
            metrics_.fragments_duplicate.add();
            return {};
        }
        if (overlaps && v6) {  // RFC 5722 section 4: this one, those before and those to come
            release_fragments(held);
            held.spoiled = true;
            show_sizes();
            return {.oddity = Oddity::ipv6_frag_overlap};
        }
    }

    if (!store(index, fragment)) {
        if (datagrams_[index].fragments == 0) release(index);
        show_sizes();
        return {.oddity = v6 ? Oddity::ipv6_frag_ignored : Oddity::ipv4_frag_ignored};
    }
    Datagram& datagram = datagrams_[index];
    datagram.overlapping |= overlaps;
    for_words(blocks_of(fragment.offset, size), [&](std::size_t word, std::uint64_t mask) {
        datagram.covered += static_cast<std::uint32_t>(std::popcount(mask & ~datagram.blocks[word]));
        datagram.blocks[word] |= mask;
    });
    datagram.reach = std::max(datagram.reach, end);
    if (!fragment.more) datagram.size = end;

    Defragmented result{.overlaps = overlaps};
    if (datagram.size != 0 && datagram.covered == blocks_of(0, datagram.size).end) {
        if (const auto complete = assemble(datagram)) {
            result.datagram = *complete;
            metrics_.reassembled.add();
        } else {
            result.oddity = v6 ? Oddity::ipv6_frag_ignored : Oddity::ipv4_frag_ignored;
        }
        release(index);
    }
    show_sizes();
    return result;
}

void Defragmenter::advance(Time clock) noexcept {
    whole_used_ = 0;
    if (oldest_ == none) return;
    expire(clock);
    show_sizes();
}

void Defragmenter::expire(Time clock) noexcept {
    while (oldest_ != none && clock - datagrams_[oldest_].first_seen >= config_.timeout) {
        if (!datagrams_[oldest_].spoiled) metrics_.timed_out.add();
        release(oldest_);
    }
}

void Defragmenter::show_sizes() noexcept {
    metrics_.datagrams.set(datagrams_.used());
    metrics_.fragment_bytes.set(chunks_.used() * chunk_size);
}

std::uint32_t Defragmenter::find(const FragmentKey& key, std::uint32_t bucket, std::uint32_t& oldest_of_full_chain) const noexcept {
    std::uint32_t length = 0, last = none;
    for (std::uint32_t index = buckets_[bucket]; index != none; index = datagrams_[index].chained, ++length) {
        if (datagrams_[index].key == key) return index;
        last = index;
    }
    if (length >= max_chain) oldest_of_full_chain = last;  // new ones are put in front
    return none;
}

std::uint32_t Defragmenter::create(const FragmentKey& key, std::uint32_t bucket, Time clock) noexcept {
    std::uint32_t index = datagrams_.acquire();
    if (index == none) {
        release(oldest_);
        metrics_.evicted.add();
        index = datagrams_.acquire();
    }
    Datagram& datagram = datagrams_[index];
    datagram.key = key;
    datagram.first_seen = clock;
    datagram.bucket = bucket;
    datagram.chained = buckets_[bucket];
    buckets_[bucket] = index;
    datagram.older = newest_;
    datagram.newer = none;
    (newest_ != none ? datagrams_[newest_].newer : oldest_) = index;
    newest_ = index;
    datagram.first = datagram.last = datagram.head = none;
    datagram.fragments = datagram.size = datagram.reach = datagram.covered = 0;
    datagram.next_at = 0;
    datagram.next = 0;
    datagram.overlapping = datagram.spoiled = false;
    datagram.blocks.fill(0);
    return index;
}

bool Defragmenter::store(std::uint32_t index, const Fragment& fragment) noexcept {
    Datagram& datagram = datagrams_[index];
    if (datagram.fragments == max_fragments) return false;
    const Bytes prefix = fragment.offset == 0 && datagram.head == none ? fragment.header : Bytes{};
    const std::size_t total = prefix.size() + fragment.data.size();
    const std::size_t needed = (total + chunk_data - 1) / chunk_data;
    if (needed > chunks_.capacity()) return false;
    while (chunks_.available() < needed)
        if (!evict_oldest_but(index)) return false;

    std::uint32_t first = none, previous = none;
    for (std::size_t done = 0; done < total;) {
        const std::uint32_t number = chunks_.acquire();
        Chunk& chunk = chunks_[number];
        chunk.next = none;
        (previous == none ? first : chunks_[previous].next) = number;
        previous = number;
        std::size_t used = 0;
        if (done < prefix.size()) {
            used = std::min(chunk_data, prefix.size() - done);
            std::memcpy(chunk.data.data(), prefix.data() + done, used);
            done += used;
        }
        if (done >= prefix.size()) {
            const std::size_t count = std::min(chunk_data - used, total - done);
            std::memcpy(chunk.data.data() + used, fragment.data.data() + (done - prefix.size()), count);
            done += count;
        }
    }
    Chunk& chunk = chunks_[first];
    chunk.next_fragment = none;
    chunk.offset = fragment.offset;
    chunk.size = static_cast<std::uint32_t>(fragment.data.size());
    chunk.prefix = static_cast<std::uint32_t>(prefix.size());
    (datagram.last == none ? datagram.first : chunks_[datagram.last].next_fragment) = first;
    datagram.last = first;
    ++datagram.fragments;
    if (!prefix.empty()) {
        datagram.head = first;
        datagram.next_at = fragment.next_at;
        datagram.next = fragment.next;
    }
    return true;
}

bool Defragmenter::is_duplicate(const Datagram& datagram, const Fragment& fragment) const noexcept {
    for (std::uint32_t first = datagram.first; first != none; first = chunks_[first].next_fragment) {
        const Chunk& held = chunks_[first];
        if (held.offset != fragment.offset || held.size != fragment.data.size()) continue;
        std::size_t done = 0, skip = held.prefix;
        for (std::uint32_t number = first; number != none && done < held.size; number = chunks_[number].next) {
            if (skip >= chunk_data) {
                skip -= chunk_data;
                continue;
            }
            const std::size_t count = std::min(chunk_data - skip, held.size - done);
            if (std::memcmp(chunks_[number].data.data() + skip, fragment.data.data() + done, count) != 0) break;
            done += count;
            skip = 0;
        }
        if (done == held.size) return true;
    }
    return false;
}

bool Defragmenter::evict_oldest_but(std::uint32_t spared) noexcept {
    const std::uint32_t victim = oldest_ != spared ? oldest_ : datagrams_[oldest_].newer;
    if (victim == none) return false;
    release(victim);
    metrics_.evicted.add();
    return true;
}

void Defragmenter::release_chunks(std::uint32_t first) noexcept {
    while (first != none) {
        const std::uint32_t next = chunks_[first].next;
        chunks_.release(first);
        first = next;
    }
}

void Defragmenter::release_fragments(Datagram& datagram) noexcept {
    for (std::uint32_t first = datagram.first; first != none;) {
        const std::uint32_t next = chunks_[first].next_fragment;
        release_chunks(first);
        first = next;
    }
    datagram.first = datagram.last = datagram.head = none;
    datagram.fragments = 0;
}

void Defragmenter::release(std::uint32_t index) noexcept {
    Datagram& datagram = datagrams_[index];
    release_fragments(datagram);
    (datagram.older != none ? datagrams_[datagram.older].newer : oldest_) = datagram.newer;
    (datagram.newer != none ? datagrams_[datagram.newer].older : newest_) = datagram.older;
    std::uint32_t* link = &buckets_[datagram.bucket];
    while (*link != index) link = &datagrams_[*link].chained;
    *link = datagram.chained;
    datagrams_.release(index);
}

std::optional<Bytes> Defragmenter::assemble(const Datagram& datagram) noexcept {
    const bool v6 = datagram.key.ip_version == 6;
    const std::size_t header = chunks_[datagram.head].prefix;  // all is covered, so the one at offset 0 is there
    const std::size_t size = header + datagram.size;
    const std::size_t counted = v6 ? size - ipv6_header_size : size;  // what the length field counts
    if (counted > max_datagram || size > whole_size - whole_used_) return std::nullopt;

    std::uint8_t* const to = whole_.get() + whole_used_;
    whole_used_ += size;
    copy(datagram.head, 0, header, to);
    if (datagram.overlapping) {
        copy_overlapping(datagram, to + header);
    } else {
        for (std::uint32_t first = datagram.first; first != none; first = chunks_[first].next_fragment) {
            const Chunk& chunk = chunks_[first];
            copy(first, chunk.prefix, chunk.size, to + header + chunk.offset);
        }
    }
    wire::put16(to + (v6 ? 4 : 2), static_cast<std::uint16_t>(counted));
    if (v6) to[datagram.next_at] = datagram.next;
    return Bytes{to, size};
}

void Defragmenter::copy(std::uint32_t chunk, std::size_t skip, std::size_t count, std::uint8_t* to) const noexcept {
    for (; skip >= chunk_data; skip -= chunk_data) chunk = chunks_[chunk].next;
    while (count != 0) {
        const std::size_t part = std::min(chunk_data - skip, count);
        std::memcpy(to, chunks_[chunk].data.data() + skip, part);
        to += part;
        count -= part;
        skip = 0;
        if (count != 0) chunk = chunks_[chunk].next;
    }
}

/// Fragments claim their 8-byte blocks in the order of their arrival; then each block is copied from who has it in the end.
void Defragmenter::copy_overlapping(const Datagram& datagram, std::uint8_t* to) noexcept {
    constexpr std::uint16_t nobody = 0xffff;
    const std::size_t blocks = blocks_of(0, datagram.size).end;
    std::fill_n(owners_.begin(), blocks, nobody);
    std::uint16_t number = 0;
    for (std::uint32_t first = datagram.first; first != none; first = chunks_[first].next_fragment, ++number) {
        by_number_[number] = first;
        const Chunk& later = chunks_[first];
        const BlockRange range = blocks_of(later.offset, later.size);
        for (std::size_t block = range.begin; block < range.end; ++block) {
            if (owners_[block] != nobody) {
                const Chunk& earlier = chunks_[by_number_[owners_[block]]];
                if (!later_wins(config_.overlap, earlier.offset, earlier.offset + earlier.size, later.offset, later.offset + later.size))
                    continue;
            }
            owners_[block] = number;
        }
    }
    for (std::size_t block = 0; block < blocks;) {
        std::size_t run = block + 1;
        while (run < blocks && owners_[run] == owners_[block]) ++run;
        const std::uint32_t first = by_number_[owners_[block]];
        const Chunk& owner = chunks_[first];
        const std::size_t begin = block * 8, end = std::min<std::size_t>(run * 8, datagram.size);
        copy(first, owner.prefix + (begin - owner.offset), end - begin, to + begin);
        block = run;
    }
}

}  // namespace weir
