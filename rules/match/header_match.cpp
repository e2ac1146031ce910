// SPDX-License-Identifier: Apache-2.0
#include "rules/match/header_match.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "rules/compile/index.hpp"

namespace weir::rules {
namespace {

constexpr std::uint8_t icmp = 1, tcp = 6, udp = 17, icmpv6 = 58;

bool matches_one_way(const Header& header, const Ends& ends) noexcept {
    return header.destination_port.contains(ends.destination_port) && header.source_port.contains(ends.source_port) &&
           header.destination.contains(ends.destination) && header.source.contains(ends.source);
}

/// The value of an option of the given kind in a list of type-length-value options (IPv4: RFC 791; TCP: RFC 9293 section 3.1);
/// empty and null where it is not there. `any` stops at the first option that is no padding.
std::optional<Bytes> find_option(Bytes options, std::uint8_t kind, bool any) noexcept {
    Cursor cursor{options};
    while (cursor.ok() && !cursor.empty()) {
        const std::uint8_t seen = cursor.u8();
        if (seen == 0 && kind != 0) return std::nullopt;
        if (seen == kind || (any && seen > 1)) {
            const std::uint8_t length = seen > 1 ? cursor.u8() : std::uint8_t{2};
            return length >= 2 ? std::optional{first_of(cursor.rest(), length - 2u)} : std::nullopt;
        }
        if (seen == 0) return std::nullopt;
        if (seen == 1) continue;
        const std::uint8_t length = cursor.u8();
        if (length < 2) return std::nullopt;
        cursor.skip(length - 2u);
    }
    return std::nullopt;
}

Bytes tcp_header(const PacketView& packet) noexcept {
    if (packet.ip_protocol != tcp || packet.transport.size() < 20) return {};
    return first_of(packet.transport, std::max<std::size_t>(20, (packet.transport[12] >> 4) * 4u));
}

Bytes address_bytes(const IpAddress& address) noexcept {
    const Bytes all = address.bytes();
    return address.is_v4() ? all.last(4) : all;
}

std::optional<std::uint64_t> icmp_word(const PacketView& packet, std::size_t at) noexcept {
    if (packet.transport.size() < 8) return std::nullopt;
    // Identifier and sequence number stand in echo, timestamp and information messages (RFC 792, RFC 4443 section 4).
    const std::uint8_t type = packet.icmp_type;
    const bool has = packet.ip_protocol == icmp ? type == 0 || type == 8 || (type >= 13 && type <= 18) : type == 128 || type == 129;
    if (!has) return std::nullopt;
    return std::uint64_t{packet.transport[at]} << 8 | packet.transport[at + 1];
}

std::optional<std::uint64_t> value_of(PacketField field, const PacketView& packet) noexcept {
    const bool is_tcp = packet.ip_protocol == tcp, is_icmp = packet.ip_protocol == icmp || packet.ip_protocol == icmpv6;
    const auto when = [](bool there, std::uint64_t value) { return there ? std::optional{value} : std::nullopt; };
    switch (field) {
        case PacketField::ttl: return packet.ttl;
        case PacketField::tos: return packet.tos;
        case PacketField::ip_id: return when(packet.ip_version == 4, packet.ip_id);
        case PacketField::ip_protocol: return packet.ip_protocol;
        case PacketField::payload_size: return packet.payload.size();
        case PacketField::tcp_sequence: return when(is_tcp, packet.tcp_sequence);
        case PacketField::tcp_acknowledgement: return when(is_tcp, packet.tcp_acknowledgement);
        case PacketField::tcp_window: return when(is_tcp, packet.tcp_window);
        case PacketField::tcp_mss: {
            const Bytes header = tcp_header(packet);
            if (header.size() <= 20) return std::nullopt;
            const auto option = find_option(header.subspan(20), 2, false);  // kind 2: maximum segment size
            if (!option || option->size() != 2) return std::nullopt;
            return std::uint64_t{(*option)[0]} << 8 | (*option)[1];
        }
        case PacketField::icmp_type: return when(is_icmp, packet.icmp_type);
        case PacketField::icmp_code: return when(is_icmp, packet.icmp_code);
        case PacketField::icmp_id: return is_icmp ? icmp_word(packet, 4) : std::nullopt;
        case PacketField::icmp_sequence: return is_icmp ? icmp_word(packet, 6) : std::nullopt;
        case PacketField::same_ip: return packet.source == packet.destination ? 1 : 0;
        case PacketField::fragment_offset:
            if (packet.ip_version != 4 || packet.ip_header.size() < 8) return std::nullopt;
            return (std::uint64_t{packet.ip_header[6]} << 8 | packet.ip_header[7]) & 0x1fff;
        case PacketField::ip_version: return packet.ip_version;
    }
    return std::nullopt;
}

struct HeaderVisitor {
    const PacketView& packet;
    const SessionView& session;

