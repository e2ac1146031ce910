// SPDX-License-Identifier: Apache-2.0
// HTTP/2 over clear TCP (RFC 9113), with prior knowledge or behind an upgrade: requests and responses, and gRPC in them.
#pragma once

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/http2/frame.hpp"
#include "parsers/http2/hpack.hpp"

namespace weir::http2 {

inline constexpr std::size_t max_streams = 12;      ///< requests that wait for their response
inline constexpr std::size_t max_kept_text = 1536;  ///< of all waiting requests together

/// A stream's request and response, or (stream 0 and others) a control frame.
struct Transaction {
    std::uint32_t stream = 0;
    FrameType frame = FrameType::headers;  ///< the frame that is reported
    bool response = false;                 ///< it came from the server
    bool exchange = false;                 ///< a request or response, not a control frame
    std::span<const Header> headers{};     ///< of the message that is reported; none when only the event is written
    std::optional<std::uint32_t> size_update{}, error{};
    Bytes method{}, path{}, authority{}, user_agent{}, referer{};  ///< the request's; what is kept of it is cut
    std::uint16_t status = 0;                                      ///< 0: no response seen
    Bytes content_type{};                                          ///< the response's, up to its parameters
    std::uint64_t length = 0;                                      ///< of the response's DATA frames
    bool grpc = false;
    std::optional<std::uint32_t> grpc_status{};
    Scratch* scratch = nullptr;  ///< for fields that are put together on demand
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    struct Side {
        DynamicTable table;
        bool started = false;  ///< the preface, or the first frame, is behind
    };
    /// What stays of a stream until it ends. Texts stand in `text_`, one behind the other.
    struct Stream {
        enum Text : std::uint8_t { method, path, authority, user_agent, referer, content_type, text_count };
        std::uint32_t id = 0;
        std::uint16_t status = 0;
        std::uint16_t begin = 0;
        std::array<std::uint16_t, text_count> sizes{};
        std::uint64_t length = 0;
        bool grpc = false;
        std::optional<std::uint32_t> grpc_status{};
    };

