// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/capture_source.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace weir {
namespace {

constexpr std::size_t chunk_size = 256u << 10;  // all chunks together fit the second-level cache of a server core
constexpr Time overlap_tolerated = 600 * second;  // rotated captures overlap a little; unrelated ones start elsewhere
constexpr Time between_unrelated = 3600 * second; // longer than any timeout

/// Whether a file begins like a capture; an error sentence when it cannot be read.
Result<bool, std::string> is_capture(const std::string& path) {
    auto stream = open_stream(path);
    if (!stream) return Unexpected{stream.error()};
    std::array<std::uint8_t, CaptureFormat::magic_size> start{};
    const std::size_t got = (*stream)->read(start);
    if (got < start.size() && !(*stream)->error().empty()) return Unexpected{(*stream)->error()};
    return CaptureFormat::recognise(Bytes{start.data(), got});
}

Result<std::vector<std::string>, std::string> captures_below(const std::string& folder) {
    std::vector<std::string> found;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator entry{folder, error}, end; entry != end && !error; entry.increment(error))
        if (entry->is_regular_file(error)) found.push_back(entry->path().string());
    if (error) return Unexpected{folder + ": " + error.message()};
    std::sort(found.begin(), found.end());
    std::erase_if(found, [](const std::string& path) {
        const auto answer = is_capture(path);
        return !answer || !*answer;
    });
    if (found.empty()) return Unexpected{folder + ": no capture in this folder, expected pcap or pcapng files (plain, .gz, .zst)"};
    return found;
}

}  // namespace

Result<std::vector<std::string>, std::string> find_captures(const std::vector<std::string>& names) {
    std::vector<std::string> found;
    for (const std::string& name : names) {
        if (name.empty()) return Unexpected{std::string{"an empty name, expected a capture file, a folder or -"}};
        if (name == "-") {
            found.push_back(name);
            continue;
        }
        std::error_code error;
        if (std::filesystem::is_directory(name, error)) {
            auto below = captures_below(name);
            if (!below) return below;
            found.insert(found.end(), below->begin(), below->end());
            continue;
        }
        const auto answer = is_capture(name);
        if (!answer) return Unexpected{name + ": " + answer.error()};
        if (!*answer) return Unexpected{name + ": not a capture, expected pcap or pcapng (plain, .gz, .zst)"};
        found.push_back(name);
    }
    return found;
}

CaptureSource::CaptureSource(std::vector<std::string> names) : names_(std::move(names)) {
    bool known = true;
    for (const std::string& name : names_) {
        const auto size = file_size(name);
        known = known && size;
        total_ += size.value_or(0);
    }
    if (!known) total_ = 0;
    reports_.reserve(names_.size());
}

CaptureSource::CaptureSource(std::string name, std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {
    reports_.push_back({});
    reports_.back().name = std::move(name);
    metrics_.captures.add();
}

CaptureSource::~CaptureSource() = default;

std::uint64_t CaptureSource::position() const noexcept { return position_before_ + (stream_ ? stream_->position() : 0); }

void CaptureSource::release(std::size_t chunk) noexcept {
    if (users_[chunk].fetch_sub(1, std::memory_order_release) == 1) users_[chunk].notify_one();
}

bool CaptureSource::open_next() {
    if (next_name_ == names_.size()) return false;
    const std::string& name = names_[next_name_++];
    reports_.push_back({});
    reports_.back().name = name;
    metrics_.captures.add();
    format_ = {};
    begin_ = end_ = 0;
    drained_ = false;
    shift_ = 0;
    previous_ = 0;
    auto stream = open_stream(name);
    if (stream) {
        stream_ = std::move(*stream);
    } else {
        close(stream.error());
    }
    return true;
}

void CaptureSource::close(std::string damage) {
    if (!damage.empty()) metrics_.damaged.add();
    reports_.back().damage = std::move(damage);
    if (stream_) position_before_ += stream_->position();
    stream_.reset();
}

/// Moves what is left to the next free chunk and reads more behind it. False when not one byte came.
bool CaptureSource::fill() {
    if (drained_) return false;
    const std::size_t from = chunk_;
    const std::size_t left = end_ - begin_;
    chunk_ = (chunk_ + 1) % chunks;
    for (std::uint32_t users = users_[chunk_].load(std::memory_order_acquire); users != 0; users = users_[chunk_].load(std::memory_order_acquire))
        users_[chunk_].wait(users, std::memory_order_acquire);
    // A record larger than a chunk (a pcapng block of up to 16 MiB) makes its chunk grow, and give the memory back after.
    const std::size_t needed = std::max(chunk_size, format_.wanted() + chunk_size / 4);
    std::vector<std::uint8_t>& to = memory_[chunk_];
    if (to.size() < needed || to.size() > 2 * needed) {
        to.clear();
        to.shrink_to_fit();
        to.resize(needed);
    }
    if (left != 0) std::memcpy(to.data(), memory_[from].data() + begin_, left);
    const std::size_t got = stream_->read(std::span{to}.subspan(left));
    drained_ = got < to.size() - left;
    begin_ = 0;
    end_ = left + got;
    return got != 0;
}

void CaptureSource::stamp(Packet& packet) {
    CaptureReport& report = reports_.back();
    if (packet.time == 0) packet.time = previous_;
    const bool first = report.packets == 0;
    if (first && packet.time + overlap_tolerated < clock_) shift_ = clock_ + between_unrelated - packet.time;
    if (!first && packet.time < previous_) {
        ++report.time_backwards;
        metrics_.time_backwards.add();
    }
    previous_ = packet.time;
    clock_ = std::max(clock_, packet.time + shift_);
    packet.clock = clock_;
    packet.number = ++number_;
    packet.origin = static_cast<std::uint16_t>(reports_.size() - 1);
    report.first = first ? packet.time : std::min(report.first, packet.time);
    report.last = std::max(report.last, packet.time);
    ++report.packets;
    report.bytes += packet.data.size();
    if (packet.data.size() < packet.wire_length) {
        ++report.snapped;
        metrics_.snapped.add();
    }
}

bool CaptureSource::next(Burst& burst) {
    burst.packets.clear();
    while (!stopped_ && !burst.packets.full()) {
        if (!stream_) {
            if (!burst.packets.empty() || !open_next()) break;
            continue;
        }
        Packet packet;
        std::size_t consumed = 0;
        const Bytes window{memory_[chunk_].data() + begin_, end_ - begin_};
        const CaptureFormat::Step step = format_.next(window, consumed, packet);
        begin_ += consumed;
        if (consumed != 0) reports_.back().recognised = true;
        if (step == CaptureFormat::Step::packet) {
            stamp(packet);
            burst.packets.push_back(packet);
        } else if (step == CaptureFormat::Step::damaged) {
            close(format_.reason());
        } else if (step == CaptureFormat::Step::need_more) {
            if (!burst.packets.empty()) break;  // they live in this chunk: hand them out before it moves on
            if (fill()) continue;
            const bool inside_record = begin_ != end_;
            if (inside_record && stream_->error().empty()) {
                reports_.back().cut_off = true;
                metrics_.cut_off.add();
            }
            close(stream_->error());
        }
    }
    burst.clock = clock_;
    return !burst.packets.empty();
}

}  // namespace weir