    bool operator()(const PacketCheck& check) const noexcept {
        const auto value = value_of(check.field, packet);
        return value && check.range.matches(*value) != check.negated;
    }
    bool operator()(const TcpFlagsCheck& check) const noexcept { return packet.ip_protocol == tcp && matches(check, packet.tcp_flags); }
    bool operator()(const FragmentBitsCheck& check) const noexcept {
        const unsigned seen = (packet.more_fragments ? 1u : 0u) | (packet.dont_fragment ? 2u : 0u) | (packet.reserved_bit ? 4u : 0u);
        switch (check.mode) {
            case FragmentBitsCheck::Mode::exact: return seen == check.bits;
            case FragmentBitsCheck::Mode::all: return (seen & check.bits) == check.bits;
            case FragmentBitsCheck::Mode::any: return (seen & check.bits) != 0;
            case FragmentBitsCheck::Mode::none: return (seen & check.bits) == 0;
        }
        return false;
    }
    bool operator()(const IpOptionCheck& check) const noexcept {
        if (packet.ip_version != 4 || packet.ip_header.size() <= 20) return false;
        return find_option(packet.ip_header.subspan(20), check.option, check.option == 0xff).has_value();
    }
    bool operator()(const StreamSizeCheck& check) const noexcept {
        const bool client = check.size.matches(session.stream_bytes[static_cast<std::size_t>(Direction::to_server)]);
        const bool server = check.size.matches(session.stream_bytes[static_cast<std::size_t>(Direction::to_client)]);
        switch (check.side) {
            case StreamSizeCheck::Side::server: return server;
            case StreamSizeCheck::Side::client: return client;
            case StreamSizeCheck::Side::both: return server && client;
            case StreamSizeCheck::Side::either: return server || client;
        }
        return false;
    }
};

struct PolicyVisitor {
    const SessionView& session;
    std::size_t end;  ///< 0: the equipment opened the session, 1: it accepted

    bool operator()(const EquipmentCheck& check) const noexcept {
        using Attribute = EquipmentCheck::Attribute;
        const EquipmentView& equipment = *session.equipment[end];
        std::string_view value = equipment.name;
        switch (check.attribute) {
            case Attribute::name: break;
            case Attribute::vendor: value = equipment.vendor; break;
            case Attribute::role: value = equipment.role; break;
            case Attribute::site: value = equipment.site; break;
            case Attribute::contract: value = equipment.contract; break;
        }
        return (std::find(check.values.begin(), check.values.end(), value) != check.values.end()) != check.negated;
    }
    bool operator()(const ContractCheck& check) const noexcept {
        if (check.egress != (end == 0)) return false;
        if (check.said == ContractCheck::Said::expected) return session.contract[end] == ContractWord::expected;
        return session.contract[end] == ContractWord::unexpected && (check.kind.empty() || check.kind == session.finding[end]);
    }
    bool operator()(const FacingCheck& check) const noexcept { return check.egress == (end == 0); }
};

}  // namespace

bool matches_policy(const Rule& rule, const SessionView& session) noexcept {
    if (rule.policy_checks.empty()) return true;
    for (std::size_t end = 0; end < session.equipment.size(); ++end) {
        if (session.equipment[end] == nullptr) continue;
        const PolicyVisitor visitor{session, end};
        if (std::all_of(rule.policy_checks.begin(), rule.policy_checks.end(),
                        [&](const PolicyCheck& check) { return std::visit(visitor, check); }))
            return true;
    }
    return false;
}

bool matches_ends(const Header& header, const Ends& ends) noexcept {
    return matches_one_way(header, ends) || (header.bidirectional && matches_one_way(header, ends.reversed()));
}

bool matches_flow(const FlowOptions& flow, const PacketView& packet, const SessionView& session) noexcept {
    if (flow.established && !session.established) return false;
    if (flow.not_established && session.established) return false;
    if (flow.only_frag && !packet.reassembled) return false;
    if (flow.no_frag && packet.reassembled) return false;
    return true;
}

AppMatch matches_app(const Rule& rule, ProtocolId app, bool settled) noexcept {
    const bool known = app != no_protocol || settled;
    auto result = AppMatch::yes;
    const auto demand = [&](ProtocolId wanted, bool negated) {
        if (wanted == no_protocol) return;
        if (!known)
            result = result == AppMatch::no ? result : AppMatch::unknown;
        else if ((app == wanted) == negated)
            result = AppMatch::no;
    };
    if (rule.header.protocol == Protocol::application) demand(rule.header.app, false);
    demand(rule.app_layer_protocol, rule.app_layer_protocol_negated);
    for (const ProtocolId excluded : rule.excluded_protocols) demand(excluded, true);
    return result;
}

bool matches_headers(const Rule& rule, const PacketView& packet, const SessionView& session) noexcept {
    const HeaderVisitor visitor{packet, session};
    return std::all_of(rule.header_checks.begin(), rule.header_checks.end(),
                       [&](const HeaderCheck& check) { return std::visit(visitor, check); });
}

Bytes header_buffer(BufferRef::Source source, const PacketView& packet) noexcept {
    switch (source) {
        case BufferRef::Source::ip_header: return packet.ip_header;
        case BufferRef::Source::tcp_header: return tcp_header(packet);
        case BufferRef::Source::udp_header: return packet.ip_protocol == udp ? first_of(packet.transport, 8) : Bytes{};
        case BufferRef::Source::icmp_header:
            return packet.ip_protocol == icmp || packet.ip_protocol == icmpv6 ? first_of(packet.transport, 8) : Bytes{};
        case BufferRef::Source::ip_source: return address_bytes(packet.source);
        case BufferRef::Source::ip_destination: return address_bytes(packet.destination);
        case BufferRef::Source::payload:
        case BufferRef::Source::field:
        case BufferRef::Source::file:
        case BufferRef::Source::base64: break;
    }
    return {};
}

}  // namespace weir::rules