    Fed frame(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed header_block(Direction direction, const FrameHeader& header, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed control(Direction direction, const FrameHeader& header, Bytes payload, Emit<Transaction> emit) noexcept;
    void request(const FrameHeader& header, const HeaderBlock& block, Emit<Transaction> emit) noexcept;
    void response(const FrameHeader& header, const HeaderBlock& block, Emit<Transaction> emit) noexcept;
    void check(const HeaderBlock& block, Emit<Transaction> emit) const noexcept;
    [[nodiscard]] Stream* find(std::uint32_t id) noexcept;
    Stream& open(std::uint32_t id, Emit<Transaction> emit) noexcept;
    void end(Stream& stream, std::optional<std::uint32_t> error, Emit<Transaction> emit) noexcept;
    void keep(Stream& stream, Stream::Text which, Bytes text, std::size_t limit) noexcept;
    [[nodiscard]] Bytes kept(const Stream& stream, Stream::Text which) const noexcept;
    [[nodiscard]] Transaction remembered(const Stream& stream, bool response, Scratch& scratch) const noexcept;

    std::array<Side, 2> sides_{};
    InlineVector<Stream, max_streams> streams_;  ///< in the order in which they were opened, and so are their texts
    std::array<std::uint8_t, max_kept_text> text_;
    std::uint16_t text_used_ = 0;
    std::uint32_t last_request_ = 0;  ///< highest stream that the client has opened
};

// Fields that a function works out; http2_fields.cpp.
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value grpc_service(const Transaction& transaction, std::size_t index) noexcept;
Value grpc_method(const Transaction& transaction, std::size_t index) noexcept;
Value grpc_status(const Transaction& transaction, std::size_t index) noexcept;
Value frame_type(const Transaction& transaction, std::size_t index) noexcept;
Value error_code(const Transaction& transaction, std::size_t index) noexcept;
Value size_update(const Transaction& transaction, std::size_t index) noexcept;
Value header_name(const Transaction& transaction, std::size_t index) noexcept;
Value version(const Transaction& transaction, std::size_t index) noexcept;
Value hostname(const Transaction& transaction, std::size_t index) noexcept;
Value port(const Transaction& transaction, std::size_t index) noexcept;
Value status(const Transaction& transaction, std::size_t index) noexcept;
Value length(const Transaction& transaction, std::size_t index) noexcept;
Value host(const Transaction& transaction, std::size_t index) noexcept;
Value raw_host(const Transaction& transaction, std::size_t index) noexcept;
Value api(const Transaction& transaction, std::size_t index) noexcept;
Value api_resource(const Transaction& transaction, std::size_t index) noexcept;
Value authorization(const Transaction& transaction, std::size_t index) noexcept;
Value cookie(const Transaction& transaction, std::size_t index) noexcept;
Value status_code(const Transaction& transaction, std::size_t index) noexcept;
Value header_lines(const Transaction& transaction, std::size_t index) noexcept;
Value header_names(const Transaction& transaction, std::size_t index) noexcept;
Value request_headers(const Transaction& transaction, std::size_t index) noexcept;
Value response_headers(const Transaction& transaction, std::size_t index) noexcept;

/// The first header field of one name.
enum class Of : std::uint8_t { request, response, both };
enum class Name : std::uint8_t {
    method,
    path,
    user_agent,
    referer,
    accept,
    accept_encoding,
    accept_language,
    content_type,
    content_length,
    server,
    location
};
Value header(const Transaction& transaction, std::size_t index, Name name, Of side) noexcept;
template <Name Which, Of Side>
Value header_of(const Transaction& transaction, std::size_t index) noexcept {
    return header(transaction, index, Which, Side);
}

struct Parser {
    using Transaction = http2::Transaction;
    using State = http2::State;
    static constexpr std::string_view name = "http2";
    static constexpr std::string_view event = "http";
    static constexpr std::string_view doc = "Hypertext Transfer Protocol, version 2, in clear text, with gRPC, RFC 9113";
    static constexpr std::array hints{Hint::tcp(9339), Hint::tcp(50051), Hint::tcp(57400), Hint::tcp(57500), Hint::tcp(29518)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&version>("", "http.version", "`2`: the HTTP that was spoken"),
        field<&hostname>("", "http.hostname", "Pseudo-header :authority, without user and port, lower case"),
        field<&port>("", "http.http_port", "Port in the pseudo-header :authority", FieldKind::number),
        field<&Transaction::path>("", "http.url", "Pseudo-header :path as sent, up to 256 octets"),
        field<&Transaction::user_agent>("", "http.http_user_agent", "Header user-agent"),
        field<&Transaction::content_type>("", "http.http_content_type", "Header content-type of the response, up to its parameters"),
        field<&Transaction::referer>("", "http.http_refer", "Header referer"),
        field<&Transaction::method>("", "http.http_method", "Pseudo-header :method"),
        field<&status>("", "http.status", "Pseudo-header :status", FieldKind::number),
        field<&length>("", "http.length", "Octets of the response's DATA frames", FieldKind::number),
        field<&Transaction::stream>("", "http.http2.stream_id", "Stream identifier, RFC 9113 section 5.1.1"),
        field<&error_code>("http2.errorcode", "http.http2.error_code", "Error code of RST_STREAM or GOAWAY, RFC 9113 section 7",
                           FieldKind::number),
        field<&operation>("http2.operation", "weir.http2.operation",
                          "What is asked for: `package.Service/Method` of gRPC (gNMI: `gnmi.gNMI/Set`), else the method"),
        field<&grpc_service>("http2.grpc_service", "weir.http2.grpc_service", "Service of a gRPC call, with its package (`gnmi.gNMI`)"),
        field<&grpc_method>("http2.grpc_method", "weir.http2.grpc_method", "Method of a gRPC call (`Subscribe`)"),
        field<&grpc_status>("http2.grpc_status", "weir.http2.grpc_status", "Header or trailer grpc-status: 0 is good, 16 not authenticated",
                            FieldKind::number),
        field<&api>("http.api", "weir.http.api", "Management interface that the request's path belongs to: restconf, redfish"),
        field<&api_resource>("http.api_resource", "weir.http.api_resource", "What is asked for in it: `data/ietf-interfaces:interfaces`"),
        field<&frame_type>("http2.frametype", "", "Type of the frame: 1 HEADERS, 3 RST_STREAM, 4 SETTINGS, 7 GOAWAY, RFC 9113 section 6",
                           FieldKind::number),
        field<&size_update>("http2.size_update", "", "New size of the header table, RFC 7541 section 6.3", FieldKind::number),
        field<&header_name>("http2.header_name", "", "Name of each header field, pseudo-headers with it"),
        field<&header_of<Name::method, Of::request>>("http.method", "", "Pseudo-header :method"),
        field<&header_of<Name::path, Of::request>>("http.uri", "", "Pseudo-header :path as sent"),
        field<&header_of<Name::path, Of::request>>("http.uri.raw", "", "Pseudo-header :path as sent"),
        field<&host>("http.host", "", "Pseudo-header :authority or header host, lower case, without port"),
        field<&raw_host>("http.host.raw", "", "Pseudo-header :authority or header host as sent"),
        field<&header_of<Name::user_agent, Of::request>>("http.user_agent", "", "Header user-agent"),
        field<&header_of<Name::referer, Of::request>>("http.referer", "", "Header referer"),
        secret(field<&cookie>("http.cookie", "", "Header cookie of a request, set-cookie of a response")),
        secret(field<&authorization>("http.authorization", "", "Header authorization")),
        field<&header_of<Name::accept, Of::request>>("http.accept", "", "Header accept"),
        field<&header_of<Name::accept_encoding, Of::request>>("http.accept_enc", "", "Header accept-encoding"),
        field<&header_of<Name::accept_language, Of::request>>("http.accept_lang", "", "Header accept-language"),
        field<&header_of<Name::content_type, Of::both>>("http.content_type", "", "Header content-type, both directions"),
        field<&header_of<Name::content_length, Of::both>>("http.content_len", "", "Header content-length, as text, both directions"),
        field<&status_code>("http.stat_code", "", "Pseudo-header :status, as text"),
        field<&header_of<Name::server, Of::response>>("http.server", "", "Header server"),
        field<&header_of<Name::location, Of::response>>("http.location", "", "Header location"),
        field<&header_lines>("http.header", "", "Header fields, one `name: value` line each, without cookies, both directions"),
        field<&header_names>("http.header_names", "", "Names of the header fields, each behind CR LF, closed by CR LF CR LF"),
        field<&request_headers>("http.request_header", "", "Each header field of a request as `name: value`"),
        field<&response_headers>("http.response_header", "", "Each header field of a response as `name: value`"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "invalid_frame_header", "A frame on a stream where its type cannot stand, or out of place"},
        Anomaly{2, "invalid_frame_data", "A frame whose padding or fields reach past its end"},
        Anomaly{3, "invalid_header", "A header block that is not HPACK"},
        Anomaly{4, "invalid_frame_length", "A frame of a length that its type cannot have"},
        Anomaly{5, "stream_id_reuse", "A request on a stream that was used before"},
        Anomaly{6, "authority_host_mismatch", "Pseudo-header :authority and header host differ"},
        Anomaly{7, "userinfo_in_uri", "User information in the pseudo-header :authority"},
        Anomaly{8, "reassembly_limit_reached", "A header block larger than is looked into"},
        Anomaly{9, "too_many_streams", "More requests wait for their response than the parser keeps"},
    };
};

}  // namespace weir::http2
