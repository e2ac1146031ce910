// SPDX-License-Identifier: Apache-2.0
// LDAP, RFC 4511, over TCP and (as Active Directory's locator does) over UDP: each request with its responses.
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/kept_text.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/ldap/ldap_message.hpp"

namespace weir::ldap {

inline constexpr std::size_t max_pending = 4;        ///< requests that wait for their responses; then the oldest is given up
inline constexpr std::size_t max_read = 32768;       ///< octets of a message that are waited for and read
inline constexpr std::size_t max_filter_text = 256;  ///< octets of a filter's text that are shown

/// What is shown of a request, with its responses as well.
struct Request {
    Op op{};
    std::uint32_t id = 0;
    Authentication authentication = Authentication::none;
    std::optional<std::uint32_t> version{}, scope{}, aliases{}, size_limit{}, time_limit{};
};

struct Transaction {
    const Request* request = nullptr;  ///< null: not seen
    Bytes dn{}, mechanism{}, filter{}, oid{};
    const Message* asked = nullptr;   ///< the request itself, while it is at hand
    const Message* answer = nullptr;  ///< the response; null: there is none (yet)
    std::uint32_t responses = 0, entries = 0;
};

class State {
public:
    void begin(Transport transport) noexcept { transport_ = transport; }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    /// A request that is kept until the last of its responses.
    struct Pending {
        Request request{};
        std::uint32_t responses = 0, entries = 0;
        KeptText<256> dn;
        KeptText<max_filter_text> filter;
        KeptText<64> oid;
        KeptText<32> mechanism;
        [[nodiscard]] Transaction transaction() const noexcept;
    };
    Fed element(Direction direction, Bytes rest, Emit<Transaction> emit) noexcept;
    /// True when another protocol is spoken from here on.
    [[nodiscard]] bool message(Direction direction, const Message& message, Emit<Transaction> emit) noexcept;
    void asked(Direction direction, const Message& message, Emit<Transaction> emit) noexcept;
    [[nodiscard]] bool answered(Direction direction, const Message& message, Emit<Transaction> emit) noexcept;
    void drop(std::size_t index) noexcept;

    Transport transport_ = Transport::tcp;
    bool protected_ = false;      ///< a SASL bind has succeeded: what follows may be wrapped in a security layer
    std::array<bool, 2> lost_{};  ///< by Direction: bytes are missing, so that what follows need not begin with a message
    InlineVector<Pending, max_pending> pending_;
};

namespace fields {
Value request_op(const Transaction& transaction, std::size_t index) noexcept;
Value request_op_name(const Transaction& transaction, std::size_t index) noexcept;
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value request_id(const Transaction& transaction, std::size_t index) noexcept;
Value authentication(const Transaction& transaction, std::size_t index) noexcept;
Value password(const Transaction& transaction, std::size_t index) noexcept;
Value request_attribute(const Transaction& transaction, std::size_t index) noexcept;
Value response_op(const Transaction& transaction, std::size_t index) noexcept;
Value response_op_name(const Transaction& transaction, std::size_t index) noexcept;
Value response_id(const Transaction& transaction, std::size_t index) noexcept;
Value response_dn(const Transaction& transaction, std::size_t index) noexcept;
Value response_text(const Transaction& transaction, std::size_t index) noexcept;
Value response_attribute(const Transaction& transaction, std::size_t index) noexcept;
Value result(const Transaction& transaction, std::size_t index) noexcept;
Value result_name(const Transaction& transaction, std::size_t index) noexcept;

/// A text of the request, under the name that it has in this operation.
template <auto Transaction::*Member, Op Which>
Value text(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const bool here = transaction.request != nullptr && transaction.request->op == Which;
    return here ? detail::value_of(transaction.*Member) : Value::none();
}
/// What `Get` says of a response, where it is of this operation.
template <auto Get, Op Which>
Value of_response(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0 || transaction.answer == nullptr) return {};
    return transaction.answer->op == Which ? Get(transaction, 0) : Value::none();
}
}  // namespace fields

