// SPDX-License-Identifier: Apache-2.0
// Packets of capture files, in the order of the files: the source of a replay.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "sensor/metrics/counter.hpp"
#include "sensor/source/byte_stream.hpp"
#include "sensor/source/capture_format.hpp"

namespace weir {

/// What became of one capture, for the summary.
struct CaptureReport {
    std::string name;                 ///< as it was given, or found in a folder
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;          ///< captured packet bytes
    Time first = 0, last = 0;         ///< earliest and latest time in it; 0 without packets
    std::uint64_t time_backwards = 0; ///< packets with a time before their predecessor's
    std::uint64_t snapped = 0;        ///< packets that the snap length cut
    bool cut_off = false;             ///< the file ends inside a record
    bool recognised = false;          ///< it begins with the header of a capture
    std::string damage;               ///< why the rest was not read; empty: read to its end

    /// The sentence about what is not `recognised`.
    [[nodiscard]] std::string not_a_capture() const;
};

/// What a source counts over all its captures.
struct SourceMetrics {
    Counter captures, time_backwards, snapped, cut_off, damaged;
};
inline constexpr std::array source_metrics{
    counter<&SourceMetrics::captures>("weir_capture_files_total", "Captures opened"),
    counter<&SourceMetrics::time_backwards>("weir_packets_time_backwards_total", "Packets with a time before their predecessor's"),
    counter<&SourceMetrics::snapped>("weir_packets_snapped_total", "Packets that the capture's snap length cut"),
    counter<&SourceMetrics::cut_off>("weir_capture_files_cut_off_total", "Captures that end inside a record"),
    counter<&SourceMetrics::damaged>("weir_capture_files_damaged_total", "Captures of which a part could not be read"),
};

/// A packet's `origin` has room for that many.
inline constexpr std::size_t max_captures = 65'535;

/// Finds the captures behind names as a person gives them: files, `-`, and folders (searched for captures, in order of path).
/// A name that is no capture is an error, a sentence that begins with it; a file in a folder that is none is passed over, but
/// one that cannot be read is an error too. What can be read only once (`-`, a pipe) is not looked into.
[[nodiscard]] Result<std::vector<std::string>, std::string> find_captures(const std::vector<std::string>& names);

/// Reads captures one behind the other. Packets live in chunks of memory that rotate, at most by one in a call of `next`: a
/// chunk is filled again only when all who `hold` it have let go, so that packets can be handed to other threads without a copy.
///
/// A capture that starts well before the end of the one before it is not its continuation: the clock (never the packets'
/// own time) then moves on by an hour, so that no session spans the two. What continues it continues on the moved clock. A packet
/// without a time has its predecessor's.
class CaptureSource {
public:
    /// `names` as `find_captures` gives them. One that cannot be opened is reported, and the next one read.
    explicit CaptureSource(std::vector<std::string> names);
    /// For tests and fuzzing: one capture from memory.
    CaptureSource(std::string name, std::unique_ptr<ByteStream> stream);
    ~CaptureSource();

    /// The next packets, up to a burst, all in chunk `chunk()`. False at the end of the last capture.
    bool next(Burst& burst);

    /// Chunk of the latest burst's packets. It stays as it is until `next` is called after `chunk` has changed, and longer
    /// while held: whoever keeps packets over calls of `next` takes hold when the number changes.
    [[nodiscard]] std::size_t chunk() const noexcept { return chunk_; }
    void hold(std::size_t chunk) noexcept { users_[chunk].fetch_add(1, std::memory_order_relaxed); }
    /// May be called from any thread.
    void release(std::size_t chunk) noexcept;
    /// Ends the input here: `next` gives no more packets, and the rest of the captures is not read. For the reading thread.
    void stop() noexcept { stopped_ = true; }

    [[nodiscard]] const std::vector<CaptureReport>& reports() const noexcept { return reports_; }
    [[nodiscard]] const SourceMetrics& metrics() const noexcept { return metrics_; }
    /// Packets handed out so far.
    [[nodiscard]] std::uint64_t packets() const noexcept { return number_; }
    /// Bytes taken from the media so far, compressed where they are, for progress.
    [[nodiscard]] std::uint64_t position() const noexcept;
    /// Bytes of all captures together; 0 where one has no size, as standard input.
    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

    static constexpr std::size_t chunks = 8;

private:
    bool open_next();
    bool fill();
    void close(std::string damage);
    void stamp(Packet& packet);

    std::vector<std::string> names_;
    std::size_t next_name_ = 0;
    std::unique_ptr<ByteStream> stream_;
    CaptureFormat format_;
    std::vector<CaptureReport> reports_;
    SourceMetrics metrics_;

    std::array<std::vector<std::uint8_t>, chunks> memory_;
    std::array<std::atomic<std::uint32_t>, chunks> users_{};
    std::size_t chunk_ = 0;
    std::size_t begin_ = 0, end_ = 0;  ///< the bytes of chunk_ not yet read
    bool lent_ = false;                ///< packets that were handed out borrow from chunk_
    bool drained_ = false;             ///< the stream has no more bytes

    Time clock_ = 0;
    Time shift_ = 0;      ///< clock minus time: 0, but after an unrelated capture
    Time previous_ = 0;   ///< time of the packet before, in this capture
    std::uint64_t number_ = 0;
    std::uint64_t position_before_ = 0;
    std::uint64_t total_ = 0;
    bool stopped_ = false;
};

}  // namespace weir
