// SPDX-License-Identifier: Apache-2.0
#include "sensor/control/preflight.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

#include "sensor/forward/ports.hpp"

namespace weir {
namespace {

using Weight = Remark::Weight;
namespace fs = std::filesystem;

std::string line_of(const std::string& file) {
    std::ifstream in{file};
    std::string line;
    std::getline(in, line);
    return line;
}

std::uint64_t number_of(const std::string& file) { return std::strtoull(line_of(file).c_str(), nullptr, 10); }

/// The effective capabilities, a bit each (capabilities(7)).
std::uint64_t capabilities(const SystemPlace& place) {
    std::ifstream in{place.proc + "/self/status"};
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("CapEff:")) return std::strtoull(line.c_str() + 7, nullptr, 16);
    return 0;
}

class Check {
public:
    Check(const Config& config, const std::vector<std::string>& ports, const SystemPlace& place) : config_(config), ports_(ports), place_(place) {}

    std::vector<Remark> run() && {
        privileges();
        memory();
        for (const std::string& port : ports_) {
            if (is_pci_address(port))
                pci(port);
            else if (!port.starts_with("net_"))
                interface(port);
        }
        own_session();
        return std::move(remarks_);
    }

private:
    void say(Weight weight, std::string text) { remarks_.push_back({weight, std::move(text)}); }

    void privileges() {
        constexpr std::uint64_t net_admin = 1u << 12, net_raw = 1u << 13;
        const std::uint64_t have = capabilities(place_);
        if ((have & net_admin) == 0 || (have & net_raw) == 0)
            say(Weight::problem, "CAP_NET_RAW and CAP_NET_ADMIN are missing: start weir as root, or with AmbientCapabilities as in systemd/weir.service");
        else
            say(Weight::good, "raw ports may be opened");
        if (::geteuid() != 0)
            say(Weight::warning, "inspectors run as the user of the supervisor: only root can give them one of their own (run.user)");
        else if (::getpwnam(config_.run_user.c_str()) == nullptr)
            say(Weight::problem, fmt::format("there is no user {}, whom inspectors are to run as: make it, or name another one (run.user)", config_.run_user));
    }

    void memory() {
        const std::string pages = place_.sys + "/kernel/mm/hugepages/hugepages-2048kB/";
        const std::uint64_t needed = (config_.dpdk_packets * (config_.dpdk_frame + 512) >> 21) + 16, free = number_of(pages + "free_hugepages");
        if (config_.dpdk_hugepages == "yes" && free < needed)
            say(Weight::problem, fmt::format("{} hugepages of 2 MiB are free, {} are needed: echo {} > {}nr_hugepages, or dpdk.hugepages: no", free, needed, needed + number_of(pages + "nr_hugepages") - free, pages));
        else if (config_.dpdk_hugepages == "auto" && free < needed)
            say(Weight::good, fmt::format("packet memory without hugepages ({} of 2 MiB are free, {} would be needed); at high rates they help", free, needed));
        rlimit locked{};
        ::getrlimit(RLIMIT_MEMLOCK, &locked);
        constexpr std::uint64_t af_packet_rings = 16u << 20;
        const bool kernel_ports = std::ranges::any_of(ports_, [](const std::string& port) { return !is_pci_address(port) && !port.starts_with("net_"); });
        if (kernel_ports && (capabilities(place_) & 1u << 14) == 0 && locked.rlim_cur != RLIM_INFINITY && locked.rlim_cur < ports_.size() * af_packet_rings)
            say(Weight::problem, fmt::format("{} MiB of memory may be locked, {} are needed: LimitMEMLOCK=infinity (ulimit -l)", locked.rlim_cur >> 20, ports_.size() * af_packet_rings >> 20));
    }

