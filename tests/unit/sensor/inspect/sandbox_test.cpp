// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/sandbox.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "sensor/source/shared_memory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;

namespace {

constexpr int no_sandbox = 77;
constexpr std::size_t page = SharedMemory::page;

/// Whom the process runs as; any user that is always there.
constexpr const char* user = "nobody";

/// How a child ends that enters the sandbox and then does `work`: as waitpid tells it.
template <class Work>
int in_sandbox(Work&& work) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (const auto error = enter_sandbox(user)) {
            (void)!::write(STDERR_FILENO, error->data(), error->size());
            ::_exit(no_sandbox);
        }
        ::_exit(work());
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(!(WIFEXITED(status) && WEXITSTATUS(status) == no_sandbox));
    return status;
}

void* map(int protection, int flags) { return ::mmap(nullptr, page, protection, flags, -1, 0); }

/// A number that no memory of ours holds but this, for others to try to read.
std::uint64_t secret = 0x5eed'f00d;

}  // namespace

TEST_CASE("sandbox: what reaches beyond memory and time ends the process") {
    struct Case {
        const char* what;
        int (*work)();
    };
    static const pid_t parent = ::getpid();
    for (const Case& c : {
             Case{"open a file", [] { return ::open("/etc/passwd", O_RDONLY); }},
             Case{"open a file the old way", [] { return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, "/proc/self/mem", O_RDWR)); }},
             Case{"make a file in memory", [] { return static_cast<int>(::syscall(SYS_memfd_create, "x", 0)); }},
             Case{"a socket", [] { return ::socket(AF_INET, SOCK_STREAM, 0); }},
             Case{"a local socket", [] { return ::socket(AF_UNIX, SOCK_DGRAM, 0); }},
             Case{"a raw socket", [] { return ::socket(AF_PACKET, SOCK_RAW, 0); }},
             Case{"write", [] { return static_cast<int>(::pwrite(1, "x", 1, 0)); }},
             Case{"read", [] { char c = 0; return static_cast<int>(::read(0, &c, 1)); }},
             Case{"trace its parent", [] { return static_cast<int>(::ptrace(PTRACE_ATTACH, parent, nullptr, nullptr)); }},
             Case{"read its parent's memory",
                  [] {
                      std::uint64_t stolen = 0;
                      iovec here{&stolen, sizeof stolen}, there{&secret, sizeof secret};
                      return static_cast<int>(::process_vm_readv(parent, &here, 1, &there, 1, 0));
                  }},
             Case{"write its parent's memory",
                  [] {
                      std::uint64_t forged = 0;
                      iovec here{&forged, sizeof forged}, there{&secret, sizeof secret};
                      return static_cast<int>(::process_vm_writev(parent, &here, 1, &there, 1, 0));
                  }},
             Case{"a handle on its parent", [] { return static_cast<int>(::syscall(SYS_pidfd_open, parent, 0)); }},
             Case{"a signal to its parent", [] { return ::kill(parent, 0); }},
             Case{"another program",
                  [] {
                      char* const none[] = {nullptr};
                      return ::execve("/bin/true", none, none);
                  }},
             Case{"another process", [] { return static_cast<int>(::syscall(SYS_fork)); }},
             Case{"another user", [] { return static_cast<int>(::syscall(SYS_setuid, 0)); }},
             Case{"other namespaces", [] { return static_cast<int>(::syscall(SYS_unshare, 0)); }},
             Case{"a mount", [] { return static_cast<int>(::syscall(SYS_mount, "none", "/", "tmpfs", 0, nullptr)); }},
             Case{"limits", [] { return static_cast<int>(::syscall(SYS_prlimit64, 0, 0, nullptr, nullptr)); }},
             Case{"another personality", [] { return static_cast<int>(::syscall(SYS_personality, 0x0400000)); }},
             Case{"io_uring", [] { return static_cast<int>(::syscall(SYS_io_uring_setup, 1, nullptr)); }},
             Case{"BPF", [] { return static_cast<int>(::syscall(SYS_bpf, 0, nullptr, 0)); }},
             Case{"memory that can be executed", [] { return map(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS) != nullptr ? 0 : 1; }},
             Case{"memory of a file", [] { return map(PROT_READ, MAP_PRIVATE) != nullptr ? 0 : 1; }},
             Case{"memory that becomes executable",
                  [] {
                      return ::mprotect(map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS), page, PROT_READ | PROT_EXEC);
                  }},
         }) {
        INFO(c.what);
        const int status = in_sandbox(c.work);
        CHECK(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == SIGSYS);
    }
    CHECK(secret == 0x5eed'f00d);
}

