// SPDX-License-Identifier: Apache-2.0
#include "parsers/snmp/snmp_message.hpp"

#include <algorithm>
#include <array>

namespace weir::snmp {
namespace {

namespace tag = ber::tag;
constexpr std::uint8_t ip_address_tag = 0x40, time_ticks_tag = 0x43;  // RFC 2578 section 2
constexpr std::uint8_t first_pdu_tag = 0xa0, last_pdu_tag = 0xa8;
constexpr std::size_t v4_size = 4;

/// RFC 1157 section 4.1.6.
bool read_trap_v1(ber::Reader pdu, Message& message) noexcept {
    message.enterprise = pdu.expect(tag::oid);
    message.agent_address = pdu.expect(ip_address_tag);
    message.generic_trap = pdu.integer();
    message.specific_trap = pdu.integer();
    (void)pdu.integer(time_ticks_tag);
    message.bindings = pdu.expect(tag::sequence);
    return pdu.ok() && message.agent_address.size() == v4_size;
}

/// RFC 3416 section 3. A bulk request has its repetition counts where the others have the error.
bool read_pdu(ber::Element element, Message& message) noexcept {
    if (element.tag < first_pdu_tag || element.tag > last_pdu_tag) return false;
    message.pdu = static_cast<Pdu>(element.tag - first_pdu_tag);
    ber::Reader pdu{element.content};
    if (message.pdu == Pdu::trap_v1) return message.version == 1 && read_trap_v1(pdu, message);
    if (message.version == 1 && message.pdu > Pdu::trap_v1) return false;
    message.request_id = pdu.integer();
    const std::int64_t status = pdu.integer(), index = pdu.integer();
    if (message.pdu != Pdu::get_bulk) {
        message.error_status = status;
        message.error_index = index;
    }
    message.bindings = pdu.expect(tag::sequence);
    return pdu.ok();
}

/// A number that is never negative: some agents leave out the octet that would say so.
std::uint64_t unsigned_integer(ber::Reader& reader) noexcept {
    const Bytes content = reader.expect(tag::integer);
    if (content.empty() || content.size() > sizeof(std::uint64_t)) reader.fail();
    std::uint64_t value = 0;
    for (const std::uint8_t octet : content) value = (value << 8) | octet;
    return reader.ok() ? value : 0;
}

/// RFC 3414 section 2.4.
bool read_user_based_security(Bytes parameters, Message& message) noexcept {
    ber::Reader outer{parameters};
    ber::Reader usm{outer.expect(tag::sequence)};
    message.engine_id = usm.expect(tag::octet_string);
    message.engine_boots = unsigned_integer(usm);
    message.engine_time = unsigned_integer(usm);
    message.user = usm.expect(tag::octet_string);
    (void)usm.expect(tag::octet_string);  // authentication parameters
    (void)usm.expect(tag::octet_string);  // privacy parameters
    return outer.ok() && usm.ok();
}

/// RFC 3412 section 6.
bool read_v3(ber::Reader& reader, Message& message) noexcept {
    ber::Reader header{reader.expect(tag::sequence)};
    (void)header.integer();  // message identifier
    (void)header.integer();  // greatest size that the sender takes
    const Bytes flags = header.expect(tag::octet_string);
    message.security_model = header.integer();
    const Bytes parameters = reader.expect(tag::octet_string);
    if (!header.ok() || !reader.ok() || flags.size() != 1) return false;
    message.flags = flags[0];
    if (message.user_based() && !read_user_based_security(parameters, message)) return false;
    if (message.encrypted()) {
        (void)reader.expect(tag::octet_string);
        return reader.ok();
    }
    ber::Reader scoped{reader.expect(tag::sequence)};
    (void)scoped.expect(tag::octet_string);  // context engine
    message.context_name = scoped.expect(tag::octet_string);
    const ber::Element pdu = scoped.next();
    return reader.ok() && scoped.ok() && read_pdu(pdu, message);
}

template <std::size_t Size>
constexpr std::string_view at(const std::array<std::string_view, Size>& names, std::int64_t index) noexcept {
    return index >= 0 && index < static_cast<std::int64_t>(Size) ? names[static_cast<std::size_t>(index)] : std::string_view{};
}

constexpr std::array<std::string_view, 9> pdu_names{"get_request",      "get_next_request", "response", "set_request", "trap_v1",
                                                    "get_bulk_request", "inform_request",   "trap_v2",  "report"};
constexpr std::array<std::string_view, 9> operation_names{"get", "next", "response", "set", "trap", "bulk", "inform", "trap", "report"};
static_assert(std::ranges::all_of(operation_names, [](std::string_view name) { return std::ranges::find(operations, name) != operations.end(); }));
constexpr std::array<std::string_view, 19> error_names{"NoError",
                                                       "TooBig",
                                                       "NoSuchName",
                                                       "BadValue",
                                                       "ReadOnly",
                                                       "GenErr",
                                                       "NoAccess",
                                                       "WrongType",
                                                       "WrongLength",
                                                       "WrongEncoding",
                                                       "WrongValue",
                                                       "NoCreation",
                                                       "InconsistentValue",
                                                       "ResourceUnavailable",
                                                       "CommitFailed",
                                                       "UndoFailed",
                                                       "AuthorizationError",
                                                       "NotWritable",
                                                       "InconsistentName"};
constexpr std::array<std::string_view, 7> trap_names{"ColdStart",       "WarmStart",         "LinkDown", "LinkUp", "AuthenticationFailure",
                                                     "EgpNeighborLoss", "EnterpriseSpecific"};
constexpr std::string_view encrypted = "encrypted";

}  // namespace

std::optional<Message> read_message(Bytes wire, std::size_t& used) noexcept {
    ber::Reader outer{wire};
    ber::Reader reader{outer.expect(tag::sequence)};
    if (!outer.ok()) return std::nullopt;
    used = outer.position();
    Message message;
    const std::int64_t version = reader.integer();
    if (!reader.ok()) return std::nullopt;
    if (version == 3) {
        message.version = 3;
        return read_v3(reader, message) ? std::optional{message} : std::nullopt;
    }
    if (version != 0 && version != 1) return std::nullopt;
    message.version = static_cast<std::uint8_t>(version + 1);
    message.community = reader.expect(tag::octet_string);
    const ber::Element pdu = reader.next();
    return reader.ok() && read_pdu(pdu, message) ? std::optional{message} : std::nullopt;
}

Binding next_binding(ber::Reader& list) noexcept {
    ber::Reader pair{list.expect(tag::sequence)};
    Binding binding;
    binding.name = pair.expect(tag::oid);
    binding.value = pair.next();
    if (!pair.ok()) list.fail();
    return binding;
}

std::string_view pdu_name(Pdu pdu) noexcept { return pdu == Pdu::none ? encrypted : at(pdu_names, static_cast<std::int64_t>(pdu)); }
std::string_view operation_name(Pdu pdu) noexcept {
    return pdu == Pdu::none ? encrypted : at(operation_names, static_cast<std::int64_t>(pdu));
}
std::string_view error_name(std::int64_t status) noexcept { return at(error_names, status); }
std::string_view trap_name(std::int64_t generic) noexcept { return at(trap_names, generic); }

}  // namespace weir::snmp
