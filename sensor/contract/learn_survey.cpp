// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/learn_survey.hpp"

#include <algorithm>
#include <array>

namespace weir::learn {
namespace {

const Field* field_of(ProtocolId protocol, std::string_view path) noexcept {
    if (protocol == no_protocol) return nullptr;
    for (const Field& field : protocols()[protocol].fields)
        if (field.path == path) return &field;
    return nullptr;
}

/// A field's text with everything that cannot stand in a comment taken out.
std::string clean(const Value& value) {
    std::string text;
    if (value.kind == Value::Kind::hex) {
        constexpr std::string_view digits = "0123456789abcdef";
        for (const std::uint8_t byte : value.bytes) {
            text += digits[byte >> 4];
            text += digits[byte & 15];
        }
    } else if (value.kind == Value::Kind::text) {
        for (const std::uint8_t byte : value.bytes) text += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : ' ';
    }
    text.resize(std::min(text.size(), Survey::max_clue_text));
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

IpAddress address_of(const Field* field, const void* transaction) noexcept {
    const Value value = field == nullptr ? Value{} : field->get(transaction, 0);
    return value.kind == Value::Kind::address ? IpAddress::from_wire(value.bytes) : IpAddress{};
}

constexpr IpAddress no_v4_address = IpAddress::v4(0);

}  // namespace

bool is_plain_word(std::string_view text) noexcept {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    return !text.empty() && text.size() <= 63 && text.find_first_not_of(plain) == std::string_view::npos;
}

Survey::Survey() : operations_(protocols().size()), clue_fields_(protocols().size()) {
    for (std::size_t id = 0; id < protocols().size(); ++id)
        for (const Field& field : protocols()[id].fields)
            if (field.keyword == std::string{protocols()[id].name} + ".operation") operations_[id] = &field;
    using enum ClueKind;
    using enum ClueField::Of;
    struct Row {
        std::string_view protocol, path;
        ClueKind kind;
        ClueField::Of of;
    };
    static constexpr std::array rows{
        Row{"snmp", "weir.snmp.sys_name", name, agent},       Row{"snmp", "weir.snmp.sys_descr", description, agent},
        Row{"snmp", "weir.snmp.sys_object_id", object_id, agent}, Row{"snmp", "snmp.trap_oid", object_id, agent},
        Row{"snmp", "weir.snmp.engine_id", engine, agent},    Row{"ssh", "ssh.client.software_version", software, client},
        Row{"ssh", "ssh.server.software_version", software, server}, Row{"syslog", "syslog.hostname", name, client},
        Row{"dhcp", "dhcp.hostname", name, dhcp_client},      Row{"dhcp", "dhcp.vendor_class_identifier", vendor_class, dhcp_client},
    };
    for (const Row& row : rows) {
        const ProtocolId id = find_protocol(row.protocol);
        if (const Field* const field = field_of(id, row.path)) clue_fields_[id].push_back({field, row.kind, row.of});
    }
    dns_ = find_protocol("dns");
    dns_query_ = field_of(dns_, "dns.queries[].rrname");
    dns_data_ = field_of(dns_, "dns.answers[].rdata");
    dhcp_requested_ = field_of(find_protocol("dhcp"), "dhcp.requested_ip");
    dhcp_client_ = field_of(find_protocol("dhcp"), "dhcp.client_ip");
}

Use* Survey::use_of(const Session& session) noexcept {
    const SessionFacts facts = SessionFacts::of(session, session.last);
    Use::Key key{facts.client, facts.server, facts.protocol, facts.service_port()};
    key.app = facts.app_status == AppStatus::known ? facts.app : no_protocol;
    key.unknown = facts.app_status == AppStatus::unknown;
    key.reversed = facts.app_status == AppStatus::known && facts.app_reversed;
    const auto at = uses_.find(key);
    if (at != uses_.end()) return &at->second;
    return uses_.size() < max_uses ? &uses_[key] : nullptr;
}

Host* Survey::host_of(const IpAddress& address) noexcept {
    if (address.is_multicast() || address == IpAddress{} || address == no_v4_address) return nullptr;
    const auto at = hosts_.find(address);
    if (at != hosts_.end()) return &at->second;
    return hosts_.size() < max_hosts ? &hosts_[address] : nullptr;
}

void Survey::sent(const Session& session, std::size_t end) noexcept {
    const IpAddress& address = end == 0 ? session.client() : session.server();
    Host* const host = host_of(address);
    if (host == nullptr) return;
    host->packets += session.packets[end];
    const Mac& mac = session.mac[end];
    if (session.packets[end] == 0 || session.depth != 0 || mac == Mac{}) return;
    if (host->mac == Mac{}) host->mac = mac;
    if (macs_.size() >= max_hosts && !macs_.contains(mac)) return;
    auto& addresses = macs_[mac];
    // Link-local addresses are a second name of the same host.
    if (addresses.size() <= max_addresses_of_mac && !address.is_link_local()) addresses.insert(address);
}

void Survey::session_ended(const Session& session) noexcept {
    ++sessions_;
    first_ = first_ == 0 ? session.start : std::min(first_, session.start);
    last_ = std::max(last_, session.end);
    sent(session, 0);
    sent(session, 1);
    // What another session has announced (FTP data, a TFTP transfer) is allowed with it, and what every host does on its link always.
    if (session.opening == Opening::expected || find_link_traffic(SessionFacts::of(session, session.last)) != nullptr) return;
    Use* const use = use_of(session);
    if (use == nullptr) {
        ++unlisted_;
        return;
    }
    use->first = use->sessions == 0 ? session.start : std::min(use->first, session.start);
    use->last = std::max(use->last, session.end);
    use->longest = std::max(use->longest, session.end - session.start);
    ++use->sessions;
    use->packets += session.packets[0] + session.packets[1];
    constexpr std::uint8_t syn = 0x02;  // with TCP a refusal is no answer
    const bool accepted = session.key.protocol != ip_protocol::tcp || (session.tcp_flags[1] & syn) != 0 || session.payload_packets[1] != 0;
    if (session.packets[1] != 0 && accepted) ++use->answered;
    if (session.opening == Opening::guessed) ++use->guessed;
    if (session.alerted) ++use->alerted;
}

void Survey::transaction(const Session& session, const ParserInfo& parser, const void* transaction, Report report) noexcept {
    const ProtocolId id = id_of(parser);
    if (const Field* const field = operations_[id]; field != nullptr && has(report, Report::request) && session.opening != Opening::expected) {
        const Value value = field->get(transaction, 0);
        Use* const use = use_of(session);
        if (use != nullptr && value.kind == Value::Kind::text) {
            std::string name{as_text(value.bytes)};
            const bool fits = is_plain_word(name) && (use->operations.size() < max_operations || use->operations.contains(name));
            if (fits) use->operations.insert(std::move(name));
            use->operations_open = use->operations_open || !fits;
        }
    }
    if (!has(report, Report::log)) return;
    if (id == dns_) learn_names(transaction);
    for (const ClueField& clue : clue_fields_[id]) {
        std::string text = clean(clue.field->get(transaction, 0));
        if (text.empty()) continue;
        // A trap comes from the agent, everything else goes to it.
        constexpr std::uint16_t trap_port = 162;
        IpAddress whom = session.client();
        using Of = ClueField::Of;
        if (clue.of == Of::server || (clue.of == Of::agent && session.server_port() != trap_port)) whom = session.server();
        if (clue.of != Of::dhcp_client && session.roles_reversed()) whom = whom == session.client() ? session.server() : session.client();
        if (clue.of == Of::dhcp_client) {
            whom = address_of(dhcp_client_, transaction);
            if (whom == IpAddress{} || whom == no_v4_address) whom = address_of(dhcp_requested_, transaction);
        }
        Host* const host = host_of(whom);
        if (host != nullptr && host->clues.size() < max_clues) host->clues.insert({clue.kind, std::move(text)});
    }
}

void Survey::learn_names(const void* transaction) noexcept {
    if (dns_query_ == nullptr || dns_data_ == nullptr) return;
    const std::string name = clean(dns_query_->get(transaction, 0));
    if (name.empty()) return;
    constexpr std::size_t most = 64;
    for (std::size_t i = 0; i < most; ++i) {
        const Value data = dns_data_->get(transaction, i);
        if (data.kind == Value::Kind::end) return;
        if (data.kind == Value::Kind::address && names_.size() < max_hosts) names_.emplace(IpAddress::from_wire(data.bytes), name);
    }
}

const std::string& Survey::name_of(const IpAddress& address) const noexcept {
    static const std::string none;
    const auto at = names_.find(address);
    return at == names_.end() ? none : at->second;
}

Mac Survey::own_mac(const Host& host) const noexcept {
    const auto at = macs_.find(host.mac);
    if (at == macs_.end() || at->second.size() > max_addresses_of_mac) return {};
    return std::ranges::count_if(at->second, &IpAddress::is_v4) > 1 ? Mac{} : host.mac;
}

}  // namespace weir::learn
