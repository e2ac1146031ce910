// SPDX-License-Identifier: Apache-2.0
// A session that somebody describes in words: `from: gnb-0117`, `to: 10.30.0.10`, `service: tcp/22/ssh`.
#pragma once

#include <string>

#include "sensor/contract/facts.hpp"
#include "sensor/contract/policy.hpp"

namespace weir::cli {

struct SessionQuestion {
    std::string from, to;  ///< addresses, or names of equipment
    std::string service;   ///< `tcp/22`, `tcp/22/ssh`, `icmp/echo`, `ospf`
};

/// The session, beginning at `start`. The error is a sentence that begins with the word that is wrong: `from`, `to`, `service`.
[[nodiscard]] Result<SessionFacts, std::string> session_of(const Policy& policy, const SessionQuestion& question, Time start);

}  // namespace weir::cli
