// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/evidence.hpp"

#include <fcntl.h>
#include <pcap/pcap.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <span>
#include <system_error>

#include "sensor/output/file_sink.hpp"

namespace weir {
namespace {

constexpr int snap_length = 262'144;               // as tcpdump writes it
constexpr std::uint64_t file_header_size = 24, record_header_size = 16;
constexpr std::string_view folder = "evidence";

constexpr std::array rows{
    counter<&EvidenceMetrics::files>("weir_evidence_files_total", "Evidence files begun"),
    counter<&EvidenceMetrics::packets>("weir_evidence_packets_total", "Packets written as evidence"),
    counter<&EvidenceMetrics::bytes>("weir_evidence_bytes_total", "Bytes written as evidence"),
    counter<&EvidenceMetrics::cut_sessions>("weir_evidence_cut_sessions_total", "Sessions whose evidence ends at a limit"),
    counter<&EvidenceMetrics::refused_sessions>("weir_evidence_refused_sessions_total", "Alerted sessions without evidence, because a limit was reached"),
    counter<&EvidenceMetrics::mixed_links>("weir_evidence_mixed_links_total", "Packets left out because their link type is not that of their file"),
    gauge<&EvidenceMetrics::sessions>("weir_evidence_sessions", "Sessions with evidence that have not ended"),
};

/// libpcap's own number of a link type. The two agree but for a few historic ones, of which weir reads raw IP only.
constexpr int data_link_of(std::uint16_t link_type) noexcept {
    constexpr std::uint16_t linktype_raw = 101;
    return link_type == linktype_raw ? DLT_RAW : link_type;
}

/// Shortens a capture that was cut off in the middle of a record to the records that are whole; removes it when not even
/// its header is. Called once, after an error: best effort.
void cut_to_whole_records(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    struct stat status {};
    const std::uint64_t size = ::fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
    std::uint64_t end = file_header_size;
    for (std::array<std::uint32_t, 4> head{}; end + record_header_size <= size;) {  // seconds, fraction, captured, on the wire
        if (::pread(descriptor, head.data(), record_header_size, static_cast<off_t>(end)) != static_cast<ssize_t>(record_header_size)) break;
        if (head[2] > size - end - record_header_size) break;
        end += record_header_size + head[2];
    }
    if (size < file_header_size)
        ::unlink(path.c_str());
    else
        (void)!::ftruncate(descriptor, static_cast<off_t>(end));
    ::close(descriptor);
}

}  // namespace

std::span<const MetricRow> evidence_metrics() noexcept { return rows; }

struct Evidence::File {
    struct Closer {
        void operator()(pcap_t* opened) const noexcept { pcap_close(opened); }
        void operator()(pcap_dumper_t* opened) const noexcept { pcap_dump_close(opened); }
    };
    std::string name;                    ///< relative to the output folder
    std::uint64_t size = 0;              ///< bytes handed over, with the file's header
    std::uint16_t link_type = 0;
    bool begun = false, cut = false;
    std::unique_ptr<pcap_t, Closer> handle;
    std::unique_ptr<pcap_dumper_t, Closer> dumper;
    std::list<File*>::iterator place;    ///< in `open_`, while `dumper` is there
};

Evidence::Evidence(std::filesystem::path directory, const EvidenceLimits& limits) : directory_(std::move(directory)), limits_(limits) {
    limits_.open_files = std::max<std::size_t>(limits_.open_files, 1);
}

Evidence::~Evidence() { finish(); }

std::string_view Evidence::assign(std::uint64_t flow_id, std::uint64_t alert_number) {
    if (limits_.session_bytes == 0) return {};
    if (const auto known = files_.find(flow_id); known != files_.end()) return known->second.name;
    if (files_.size() >= limits_.sessions || total_ >= limits_.total_bytes) {
        metrics_.refused_sessions.add();
        return {};
    }
    std::array<char, 32> number{};
    std::snprintf(number.data(), number.size(), "%06llu.pcap", static_cast<unsigned long long>(alert_number));
    File& file = files_[flow_id];
    file.name = std::string{folder} + '/' + limits_.prefix + number.data();
    metrics_.sessions.set(files_.size());
    return file.name;
}

bool Evidence::add(std::uint64_t flow_id, const Packet& packet) {
    if (error_) return false;
    const auto found = files_.find(flow_id);
    if (found == files_.end() || found->second.cut) return true;
    File& file = found->second;
    // The first packet makes the file, even where it finds no room in it: an alert has named it.
    if (!file.begun && !open(file, packet.link_type)) return false;
    const std::uint64_t size = record_header_size + packet.data.size();
    if (file.size + size > limits_.session_bytes || total_ + size > limits_.total_bytes) {
        file.cut = true;
        metrics_.cut_sessions.add();
        return close(file);
    }
    if (file.link_type != packet.link_type) {
        metrics_.mixed_links.add();
        return true;
    }
    if (!file.dumper && !open(file, packet.link_type)) return false;
    open_.splice(open_.begin(), open_, file.place);

    pcap_pkthdr head{};
    const Time seconds = packet.time >= 0 ? packet.time / second : 0;  // pcap knows no time before 1970
    head.ts.tv_sec = static_cast<decltype(head.ts.tv_sec)>(seconds);
    head.ts.tv_usec = static_cast<decltype(head.ts.tv_usec)>(packet.time >= 0 ? packet.time % second : 0);  // nanoseconds: see open()
    head.caplen = static_cast<bpf_u_int32>(packet.data.size());
    head.len = std::max(packet.wire_length, head.caplen);
    errno = 0;
    pcap_dump(reinterpret_cast<u_char*>(file.dumper.get()), &head, packet.data.data());
    if (std::ferror(pcap_dump_file(file.dumper.get())) != 0) return fail(file, errno);
    file.size += size;
    total_ += size;
    metrics_.packets.add();
    metrics_.bytes.add(size);
    return true;
}

bool Evidence::open(File& file, std::uint16_t link_type) {
    while (open_.size() >= limits_.open_files)
        if (!close(*open_.back())) return false;
    const std::filesystem::path path = directory_ / file.name;
    if (!file.begun) {
        if (auto error = make_folder(directory_ / folder)) {
            error_ = std::move(error);
            return false;
        }
    }
    file.handle.reset(pcap_open_dead_with_tstamp_precision(data_link_of(link_type), snap_length, PCAP_TSTAMP_PRECISION_NANO));
    if (!file.handle) return fail(file, ENOMEM);
    errno = 0;
    file.dumper.reset(file.begun ? pcap_dump_open_append(file.handle.get(), path.c_str()) : pcap_dump_open(file.handle.get(), path.c_str()));
    if (!file.dumper) {
        error_ = "cannot write " + path.string() + ": " + (errno != 0 ? std::generic_category().message(errno) : pcap_geterr(file.handle.get()));
        return false;
    }
    file.place = open_.insert(open_.begin(), &file);
    if (!file.begun) {
        file.begun = true;
        file.link_type = link_type;
        file.size = file_header_size;
        total_ += file_header_size;
        metrics_.files.add();
        metrics_.bytes.add(file_header_size);
    }
    return true;
}

bool Evidence::close(File& file) {
    if (!file.dumper) return true;
    errno = 0;
    if (pcap_dump_flush(file.dumper.get()) != 0) return fail(file, errno);
    open_.erase(file.place);
    file.dumper.reset();
    file.handle.reset();
    return true;
}

/// Takes back what was half written, so that the file stays a valid capture.
bool Evidence::fail(File& file, int reason) {
    const std::filesystem::path path = directory_ / file.name;
    if (!error_) error_ = "cannot write " + path.string() + ": " + std::generic_category().message(reason != 0 ? reason : EIO);
    if (file.dumper) {
        open_.erase(file.place);
        file.dumper.reset();
    }
    file.handle.reset();
    file.cut = true;
    cut_to_whole_records(path);
    return false;
}

bool Evidence::end(std::uint64_t flow_id) {
    const auto found = files_.find(flow_id);
    if (found == files_.end()) return !error_;
    const bool good = close(found->second);
    files_.erase(found);
    metrics_.sessions.set(files_.size());
    return good;
}

bool Evidence::finish() {
    while (!open_.empty()) close(*open_.back());
    return !error_;
}

}  // namespace weir
