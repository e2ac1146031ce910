// SPDX-License-Identifier: Apache-2.0
// Frames of a real capture, read with libpcap: for tests of stages that come after the source.
#pragma once

#include <pcap/pcap.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sensor/source/packet.hpp"

namespace weir::test {

/// Folder with captures from elsewhere, one sub-folder per protocol; it may be absent.
inline const std::filesystem::path capture_folder = WEIR_SOURCE_DIR "/../shared/pcaps";

/// Every capture in `folder` of it, sorted; all captures when `folder` is empty.
inline std::vector<std::filesystem::path> captures(const std::string& folder = {}) {
    std::vector<std::filesystem::path> found;
    if (!std::filesystem::exists(capture_folder / folder)) return found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(capture_folder / folder))
        if (entry.path().extension() == ".pcap" || entry.path().extension() == ".pcapng") found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

/// Calls `visit(packet)` for each frame of the capture at `path`; stops where libpcap does, at an error or another link type.
template <class Visit>
void for_each_packet(const std::filesystem::path& path, Visit visit) {
    char error[PCAP_ERRBUF_SIZE];
    pcap_t* const capture = pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error);
    if (capture == nullptr) return;
    Packet packet;
    packet.link_type = static_cast<std::uint16_t>(pcap_datalink(capture));
    pcap_pkthdr* header;
    const u_char* data;
    while (pcap_next_ex(capture, &header, &data) == 1) {
        packet.data = {data, header->caplen};
        packet.wire_length = header->len;
        packet.time = header->ts.tv_sec * second + header->ts.tv_usec;
        packet.clock = std::max(packet.clock, packet.time);
        ++packet.number;
        visit(std::as_const(packet));
    }
    pcap_close(capture);
}

}  // namespace weir::test
