// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/session_text.hpp"

#include <fmt/format.h>

#include "sensor/decode/layers.hpp"

namespace weir {
namespace {

std::string service_text(const Session& session) {
    switch (session.key.protocol) {
        case ip_protocol::tcp: return fmt::format("tcp/{}", session.server_port());
        case ip_protocol::udp: return fmt::format("udp/{}", session.server_port());
        default: return fmt::format("ip protocol {}", session.key.protocol);
    }
}

}  // namespace

std::string session_text(const Session& session, const Policy* policy, EquipmentId equipment, Facing facing) {
    const std::string_view app = session.app_status == AppStatus::known ? protocols()[session.app].name : std::string_view{"unknown"};
    const std::string service = service_text(session);
    if (equipment == no_equipment || policy == nullptr)
        return fmt::format("{} opened {} (app: {}) to {}", session.client().text(), service, app, session.server().text());
    const bool opened = facing == Facing::egress;
    return fmt::format("{} {} {} (app: {}) {} {}", policy->equipment(equipment).name, opened ? "opened" : "accepted", service, app,
                       opened ? "to" : "from", (opened ? session.server() : session.client()).text());
}

}  // namespace weir
