// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/explain.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr std::size_t max_peers_named = 8;        ///< of a contract, in one sentence
constexpr std::size_t max_services_named = 8;     ///< per peer
constexpr std::size_t max_text = 80;              ///< bytes of one written `to:` or `service:`
constexpr std::size_t max_lines_searched = 4096;  ///< for the nearest line

std::string_view app_name(const SessionFacts& facts) noexcept {
    if (facts.app_status == AppStatus::known && facts.app < protocols().size()) return protocols()[facts.app].name;
    return facts.app_status == AppStatus::unknown ? std::string_view{"unknown"} : std::string_view{};
}

/// Cut to `most` bytes, between characters.
std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string{text};
    std::size_t end = most - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return std::string{text.substr(0, end)} + "...";
}

std::string hours_and(std::string_view what, std::uint64_t number) { return std::to_string(number) + ' ' + std::string{what} + " an hour"; }

class Explainer {
public:
    Explainer(const Policy& policy, const Judgement& judgement, const SessionFacts& facts, const NameTable* names)
        : policy_(policy),
          tables_(policy.tables()),
          judgement_(judgement),
          facts_(facts),
          names_(names),
          egress_(judgement.facing == Facing::egress),
          equipment_(policy.equipment(judgement.equipment)),
          contract_(contract_for(policy, judgement.equipment, facts)) {}

    [[nodiscard]] std::string why() const { return shortened(what_happened() + "; " + what_is_allowed(), max_why); }

    [[nodiscard]] std::string title() const {
        std::string title{name_of(judgement_.kind)};
        std::ranges::replace(title, '-', ' ');
        return title + ": " +
               (egress_ ? shortened(equipment_.name, max_text) + " to " + far_end()
                        : far_end() + " to " + shortened(equipment_.name, max_text)) +
               ", " + service_with_app();
    }

private:
    [[nodiscard]] std::string far_end() const {
        std::string text = facts_.peer(judgement_.facing).text();
        const EquipmentId other = facts_.equipment(egress_ ? Facing::ingress : Facing::egress);
        if (other != no_equipment) text += " (" + shortened(policy_.equipment(other).name, max_text) + ')';
        return text;
    }
    [[nodiscard]] std::string service_with_app() const {
        const std::string_view app = app_name(facts_);
        return service_text(facts_) + (app.empty() ? "" : " (app: " + std::string{app} + ')');
    }
    [[nodiscard]] std::string what_happened() const {
        const std::string name = shortened(equipment_.name, max_text);
        const bool session =
            facts_.protocol == ip_protocol::tcp || facts_.protocol == ip_protocol::udp || facts_.protocol == ip_protocol::sctp;
        return (egress_ ? name : far_end()) + (session ? " opened " : " sent ") + service_with_app() + " to " +
               (egress_ ? far_end() : name) + (facts_.direction_guessed ? " (its start was not seen)" : "");
    }
    [[nodiscard]] std::string contract() const {
        return (facts_.inside != no_contract ? "for what is in this tunnel contract " : "contract ") + std::string{policy_.contract_name(contract_)};
    }

    [[nodiscard]] std::string what_is_allowed() const {
        if (judgement_.difference == Difference::contract) return "it has no contract, so that nothing is allowed";
        if (judgement_.difference == Difference::peer) return same_service_elsewhere() + every_peer();
        if (judgement_.difference == Difference::service) return services_for_peer();
        const Line& line = policy_.line(judgement_.line);
        const Conditions& conditions = policy_.conditions(line);
        const std::string place = contract() + ", " + place_of(line);
        const std::string app{app_name(facts_)};
        switch (judgement_.difference) {
            case Difference::moved: return place + ", names it by " + where_it_was() + ", and in this network it has not been before";
            case Difference::expired: return place + ", allowed it until " + conditions.until_text;
            case Difference::app:
                return place + ", allows it only for " + apps_of(line) +
                       (app == "unknown" ? ", and what is spoken is not that" : ", and " + app + " is spoken");
            case Difference::role:
                return place + (facts_.app_reversed
                                    ? ", does not let the end that opened it be the " + app + " server (call home)"
                                    : ", wants the end that opened it to be the " + app + " server (call home), and it is the client");
            case Difference::time: return place + ", allows it only " + conditions.when_text;
            case Difference::operation: return place + ", does not allow " + app + ' ' + shortened(facts_.operation, max_text);
            case Difference::bytes:
                return place + ", allows " + hours_and("bytes", conditions.limit.bytes_per_hour) + ", and more were carried";
            case Difference::sessions:
                return place + ", allows " + hours_and("sessions", conditions.limit.sessions_per_hour) + ", and more were opened";
            case Difference::duration:
                return place + ", allows sessions of " + duration_text(conditions.limit.duration) + ", and this one lasts longer";
            case Difference::denied: return place + ", forbids it: " + conditions.deny_reason;
            case Difference::contract:
            case Difference::peer:
            case Difference::service:
            case Difference::none: break;
        }
        return place;
    }

