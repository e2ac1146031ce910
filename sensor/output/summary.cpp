// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "sensor/output/eve_text.hpp"

namespace weir {
namespace {

constexpr std::size_t shown_services = 4;   // per direction of one piece of equipment
constexpr std::size_t shown_hosts = 10;     // without a policy
constexpr std::size_t shown_exposed = 20;
constexpr std::size_t shown_blocks = 8;     // per piece of equipment
constexpr std::size_t shown_findings = 8;   // per block
constexpr std::size_t shown_silent = 12;
constexpr std::size_t shown_names = 4;      // addresses in one phrase

constexpr std::array<std::string_view, 5> severity_names{"", "high", "medium", "low", "info"};
constexpr std::string_view name_of_severity(Severity severity) noexcept {
    return severity >= 1 && severity < severity_names.size() ? severity_names[severity] : "info";
}

enum class Tone : std::uint8_t { plain, strong, high, medium, low, faint };
constexpr std::string_view escape_of(Tone tone) noexcept {
    switch (tone) {
        case Tone::plain: return "";
        case Tone::strong: return "\x1b[1m";
        case Tone::high: return "\x1b[1;31m";
        case Tone::medium: return "\x1b[33m";
        case Tone::low: return "\x1b[36m";
        case Tone::faint: return "\x1b[2m";
    }
    return "";
}
constexpr Tone tone_of(Severity severity) noexcept {
    return severity <= 1 ? Tone::high : severity == 2 ? Tone::medium : severity == 3 ? Tone::low : Tone::faint;
}

/// 1234567 as 1,234,567.
std::string grouped(std::uint64_t value) {
    std::string out = std::to_string(value);
    for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, 1, ',');
    return out;
}

std::string count_of(std::uint64_t value, std::string_view one, std::string_view many) {
    return grouped(value) + ' ' + std::string{value == 1 ? one : many};
}

std::string scaled(double value, std::span<const std::string_view> units) {
    std::size_t unit = 0;
    for (; value >= 999.95 && unit + 1 < units.size(); ++unit) value /= 1000;
    return fmt::format("{:.{}f} {}", value, unit == 0 ? 0 : 1, units[unit]);
}
std::string bytes_of(std::uint64_t value) {
    constexpr std::array<std::string_view, 5> units{"bytes", "kB", "MB", "GB", "TB"};
    return scaled(static_cast<double>(value), units);
}

std::string duration_of(Time time) {
    const Time seconds = time / second;
    if (seconds < 60) return fmt::format("{:.1f} s", static_cast<double>(time) / static_cast<double>(second));
    if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
    if (seconds < 86'400) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
    return fmt::format("{} days {} h", seconds / 86'400, seconds / 3600 % 24);
}

/// `2026-03-01 10:00:00`.
std::string date_time(Time time) {
    std::string text{eve_time(time).text().substr(0, 19)};
    text[10] = ' ';
    return text;
}
/// What contract and behaviour hold against a session, in the words of a person. `weir.why` in eve.json says it exactly.
constexpr std::string_view text_without_rule(Kind kind) noexcept {
    switch (kind) {
        case Kind::unexpected_destination: return "no line of the contract allows this peer";
        case Kind::unexpected_service: return "lines of the contract allow this peer, but not this";
        case Kind::unexpected_ingress: return "no line of the contract accepts this";
        case Kind::protocol_mismatch: return "the contract expects another protocol here";
        case Kind::call_home: return "the contract expects client and server the other way round";
        case Kind::duty_missed: return "alive, and silent where the contract expects to hear from it";
        case Kind::dns_peer_changed: return "a name of the contract has moved to another network";
        case Kind::interactive: return "somebody types: one end breaks the silences, the other answers at once";
        case Kind::reverse_shell: return "it answers like a shell";
        case Kind::reverse_tunnel: return "sizes and times of other sessions show inside it";
        case Kind::beacon: return "contacts that come back like clockwork";
        case Kind::dns_tunnel: return "names that carry data";
        case Kind::icmp_tunnel: return "echoes that carry data";
        case Kind::ip_tunnel: return "a tunnel that the contract does not name";
        case Kind::proxy: return "it passes on what others send";
        case Kind::exfil: return "files or much data leave to where they should not";
        case Kind::mgmt_redirect: return "what belongs to a server of the contract goes to another one";
        case Kind::exposure: return "a way of access that others can take, too";
        default: return "";
    }
}

/// From when to when; the date once where it is the same.
std::string span_of(Time first, Time last) {
    const std::string from = date_time(first), to = date_time(last);
    if (from == to) return from;
    return from + " to " + (from.substr(0, 10) == to.substr(0, 10) ? to.substr(11) : to);
}

std::string protocol_and_port(std::uint8_t protocol, std::uint16_t port) {
    std::string name{eve_protocol(protocol).text()};
    for (char& c : name) c = static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
    return has_ports(protocol) ? name + '/' + std::to_string(port) : name;
}

/// Names come from files that people write: what a terminal would obey is shown as `?`.
std::string printable(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return out;
}

/// `a, b, c and 4 more`.
std::string listed(const std::vector<std::string>& items, std::size_t shown) {
    std::string out;
    for (std::size_t i = 0; i < items.size() && i < shown; ++i) out += (i == 0 ? "" : ", ") + items[i];
    if (items.size() > shown) out += fmt::format(" and {} more", grouped(items.size() - shown));
    return out;
}

/// The text being made, and how it is laid out.
class Page {
public:
    explicit Page(const SummaryStyle& style) : style_(style) {}

    [[nodiscard]] std::string toned(Tone tone, std::string_view text) const {
        if (!style_.color || tone == Tone::plain) return std::string{text};
        return fmt::format("{}{}\x1b[0m", escape_of(tone), text);
    }
    void line(std::string_view text = {}) { out_.append(text).append("\n"); }
    void heading(std::string_view title, std::string_view rest = {}) {
        line();
        line(toned(Tone::strong, title) + (rest.empty() ? "" : "  ") + std::string{rest});
    }
    /// A paragraph behind `lead`; its further lines begin at column `indent`. Breaks at spaces only.
    void paragraph(std::string_view lead, std::size_t indent, std::string_view text) {
        std::string start{lead};
        for (std::size_t column = columns(lead); column + text.size() > style_.width; column = indent) {
            const std::size_t room = style_.width > column ? style_.width - column : 0;
            std::size_t cut = text.rfind(' ', room);
            if (cut == std::string_view::npos && column > indent) {  // not even the first word fits behind a long lead
                line(start);
                start.assign(indent, ' ');
                continue;
            }
            if (cut == std::string_view::npos) cut = text.find(' ');
            if (cut == std::string_view::npos) break;
            line(start + std::string{text.substr(0, cut)});
            text.remove_prefix(cut + 1);
            start.assign(indent, ' ');
        }
        line(start + std::string{text});
    }
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    /// Columns that `text` takes: all but its tones.
    static std::size_t columns(std::string_view text) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\x1b')
                i = std::min(text.find('m', i), text.size());
            else
                ++count;
        }
        return count;
    }

    SummaryStyle style_;
    std::string out_;
};

class Summary {
public:
    Summary(const SummaryInput& input, const SummaryStyle& style) : input_(input), page_(style) {}

