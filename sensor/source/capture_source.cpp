// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/capture_source.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

namespace weir {
namespace {

constexpr std::size_t chunk_size = 256u << 10;  // all chunks together fit the second-level cache of a server core
constexpr Time overlap_tolerated = 600 * second;  // rotated captures overlap a little; unrelated ones start elsewhere
constexpr Time between_unrelated = 3600 * second; // longer than any timeout

std::string not_a_capture(const std::string& name, const std::string& why = {}) {
    return name + ": not a capture" + (why.empty() ? "" : " (" + why + ")") + ", expected pcap or pcapng (plain, .gz, .zst)";
}

/// Whether a file begins with the header of a capture; an error sentence when it cannot be read.
Result<bool, std::string> is_capture(const std::string& path) {
    auto stream = open_stream(path);
    if (!stream) return Unexpected{stream.error()};
    std::array<std::uint8_t, CaptureFormat::magic_size> start{};
    const std::size_t got = (*stream)->read(start);
    if (got < start.size() && !(*stream)->error().empty()) return Unexpected{(*stream)->error()};
    return CaptureFormat::recognise(Bytes{start.data(), got});
}

/// Appends the captures in `folder` and in the folders below it, but not behind links to folders; an error sentence or none.
std::optional<std::string> add_folder(const std::string& folder, std::vector<std::string>& found) {
    std::vector<std::string> files;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
        std::error_code gone;  // a link that leads nowhere is no capture
        if (entry->is_regular_file(gone)) files.push_back(entry->path().string());
    }
    if (error) return folder + ": " + error.message();
    std::sort(files.begin(), files.end());
    const std::size_t before = found.size();
    for (std::string& file : files) {
        const auto answer = is_capture(file);
        if (!answer) return file + ": " + answer.error();
        if (*answer) found.push_back(std::move(file));
    }
    if (found.size() == before) return folder + ": no capture in this folder, expected pcap or pcapng files (plain, .gz, .zst)";
    return {};
}

/// Appends what stands behind one name; an error sentence or none.
std::optional<std::string> add_name(const std::string& name, std::vector<std::string>& found) {
    if (name.empty()) return "an empty name, expected a capture file, a folder or -";
    std::error_code error;
    const auto type = name == "-" ? std::filesystem::file_type::fifo : std::filesystem::status(name, error).type();
    if (type == std::filesystem::file_type::directory) return add_folder(name, found);
    if (type == std::filesystem::file_type::fifo) {  // not looked into: what was read of it would be gone
        if (std::find(found.begin(), found.end(), name) != found.end()) return name + ": named twice, but it can be read only once";
    } else {
        const auto answer = is_capture(name);
        if (!answer) return name + ": " + answer.error();
        if (!*answer) return not_a_capture(name);
    }
    found.push_back(name);
    return {};
}

}  // namespace

Result<std::vector<std::string>, std::string> find_captures(const std::vector<std::string>& names) {
    std::vector<std::string> found;
    for (const std::string& name : names) {
        if (auto error = add_name(name, found)) return Unexpected{std::move(*error)};
        if (found.size() > max_captures) return Unexpected{name + ": more than " + std::to_string(max_captures) + " captures at a time"};
    }
    return found;
}

std::string CaptureReport::not_a_capture() const { return weir::not_a_capture(name, damage); }

CaptureSource::CaptureSource(std::vector<std::string> names) : names_(std::move(names)) {
    reports_.reserve(names_.size());
    bool known = true;
    for (const std::string& name : names_) {
        const auto size = file_size(name);
        known = known && size;
        total_ += size.value_or(0);
    }
    if (!known) total_ = 0;
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

/// Goes on to the next capture; `stream_` stays empty where it cannot be opened. False behind the last one.
bool CaptureSource::open_next() {
    if (next_name_ == names_.size()) return false;
    const std::string& name = names_[next_name_++];
    reports_.push_back({});
    reports_.back().name = name;
    metrics_.captures.add();
    format_ = {};
    begin_ = end_ = 0;
    drained_ = false;
    previous_ = 0;
    auto stream = open_stream(name);
    if (stream)
        stream_ = std::move(*stream);
    else
        close(std::move(stream).error());
    return true;
}

/// Ends the capture; `damage` says why its rest is not read, if it is not.
void CaptureSource::close(std::string damage) {
    if (!damage.empty()) metrics_.damaged.add();
    reports_.back().damage = std::move(damage);
    if (stream_) position_before_ += stream_->position();
    stream_.reset();
}

/// Reads more behind what is left: in this chunk where nobody has packets of it, else in the next one once it is free. False
/// when not one byte came.
bool CaptureSource::fill() {
    if (drained_) return false;
    const Bytes left{memory_[chunk_].data() + begin_, end_ - begin_};
    if (lent_) {
        chunk_ = (chunk_ + 1) % chunks;
        lent_ = false;
        std::atomic<std::uint32_t>& users = users_[chunk_];
        for (std::uint32_t count = users.load(std::memory_order_acquire); count != 0; count = users.load(std::memory_order_acquire))
            users.wait(count, std::memory_order_acquire);
    }
    // A record larger than a chunk (a pcapng block of up to 16 MiB) makes its chunk grow, and give the memory back after.
    const std::size_t needed = std::max(chunk_size, format_.wanted() + chunk_size / 4);
    std::vector<std::uint8_t>& to = memory_[chunk_];
    if (to.size() < needed || to.size() > 2 * needed) {
        std::vector<std::uint8_t> fresh(needed);
        std::copy(left.begin(), left.end(), fresh.begin());
        to.swap(fresh);
    } else if (!left.empty()) {
        std::memmove(to.data(), left.data(), left.size());
    }
    const std::size_t got = stream_->read(std::span{to}.subspan(left.size()));
    begin_ = 0;
    end_ = left.size() + got;
    drained_ = end_ < to.size();
    return got != 0;
}

/// Fills in what the source knows of a packet, and accounts for it.
void CaptureSource::stamp(Packet& packet) {
    CaptureReport& report = reports_.back();
    if (packet.time == 0) packet.time = previous_;
    const bool first = report.packets == 0;
    if (first && packet.time >= clock_ - overlap_tolerated)
        shift_ = 0;
    else if (first && packet.time < clock_ - overlap_tolerated - shift_)
        shift_ = clock_ + between_unrelated - packet.time;
    if (!first && packet.time < previous_) {
        ++report.time_backwards;
        metrics_.time_backwards.add();
    }
    previous_ = packet.time;
    clock_ = std::max(clock_, packet.time > latest_time - shift_ ? latest_time : packet.time + shift_);
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
        if (step == CaptureFormat::Step::packet || step == CaptureFormat::Step::skipped) reports_.back().recognised = true;
        if (step == CaptureFormat::Step::packet) {
            stamp(packet);
            burst.packets.push_back(packet);
            lent_ = true;
        } else if (step == CaptureFormat::Step::damaged) {
            close(format_.reason());
        } else if (step == CaptureFormat::Step::need_more) {
            if (!burst.packets.empty()) break;  // they live in this chunk: hand them out before it moves on
            if (fill()) continue;
            if (begin_ != end_ && stream_->error().empty()) {
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
