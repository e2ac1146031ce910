// SPDX-License-Identifier: Apache-2.0
#include "parsers/ldap/ldap_message.hpp"

#include "parsers/base/code_name.hpp"

namespace weir::ldap {
namespace {

namespace tag = ber::tag;
constexpr std::uint8_t enumerated = 0x0a;
constexpr std::uint8_t context = 0x80, constructed = 0x20;
constexpr std::uint8_t application = 0x40;
constexpr std::uint8_t longest_length = 4;  // octets of a BER length in its long form

/// RFC 4511 section 4.2; 9 to 11 are Microsoft's NTLM binds (MS-ADTS section 5.1.1.1.3).
constexpr std::uint8_t simple_choice = context | 0, sasl_choice = context | constructed | 3;
constexpr std::uint8_t first_ntlm_choice = context | 9, last_ntlm_choice = context | 11;

constexpr std::array op_names{CodeName{0, "bind_request"},      CodeName{1, "bind_response"},       CodeName{2, "unbind_request"},
                              CodeName{3, "search_request"},    CodeName{4, "search_result_entry"}, CodeName{5, "search_result_done"},
                              CodeName{6, "modify_request"},    CodeName{7, "modify_response"},     CodeName{8, "add_request"},
                              CodeName{9, "add_response"},      CodeName{10, "del_request"},        CodeName{11, "del_response"},
                              CodeName{12, "mod_dn_request"},   CodeName{13, "mod_dn_response"},    CodeName{14, "compare_request"},
                              CodeName{15, "compare_response"}, CodeName{16, "abandon_request"},    CodeName{19, "search_result_reference"},
                              CodeName{23, "extended_request"}, CodeName{24, "extended_response"},  CodeName{25, "intermediate_response"}};

constexpr std::array result_names{CodeName{0, "success"},
                                  CodeName{1, "operations_error"},
                                  CodeName{2, "protocol_error"},
                                  CodeName{3, "time_limit_exceeded"},
                                  CodeName{4, "size_limit_exceeded"},
                                  CodeName{5, "compare_false"},
                                  CodeName{6, "compare_true"},
                                  CodeName{7, "auth_method_not_supported"},
                                  CodeName{8, "stronger_auth_required"},
                                  CodeName{10, "referral"},
                                  CodeName{11, "admin_limit_exceeded"},
                                  CodeName{12, "unavailable_critical_extension"},
                                  CodeName{13, "confidentiality_required"},
                                  CodeName{14, "sasl_bind_in_progress"},
                                  CodeName{16, "no_such_attribute"},
                                  CodeName{17, "undefined_attribute_type"},
                                  CodeName{18, "inappropriate_matching"},
                                  CodeName{19, "constraint_violation"},
                                  CodeName{20, "attribute_or_value_exists"},
                                  CodeName{21, "invalid_attribute_syntax"},
                                  CodeName{32, "no_such_object"},
                                  CodeName{33, "alias_problem"},
                                  CodeName{34, "invalid_dns_syntax"},
                                  CodeName{36, "alias_dereferencing_problem"},
                                  CodeName{48, "inappropriate_authentication"},
                                  CodeName{49, "invalid_credentials"},
                                  CodeName{50, "insufficient_access_rights"},
                                  CodeName{51, "busy"},
                                  CodeName{52, "unavailable"},
                                  CodeName{53, "unwilling_to_perform"},
                                  CodeName{54, "loop_detect"},
                                  CodeName{64, "naming_violation"},
                                  CodeName{65, "object_class_violation"},
                                  CodeName{66, "not_allowed_on_non_leaf"},
                                  CodeName{67, "not_allowed_on_rdn"},
                                  CodeName{68, "entry_already_exists"},
                                  CodeName{69, "object_class_mods_prohibited"},
                                  CodeName{71, "affects_multiple_dsas"},
                                  CodeName{80, "other"}};

/// Whether `byte` is the tag of an operation: primitive where it holds nothing or one value, constructed otherwise.
constexpr bool is_op(std::uint8_t byte) noexcept {
    const std::uint8_t number = byte & 0x1f;
    if (name_of(op_names, number).empty()) return false;
    const Op op{number};
    const bool primitive = op == Op::unbind_request || op == Op::del_request || op == Op::abandon_request;
    return (byte & 0xe0) == (primitive ? application : (application | constructed));
}

std::uint32_t number(ber::Reader& reader, std::uint8_t which = tag::integer) noexcept {
    const std::int64_t value = reader.integer(which);
    if (value < 0 || value > 0x7fffffff) reader.fail();
    return reader.ok() ? static_cast<std::uint32_t>(value) : 0;
}

/// RFC 4511 section 4.1.9.
void read_result(ber::Reader& body, Message& message) noexcept {
    message.result = number(body, enumerated);
    message.dn = body.expect(tag::octet_string);
    message.text = body.expect(tag::octet_string);
}

/// RFC 4511 section 4.2.
void read_bind(ber::Reader& body, Message& message) noexcept {
    message.version = number(body);
    message.dn = body.expect(tag::octet_string);
    const ber::Element choice = body.next();
    if (!body.ok()) return;
    if (choice.tag == simple_choice) {
        message.authentication = !choice.content.empty() ? Authentication::simple
                                 : message.dn.empty()    ? Authentication::anonymous
                                                         : Authentication::unauthenticated;
        message.password = choice.content;
    } else if (choice.tag == sasl_choice) {
        message.authentication = Authentication::sasl;
        ber::Reader sasl{choice.content};
        message.mechanism = sasl.expect(tag::octet_string);
        if (!sasl.ok()) body.fail();
    } else if (choice.tag >= first_ntlm_choice && choice.tag <= last_ntlm_choice) {
        message.authentication = Authentication::ntlm;
    } else {
        body.fail();
    }
}

/// RFC 4511 section 4.5.1.
void read_search(ber::Reader& body, Message& message) noexcept {
    message.dn = body.expect(tag::octet_string);
    message.scope = number(body, enumerated);
    message.aliases = number(body, enumerated);
    message.size_limit = number(body);
    message.time_limit = number(body);
    (void)body.expect(tag::boolean);
    const Bytes filter = body.rest();
    (void)body.next();
    message.filter = filter.first(filter.size() - body.rest().size());
    ber::Reader wanted{body.expect(tag::sequence)};
    while (wanted.ok() && !wanted.empty()) {
        const Bytes name = wanted.expect(tag::octet_string);
        if (wanted.ok()) (void)message.attributes.push_back(name);
    }
    if (!wanted.ok()) body.fail();
}

/// A list of attributes with their values (RFC 4511 section 4.1.7), each behind `depth` headers more and one enumerated value.
void read_attributes(Bytes list, bool changes, Message& message) noexcept {
    ber::Reader items{list};
    while (items.ok() && !items.empty()) {
        ber::Reader item{items.expect(tag::sequence)};
        if (changes) {
            (void)number(item, enumerated);  // add, delete, replace
            item = ber::Reader{item.expect(tag::sequence)};
        }
        const Bytes type = item.expect(tag::octet_string);
        if (!item.ok() || !message.attributes.push_back(type)) return;
    }
}

bool read_op(ber::Element op, Message& message) noexcept {
    ber::Reader body{op.content};
    switch (message.op) {
        case Op::bind_request: read_bind(body, message); break;
        case Op::search_request: read_search(body, message); break;
        case Op::del_request: message.dn = op.content; break;
        case Op::modify_request:
        case Op::add_request:
        case Op::search_result_entry:
            message.dn = body.expect(tag::octet_string);
            read_attributes(body.expect(tag::sequence), message.op == Op::modify_request, message);
            break;
        case Op::mod_dn_request:
        case Op::compare_request: message.dn = body.expect(tag::octet_string); break;
        case Op::extended_request: message.oid = body.expect(context | 0); break;
        case Op::extended_response:
            read_result(body, message);
            while (body.ok() && !body.empty()) {
                const ber::Element part = body.next();  // referral [3], name [10], value [11]
                if (part.tag == (context | 10)) message.oid = part.content;
            }
            break;
        case Op::bind_response:
        case Op::search_result_done:
        case Op::modify_response:
        case Op::add_response:
        case Op::del_response:
        case Op::mod_dn_response:
        case Op::compare_response: read_result(body, message); break;
        case Op::unbind_request:
        case Op::abandon_request:
        case Op::search_result_reference:
        case Op::intermediate_response: break;
    }
    return body.ok();
}

}  // namespace

Head read_head(Bytes data) noexcept {
    constexpr Head none{}, more{Head::State::more};
    if (!data.empty() && data[0] != tag::sequence) return none;
    if (data.size() < 2) return more;
    if (data[1] == 0x80 || data[1] > (0x80 | longest_length)) return none;
    const std::size_t begin = 2u + (data[1] < 0x80 ? 0u : data[1] & 0x7fu);
    Head head;
    head.size = ber::element_size(data);
    if (data.size() < begin + 2) return data.size() <= begin || data[begin] == tag::integer ? more : none;
    const std::size_t octets = data[begin + 1];
    if (data[begin] != tag::integer || octets < 1 || octets > sizeof head.id || head.size < begin + 4 + octets) return none;
    if (data.size() < begin + 2 + octets + 2) return more;
    for (std::size_t i = 0; i < octets; ++i) head.id = head.id << 8 | data[begin + 2 + i];
    const Bytes op = data.subspan(begin + 2 + octets);
    if (head.id > 0x7fffffff || !is_op(op[0])) return none;
    if (op[1] == 0x80 || op[1] > (0x80 | longest_length)) return none;
    if (op[1] > 0x80 && op.size() < 2u + (op[1] & 0x7fu)) return more;
    if (begin + 2 + octets + ber::element_size(op) > head.size) return none;
    head.op = Op{static_cast<std::uint8_t>(op[0] & 0x1f)};
    head.state = Head::State::read;
    return head;
}

std::optional<Message> read_message(Bytes data) noexcept {
    ber::Reader outer{data};
    ber::Reader reader{outer.expect(tag::sequence)};
    std::optional<Message> message{std::in_place};
    message->id = number(reader);
    const ber::Element op = reader.next();
    if (!outer.ok() || !reader.ok() || !is_op(op.tag)) return std::nullopt;
    message->op = Op{static_cast<std::uint8_t>(op.tag & 0x1f)};
    if (!read_op(op, *message)) message.reset();
    return message;
}

std::string_view op_name(Op op) noexcept { return name_of(op_names, static_cast<std::uint8_t>(op)); }

std::string_view operation_name(Op op) noexcept {
    switch (op) {
        case Op::bind_request: return "bind";
        case Op::unbind_request: return "unbind";
        case Op::search_request: return "search";
        case Op::modify_request: return "modify";
        case Op::add_request: return "add";
        case Op::del_request: return "delete";
        case Op::mod_dn_request: return "rename";
        case Op::compare_request: return "compare";
        case Op::abandon_request: return "abandon";
        case Op::extended_request: return "extended";
        default: return {};
    }
}

std::string_view result_name(std::uint32_t result) noexcept { return name_of(result_names, result); }

std::string_view authentication_name(Authentication authentication) noexcept {
    switch (authentication) {
        case Authentication::none: return {};
        case Authentication::anonymous: return "anonymous";
        case Authentication::unauthenticated: return "unauthenticated";
        case Authentication::simple: return "simple";
        case Authentication::sasl: return "sasl";
        case Authentication::ntlm: return "ntlm";
    }
    return {};
}

}  // namespace weir::ldap