    std::string render() {
        read();
        alerts();
        if (input_.policy)
            equipment();
        else
            hosts();
        exposure();
        policy();
        blind();
        outputs();
        return page_.take();
    }

private:
    // ------------------------------------------------------------ what was read
    void read() {
        page_.line(page_.toned(Tone::strong, "READ") + fmt::format("  {}, {}, {}, {}", count_of(input_.files, "capture", "captures"),
                                                                    count_of(input_.packets, "packet", "packets"), bytes_of(input_.bytes),
                                                                    count_of(input_.sessions, "session", "sessions")));
        if (input_.interrupted) page_.line("      " + page_.toned(Tone::high, "interrupted: the input was not read to its end"));
        if (input_.packets == 0) return;
        page_.line(fmt::format("      {} UTC ({})", span_of(input_.first, input_.last), duration_of(input_.last - input_.first)));
        if (input_.seconds <= 0) return;
        constexpr std::array<std::string_view, 3> packets{"packets/s", "thousand packets/s", "million packets/s"};
        constexpr std::array<std::string_view, 4> bits{"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
        const std::string spent = input_.seconds < 0.1 ? fmt::format("{:.0f} ms", input_.seconds * 1000) : fmt::format("{:.1f} s", input_.seconds);
        page_.line(fmt::format("      in {}: {}, {}", spent, scaled(static_cast<double>(input_.packets) / input_.seconds, packets),
                               scaled(static_cast<double>(input_.bytes) * 8 / input_.seconds, bits)));
    }

    // ------------------------------------------------------------ alerts, by equipment
    /// Whom an alert is about: equipment by its row, other hosts by their address.
    using Subject = std::pair<EquipmentId, IpAddress>;
    static Subject subject_of(const AlertGroup& group) { return {group.equipment, group.equipment == no_equipment ? group.local : IpAddress{}}; }

    /// What sessions of one service with one subject have against them: rules' and the contract's findings side by side.
    struct Block {
        Severity worst = 255;
        std::uint64_t total = 0;
        Time first = 0, last = 0;
        std::vector<const AlertGroup*> findings;    ///< the worst first
        std::vector<const IpAddress*> peers;        ///< in the order in which findings name them
        bool more_peers = false;
    };
    using BlockKey = std::tuple<Facing, std::uint8_t, std::uint16_t>;
    struct Part {
        Severity worst = 255;
        std::uint64_t total = 0;
        std::map<BlockKey, Block> blocks;
    };

    static void add(Block& block, const AlertGroup& group) {
        block.first = block.findings.empty() ? group.first : std::min(block.first, group.first);
        block.last = std::max(block.last, group.last);
        block.worst = std::min(block.worst, group.severity);
        block.total += group.alerts;
        block.findings.push_back(&group);
        block.more_peers = block.more_peers || group.more_peers != 0;
        for (const AlertGroup::Peer& peer : group.peers)
            if (std::ranges::none_of(block.peers, [&](const IpAddress* known) { return *known == peer.address; })) block.peers.push_back(&peer.address);
    }
    /// The keys and values of a map, the worst first, then those with the most alerts.
    template <class Map>
    static auto worst_first(const Map& map) {
        std::vector<const typename Map::value_type*> order;
        for (const auto& entry : map) order.push_back(&entry);
        std::ranges::stable_sort(order, [](const auto* left, const auto* right) {
            return std::tuple{left->second.worst, right->second.total} < std::tuple{right->second.worst, left->second.total};
        });
        return order;
    }

    void alerts() {
        if (input_.alerts_total == 0) {
            page_.heading("ALERTS", "none");
            if (input_.alerts_held_back != 0) held_back();
            return;
        }
        std::map<Subject, Part> parts;
        std::map<Severity, std::uint64_t> severities;
        for (const AlertGroup& group : input_.alerts) {
            Part& part = parts[subject_of(group)];
            part.worst = std::min(part.worst, group.severity);
            part.total += group.alerts;
            add(part.blocks[{group.facing, group.protocol, group.port}], group);
            severities[group.severity] += group.alerts;
        }
        std::vector<std::string> by_severity;
        for (const auto& [severity, count] : severities)
            by_severity.push_back(page_.toned(tone_of(severity), fmt::format("{} {}", grouped(count), name_of_severity(severity))));
        const std::string sessions = input_.alert_sessions != 0 ? " about " + count_of(input_.alert_sessions, "session", "sessions") : "";
        page_.heading("ALERTS", fmt::format("{} ({}){}, the worst first", grouped(input_.alerts_total), listed(by_severity, by_severity.size()), sessions));
        const Apps apps = apps_seen();
        for (const auto* const part : worst_first(parts)) {
            page_.line();
            page_.line("  " + page_.toned(Tone::strong, subject_text(part->first)));
            const auto blocks = worst_first(part->second.blocks);
            for (std::size_t i = 0; i < blocks.size() && i < shown_blocks; ++i) block(part->first, blocks[i]->first, blocks[i]->second, apps);
            if (blocks.size() > shown_blocks)
                page_.line("    and alerts about " + count_of(blocks.size() - shown_blocks, "more service", "more services"));
        }
        if (input_.alerts_ungrouped != 0) page_.line(fmt::format("  and {} of other kinds: see eve.json", count_of(input_.alerts_ungrouped, "alert", "alerts")));
        held_back();
        if (!input_.policy) return;
        page_.line();
        page_.paragraph("  ", 2, "In eve.json each alert says why (weir.why), and which line of the policy would allow it (weir.allow).");
    }

    void held_back() {
        if (input_.alerts_held_back == 0) return;
        page_.line();
        page_.line(fmt::format("  {} stayed below thresholds or repeated what was told", count_of(input_.alerts_held_back, "finding", "findings")));
    }

    /// Which protocols were spoken, to name what alerts are about.
    using Apps = std::map<std::tuple<Subject, BlockKey, IpAddress>, std::set<ProtocolId>>;
    [[nodiscard]] Apps apps_seen() const {
        Apps apps;
        for (const TrafficRow& row : input_.traffic) {
            const TrafficRow::Key& key = row.key;
            if (key.app >= protocols().size()) continue;
            const auto side = [&](Facing facing, EquipmentId equipment, const IpAddress& own, const IpAddress& peer) {
                const Subject subject{equipment, equipment == no_equipment ? own : IpAddress{}};
                apps[{subject, {facing, key.protocol, key.server_port}, peer}].insert(key.app);
            };
            side(Facing::egress, key.client_equipment, key.client, key.server);
            side(Facing::ingress, key.server_equipment, key.server, key.client);
        }
        return apps;
    }

    void block(const Subject& subject, const BlockKey& key, const Block& block, const Apps& apps) {
        const auto& [facing, protocol, port] = key;
        std::set<ProtocolId> spoken;
        std::vector<std::string> peers;
        for (const IpAddress* const peer : block.peers) {
            peers.push_back(peer_text(*peer));
            if (const auto found = apps.find({subject, key, *peer}); found != apps.end()) spoken.insert(found->second.begin(), found->second.end());
        }
        const bool opened = facing == Facing::egress;
        page_.paragraph("    ", 6,
                        fmt::format("{} {} {} {}{}, {}", opened ? "opened" : "accepted",
                                    service_text({protocol, port, spoken.size() == 1 ? *spoken.begin() : no_protocol}), opened ? "to" : "from",
                                    listed(peers, AlertGroup::max_peers), block.more_peers ? " and others" : "", span_of(block.first, block.last)));
        for (std::size_t i = 0; i < block.findings.size() && i < shown_findings; ++i) finding(*block.findings[i], block);
        if (block.findings.size() > shown_findings) page_.line(fmt::format("      and {} more findings", block.findings.size() - shown_findings));
    }

    void finding(const AlertGroup& group, const Block& block) {
        std::string text = group.text.empty() ? std::string{text_without_rule(group.kind)} : fmt::format("{} ({}:{})", printable(group.text), group.gid, group.sid);
        if (group.alerts > 1) text += fmt::format("{}{} times", text.empty() ? "" : ", ", grouped(group.alerts));
        if (group.peers.size() < block.peers.size()) {  // not with all that the block names
            std::vector<std::string> peers;
            for (const AlertGroup::Peer& peer : group.peers) peers.push_back(peer.address.text());
            text += fmt::format("{}with {}", text.empty() ? "" : ", ", listed(peers, shown_names));
        }
        const std::string lead = fmt::format("      {}  ", page_.toned(tone_of(group.severity), fmt::format("{:<6}", name_of_severity(group.severity))));
        if (text.empty())
            page_.line(lead + std::string{name_of(group.kind)});
        else
            page_.paragraph(lead + fmt::format("{:<24}", name_of(group.kind)), 16, text);
    }

    // ------------------------------------------------------------ equipment
    struct Service {
        std::uint64_t sessions = 0;
        std::set<IpAddress> peers;
    };
    using ServiceKey = std::tuple<std::uint8_t, std::uint16_t, ProtocolId>;
    struct Seen {
        std::uint64_t opened = 0, accepted = 0, bytes = 0;
        std::set<IpAddress> peers;
        std::map<ServiceKey, Service> egress, ingress;
    };
    static ServiceKey service_of(const TrafficRow& row) { return {row.key.protocol, row.key.server_port, row.key.app}; }

    static void count(Seen& seen, const TrafficRow& row, bool egress) {
        const IpAddress& peer = egress ? row.key.server : row.key.client;
        (egress ? seen.opened : seen.accepted) += row.sessions;
        seen.bytes += row.bytes;
        seen.peers.insert(peer);
        Service& service = (egress ? seen.egress : seen.ingress)[service_of(row)];
        service.sessions += row.sessions;
        service.peers.insert(peer);
    }

    void equipment() {
        std::map<EquipmentId, Seen> seen;
        for (const TrafficRow& row : input_.traffic) {
            if (row.key.client_equipment != no_equipment) count(seen[row.key.client_equipment], row, true);
            if (row.key.server_equipment != no_equipment) count(seen[row.key.server_equipment], row, false);
        }
        const std::size_t known = input_.names != nullptr ? input_.names->equipment.size() : 0;
        page_.heading("EQUIPMENT", fmt::format("{} seen of {}", seen.size(), known));
        std::vector<std::pair<EquipmentId, const Seen*>> order;
        for (const auto& [id, entry] : seen) order.emplace_back(id, &entry);
        std::ranges::stable_sort(order, [](const auto& left, const auto& right) { return left.second->bytes > right.second->bytes; });
        for (const auto& [id, entry] : order) {
            page_.line();
            page_.paragraph("  " + page_.toned(Tone::strong, equipment_text(id)) + "  ", 4,
                            fmt::format("{} opened, {} accepted, {}, {}", count_of(entry->opened, "session", "sessions"), grouped(entry->accepted),
                                        count_of(entry->peers.size(), "peer", "peers"), bytes_of(entry->bytes)));
            services("    opened    ", "to", entry->egress);
            services("    accepted  ", "from", entry->ingress);
        }
        std::vector<std::string> silent;
        for (std::size_t id = 0; id < known; ++id)
            if (!seen.contains(static_cast<EquipmentId>(id))) silent.push_back(printable(input_.names->equipment[id].name));
        if (silent.empty()) return;
        page_.line();
        page_.paragraph("  silent: ", 10, listed(silent, shown_silent));
    }

    void services(std::string_view lead, std::string_view preposition, const std::map<ServiceKey, Service>& table) {
        std::vector<std::pair<ServiceKey, const Service*>> order;
        for (const auto& [key, service] : table) order.emplace_back(key, &service);
        std::ranges::stable_sort(order, [](const auto& left, const auto& right) { return left.second->sessions > right.second->sessions; });
        std::vector<std::string> items;
        for (const auto& [key, service] : order) {
            std::vector<std::string> peers;
            for (const IpAddress& peer : service->peers)
                if (std::string name = short_name(peer); std::ranges::find(peers, name) == peers.end()) peers.push_back(std::move(name));
            items.push_back(fmt::format("{} {} {} ({})", service_text(key), preposition, listed(peers, shown_names), grouped(service->sessions)));
        }
        for (std::size_t i = 0; i < items.size() && i < shown_services; ++i) page_.paragraph(i == 0 ? lead : std::string(lead.size(), ' '), lead.size(), items[i]);
        if (items.size() > shown_services) page_.line(std::string(lead.size(), ' ') + "and " + count_of(items.size() - shown_services, "more service", "more services"));
    }

    // ------------------------------------------------------------ without a policy
    void hosts() {
        page_.heading("HOSTS");
        page_.paragraph("  ", 2, "No policy was given: weir does not know which of these hosts are equipment, nor what they may do.");
        std::map<IpAddress, Seen> seen;
        std::map<ServiceKey, Service> services_seen;
        for (const TrafficRow& row : input_.traffic) {
            count(seen[row.key.client], row, true);
            count(seen[row.key.server], row, false);
            Service& service = services_seen[service_of(row)];
            service.sessions += row.sessions;
            service.peers.insert(row.key.server);
        }
        std::vector<std::pair<IpAddress, const Seen*>> order;
        for (const auto& [address, entry] : seen) order.emplace_back(address, &entry);
        std::ranges::stable_sort(order, [](const auto& left, const auto& right) { return left.second->bytes > right.second->bytes; });
        if (!order.empty()) {
            page_.line();
            page_.line(fmt::format("  {:<40}{:>12}{:>12}{:>8}{:>14}", "busiest", "opened", "accepted", "peers", "bytes"));
        }
        for (std::size_t i = 0; i < order.size() && i < shown_hosts; ++i)
            page_.line(fmt::format("  {:<40}{:>12}{:>12}{:>8}{:>14}", order[i].first.text(), grouped(order[i].second->opened), grouped(order[i].second->accepted),
                                   grouped(order[i].second->peers.size()), bytes_of(order[i].second->bytes)));
        if (order.size() > shown_hosts) page_.line(fmt::format("  and {}", count_of(order.size() - shown_hosts, "other host", "other hosts")));
        if (!services_seen.empty()) page_.line();
        services("  services  ", "at", services_seen);
        page_.line();
        page_.paragraph("  ", 2, "To begin: let weir propose equipment and contracts from this traffic, review them, and replay with them.");
        if (!input_.learn_command.empty()) page_.line("    " + page_.toned(Tone::strong, printable(input_.learn_command)));
    }

    // ------------------------------------------------------------ doors that stand open
    void exposure() {
        if (input_.exposed.empty()) return;
        std::size_t facts = 0;
        for (const ExposedDevice& device : input_.exposed) facts += device.facts.size();
        page_.heading("EXPOSURE", fmt::format("{} of {}, seen in passing", count_of(facts, "weakness", "weaknesses"),
                                              count_of(input_.exposed.size(), "device", "devices")));
        for (std::size_t i = 0; i < input_.exposed.size() && i < shown_exposed; ++i) {
            const ExposedDevice& device = input_.exposed[i];
            page_.line();
            page_.line(fmt::format("  {} at {}", equipment_text(device.equipment), device.address.text()));
            for (const std::string_view fact : device.facts) page_.paragraph("    ", 6, fact);
        }
        if (input_.exposed.size() > shown_exposed) page_.line("  and " + count_of(input_.exposed.size() - shown_exposed, "more device", "more devices"));
    }

    // ------------------------------------------------------------ what could not be seen
    void policy() {
        if (input_.policy_notes.empty()) return;
        page_.heading("POLICY", "lines to look at");
        for (const std::string& note : input_.policy_notes) page_.paragraph("  ", 4, printable(note));
    }

    void blind() {
        const bool all = std::ranges::all_of(input_.blind, [](const Blind& row) { return row.count == 0; });
        page_.heading("NOT SEEN", all ? "nothing: every packet was inspected whole" : "");
        for (const Blind& row : input_.blind)
            if (row.count != 0) page_.paragraph(fmt::format("  {:>14}  ", grouped(row.count)), 18, row.text);
    }

    void outputs() {
        if (input_.outputs.empty()) return;
        page_.heading("WRITTEN");
        for (const std::string& output : input_.outputs) page_.line("  " + printable(output));
    }

    // ------------------------------------------------------------ names
    [[nodiscard]] std::string equipment_text(EquipmentId id) const {
        if (input_.names == nullptr || id >= input_.names->equipment.size()) return fmt::format("equipment {}", id);
        const EveNames::Equipment& row = input_.names->equipment[id];
        std::vector<std::string> what;
        for (const std::string* part : {&row.vendor, &row.role, &row.site})
            if (!part->empty()) what.push_back(printable(*part));
        return printable(row.name) + (what.empty() ? "" : " (" + listed(what, what.size()) + ')');
    }
    [[nodiscard]] std::string subject_text(const Subject& subject) const {
        return subject.first != no_equipment ? equipment_text(subject.first) : subject.second.text();
    }
    [[nodiscard]] std::string name_of_address(const IpAddress& address) const {
        return input_.name_of ? printable(input_.name_of(address)) : std::string{};
    }
    /// `nms`, or the address where nobody has named it.
    [[nodiscard]] std::string short_name(const IpAddress& address) const {
        std::string name = name_of_address(address);
        return name.empty() ? address.text() : name;
    }
    /// `10.30.0.10 (nms)`: in an alert the address itself counts.
    [[nodiscard]] std::string peer_text(const IpAddress& address) const {
        const std::string name = name_of_address(address);
        return name.empty() ? address.text() : fmt::format("{} ({})", address.text(), name);
    }
    [[nodiscard]] static std::string service_text(const ServiceKey& key) {
        const auto& [protocol, port, app] = key;
        const std::string text = protocol_and_port(protocol, port);
        return app < protocols().size() ? std::string{protocols()[app].name} + ' ' + text : text;
    }

    const SummaryInput& input_;
    Page page_;
};

}  // namespace

std::string render_summary(const SummaryInput& input, const SummaryStyle& style) { return Summary{input, style}.render(); }

}  // namespace weir
