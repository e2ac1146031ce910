// SPDX-License-Identifier: Apache-2.0
// Evidence: the packets of a session that an alert was raised about, as pcap with nanoseconds, one file per session.
#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sensor/metrics/counter.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

struct EvidenceLimits {
    std::uint64_t session_bytes = 1u << 20;    ///< of one file; 0: no evidence at all
    std::uint64_t total_bytes = 1u << 30;      ///< of all files of a run
    std::size_t sessions = 65'536;             ///< sessions with evidence at once
    std::string prefix{};                      ///< of the files' names, so that those of several runs do not meet
    std::size_t open_files = 32;               ///< the least recently written one is closed for the next, and reopened when needed
};

struct EvidenceMetrics {
    Counter files, packets, bytes, cut_sessions, refused_sessions, mixed_links;
    Counter sessions;  ///< now
};
[[nodiscard]] std::span<const MetricRow> evidence_metrics() noexcept;

/// Writes `DIR/evidence/000017.pcap`. One thread.
class Evidence {
public:
    /// `directory` is the output folder; `evidence/` is made below it with the first file.
    Evidence(std::filesystem::path directory, const EvidenceLimits& limits);
    ~Evidence();
    Evidence(const Evidence&) = delete;
    Evidence& operator=(const Evidence&) = delete;

    /// The name of the session's file, relative to the output folder: made from `alert_number` at the session's first alert, the
    /// same for its later ones. Empty when a limit says that there is no evidence (counted).
    [[nodiscard]] std::string_view assign(std::uint64_t flow_id, std::uint64_t alert_number);
    /// Appends a packet to the session's file, if it has one and no limit is reached. False once a file has failed.
    bool add(std::uint64_t flow_id, const Packet& packet);
    /// The session has ended: its file is closed and forgotten.
    bool end(std::uint64_t flow_id);
    /// Closes all files. False when one has failed.
    bool finish();
    /// Why a file failed, as a sentence. What had been written stays a valid capture.
    [[nodiscard]] const std::optional<std::string>& error() const noexcept { return error_; }
    [[nodiscard]] const EvidenceMetrics& metrics() const noexcept { return metrics_; }

private:
    struct File;
    using Files = std::unordered_map<std::uint64_t, File>;
    bool open(File& file, std::uint16_t link_type);
    bool close(File& file);
    bool fail(File& file, int reason);

    std::filesystem::path directory_;
    EvidenceLimits limits_;
    Files files_;
    std::list<File*> open_;  ///< the most recently written first
    std::uint64_t total_ = 0;
    EvidenceMetrics metrics_;
    std::optional<std::string> error_;
};

}  // namespace weir
