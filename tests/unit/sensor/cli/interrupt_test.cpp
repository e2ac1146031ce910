// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/interrupt.hpp"

#include <unistd.h>

#include <csignal>

#include "sensor/cli/exit_code.hpp"
#include "tests/support/catch.hpp"

using namespace weir;
using cli::Interrupt;

namespace {

auto handler_of(int signal) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    return action.sa_handler;
}

}  // namespace

TEST_CASE("interrupt: the first signal is remembered and ends standard input, the second is the system's") {
    const int input = ::dup(STDIN_FILENO);
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    ::dup2(pipe[0], STDIN_FILENO);  // open, and empty: a read would wait
    for (const int signal : {SIGINT, SIGTERM}) {
        const auto before = handler_of(signal);  // the test framework has one, too
        {
            const Interrupt interrupt;
            CHECK(Interrupt::received() == 0);
            std::raise(signal);
            CHECK(Interrupt::received() == signal);
            CHECK((handler_of(signal) == SIG_DFL));
            char byte = 0;
            CHECK(::read(STDIN_FILENO, &byte, 1) == 0);
        }
        CHECK((handler_of(signal) == before));
    }
    ::dup2(input, STDIN_FILENO);
    for (const int descriptor : {input, pipe[0], pipe[1]}) ::close(descriptor);
    CHECK(Interrupt::name_of(SIGTERM) == "SIGTERM");
    CHECK(exit_code::interrupted(SIGINT) == 130);
    CHECK(exit_code::interrupted(SIGTERM) == 143);
}

TEST_CASE("interrupt: what was ignored stays ignored") {
    const auto before = std::signal(SIGINT, SIG_IGN);
    {
        const Interrupt interrupt;
        std::raise(SIGINT);
        CHECK(Interrupt::received() == 0);
    }
    std::signal(SIGINT, before);
}