TEST_CASE("sandbox: memory, time and rest are there") {
    const int status = in_sandbox([] {
        std::vector<std::unique_ptr<std::vector<char>>> blocks;
        for (std::size_t size = 16; size < (64u << 20); size *= 4) blocks.push_back(std::make_unique<std::vector<char>>(size, 'x'));
        for (const auto& block : blocks) block->resize(block->size() + block->size() / 2);  // larger than before: it may move
        blocks.clear();
        void* grown = std::malloc(1u << 20);
        grown = std::realloc(grown, 16u << 20);
        if (grown == nullptr) return 1;
        static_cast<char*>(grown)[(16u << 20) - 1] = 1;
        std::free(grown);
        timespec before{}, after{};
        const timespec rest{0, 2'000'000};
        ::clock_gettime(CLOCK_MONOTONIC, &before);
        if (::nanosleep(&rest, nullptr) != 0) return 2;
        ::clock_gettime(CLOCK_MONOTONIC, &after);
        if ((after.tv_sec - before.tv_sec) * 1'000'000'000 + after.tv_nsec - before.tv_nsec < 2'000'000) return 3;
        return 0;
    });
    CHECK(status == 0);
}

TEST_CASE("sandbox: an exception finds its handler") {
    const int status = in_sandbox([] {
        try {
            throw std::bad_alloc{};
        } catch (const std::bad_alloc&) {
            return 0;
        }
    });
    CHECK(status == 0);
}

TEST_CASE("sandbox: memory that was mapped stays, and does not grow") {
    const test::TemporaryFolder folder;
    const std::string file = (folder / "memory").string();
    const auto made = SharedMemory::create(file, 4 * page);
    REQUIRE(made);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto whole = SharedMemory::open(file, SharedMemory::Access::read), own = SharedMemory::open(file, SharedMemory::Access::write, page, page);
        if (!whole || !own || enter_sandbox(user)) ::_exit(no_sandbox);
        own->data()[0] = std::byte{42};
        if (whole->data()[page] != std::byte{42}) ::_exit(1);
        // To write what stands behind the page that it may write.
        void* const grown = ::mremap(own->data(), page, 3 * page, MREMAP_MAYMOVE);
        if (grown != MAP_FAILED) static_cast<std::byte*>(grown)[page] = std::byte{66};
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(made->data()[page] == std::byte{42});
    CHECK(made->data()[2 * page] == std::byte{0});
}

TEST_CASE("sandbox: no rights, no files, and nobody looks in") {
    const test::TemporaryFolder folder;
    const auto made = SharedMemory::create((folder / "ready").string(), page);
    REQUIRE(made);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto ready = SharedMemory::open((folder / "ready").string(), SharedMemory::Access::write);
        if (!ready || enter_sandbox(user)) ::_exit(no_sandbox);
        ready->data()[0] = std::byte{1};
        const timespec rest{0, 1'000'000};
        for (;;) ::nanosleep(&rest, nullptr);
    }
    for (int i = 0; i < 10'000 && *static_cast<volatile std::byte*>(made->data()) == std::byte{0}; ++i) ::usleep(1000);
    const std::string proc = "/proc/" + std::to_string(child), status = test::read_file(proc + "/status");
    const auto line = [&](const std::string& name) {
        const std::size_t at = status.find('\n' + name + ":\t");
        return at == std::string::npos ? std::string{} : status.substr(at + name.size() + 3, status.find('\n', at + 1) - at - name.size() - 3);
    };
    CHECK(line("NoNewPrivs") == "1");
    CHECK(line("Seccomp") == "2");
    for (const char* const set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) CHECK(line(set) == "0000000000000000");
    if (::getuid() == 0) {
        CHECK(line("Uid").find("\t0") == std::string::npos);
        CHECK(!line("Uid").starts_with("0"));
        CHECK(line("Groups").find_first_of("0123456789") == std::string::npos);
        std::error_code error;
        CHECK(std::filesystem::is_empty(proc + "/fd", error));
        CHECK(!error);
    } else {
        WARN("not root: that an inspector changes its user cannot be tested");
    }
    ::kill(child, SIGKILL);
    CHECK(::waitpid(child, nullptr, 0) == child);
}

TEST_CASE("sandbox: without the user there is none") {
    if (::getuid() != 0) {
        WARN("not root: nobody else to become");
        return;
    }
    const pid_t child = ::fork();
    if (child == 0) {
        const auto error = enter_sandbox("no-such-user");
        ::_exit(error && error->find("no user no-such-user (run.user)") != std::string::npos ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
