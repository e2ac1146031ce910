// SPDX-License-Identifier: Apache-2.0
// What equipment was seen doing, as lines of contracts: devices that behave alike share one, and what a person should look
// at stands apart. The second half of a proposal.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sensor/contract/learn_devices.hpp"

namespace weir::learn {

/// A line of a contract, or one that is proposed for review.
struct ProposedLine {
    Heading heading = Heading::egress;
    std::string service;               ///< as it stands in the policy: a built-in name, or one of `Proposal::services`
    std::string conditions;            ///< the rest of the line: `, role: peer-is-client`; may be empty
    std::set<IpAddress> peers;
    std::string review;                ///< why a person should look at it; empty: nothing speaks against it
    std::uint64_t sessions = 0;
    std::set<std::size_t> devices;     ///< rows of `Devices::list` that did it
    Time first = 0, last = 0;
};

struct ProposedContract {
    std::string name;
    bool known = false;                   ///< the policy that was given has it: these are lines to add
    std::vector<std::size_t> devices;     ///< rows of `Devices::list`
    std::vector<ProposedLine> lines;      ///< by heading; those for review behind the others of their heading
};

/// A service that is not built in.
struct ProposedService {
    std::string name, proto, ports, app;
};

struct ProposedNetwork {
    std::string name;
    std::set<IpAddress> addresses;
};

struct Proposal {
    Devices devices;
    std::vector<ProposedContract> contracts;
    std::vector<ProposedService> services;  ///< by name
    std::vector<ProposedNetwork> networks;  ///< by name, disjoint: peers that appear in the same lines
};

/// Deterministic: the same survey and options give the same proposal.
[[nodiscard]] Proposal propose(const Survey& survey, const DeviceOptions& options);

}  // namespace weir::learn
