// SPDX-License-Identifier: Apache-2.0
// What systemd hears of the service (sd_notify(3)), where systemd has started it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

class ServiceNotify {
public:
    /// Reads NOTIFY_SOCKET and WATCHDOG_USEC, and takes them out of the environment: they are not for other processes.
    ServiceNotify();

    /// `READY=1`, `STATUS=...` and so on, a line each. Nothing happens without systemd.
    void say(std::string_view state) const;
    /// As `RELOADING=1`, with the time that systemd asks for.
    void reloading() const;
    /// How often systemd wants to hear that all is well: half of what it allows. Nothing: never.
    [[nodiscard]] std::optional<std::chrono::milliseconds> watchdog() const noexcept { return watchdog_; }

private:
    std::string socket_;
    std::optional<std::chrono::milliseconds> watchdog_;
};

}  // namespace weir
