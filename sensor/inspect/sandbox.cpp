// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/sandbox.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

namespace weir {
namespace {

std::string failed(const char* what) { return std::string{"the inspector's sandbox: "} + what + ": " + std::strerror(errno); }

/// One by one: an old or tightened kernel may refuse some, and the filter below does without them.
void leave_namespaces() noexcept {
    for (const int space : {CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWNS})
        if (::unshare(space) != 0) continue;
}

std::optional<std::string> become(const std::string& user) {
    if (::getuid() != 0) return {};  // whoever started weir without being root has no more to give up
    std::array<char, 4096> room{};
    passwd entry{}, *found = nullptr;
    if (::getpwnam_r(user.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr)
        return "the inspector's sandbox: no user " + user + " (run.user)";
    // An empty folder that nobody can write to, and that is there on every Linux.
    if (::chroot("/proc/self/fdinfo") != 0 || ::chdir("/") != 0) return failed("chroot");
    if (::setgroups(0, nullptr) != 0 || ::setresgid(found->pw_gid, found->pw_gid, found->pw_gid) != 0 ||
        ::setresuid(found->pw_uid, found->pw_uid, found->pw_uid) != 0)
        return failed("change of user");
    return {};
}

/// For good: there is no file left that could give any back.
std::optional<std::string> drop_capabilities() {
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0) return failed("capabilities");
    return {};
}

/// Everything that a running inspector asks of the system.
std::optional<std::string> filter_calls() {
    const std::unique_ptr<void, decltype(&seccomp_release)> filter{seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release};
    if (!filter) return failed("seccomp");
    int error = 0;
    const auto allow = [&](int call) {
        if (error == 0) error = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
    };
    for (const int call : {SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(restart_syscall),
                           SCMP_SYS(rt_sigreturn), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(futex), SCMP_SYS(brk), SCMP_SYS(munmap),
                           SCMP_SYS(madvise), SCMP_SYS(sched_yield)})
        allow(call);
    // Memory, but none that could be executed, and none that is a file's.
    if (error == 0)
        error = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                                 SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
    if (error == 0) error = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    // Refused, not fatal: realloc asks for it and can do without. It would make shared memory larger than what was given for writing.
    if (error == 0) error = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOMEM), SCMP_SYS(mremap), 0);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    // What the sanitizers' own reports need.
    for (const int call : {SCMP_SYS(write), SCMP_SYS(sigaltstack), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask)}) allow(call);
#endif
    if (error == 0) error = seccomp_load(filter.get());
    if (error == 0) return {};
    errno = -error;
    return failed("seccomp");
}

}  // namespace

std::optional<std::string> enter_sandbox(const std::string& user) {
    leave_namespaces();
    if (auto error = become(user)) return error;
    if (auto error = drop_capabilities()) return error;
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no new privileges");
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    // Changing the user has taken the order back.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    for (const auto kind : {RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_CORE, RLIMIT_NPROC}) {
        const rlimit none{0, 0};
        ::setrlimit(kind, &none);
    }
    ::close_range(0, ~0u, 0);
    return filter_calls();
}

}  // namespace weir
