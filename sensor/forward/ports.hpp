// SPDX-License-Identifier: Apache-2.0
// The devices that packets come from and go to, by way of DPDK.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parsers/base/result.hpp"

struct rte_mempool;

namespace weir {

struct PortsConfig {
    std::vector<std::string> names;      ///< one (a tap) or two: a PCI address, a kernel interface, or a DPDK device (`net_null0,size=64`)
    std::string driver = "af_packet";    ///< for kernel interfaces: af_packet or af_xdp
    bool hugepages = false;              ///< memory for packets from hugepages
    std::uint32_t frame = 1984;          ///< bytes of the longest frame, up to 16384
    std::uint32_t packets = 8192;        ///< packets that may be inside the forwarder at once
    std::string prefix = "weir";         ///< names this process's DPDK files
    std::vector<std::string> eal;        ///< further arguments for DPDK's environment layer
};

/// A port that runs: its DPDK number.
struct Ports {
    std::vector<std::uint16_t> ids;
    rte_mempool* pool = nullptr;

    /// Starts DPDK and the devices, once per process. The error is a sentence.
    [[nodiscard]] static Result<Ports, std::string> open(const PortsConfig& config);
    /// Stops the devices.
    void close() noexcept;
};

/// Whether a name is a PCI address, such as 0000:17:00.0.
[[nodiscard]] bool is_pci_address(const std::string& name);

}  // namespace weir
