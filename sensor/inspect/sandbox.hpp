// SPDX-License-Identifier: Apache-2.0
// What an inspector gives up before it looks at the first packet: everything but memory and time.
#pragma once

#include <optional>
#include <string>

namespace weir {

/// Leaves this process without network, files, rights, other processes and nearly all system calls, for good. Memory that is mapped stays.
///
/// Namespaces of its own where the system permits it (a network without an interface, a folder without files, its own processes'
/// numbers); `user` instead of root; no file descriptor; no capability; a seccomp filter that ends the process at the first call that is
/// not on its list: memory without the right to execute it, rest, the time, and the end. The error is a sentence: a part that
/// is never missing failed, and the process must not go on.
[[nodiscard]] std::optional<std::string> enter_sandbox(const std::string& user);

}  // namespace weir