    /// "updates.vendor.example (until now 203.0.113.7)"
    [[nodiscard]] std::string where_it_was() const {
        const DnsPattern& name = tables_.dns[judgement_.moved_name];
        if (!name.within.empty()) return shortened(name.name, max_text) + " in the networks that it gives";
        const auto before = names_ == nullptr ? std::nullopt : names_->before(judgement_.equipment, facts_.peer(judgement_.facing), name);
        return shortened(name.name, max_text) + (before ? " (until now " + before->text() + ')' : "");
    }

    [[nodiscard]] std::span<const LineId> lines() const noexcept {
        const Side& side = tables_.sides[contract_][static_cast<std::size_t>(judgement_.facing)];
        return std::span{tables_.side_lines}.subspan(side.first_line, std::min<std::size_t>(side.line_count, max_lines_searched));
    }
    [[nodiscard]] bool allows(const Line& line) const noexcept {
        return line.heading != Heading::deny && policy_.conditions(line).until > facts_.clock;
    }

    /// "nearest is line 14 (to: nms, service: snmp-trap), for another peer; ", where a line allows just this to others.
    [[nodiscard]] std::string same_service_elsewhere() const {
        for (const LineId id : lines()) {
            const Line& line = policy_.line(id);
            const ServiceList& list = tables_.service_lists[line.services];
            if (!allows(line)) continue;
            for (const ServiceItem& item : std::span{tables_.items}.subspan(list.first_item, list.count))
                if (item.protocol != any_ip_protocol && fits_transport(item, facts_) && fits_app(item, facts_))
                    return "nearest is " + place_of(line) + ", for another peer; ";
        }
        return {};
    }

    /// "contract radio-node allows egress only to nms (snmp-trap), logs (syslog), ..."
    [[nodiscard]] std::string every_peer() const {
        struct Named {
            std::string_view peer;
            std::vector<std::string_view> services;
        };
        std::vector<Named> named;
        bool more = false;
        for (const LineId id : lines()) {
            const Line& line = policy_.line(id);
            if (!allows(line)) continue;
            auto at = std::ranges::find(named, line.peer_text, &Named::peer);
            if (at == named.end()) {
                more = more || named.size() == max_peers_named;
                if (more) break;
                at = named.insert(named.end(), {line.peer_text, {}});
            }
            if (at->services.size() <= max_services_named && std::ranges::find(at->services, line.service_text) == at->services.end())
                at->services.push_back(line.service_text);
        }
        if (named.empty()) return contract() + " allows no " + std::string{name_of(judgement_.facing)};
        std::string list;
        for (const Named& row : named) {
            list += (list.empty() ? "" : ", ") + shortened(row.peer, max_text) + " (";
            for (std::size_t i = 0; i < row.services.size(); ++i)
                list += (i == 0 ? "" : ", ") + (i == max_services_named ? std::string{"..."} : shortened(row.services[i], max_text));
            list += ')';
        }
        return contract() + " allows " + std::string{name_of(judgement_.facing)} + " only " + (egress_ ? "to " : "from ") + list +
               (more ? ", ..." : "");
    }

    /// "to this peer contract radio-node allows only snmp-trap (line 14), which is udp/162"
    [[nodiscard]] std::string services_for_peer() const {
        std::vector<std::string_view> services;
        const Line* nearest = nullptr;
        const ServiceItem* nearest_item = nullptr;
        for (const LineId id : lines()) {
            const Line& line = policy_.line(id);
            if (!allows(line) || !names_peer(line)) continue;
            if (services.size() <= max_services_named && std::ranges::find(services, line.service_text) == services.end())
                services.push_back(line.service_text);
            const ServiceList& list = tables_.service_lists[line.services];
            for (const ServiceItem& item : std::span{tables_.items}.subspan(list.first_item, list.count)) {
                const bool better =
                    nearest_item == nullptr || (item.protocol == facts_.protocol && nearest_item->protocol != facts_.protocol);
                if (better) nearest = &line, nearest_item = &item;
            }
        }
        if (nearest == nullptr) return every_peer();
        std::string text = (egress_ ? "to this peer " : "from this peer ") + contract() + " allows only ";
        for (std::size_t i = 0; i < services.size(); ++i)
            text += (i == 0 ? "" : ", ") + (i == max_services_named ? std::string{"..."} : shortened(services[i], max_text));
        return text + "; nearest is " + place_of(*nearest) + ", which means " + shortened(nearest_item->text(), max_text) + ", not " +
               session_ports(*nearest_item);
    }