struct Parser {
    using Transaction = ldap::Transaction;
    using State = ldap::State;
    static constexpr std::string_view name = "ldap";
    static constexpr std::string_view doc = "Lightweight Directory Access Protocol, RFC 4511";
    static constexpr std::array hints{Hint::tcp(389), Hint::tcp(3268), Hint::udp(389)};
    static Probe probe(const Offer& offer) noexcept;

    static constexpr std::string_view dn_doc = "What the request is about, RFC 4511 section 4";
    static constexpr std::string_view code_doc = "Result by name, RFC 4511 section 4.1.9";
    static constexpr std::string_view matched_doc = "How far the name was found, RFC 4511 section 4.1.9";
    static constexpr std::string_view text_doc = "Diagnostic message, RFC 4511 section 4.1.9";
    static constexpr std::array fields{
        field<&fields::request_op>("ldap.request.operation", "", "Operation by its tag, RFC 4511 section 4.1.1", FieldKind::number),
        field<&fields::request_id>("", "ldap.request.message_id", "Message identifier, RFC 4511 section 4.1.1.1", FieldKind::number),
        field<&fields::request_op_name>("", "ldap.request.operation", "Operation by name, as Suricata has it"),
        field<&Transaction::dn>("ldap.request.dn", "", "Distinguished name that the request is about"),
        field<&fields::request_attribute>("ldap.request.attribute_type", "",
                                          "Attributes that a search wants, or that are added or changed: when the request is judged"),
        field<inside<&Transaction::request, &Request::version>>("", "ldap.request.bind_request.version", "Version, RFC 4511 section 4.2",
                                                                FieldKind::number),
        field<fields::text<&Transaction::dn, Op::bind_request>>("", "ldap.request.bind_request.name", "Who binds, RFC 4511 section 4.2"),
        field<fields::text<&Transaction::mechanism, Op::bind_request>>("ldap.sasl_mechanism", "ldap.request.bind_request.sasl.mechanism",
                                                                       "SASL mechanism, RFC 4511 section 4.2"),
        field<fields::text<&Transaction::dn, Op::search_request>>("", "ldap.request.search_request.base_object",
                                                                  "Where is searched, RFC 4511 section 4.5.1.1"),
        field<inside<&Transaction::request, &Request::scope>>("", "ldap.request.search_request.scope",
                                                              "0 the object, 1 one level, 2 the whole subtree", FieldKind::number),
        field<inside<&Transaction::request, &Request::aliases>>(
            "", "ldap.request.search_request.deref_alias", "Whether aliases are followed, RFC 4511 section 4.5.1.3", FieldKind::number),
        field<inside<&Transaction::request, &Request::size_limit>>("", "ldap.request.search_request.size_limit",
                                                                   "Entries wanted at most; 0: all", FieldKind::number),
        field<inside<&Transaction::request, &Request::time_limit>>("", "ldap.request.search_request.time_limit",
                                                                   "Seconds given to the search; 0: any", FieldKind::number),
        field<fields::text<&Transaction::dn, Op::modify_request>>("", "ldap.request.modify_request.object", dn_doc),
        field<fields::text<&Transaction::dn, Op::add_request>>("", "ldap.request.add_request.entry", dn_doc),
        field<fields::text<&Transaction::dn, Op::del_request>>("", "ldap.request.del_request.dn", dn_doc),
        field<fields::text<&Transaction::dn, Op::mod_dn_request>>("", "ldap.request.mod_dn_request.entry", dn_doc),
        field<fields::text<&Transaction::dn, Op::compare_request>>("", "ldap.request.compare_request.entry", dn_doc),
        field<fields::text<&Transaction::oid, Op::extended_request>>("ldap.extended_oid", "ldap.request.extended_request.name",
                                                                     "Which extended operation, RFC 4511 section 4.12"),
        field<&fields::response_op>("ldap.responses.operation", "", "Operation of the response by its tag", FieldKind::number),
        field<&fields::result>("ldap.responses.result_code", "", "Result code, RFC 4511 section 4.1.9", FieldKind::number),
        field<&fields::response_dn>("ldap.responses.dn", "", "Distinguished name in the response: an entry's, or how far one was found"),
        field<&fields::response_text>("ldap.responses.message", "", text_doc),
        field<&fields::response_attribute>("ldap.responses.attribute_type", "", "Attributes of an entry"),
        field<&fields::response_op_name>("", "ldap.responses[].operation", "Operation of the last response by name"),
        field<&fields::response_id>("", "ldap.responses[].message_id", "Message identifier, where the request was not seen",
                                    FieldKind::number),
        field<fields::of_response<&fields::result_name, Op::bind_response>>("", "ldap.responses[].bind_response.result_code", code_doc),
        field<fields::of_response<&fields::response_dn, Op::bind_response>>("", "ldap.responses[].bind_response.matched_dn", matched_doc),
        field<fields::of_response<&fields::response_text, Op::bind_response>>("", "ldap.responses[].bind_response.message", text_doc),
        field<fields::of_response<&fields::result_name, Op::search_result_done>>("", "ldap.responses[].search_result_done.result_code",
                                                                                 code_doc),
        field<fields::of_response<&fields::response_dn, Op::search_result_done>>("", "ldap.responses[].search_result_done.matched_dn",
                                                                                 matched_doc),
        field<fields::of_response<&fields::response_text, Op::search_result_done>>("", "ldap.responses[].search_result_done.message",
                                                                                   text_doc),
        field<fields::of_response<&fields::result_name, Op::modify_response>>("", "ldap.responses[].modify_response.result_code", code_doc),
        field<fields::of_response<&fields::response_text, Op::modify_response>>("", "ldap.responses[].modify_response.message", text_doc),
        field<fields::of_response<&fields::result_name, Op::add_response>>("", "ldap.responses[].add_response.result_code", code_doc),
        field<fields::of_response<&fields::response_text, Op::add_response>>("", "ldap.responses[].add_response.message", text_doc),
        field<fields::of_response<&fields::result_name, Op::del_response>>("", "ldap.responses[].del_response.result_code", code_doc),
        field<fields::of_response<&fields::response_text, Op::del_response>>("", "ldap.responses[].del_response.message", text_doc),
        field<fields::of_response<&fields::result_name, Op::mod_dn_response>>("", "ldap.responses[].mod_dn_response.result_code", code_doc),
        field<fields::of_response<&fields::response_text, Op::mod_dn_response>>("", "ldap.responses[].mod_dn_response.message", text_doc),
        field<fields::of_response<&fields::result_name, Op::compare_response>>("", "ldap.responses[].compare_response.result_code",
                                                                               code_doc),
        field<fields::of_response<&fields::response_text, Op::compare_response>>("", "ldap.responses[].compare_response.message", text_doc),
        field<fields::of_response<&fields::result_name, Op::extended_response>>("", "ldap.responses[].extended_response.result_code",
                                                                                code_doc),
        field<fields::of_response<&fields::response_text, Op::extended_response>>("", "ldap.responses[].extended_response.message",
                                                                                  text_doc),
        field<&fields::operation>("ldap.operation", "weir.ldap.operation",
                                  "What is asked for: bind, search, modify, add, delete, rename, compare, abandon, extended, unbind"),
        field<&fields::authentication>("ldap.authentication", "weir.ldap.authentication",
                                       "How a bind is proven: anonymous, unauthenticated, simple (a password in clear), sasl, ntlm"),
        secret(field<&fields::password>("ldap.password", "weir.ldap.password", "Password of a simple bind")),
        field<fields::text<&Transaction::filter, Op::search_request>>("ldap.filter", "weir.ldap.filter",
                                                                      "Beginning of a search's filter as text, RFC 4515"),
        field<&Transaction::responses>("ldap.responses.count", "weir.ldap.responses", "Responses so far"),
        field<&Transaction::entries>("ldap.entries", "weir.ldap.entries", "Entries found so far"),
    };
    enum AnomalyId : unsigned { malformed_data = 1, too_many_requests };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "BER or a message layout that is broken"},
        Anomaly{too_many_requests, "too_many_transactions",
                "More requests at once than are kept: the oldest is written without its responses"},
    };
};

}  // namespace weir::ldap
