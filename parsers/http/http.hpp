// SPDX-License-Identifier: Apache-2.0
// HTTP/1, RFC 9110 and RFC 9112: requests and responses with headers and the start of their bodies, paired in order.
#pragma once

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/http/http_message.hpp"

namespace weir::http {

inline constexpr std::size_t max_body = 16 * 1024;  ///< of each body, shown to rules
inline constexpr std::size_t max_pipelined = 8;     ///< requests that wait for their response
inline constexpr std::size_t max_kept_text = 2048;  ///< of all waiting requests together

/// What stays of a request while its response is awaited. Texts that do not fit are cut.
struct Kept {
    struct Piece {
        std::uint16_t begin = 0, length = 0;
        bool present = false;
    };
    Piece method, target, host, user_agent, referer, protocol;
};

/// A transaction as it stands: `message` is the head being reported (request or response); the rest is what is known of both.
struct Transaction {
    const Head* message = nullptr;
    bool response = false;     ///< `message` is the response
    Bytes body{};              ///< the start of the message's body, chunks joined
    Bytes uri{};               ///< normalised; requests only
    Bytes host{};              ///< lower case, without port
    std::uint32_t port = 0;    ///< behind the host's colon; 0: none
    Bytes method{}, target{}, user_agent{}, referer{}, protocol{};
    std::uint16_t status = 0;  ///< 0: no response seen
    Bytes content_type{}, location{};  ///< the response's
    std::uint64_t length = 0;  ///< of the response's body, as far as it is known
    Scratch* scratch = nullptr;  ///< for fields that are put together on demand
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void end(Direction direction, Bytes unconsumed, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    enum class Phase : std::uint8_t {
        head,        ///< a head is awaited; what was seen of it stays in the stream
        body,        ///< the head has been reported; it stays in the stream until the start of its body is there, too
        chunks,      ///< a chunked body goes on behind what was shown
        until_close, ///< a body without a length
        lost,        ///< behind a gap: a start line is awaited
    };
    struct Side {
        Phase phase = Phase::head;
        bool to_close = false;  ///< the body that is awaited has no length
        std::uint32_t searched = 0;
    };
    /// The response that the oldest request is getting.
    struct Answer {
        bool seen = false;
        std::uint16_t status = 0;
        std::uint64_t length = 0;
        std::array<std::uint8_t, 64> content_type;
        std::uint8_t content_type_length = 0;
        std::array<std::uint8_t, 128> location;
        std::uint8_t location_length = 0;
    };

    Fed message(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed rest_of_chunks(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed next_start(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    [[nodiscard]] Framing framing(const Head& head, bool response) const noexcept;
    void report(const Head& head, bool response, Bytes body, Report what, Emit<Transaction> emit) noexcept;
    void check(const Head& head, bool response, Emit<Transaction> emit) noexcept;
    void keep(const Head& head, Emit<Transaction> emit) noexcept;
    void answer(const Head& head) noexcept;
    void response_done(Emit<Transaction> emit) noexcept;
    void log(Emit<Transaction> emit) noexcept;
    void forget_oldest() noexcept;
    [[nodiscard]] Bytes kept(const Kept::Piece& piece) const noexcept;
    [[nodiscard]] bool is_connect(const Kept& request) const noexcept;
    [[nodiscard]] Kept::Piece store(Bytes text, std::size_t limit) noexcept;
    void fill_from_kept(Transaction& transaction) const noexcept;

    std::array<Side, 2> sides_{};
    InlineVector<Kept, max_pipelined> waiting_;
    std::array<std::uint8_t, max_kept_text> text_;
    std::uint16_t text_used_ = 0;
    Answer answer_{};
    bool upgraded_ = false;  ///< CONNECT or an upgrade was accepted: no HTTP follows
    bool lossy_ = false;     ///< requests may have passed unread: a response without one is no wonder
};

// Fields that a function works out; http_fields.cpp.
Value method(const Transaction& transaction, std::size_t index) noexcept;
Value uri(const Transaction& transaction, std::size_t index) noexcept;
Value raw_uri(const Transaction& transaction, std::size_t index) noexcept;
Value request_line(const Transaction& transaction, std::size_t index) noexcept;
Value response_line(const Transaction& transaction, std::size_t index) noexcept;
Value protocol(const Transaction& transaction, std::size_t index) noexcept;
Value host(const Transaction& transaction, std::size_t index) noexcept;
Value raw_host(const Transaction& transaction, std::size_t index) noexcept;
Value user_agent(const Transaction& transaction, std::size_t index) noexcept;
Value referer(const Transaction& transaction, std::size_t index) noexcept;
Value api(const Transaction& transaction, std::size_t index) noexcept;
Value api_resource(const Transaction& transaction, std::size_t index) noexcept;
Value authorization(const Transaction& transaction, std::size_t index) noexcept;
Value cookie(const Transaction& transaction, std::size_t index) noexcept;
Value accept(const Transaction& transaction, std::size_t index) noexcept;
Value accept_encoding(const Transaction& transaction, std::size_t index) noexcept;
Value accept_language(const Transaction& transaction, std::size_t index) noexcept;
Value connection(const Transaction& transaction, std::size_t index) noexcept;
Value content_type(const Transaction& transaction, std::size_t index) noexcept;
Value content_length(const Transaction& transaction, std::size_t index) noexcept;
Value header_block(const Transaction& transaction, std::size_t index) noexcept;
Value raw_header_block(const Transaction& transaction, std::size_t index) noexcept;
Value header_names(const Transaction& transaction, std::size_t index) noexcept;
Value request_headers(const Transaction& transaction, std::size_t index) noexcept;
Value response_headers(const Transaction& transaction, std::size_t index) noexcept;
Value start(const Transaction& transaction, std::size_t index) noexcept;
Value request_body(const Transaction& transaction, std::size_t index) noexcept;
Value response_body(const Transaction& transaction, std::size_t index) noexcept;
Value status_code(const Transaction& transaction, std::size_t index) noexcept;
Value status_message(const Transaction& transaction, std::size_t index) noexcept;
Value server(const Transaction& transaction, std::size_t index) noexcept;
Value location(const Transaction& transaction, std::size_t index) noexcept;
Value log_port(const Transaction& transaction, std::size_t index) noexcept;
Value log_content_type(const Transaction& transaction, std::size_t index) noexcept;
Value log_status(const Transaction& transaction, std::size_t index) noexcept;
Value log_redirect(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = http::Transaction;
    using State = http::State;
    static constexpr std::string_view name = "http";
    static constexpr std::string_view doc = "Hypertext Transfer Protocol, version 1, RFC 9112";
    static constexpr std::array hints{Hint::tcp(80), Hint::tcp(8080), Hint::tcp(7547), Hint::tcp(3128)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::host>("", "http.hostname", "Host, lower case, without port"),
        field<&log_port>("", "http.http_port", "Port named in the Host header", FieldKind::number),
        field<&Transaction::target>("", "http.url", "Request target as sent"),
        field<&Transaction::user_agent>("", "http.http_user_agent", "User-Agent header"),
        field<&log_content_type>("", "http.http_content_type", "Content-Type header of the response, up to its parameters"),
        field<&Transaction::referer>("", "http.http_refer", "Referer header"),
        field<&Transaction::method>("", "http.http_method", "Request method"),
        field<&Transaction::protocol>("", "http.protocol", "Protocol of the request line"),
        field<&log_status>("", "http.status", "Status code", FieldKind::number),
        field<&log_redirect>("", "http.redirect", "Location header of a 3xx response"),
        field<&Transaction::length>("", "http.length", "Bytes of the response's body"),
        field<&api>("http.api", "weir.http.api", "Management interface that the request's path belongs to: restconf, redfish"),
        field<&api_resource>("http.api_resource", "weir.http.api_resource", "What is asked for in it: `data/ietf-interfaces:interfaces`"),
        field<&method>("http.method", "", "Request method, RFC 9110 section 9"),
        field<&uri>("http.uri", "", "Request target, normalised: percent-decoded, dot segments and doubled slashes removed"),
        field<&raw_uri>("http.uri.raw", "", "Request target as sent"),
        field<&request_line>("http.request_line", "", "Request line, without its end"),
        field<&response_line>("http.response_line", "", "Status line, without its end"),
        field<&protocol>("http.protocol", "", "Protocol of the start line, both directions"),
        field<&host>("http.host", "", "Host header, lower case, without port"),
        field<&raw_host>("http.host.raw", "", "Host header as sent"),
        field<&user_agent>("http.user_agent", "", "User-Agent header"),
        field<&referer>("http.referer", "", "Referer header"),
        secret(field<&cookie>("http.cookie", "", "Cookie header of a request, Set-Cookie header of a response")),
        secret(field<&authorization>("http.authorization", "", "Authorization header")),
        field<&accept>("http.accept", "", "Accept header"),
        field<&accept_encoding>("http.accept_enc", "", "Accept-Encoding header"),
        field<&accept_language>("http.accept_lang", "", "Accept-Language header"),
        field<&connection>("http.connection", "", "Connection header, both directions"),
        field<&content_type>("http.content_type", "", "Content-Type header, both directions"),
        field<&content_length>("http.content_len", "", "Content-Length header, as text, both directions"),
        field<&header_block>("http.header", "", "Header fields, one `Name: value` line each, without cookies, both directions"),
        field<&raw_header_block>("http.header.raw", "", "Header fields as sent, both directions"),
        field<&header_names>("http.header_names", "", "Names of the header fields, each behind CR LF, closed by CR LF CR LF"),
        field<&request_headers>("http.request_header", "", "Each header field of a request as `name: value`"),
        field<&response_headers>("http.response_header", "", "Each header field of a response as `name: value`"),
        field<&start>("http.start", "", "Start line and header fields as sent, both directions"),
        field<&request_body>("http.request_body", "", "Start of the request's body, chunks joined"),
        field<&response_body>("http.response_body", "", "Start of the response's body, chunks joined"),
        field<&status_code>("http.stat_code", "", "Status code, as text"),
        field<&status_message>("http.stat_msg", "", "Reason phrase"),
        field<&server>("http.server", "", "Server header"),
        field<&location>("http.location", "", "Location header"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "request_line_invalid", "A request line that is none"},
        Anomaly{2, "response_line_invalid", "A status line that is none"},
        Anomaly{3, "header_too_long", "Start line and headers that are longer than the parser reads"},
        Anomaly{4, "invalid_content_length_field", "A Content-Length that is no number, or two that differ"},
        Anomaly{5, "request_both_lengths", "Content-Length beside Transfer-Encoding: chunked"},
        Anomaly{6, "missing_host_header", "An HTTP/1.1 request without a Host header"},
        Anomaly{7, "field_invalid", "A header line without a colon"},
        Anomaly{8, "invalid_chunk_length", "A chunk whose size is no number"},
        Anomaly{9, "too_many_pipelined", "More requests wait for their response than the parser keeps"},
        Anomaly{10, "unable_to_match_response_to_request", "A response without a request"},
    };
};

}  // namespace weir::http
