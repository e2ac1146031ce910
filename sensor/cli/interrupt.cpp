// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/interrupt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace weir::cli {
namespace {

std::atomic<int> received_signal{0};
std::atomic<int> empty_input{-1};  ///< /dev/null, opened beforehand
static_assert(std::atomic<int>::is_always_lock_free, "it is written by a signal handler");

/// Only what signal-safety(7) allows.
void remember(int signal) noexcept {
    const int error = errno;
    received_signal = signal;
    if (empty_input >= 0) (void)::dup2(empty_input, STDIN_FILENO);
    errno = error;
}

}  // namespace

Interrupt::Interrupt() noexcept {
    received_signal = 0;
    empty_input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct sigaction action {};
    action.sa_handler = remember;
    action.sa_flags = static_cast<int>(SA_RESETHAND);  // no SA_RESTART: a read that waits must come back
    ::sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < signals.size(); ++i) {
        ::sigaction(signals[i], nullptr, &before_[i]);
        if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);  // as nohup and `&` in scripts set it
    }
}

Interrupt::~Interrupt() {
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &before_[i], nullptr);
    if (const int descriptor = empty_input.exchange(-1); descriptor >= 0) ::close(descriptor);
}

int Interrupt::received() noexcept { return received_signal; }

std::string_view Interrupt::name_of(int signal) noexcept {
    return signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "a signal";
}

}  // namespace weir::cli