    /// `tcp/443`; where a service also names the ports of the opening end, with that port.
    [[nodiscard]] std::string session_ports(const ServiceItem& item) const {
        return service_text(facts_) + (item.peer_ports.empty() ? "" : " from port " + std::to_string(facts_.client_port));
    }
    [[nodiscard]] bool names_peer(const Line& line) const noexcept {
        return includes(policy_, tables_.peer_sets[line.peers], judgement_.facing, judgement_.equipment, facts_, names_);
    }
    [[nodiscard]] std::string apps_of(const Line& line) const {
        const ServiceList& list = tables_.service_lists[line.services];
        for (const ServiceItem& item : std::span{tables_.items}.subspan(list.first_item, list.count))
            if (fits_transport(item, facts_) && !item.apps.empty()) return item.app_text;
        return "another protocol";
    }

    const Policy& policy_;
    const PolicyTables& tables_;
    const Judgement& judgement_;
    const SessionFacts& facts_;
    const NameTable* names_;
    bool egress_;
    const Equipment& equipment_;
    ContractId contract_;
};

/// An address as it may stand in flow style: in quotes where a colon at its edge would be read as YAML's.
std::string yaml_text(const IpAddress& address) {
    const std::string text = address.text();
    return text.front() == ':' || text.back() == ':' ? '"' + text + '"' : text;
}

bool is_word(std::string_view text) noexcept {
    constexpr std::string_view word = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return !text.empty() && text.size() <= max_text && text.find_first_not_of(word) == std::string_view::npos;
}

}  // namespace

std::string place_of(const Line& line) {
    std::string place = "line " + std::to_string(line.file_line) + " (";
    place += line.faces_egress ? line.faces_ingress ? "with: " : "to: " : "from: ";
    return place + shortened(line.peer_text, max_text) + ", service: " + shortened(line.service_text, max_text) + ')';
}

std::string line_text(const Line& line) {
    return std::string{"- {"} + (line.faces_egress ? line.faces_ingress ? "with: " : "to: " : "from: ") + line.peer_text + ", service: " + line.service_text + '}';
}

std::string duration_text(Time duration) {
    constexpr Time minute = 60 * second, hour = 60 * minute, day = 24 * hour;
    if (duration % day == 0) return std::to_string(duration / day) + " d";
    if (duration % hour == 0) return std::to_string(duration / hour) + " h";
    if (duration % minute == 0) return std::to_string(duration / minute) + " min";
    return duration % second == 0 ? std::to_string(duration / second) + " s" : std::to_string(duration / 1'000'000) + " ms";
}

std::string service_text(const SessionFacts& facts) {
    std::string text = ip_protocol_name(facts.protocol);
    if (facts.is_icmp()) return text + ' ' + icmp_type_name(facts.icmp_type, facts.protocol);
    const bool with_ports = facts.protocol == ip_protocol::tcp || facts.protocol == ip_protocol::udp || facts.protocol == ip_protocol::sctp;
    return with_ports ? text + '/' + std::to_string(facts.server_port) : text;
}

std::string allow_line(Facing facing, const SessionFacts& facts, bool only_operation) {
    const bool egress = facing == Facing::egress;
    const bool known = facts.app_status == AppStatus::known && facts.app < protocols().size();
    std::string line = std::string{"- {"} + (egress ? "to: " : "from: ") + yaml_text(facts.peer(facing)) + ", service: {proto: ";
    if (facts.is_icmp()) {
        line += ip_protocol_name(facts.protocol) + ", type: " + std::to_string(facts.icmp_type);
    } else if (facts.protocol == ip_protocol::tcp || facts.protocol == ip_protocol::udp || facts.protocol == ip_protocol::sctp) {
        line += ip_protocol_name(facts.protocol) + ", port: " + std::to_string(facts.server_port);
        if (known) line += ", app: " + std::string{protocols()[facts.app].name};
    } else {
        line += std::to_string(facts.protocol);
    }
    line += '}';
    if (known && facts.app_reversed) line += egress ? ", role: peer-is-client" : ", role: peer-is-server";
    if (known && only_operation && is_word(facts.operation))
        line += ", app: {" + std::string{protocols()[facts.app].name} + ": [" + std::string{facts.operation} + "]}";
    return line + '}';
}

Explanation explain(const Policy& policy, const Judgement& judgement, const SessionFacts& facts, const NameTable* names) {
    const Explainer explainer{policy, judgement, facts, names};
    Explanation out;
    out.title = explainer.title();
    out.why = explainer.why();
    out.heading = name_of(judgement.facing);
    if (judgement.difference != Difference::denied)
        out.allow = allow_line(judgement.facing, facts, judgement.difference == Difference::operation);
    return out;
}

}  // namespace weir
