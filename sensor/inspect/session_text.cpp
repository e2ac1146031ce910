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

/// The protocol's name, or what the unknown one looks like.
std::string app_text(const Session& session) {
    if (session.app_status == AppStatus::known) return std::string{protocols()[session.app].name};
    if (session.app_status != AppStatus::unknown || session.look == PayloadLook::none) return "unknown";
    return fmt::format("unknown, looks like {}", name_of(session.look));
}

}  // namespace

std::string session_text(const Session& session, const Policy* policy, EquipmentId equipment, Facing facing) {
    const std::string app = app_text(session);
    const std::string service = service_text(session);
    if (equipment == no_equipment || policy == nullptr)
        return fmt::format("{} opened {} (app: {}) to {}", session.client().text(), service, app, session.server().text());
    const bool opened = facing == Facing::egress;
    return fmt::format("{} {} {} (app: {}) {} {}", policy->equipment(equipment).name, opened ? "opened" : "accepted", service, app,
                       opened ? "to" : "from", (opened ? session.server() : session.client()).text());
}

}  // namespace weir
