// SPDX-License-Identifier: Apache-2.0
#include "sensor/control/process.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <thread>

#include "tests/support/catch.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

/// How it ended, once it has; nothing after ten seconds.
std::optional<std::string> wait_for(Process& process) {
    for (int i = 0; i < 10'000; ++i) {
        if (auto how = process.ended()) return how;
        std::this_thread::sleep_for(1ms);
    }
    return std::nullopt;
}

int sleep_for_ever() {
    for (;;) ::pause();
}

}  // namespace

TEST_CASE("process: a child's end is told in words, once") {
    struct Case {
        const char* what;
        int (*work)();
        const char* how;
    };
    for (const Case& c : {Case{"it returns", [] { return 0; }, "exit code 0"}, Case{"with a code", [] { return 11; }, "exit code 11"},
                          Case{"it is killed", [] { return ::raise(SIGKILL); }, "signal 9 (Killed)"}, Case{"it exits on its own", []() -> int { ::_exit(3); }, "exit code 3"}}) {
        INFO(c.what);
        auto process = Process::fork(c.work);
        REQUIRE(process);
        CHECK(process->pid() > 0);
        CHECK(wait_for(*process) == c.how);
        CHECK(!*process);
        CHECK(!process->ended());
        CHECK(::waitpid(process->pid(), nullptr, WNOHANG) == -1);  // nothing is left of it
        process->signal(SIGKILL);                                  // and nobody is hit
    }
}

TEST_CASE("process: signals reach a child, whatever its parent does with them") {
    for (const int number : {SIGTERM, SIGHUP, SIGINT}) {
        auto* const before = ::signal(number, SIG_IGN);
        auto process = Process::fork(sleep_for_ever);
        ::signal(number, before);
        REQUIRE(process);
        CHECK(!process->ended());
        process->signal(number);
        const auto how = wait_for(*process);
        REQUIRE(how);
        CHECK(how->starts_with("signal " + std::to_string(number) + ' '));
    }
}

TEST_CASE("process: one that has been stopped is known from one that rests") {
    auto process = Process::fork(sleep_for_ever);
    REQUIRE(process);
    CHECK(!process->stopped());
    process->signal(SIGSTOP);
    for (int i = 0; i < 500 && !process->stopped(); ++i) ::usleep(10'000);
    CHECK(process->stopped());
    process->signal(SIGKILL);
    CHECK(wait_for(*process));
}

TEST_CASE("process: one that is let go goes on, and can be adopted") {
    pid_t pid = 0;
    {
        auto process = Process::fork(sleep_for_ever);
        REQUIRE(process);
        pid = process->pid();
    }
    auto adopted = Process::adopt(pid);
    REQUIRE(adopted);
    CHECK(adopted->pid() == pid);
    CHECK(!adopted->ended());
    adopted->signal(SIGKILL);
    CHECK(wait_for(*adopted) == "it has ended");
    CHECK(!Process::adopt(pid));  // it has ended, though nobody has fetched its code
    CHECK(::waitpid(pid, nullptr, 0) == pid);
    CHECK(!Process::adopt(pid));
}

TEST_CASE("process: what is no process is not adopted") {
    for (const pid_t pid : {0, -1, -::getpid(), 0x7fff'ffff}) CHECK(!Process::adopt(pid));
}

TEST_CASE("process: moves, and the one before it is let go") {
    auto first = Process::fork(sleep_for_ever), second = Process::fork([] { return 5; });
    REQUIRE((first && second));
    const pid_t pid = first->pid();
    Process held = *std::move(first);
    CHECK(held.pid() == pid);
    CHECK(!*first);
    Process none;
    CHECK(!none);
    CHECK(!none.ended());
    none.signal(SIGKILL);
    std::swap(held, *second);
    CHECK(wait_for(held) == "exit code 5");
    second->signal(SIGKILL);
    CHECK(wait_for(*second) == "signal 9 (Killed)");
}

TEST_CASE("process: a child ends with its parent") {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const pid_t parent = ::fork();
    if (parent == 0) {  // a supervisor that is killed
        const auto child = Process::fork(sleep_for_ever);
        const pid_t pid = child ? child->pid() : 0;
        if (::write(pipe[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
        sleep_for_ever();
    }
    pid_t pid = 0;
    REQUIRE(::read(pipe[0], &pid, sizeof pid) == sizeof pid);
    auto child = Process::adopt(pid);
    REQUIRE(child);
    CHECK(!child->ended());
    ::kill(parent, SIGKILL);
    CHECK(::waitpid(parent, nullptr, 0) == parent);
    CHECK(wait_for(*child));
    for (const int descriptor : pipe) ::close(descriptor);
}
