// SPDX-License-Identifier: Apache-2.0
#include "sensor/control/process.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

namespace weir {
namespace {

int open_pid(pid_t pid) noexcept { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

/// A fork whose child has no handlers and ignores nothing; a signal that is sent to it meanwhile waits until then.
pid_t fork_without_signals() noexcept {
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    if (pid != 0) {
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return pid;
    }
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE}) ::signal(number, SIG_DFL);
    sigemptyset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
    return pid;
}

}  // namespace

Process::~Process() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Process, std::string> Process::fork(const std::function<int()>& work) {
    const pid_t parent = ::getpid();
    const pid_t pid = fork_without_signals();
    if (pid < 0) return Unexpected{std::string{"no new process: "} + std::strerror(errno)};
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (::getppid() != parent) ::_exit(1);  // it has gone already
        ::_exit(work());
    }
    Process process;
    process.pid_ = pid;
    process.descriptor_ = open_pid(pid);
    process.child_ = true;
    return process;
}

Result<Process, std::string> Process::spawn(const std::vector<std::string>& arguments) {
    std::vector<std::string> words{"weir"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const pid_t pid = fork_without_signals();
    if (pid < 0) return Unexpected{std::string{"no new process: "} + std::strerror(errno)};
    if (pid == 0) {
        ::setsid();  // what ends its parent's terminal does not end it
        ::execv("/proc/self/exe", argv.data());
        ::_exit(127);
    }
    Process process;
    process.pid_ = pid;
    process.descriptor_ = open_pid(pid);
    process.child_ = true;
    return process;
}

std::optional<Process> Process::adopt(pid_t pid) {
    Process process;
    process.pid_ = pid;
    process.descriptor_ = pid > 0 ? open_pid(pid) : -1;
    if (!process || process.ended()) return std::nullopt;
    return process;
}

void Process::signal(int number) const noexcept {
    if (descriptor_ >= 0) ::syscall(SYS_pidfd_send_signal, descriptor_, number, nullptr, 0);
}

bool Process::stopped() const {
    std::ifstream in{"/proc/" + std::to_string(pid_) + "/stat"};
    std::string line;
    std::getline(in, line);
    const std::size_t name_end = line.rfind(')');  // proc_pid_stat(5): the state is behind the name
    return name_end != std::string::npos && name_end + 2 < line.size() && line[name_end + 2] == 'T';
}

std::optional<std::string> Process::ended() {
    if (descriptor_ < 0) return std::nullopt;
    pollfd ready{descriptor_, POLLIN, 0};
    if (::poll(&ready, 1, 0) != 1) return std::nullopt;
    std::string how = "it has ended";
    if (int status = 0; child_ && ::waitpid(pid_, &status, 0) == pid_) {
        if (WIFEXITED(status)) how = "exit code " + std::to_string(WEXITSTATUS(status));
        if (WIFSIGNALED(status)) how = "signal " + std::to_string(WTERMSIG(status)) + " (" + ::strsignal(WTERMSIG(status)) + ")";
    }
    ::close(std::exchange(descriptor_, -1));
    return how;
}

}  // namespace weir
