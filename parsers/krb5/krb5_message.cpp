// SPDX-License-Identifier: Apache-2.0
#include "parsers/krb5/krb5_message.hpp"

#include <algorithm>

#include "parsers/base/code_name.hpp"

namespace weir::krb5 {
namespace {

namespace tag = ber::tag;
constexpr std::uint8_t application = 0x60, context = 0xa0;  // constructed
constexpr std::uint8_t general_string = 0x1b;
constexpr std::uint8_t ticket_tag = application | 1;
constexpr std::uint8_t version = 5;
constexpr std::int64_t timestamp = 2, encrypted_challenge = 138, signed_request = 16, ap_request = 1;  // IANA: pre-authentication types

constexpr std::array errors{CodeName{0, "KDC_ERR_NONE"},
                            CodeName{1, "KDC_ERR_NAME_EXP"},
                            CodeName{2, "KDC_ERR_SERVICE_EXP"},
                            CodeName{3, "KDC_ERR_BAD_PVNO"},
                            CodeName{4, "KDC_ERR_C_OLD_MAST_KVNO"},
                            CodeName{5, "KDC_ERR_S_OLD_MAST_KVNO"},
                            CodeName{6, "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
                            CodeName{7, "KDC_ERR_S_PRINCIPAL_UNKNOWN"},
                            CodeName{8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE"},
                            CodeName{9, "KDC_ERR_NULL_KEY"},
                            CodeName{10, "KDC_ERR_CANNOT_POSTDATE"},
                            CodeName{11, "KDC_ERR_NEVER_VALID"},
                            CodeName{12, "KDC_ERR_POLICY"},
                            CodeName{13, "KDC_ERR_BADOPTION"},
                            CodeName{14, "KDC_ERR_ETYPE_NOSUPP"},
                            CodeName{15, "KDC_ERR_SUMTYPE_NOSUPP"},
                            CodeName{16, "KDC_ERR_PADATA_TYPE_NOSUPP"},
                            CodeName{17, "KDC_ERR_TRTYPE_NOSUPP"},
                            CodeName{18, "KDC_ERR_CLIENT_REVOKED"},
                            CodeName{19, "KDC_ERR_SERVICE_REVOKED"},
                            CodeName{20, "KDC_ERR_TGT_REVOKED"},
                            CodeName{21, "KDC_ERR_CLIENT_NOTYET"},
                            CodeName{22, "KDC_ERR_SERVICE_NOTYET"},
                            CodeName{23, "KDC_ERR_KEY_EXPIRED"},
                            CodeName{24, "KDC_ERR_PREAUTH_FAILED"},
                            CodeName{25, "KDC_ERR_PREAUTH_REQUIRED"},
                            CodeName{26, "KDC_ERR_SERVER_NOMATCH"},
                            CodeName{27, "KDC_ERR_MUST_USE_USER2USER"},
                            CodeName{28, "KDC_ERR_PATH_NOT_ACCEPTED"},
                            CodeName{29, "KDC_ERR_SVC_UNAVAILABLE"},
                            CodeName{31, "KRB_AP_ERR_BAD_INTEGRITY"},
                            CodeName{32, "KRB_AP_ERR_TKT_EXPIRED"},
                            CodeName{33, "KRB_AP_ERR_TKT_NYV"},
                            CodeName{34, "KRB_AP_ERR_REPEAT"},
                            CodeName{35, "KRB_AP_ERR_NOT_US"},
                            CodeName{36, "KRB_AP_ERR_BADMATCH"},
                            CodeName{37, "KRB_AP_ERR_SKEW"},
                            CodeName{38, "KRB_AP_ERR_BADADDR"},
                            CodeName{39, "KRB_AP_ERR_BADVERSION"},
                            CodeName{40, "KRB_AP_ERR_MSG_TYPE"},
                            CodeName{41, "KRB_AP_ERR_MODIFIED"},
                            CodeName{42, "KRB_AP_ERR_BADORDER"},
                            CodeName{44, "KRB_AP_ERR_BADKEYVER"},
                            CodeName{45, "KRB_AP_ERR_NOKEY"},
                            CodeName{46, "KRB_AP_ERR_MUT_FAIL"},
                            CodeName{47, "KRB_AP_ERR_BADDIRECTION"},
                            CodeName{48, "KRB_AP_ERR_METHOD"},
                            CodeName{49, "KRB_AP_ERR_BADSEQ"},
                            CodeName{50, "KRB_AP_ERR_INAPP_CKSUM"},
                            CodeName{51, "KRB_AP_PATH_NOT_ACCEPTED"},
                            CodeName{52, "KRB_ERR_RESPONSE_TOO_BIG"},
                            CodeName{60, "KRB_ERR_GENERIC"},
                            CodeName{61, "KRB_ERR_FIELD_TOOLONG"},
                            CodeName{62, "KDC_ERROR_CLIENT_NOT_TRUSTED"},
                            CodeName{63, "KDC_ERROR_KDC_NOT_TRUSTED"},
                            CodeName{64, "KDC_ERROR_INVALID_SIG"},
                            CodeName{65, "KDC_ERR_KEY_TOO_WEAK"},
                            CodeName{66, "KDC_ERR_CERTIFICATE_MISMATCH"},
                            CodeName{67, "KRB_AP_ERR_NO_TGT"},
                            CodeName{68, "KDC_ERR_WRONG_REALM"},
                            CodeName{69, "KRB_AP_ERR_USER_TO_USER_REQUIRED"},
                            CodeName{70, "KDC_ERR_CANT_VERIFY_CERTIFICATE"},
                            CodeName{71, "KDC_ERR_INVALID_CERTIFICATE"},
                            CodeName{72, "KDC_ERR_REVOKED_CERTIFICATE"},
                            CodeName{73, "KDC_ERR_REVOCATION_STATUS_UNKNOWN"},
                            CodeName{74, "KDC_ERR_REVOCATION_STATUS_UNAVAILABLE"},
                            CodeName{75, "KDC_ERR_CLIENT_NAME_MISMATCH"},
                            CodeName{76, "KDC_ERR_KDC_NAME_MISMATCH"}};

/// IANA: Kerberos Encryption Type Numbers.
constexpr std::array encryptions{CodeName{1, "DES_CBC_CRC"},
                                 CodeName{2, "DES_CBC_MD4"},
                                 CodeName{3, "DES_CBC_MD5"},
                                 CodeName{5, "DES3_CBC_MD5"},
                                 CodeName{7, "DES3_CBC_SHA1"},
                                 CodeName{9, "DSAWITHSHA1_CMSOID"},
                                 CodeName{10, "MD5WITHRSAENCRYPTION_CMSOID"},
                                 CodeName{11, "SHA1WITHRSAENCRYPTION_CMSOID"},
                                 CodeName{12, "RC2CBC_ENVOID"},
                                 CodeName{13, "RSAENCRYPTION_ENVOID"},
                                 CodeName{14, "RSAES_OAEP_ENV_OID"},
                                 CodeName{15, "DES_EDE3_CBC_ENV_OID"},
                                 CodeName{16, "DES3_CBC_SHA1_KD"},
                                 CodeName{17, "AES128_CTS_HMAC_SHA1_96"},
                                 CodeName{18, "AES256_CTS_HMAC_SHA1_96"},
                                 CodeName{19, "AES128_CTS_HMAC_SHA256_128"},
                                 CodeName{20, "AES256_CTS_HMAC_SHA384_192"},
                                 CodeName{23, "RC4_HMAC"},
                                 CodeName{24, "RC4_HMAC_EXP"},
                                 CodeName{25, "CAMELLIA128_CTS_CMAC"},
                                 CodeName{26, "CAMELLIA256_CTS_CMAC"}};

constexpr std::size_t beginning_size = 10;  // octets of version and type

/// What stands behind a tag and its length; nothing where they are incomplete or impossible.
std::optional<Bytes> skip_header(Bytes data) noexcept {
    if (data.size() < 2 || data[1] == 0x80 || data[1] > 0x84) return std::nullopt;
    const std::size_t head = 2u + (data[1] < 0x80 ? 0u : data[1] & 0x7fu);
    return data.size() < head ? std::nullopt : std::optional{data.subspan(head)};
}

constexpr bool is_type(std::uint8_t number) noexcept { return (number >= 10 && number <= 13) || number == 30; }

std::int64_t integer_in(Bytes wrapped, ber::Reader& parent) noexcept {
    ber::Reader reader{wrapped};
    const std::int64_t value = reader.integer();
    if (!reader.ok()) parent.fail();
    return value;
}
Bytes string_in(Bytes wrapped, ber::Reader& parent) noexcept {
    ber::Reader reader{wrapped};
    const Bytes text = reader.expect(general_string);
    if (!reader.ok()) parent.fail();
    return text;
}

/// RFC 4120 section 5.2.2: SEQUENCE { [0] type, [1] SEQUENCE OF components }.
void read_name(Bytes wrapped, Name& name, ber::Reader& parent) noexcept {
    ber::Reader outer{wrapped};
    ber::Reader sequence{outer.expect(tag::sequence)};
    (void)sequence.expect(context | 0);
    ber::Reader list{sequence.expect(context | 1)};
    ber::Reader parts{list.expect(tag::sequence)};
    if (!outer.ok() || !sequence.ok() || !list.ok()) parent.fail();
    while (parts.ok() && !parts.empty()) {
        const Bytes part = parts.expect(general_string);
        if (parts.ok()) (void)name.push_back(part);
    }
    if (!parts.ok()) parent.fail();
}

/// RFC 4120 section 5.2.9: the encryption type of SEQUENCE { [0] type, [1] key version, [2] cipher text }.
std::int32_t read_encryption(Bytes wrapped, ber::Reader& parent) noexcept {
    ber::Reader outer{wrapped};
    ber::Reader sequence{outer.expect(tag::sequence)};
    const Bytes type = sequence.expect(context | 0);
    if (!outer.ok() || !sequence.ok()) parent.fail();
    return static_cast<std::int32_t>(integer_in(type, parent));
}

/// RFC 4120 section 5.3: version [0], realm [1], server [2], encrypted part [3].
void read_ticket(Bytes wrapped, Message& message, ber::Reader& parent) noexcept {
    ber::Reader outer{wrapped};
    ber::Reader ticket{outer.expect(ticket_tag)};
    ber::Reader sequence{ticket.expect(tag::sequence)};
    (void)sequence.expect(context | 0);
    (void)sequence.expect(context | 1);
    read_name(sequence.expect(context | 2), message.server, parent);
    message.ticket_encryption = read_encryption(sequence.expect(context | 3), parent);
    if (!sequence.ok()) parent.fail();
}

/// RFC 4120 section 5.4.1: SEQUENCE OF SEQUENCE { [1] type, [2] value }.
void read_preauthentication(Bytes wrapped, Message& message, ber::Reader& parent) noexcept {
    ber::Reader outer{wrapped};
    ber::Reader list{outer.expect(tag::sequence)};
    while (list.ok() && !list.empty()) {
        ber::Reader item{list.expect(tag::sequence)};
        const std::int64_t type = integer_in(item.expect(context | 1), list);
        message.preauthenticated |= type == timestamp || type == encrypted_challenge || type == signed_request || type == ap_request;
    }
    if (!outer.ok() || !list.ok()) parent.fail();
}

void read_offered(Bytes wrapped, Message& message, ber::Reader& parent) noexcept {
    ber::Reader outer{wrapped};
    ber::Reader list{outer.expect(tag::sequence)};
    while (list.ok() && !list.empty()) {
        const std::int64_t type = list.integer();
        if (list.ok()) (void)message.offered.push_back(static_cast<std::int32_t>(type));
    }
    if (!outer.ok() || !list.ok()) parent.fail();
}

/// The body of a request: client [1], realm [2], server [3], encryption types [8].
void read_request_body(Bytes wrapped, Message& message, ber::Reader& parent) noexcept {
    ber::Reader outer{wrapped};
    ber::Reader body{outer.expect(tag::sequence)};
    while (body.ok() && !body.empty()) {
        const ber::Element member = body.next();
        switch (member.tag) {
            case context | 1: read_name(member.content, message.client, body); break;
            case context | 2: message.realm = string_in(member.content, body); break;
            case context | 3: read_name(member.content, message.server, body); break;
            case context | 8: read_offered(member.content, message, body); break;
            default: break;
        }
    }
    if (!outer.ok() || !body.ok() || message.realm.data() == nullptr) parent.fail();
}

/// What stands behind version and type: pre-authentication [3], body [4].
void read_request(ber::Reader& members, Message& message) noexcept {
    bool body = false;
    while (members.ok() && !members.empty()) {
        const ber::Element member = members.next();
        if (member.tag == (context | 3)) read_preauthentication(member.content, message, members);
        if (member.tag == (context | 4)) read_request_body(member.content, message, members);
        body |= member.tag == (context | 4);
    }
    if (!body) members.fail();
}

/// What stands behind version and type: realm [3] and name [4] of the client, ticket [5], encrypted part [6].
void read_response(ber::Reader& members, Message& message) noexcept {
    while (members.ok() && !members.empty()) {
        const ber::Element member = members.next();
        switch (member.tag) {
            case context | 3: message.realm = string_in(member.content, members); break;
            case context | 4: read_name(member.content, message.client, members); break;
            case context | 5: read_ticket(member.content, message, members); break;
            case context | 6: message.encryption = read_encryption(member.content, members); break;
            default: break;
        }
    }
    if (!message.encryption || !message.ticket_encryption) members.fail();
}

/// What stands behind version and type: code [6], client [8], realm [9], server [10], text [11].
void read_error(ber::Reader& members, Message& message) noexcept {
    while (members.ok() && !members.empty()) {
        const ber::Element member = members.next();
        switch (member.tag) {
            case context | 6: message.error = static_cast<std::uint32_t>(integer_in(member.content, members)); break;
            case context | 8: read_name(member.content, message.client, members); break;
            case context | 9: message.realm = string_in(member.content, members); break;
            case context | 10: read_name(member.content, message.server, members); break;
            case context | 11: message.error_text = string_in(member.content, members); break;
            default: break;
        }
    }
    if (!message.error) members.fail();
}

}  // namespace

bool may_begin(Bytes data) noexcept {
    if (data.empty()) return true;
    const std::uint8_t type = data[0] & 0x1f;
    if ((data[0] & 0xe0) != application || !is_type(type)) return false;
    if (data.size() < 2) return true;
    const auto sequence = skip_header(data);
    if (!sequence) return data[1] != 0x80 && data[1] <= 0x84;
    if (!sequence->empty() && sequence->front() != tag::sequence) return false;
    const auto members = skip_header(*sequence);
    if (!members) return sequence->size() < 2 || ((*sequence)[1] != 0x80 && (*sequence)[1] <= 0x84);
    // Version and type stand first; DER writes them in one way only.
    const std::uint8_t first = is_request(Type{type}) ? 1 : 0;
    const std::array<std::uint8_t, beginning_size> beginning{static_cast<std::uint8_t>(context | first),       3, 2, 1, version,
                                                             static_cast<std::uint8_t>(context | (first + 1)), 3, 2, 1, type};
    const Bytes shown = first_of(*members, beginning_size);
    return std::ranges::equal(shown, first_of(beginning, shown.size()));
}

std::optional<Message> read_message(Bytes wire) noexcept {
    ber::Reader outer{wire};
    const ber::Element element = outer.next();
    if (!outer.ok() || !outer.empty() || !may_begin(wire)) return std::nullopt;
    std::optional<Message> message{std::in_place};
    message->type = Type{static_cast<std::uint8_t>(element.tag & 0x1f)};
    ber::Reader sequence{element.content};
    ber::Reader members{sequence.expect(tag::sequence)};
    const std::uint8_t first = is_request(message->type) ? 1 : 0;
    const std::int64_t read_version = integer_in(members.expect(context | first), members);
    const std::int64_t type = integer_in(members.expect(context | (first + 1)), members);
    if (!sequence.ok() || read_version != version || type != static_cast<std::int64_t>(message->type)) return std::nullopt;
    if (is_request(message->type))
        read_request(members, *message);
    else if (message->type == Type::error)
        read_error(members, *message);
    else
        read_response(members, *message);
    if (!members.ok()) message.reset();
    return message;
}

std::string_view type_name(Type type) noexcept {
    switch (type) {
        case Type::as_req: return "KRB_AS_REQ";
        case Type::as_rep: return "KRB_AS_REP";
        case Type::tgs_req: return "KRB_TGS_REQ";
        case Type::tgs_rep: return "KRB_TGS_REP";
        case Type::error: return "KRB_ERROR";
    }
    return {};
}

std::string_view operation_name(Type type) noexcept {
    switch (type) {
        case Type::as_req: return "as-req";
        case Type::as_rep: return "as-rep";
        case Type::tgs_req: return "tgs-req";
        case Type::tgs_rep: return "tgs-rep";
        case Type::error: return "error";
    }
    return {};
}

std::string_view error_name(std::uint32_t error) noexcept { return name_of(errors, error); }

std::string_view encryption_name(std::int32_t type) noexcept {
    return type < 0 ? std::string_view{} : name_of(encryptions, static_cast<std::uint32_t>(type));
}

bool is_weak(std::int32_t type) noexcept { return (type < 17 || type > 20) && type != 25 && type != 26; }

}  // namespace weir::krb5
