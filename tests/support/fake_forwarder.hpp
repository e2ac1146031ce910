// SPDX-License-Identifier: Apache-2.0
// A forwarder for tests of the supervisor. It is started as this very program with other arguments, which is seen before `main`: such a
// process has no port, and counts the same few packets for ever. Included by one source file of a program only.
#pragma once

#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "sensor/forward/account.hpp"
#include "sensor/source/shared_memory.hpp"

namespace weir::test {

[[gnu::constructor]] inline void be_forwarder(int argc, char** argv, char**) {
    if (argc < 4 || argv[1] != std::string_view{"forward"}) return;
    const auto memory = SharedMemory::open(std::string{argv[3]} + "/forwarder", SharedMemory::Access::write, 0, sizeof(ForwardAccount));
    if (!memory) ::_exit(1);
    auto& account = *reinterpret_cast<ForwardAccount*>(memory->data());
    account.ports = 2;
    account.lanes = 1;
    account.port[0].received.set(1000);
    account.port[0].forwarded.set(997);
    account.port[0].dropped[static_cast<std::size_t>(ForwardDrop::output_full)].set(3);
    account.lane[0].copied.set(990);
    account.lane[0].bypassed[static_cast<std::size_t>(Bypass::ring_full)].set(10);
    account.latency[2].set(997);
    account.process.store(::getpid());
    account.magic.store(ForwardAccount::magic_value);
    for (;;) {
        account.turns.add();
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

}  // namespace weir::test
