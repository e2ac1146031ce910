// SPDX-License-Identifier: Apache-2.0
// Made-up systems in a folder: what the check says of each.
#include "sensor/control/preflight.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "tests/support/catch.hpp"

using namespace weir;
namespace fs = std::filesystem;

namespace {

/// A system that is only files.
struct System {
    fs::path root = fs::path{WEIR_BINARY_DIR} / "preflight";
    Config config;
    System() {
        fs::remove_all(root);
        file("proc/self/status", "Name:\tweir\nCapEff:\t000001ffffffffff\n");
        file("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0\n");
        file("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "0\n");
        fs::create_directories(root / "sys/kernel/iommu_groups");
        interface("eth1", "0x1003", "1", "1500");
        config.run_user = "root";
    }
    ~System() { fs::remove_all(root); }
    void file(const std::string& name, const std::string& text) const {
        fs::create_directories((root / name).parent_path());
        std::ofstream{root / name} << text;
    }
    void interface(const std::string& name, const std::string& flags, const std::string& carrier, const std::string& mtu) const {
        file("sys/class/net/" + name + "/flags", flags + "\n");
        file("sys/class/net/" + name + "/carrier", carrier + "\n");
        file("sys/class/net/" + name + "/mtu", mtu + "\n");
    }
    void pci(const std::string& address, const std::string& driver) const {
        const fs::path device = root / "sys/bus/pci/devices" / address;
        fs::create_directories(device);
        fs::create_directory_symlink("/drivers/" + driver, device / "driver");
        file("sys/bus/pci/devices/" + address + "/numa_node", "1\n");
    }
    [[nodiscard]] std::string said(const std::vector<std::string>& ports, Remark::Weight weight, const std::string& ssh = "") const {
        std::string out;
        for (const Remark& remark : preflight(config, ports, {(root / "sys").string(), (root / "proc").string(), ssh}))
            if (remark.weight == weight) out += remark.text + '\n';
        return out;
    }
};

constexpr auto problem = Remark::Weight::problem, warning = Remark::Weight::warning, good = Remark::Weight::good;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("preflight: a system that is ready has no problem") {
    const System system;
    CHECK(system.said({"eth1"}, problem).empty());
    CHECK(has(system.said({"eth1"}, good), "port eth1: up"));
    CHECK(has(system.said({"eth1"}, good), "without hugepages"));
}

TEST_CASE("preflight: what is wrong is said with what to do") {
    System system;
    system.interface("off", "0x1002", "0", "1500");
    system.interface("cut", "0x1003", "0", "1500");
    system.interface("jumbo", "0x1003", "1", "9000");
    CHECK(has(system.said({"none"}, problem), "port none: no such network interface"));
    CHECK(has(system.said({"off"}, problem), "ip link set off up"));
    CHECK(has(system.said({"cut"}, warning), "no link"));
    CHECK(has(system.said({"jumbo"}, warning), "dpdk.frame=9022"));
    system.config.dpdk_hugepages = "yes";
    CHECK(has(system.said({"eth1"}, problem), "hugepages of 2 MiB are free"));
    system.config.run_user = "nobody-of-that-name";
    if (::geteuid() == 0) CHECK(has(system.said({"eth1"}, problem), "no user nobody-of-that-name"));
    system.file("proc/self/status", "CapEff:\t0000000000000000\n");
    CHECK(has(system.said({"eth1"}, problem), "CAP_NET_RAW"));
}

TEST_CASE("preflight: PCI devices want a DPDK driver, and vfio an IOMMU") {
    const System system;
    system.pci("0000:17:00.0", "ixgbe");
    system.pci("0000:17:00.1", "vfio-pci");
    system.pci("0000:17:00.2", "mlx5_core");
    CHECK(has(system.said({"0000:17:00.0"}, problem), "dpdk-devbind.py --bind=vfio-pci 0000:17:00.0"));
    CHECK(has(system.said({"17:00.1"}, problem), "needs an IOMMU"));
    CHECK(system.said({"0000:17:00.2"}, problem).empty());
    CHECK(has(system.said({"0000:17:00.2"}, warning), "NUMA node 1"));
    CHECK(has(system.said({"0000:99:00.0"}, problem), "no such PCI device"));
}

TEST_CASE("preflight: a port that carries the person's own session is none to take") {
    const System system;
    system.interface("lo", "0x9", "1", "1500");
    CHECK(has(system.said({"lo"}, problem, "192.0.2.7 50000 127.0.0.1 22"), "carries your own session from 192.0.2.7"));
    CHECK(!has(system.said({"eth1"}, problem, "192.0.2.7 50000 127.0.0.1 22"), "own session"));
}
