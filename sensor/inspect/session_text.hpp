// SPDX-License-Identifier: Apache-2.0
// How findings speak of a session.
#pragma once

#include <string>

#include "sensor/contract/policy.hpp"
#include "sensor/flow/session.hpp"

namespace weir {

/// "gnb-0117 opened tcp/443 (app: ssh) to 203.0.113.50", seen from the equipment where there is one, else from who opened it.
[[nodiscard]] std::string session_text(const Session& session, const Policy* policy, EquipmentId equipment, Facing facing);

}  // namespace weir
