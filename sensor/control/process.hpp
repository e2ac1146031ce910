// SPDX-License-Identifier: Apache-2.0
// A process that the supervisor watches, and ends.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parsers/base/result.hpp"

namespace weir {

/// Holds a process by its descriptor (pidfd): the number may be given to another one, the descriptor never is.
class Process {
public:
    Process() = default;
    Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, 0)), descriptor_(std::exchange(other.descriptor_, -1)), child_(other.child_) {}
    Process& operator=(Process&& other) noexcept {
        std::swap(pid_, other.pid_);
        std::swap(descriptor_, other.descriptor_);
        std::swap(child_, other.child_);
        return *this;
    }
    /// Lets go; the process goes on.
    ~Process();

    /// A child that does `work`, which never returns to its caller: its result is the exit code. The error is a sentence.
    [[nodiscard]] static Result<Process, std::string> fork(const std::function<int()>& work);
    /// A child that is this very program with other arguments, and that outlives its parent.
    [[nodiscard]] static Result<Process, std::string> spawn(const std::vector<std::string>& arguments);
    /// One that runs already, and is not a child. Nothing: there is no such process.
    [[nodiscard]] static std::optional<Process> adopt(pid_t pid);

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] explicit operator bool() const noexcept { return descriptor_ >= 0; }
    void signal(int number) const noexcept;
    /// A signal has stopped it (SIGSTOP).
    [[nodiscard]] bool stopped() const;
    /// How it ended, in words (`exit code 3`, `signal 9 (Killed)`), once it has; then there is no process any more.
    [[nodiscard]] std::optional<std::string> ended();

private:
    pid_t pid_ = 0;
    int descriptor_ = -1;
    bool child_ = false;
};

}  // namespace weir
