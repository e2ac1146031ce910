// SPDX-License-Identifier: Apache-2.0
#include "sensor/forward/ports.hpp"

#include <net/if.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_log.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>

namespace weir {
namespace {

constexpr std::uint16_t descriptors = 1024;

constexpr std::uint32_t ring_bytes = 8u << 20;  // of an AF_PACKET socket, per direction

/// A slot of AF_PACKET's ring holds a frame and what the kernel says of it; slots are powers of two.
std::uint32_t slot_of(const PortsConfig& config) noexcept { return std::bit_ceil(config.frame + 64); }

/// What DPDK calls a port, and the device arguments that make it; none for PCI devices, which are there.
struct Device {
    std::string name, arguments;
};

Result<Device, std::string> device_of(const std::string& port, std::size_t index, const PortsConfig& config) {
    if (is_pci_address(port)) return Device{port, {}};
    if (port.starts_with("net_")) return Device{port.substr(0, port.find(',')), port};
    if (port.empty() || if_nametoindex(port.c_str()) == 0)
        return Unexpected{"port " + (port.empty() ? "''" : port) + ": no such network interface, expected one, a PCI address or a DPDK device (net_...)"};
    const std::string name = "net_" + config.driver + std::to_string(index);
    std::string arguments = name + ",iface=" + port;
    if (config.driver == "af_packet") {
        const std::uint32_t slot = slot_of(config), slots = std::max(64u, ring_bytes / slot);
        arguments += ",framesz=" + std::to_string(slot) + ",blocksz=" + std::to_string(std::max(slot, 65536u)) + ",framecnt=" + std::to_string(slots);
    }
    return Device{name, std::move(arguments)};
}

std::optional<std::string> start_eal(const PortsConfig& config, const std::vector<Device>& devices) {
    std::vector<std::string> words{"weir", "-n", "1", "--no-telemetry", "--no-shconf", "--file-prefix=" + config.prefix, "--log-level=lib.*:error", "--log-level=pmd.*:error"};
    // One thread polls; on which processors it may run is its parent's to say.
    words.insert(words.end(), {"--lcores", "0@(0-" + std::to_string(std::max(1u, static_cast<unsigned>(sysconf(_SC_NPROCESSORS_CONF))) - 1) + ")"});
    if (config.hugepages) {
        words.push_back("--in-memory");
    } else {
        const std::uint64_t bytes = std::uint64_t{config.packets} * (config.frame + 512);
        words.insert(words.end(), {"--no-huge", "-m", std::to_string(bytes / (1u << 20) + 32)});
    }
    bool pci = false;
    for (const Device& device : devices) {
        if (!device.arguments.empty()) {
            words.insert(words.end(), {"--vdev", device.arguments});
        } else {
            pci = true;
            words.insert(words.end(), {"-a", device.name});
        }
    }
    if (!pci) words.push_back("--no-pci");
    words.insert(words.end(), config.eal.begin(), config.eal.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    if (rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0)
        return std::string{"DPDK does not start: "} + rte_strerror(rte_errno) + (config.hugepages ? " (are there free hugepages?)" : "");
    return {};
}

std::optional<std::string> start_port(std::uint16_t id, const std::string& name, const PortsConfig& config, rte_mempool* pool) {
    const auto failed = [&](const char* what, int code) { return "port " + name + ": " + what + ": " + rte_strerror(-code); };
    rte_eth_dev_info info{};
    if (const int code = rte_eth_dev_info_get(id, &info); code != 0) return failed("cannot be asked", code);
    rte_eth_conf conf{};
    if (config.frame > 1518 && info.max_rx_pktlen >= config.frame && info.max_mtu >= config.frame - 18) conf.rxmode.mtu = config.frame - 18;  // Ethernet header and checksum
    int code = rte_eth_dev_configure(id, 1, 1, &conf);
    if (code != 0 && conf.rxmode.mtu != 0) {  // a device that cannot change its frame size takes what comes
        conf.rxmode.mtu = 0;
        code = rte_eth_dev_configure(id, 1, 1, &conf);
    }
    if (code != 0) return failed("cannot be configured", code);
    std::uint16_t in = descriptors, out = descriptors;
    if (code = rte_eth_dev_adjust_nb_rx_tx_desc(id, &in, &out); code != 0) return failed("has no queues", code);
    const int socket = rte_eth_dev_socket_id(id);
    const unsigned node = socket < 0 ? SOCKET_ID_ANY : static_cast<unsigned>(socket);
    if (code = rte_eth_rx_queue_setup(id, 0, in, node, nullptr, pool); code != 0) return failed("cannot receive", code);
    if (code = rte_eth_tx_queue_setup(id, 0, out, node, nullptr); code != 0) return failed("cannot send", code);
    if (code = rte_eth_dev_start(id); code != 0) return failed("does not start", code);
    rte_eth_promiscuous_enable(id);  // memory devices cannot, and need not
    return {};
}

}  // namespace

bool is_pci_address(const std::string& name) {
    // DDDD:BB:DD.F, or without the domain
    const std::string address = std::count(name.begin(), name.end(), ':') == 1 ? "0000:" + name : name;
    constexpr std::string_view shape = "xxxx:xx:xx.x";
    return address.size() == shape.size() && std::equal(shape.begin(), shape.end(), address.begin(), [](char s, char c) {
               return s == 'x' ? std::isxdigit(static_cast<unsigned char>(c)) != 0 : s == c;
           });
}

Result<Ports, std::string> Ports::open(const PortsConfig& config) {
    std::vector<Device> devices;
    for (const std::string& name : config.names) {
        auto device = device_of(name, devices.size(), config);
        if (!device) return Unexpected{device.error()};
        devices.push_back(*std::move(device));
    }
    if (auto error = start_eal(config, devices)) return Unexpected{*std::move(error)};
    Ports ports;
    const std::uint32_t room = RTE_PKTMBUF_HEADROOM + std::max<std::uint32_t>(slot_of(config), RTE_MBUF_DEFAULT_DATAROOM);
    ports.pool = rte_pktmbuf_pool_create("weir", config.packets, 256, 0, static_cast<std::uint16_t>(std::min(room, 0xffffu)), SOCKET_ID_ANY);
    if (ports.pool == nullptr) return Unexpected{std::string{"no memory for packets: "} + rte_strerror(rte_errno)};
    for (std::size_t i = 0; i < devices.size(); ++i) {
        std::uint16_t id = 0;
        if (rte_eth_dev_get_port_by_name(devices[i].name.c_str(), &id) != 0)
            return Unexpected{"port " + config.names[i] + ": DPDK has no such device; is it bound to a DPDK driver, and is the driver's package installed?"};
        if (auto error = start_port(id, config.names[i], config, ports.pool)) return Unexpected{*std::move(error)};
        ports.ids.push_back(id);
    }
    return ports;
}

void Ports::close() noexcept {
    for (const std::uint16_t id : ids) {
        rte_eth_dev_stop(id);
        rte_eth_dev_close(id);
    }
    rte_eal_cleanup();
}

}  // namespace weir
