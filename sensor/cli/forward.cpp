// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/forward.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/say.hpp"
#include "sensor/forward/forwarder.hpp"
#include "sensor/inspect/live.hpp"

namespace weir::cli {
namespace {

struct ForwardOptions {
    std::string folder;
    PortsConfig ports;
    ForwarderConfig forwarder;
    unsigned workers = 1;
    std::uint64_t deadline = 2000;
    bool fail_closed = false;
};

std::atomic<bool> pause_asked{false}, stop_asked{false};

void heard(int number) {
    if (number != SIGHUP) stop_asked = true;
    pause_asked = true;
}

int forward(ForwardOptions& options) {
    const auto refuse = [](const std::string& why) {
        say_error(why);
        return exit_code::failed;
    };
    const auto memory = SharedMemory::open(options.folder + "/forwarder", SharedMemory::Access::write, 0, sizeof(ForwardAccount));
    if (!memory) return refuse(memory.error());
    auto& account = *reinterpret_cast<ForwardAccount*>(memory->data());
    std::vector<SharedMemory> rings;
    std::vector<PacketRingWriter> writers;
    for (unsigned worker = 0; worker < options.workers; ++worker) {
        auto ring = SharedMemory::open(packet_ring_file(options.folder, worker), SharedMemory::Access::write);
        if (!ring) return refuse(ring.error());
        writers.emplace_back(*ring);
        rings.push_back(*std::move(ring));
    }
    const std::string equipment = options.folder + "/equipment";
    auto steering = Steering::read(equipment);
    if (!steering) return refuse(steering.error());
    auto ports = Ports::open(options.ports);
    if (!ports) return refuse(ports.error());
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);  // a short rest is to be short

    options.forwarder.deadline = static_cast<Time>(options.deadline) * 1000;
    options.forwarder.fail_open = !options.fail_closed;
    Forwarder forwarder{options.forwarder, *ports, account, std::move(writers), *std::move(steering)};
    struct sigaction action {};
    action.sa_handler = heard;
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(number, &action, nullptr);
    account.process.store(::getpid());
    account.magic.store(ForwardAccount::magic_value);
    while (!stop_asked) {
        forwarder.run(pause_asked);
        pause_asked = false;
        if (stop_asked) break;
        if (auto again = Steering::read(equipment))
            forwarder.steer_by(*std::move(again));
        else
            say_error(again.error());
    }
    forwarder.finish();
    ports->close();
    return exit_code::done;
}

}  // namespace

void add_forward(CLI::App& app, int& code) {
    auto* const command = app.add_subcommand("forward", "The process that touches the wire; weir run starts it")->group("");
    auto options = std::make_shared<ForwardOptions>();
    command->add_option("--directory", options->folder, "Folder of the sensor's shared memory")->required();
    command->add_option("--port", options->ports.names, "A PCI address, a kernel interface or a DPDK device; one or two")->required()->expected(1)->take_all();
    command->add_option("--workers", options->workers, "Inspectors")->check(CLI::Range(1u, static_cast<unsigned>(ForwardAccount::most_lanes)));
    command->add_option("--driver", options->ports.driver, "DPDK's driver for kernel interfaces")->check(CLI::IsMember({"af_packet", "af_xdp"}));
    command->add_flag("--hugepages", options->ports.hugepages, "Packet memory in hugepages");
    command->add_option("--frame", options->ports.frame, "Bytes of the longest frame")->check(CLI::Range(1518, 16384));
    command->add_option("--packets", options->ports.packets, "Packets inside at once")->check(CLI::Range(1024, 1'000'000));
    command->add_option("--eal", options->ports.eal, "A further argument for DPDK's environment layer")->expected(1)->take_all();
    command->add_flag("--enforce", options->forwarder.enforce, "Packets wait for verdicts");
    command->add_flag("--fail-closed", options->fail_closed, "Packets without a verdict are dropped");
    command->add_option("--deadline", options->deadline, "Microseconds that a packet waits");
    command->callback([options, &code] { code = forward(*options); });
}

}  // namespace weir::cli