    void pci(const std::string& port) {
        const std::string address = std::ranges::count(port, ':') == 1 ? "0000:" + port : port, device = place_.sys + "/bus/pci/devices/" + address;
        if (!fs::exists(device)) return say(Weight::problem, fmt::format("port {}: no such PCI device; lspci -D lists them", port));
        std::error_code error;
        const std::string driver = fs::read_symlink(device + "/driver", error).filename().string();
        constexpr std::array<std::string_view, 5> good{"vfio-pci", "uio_pci_generic", "igb_uio", "mlx5_core", "mlx4_core"};
        if (std::ranges::find(good, driver) == good.end())
            say(Weight::problem, fmt::format("port {}: bound to {}: dpdk-devbind.py --bind=vfio-pci {}", port, driver.empty() ? "no driver" : driver, address));
        else
            say(Weight::good, fmt::format("port {}: bound to {}", port, driver));
        if (driver == "vfio-pci" && fs::is_empty(place_.sys + "/kernel/iommu_groups", error) && line_of(place_.sys + "/module/vfio/parameters/enable_unsafe_noiommu_mode") != "Y")
            say(Weight::problem, fmt::format("port {}: vfio-pci needs an IOMMU: switch it on in the firmware, with intel_iommu=on or amd_iommu=on", port));
        if (const std::string node = line_of(device + "/numa_node"); !node.empty() && node != "-1" && node != "0")
            say(Weight::warning, fmt::format("port {}: on NUMA node {}: let weir run on its processors (NUMAPolicy=, CPUAffinity=)", port, node));
    }

    void interface(const std::string& port) {
        const std::string device = place_.sys + "/class/net/" + port;
        if (!fs::exists(device)) return say(Weight::problem, fmt::format("port {}: no such network interface; ip link lists them", port));
        const std::uint64_t flags = std::strtoull(line_of(device + "/flags").c_str(), nullptr, 16);
        if ((flags & 1) == 0)
            say(Weight::problem, fmt::format("port {}: switched off: ip link set {} up", port, port));
        else if (line_of(device + "/carrier") != "1")
            say(Weight::warning, fmt::format("port {}: no link: is the cable in?", port));
        else
            say(Weight::good, fmt::format("port {}: up", port));
        if (const std::uint64_t mtu = number_of(device + "/mtu"); mtu + 22 > config_.dpdk_frame)  // Ethernet header, two VLAN tags
            say(Weight::warning, fmt::format("port {}: frames may have {} bytes, weir takes {}: dpdk.frame={}", port, mtu + 22, config_.dpdk_frame, mtu + 22));
    }

    /// A port that is taken from the kernel takes the person's session with it.
    void own_session() {
        std::istringstream words{place_.ssh_connection};
        std::string client, client_port, server;
        words >> client >> client_port >> server;
        ifaddrs* list = nullptr;
        if (server.empty() || ::getifaddrs(&list) != 0) return;
        const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> keeper{list, &::freeifaddrs};
        for (const ifaddrs* row = list; row != nullptr; row = row->ifa_next) {
            if (row->ifa_addr == nullptr) continue;
            std::array<char, INET6_ADDRSTRLEN> text{};
            const int family = row->ifa_addr->sa_family;
            if (family != AF_INET && family != AF_INET6) continue;
            const void* const address = family == AF_INET ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(row->ifa_addr)->sin_addr)
                                                          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(row->ifa_addr)->sin6_addr);
            if (::inet_ntop(family, address, text.data(), text.size()) == nullptr || server != text.data()) continue;
            if (std::ranges::find(ports_, row->ifa_name) != ports_.end())
                say(Weight::problem, fmt::format("port {}: carries your own session from {}: it would be cut; work from another one", row->ifa_name, client));
        }
    }

    const Config& config_;
    const std::vector<std::string>& ports_;
    const SystemPlace& place_;
    std::vector<Remark> remarks_;
};

}  // namespace

std::vector<Remark> preflight(const Config& config, const std::vector<std::string>& ports, const SystemPlace& place) {
    return Check{config, ports, place}.run();
}

}  // namespace weir
