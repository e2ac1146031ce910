// SPDX-License-Identifier: Apache-2.0
// SIP, RFC 3261: requests and responses, with what SDP says of media.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::sip {

inline constexpr std::size_t max_head = 16 * 1024;  ///< start line and header fields
inline constexpr std::size_t max_body = 8 * 1024;   ///< octets of a body that are read
inline constexpr std::size_t max_media = 8;         ///< media descriptions shown

/// One message.
struct Transaction {
    bool request = false;
    Bytes start_line{}, method{}, uri{}, version{}, code{}, reason{};
    Bytes from{}, to{}, via{}, call_id{}, cseq{}, contact{}, user_agent{}, content_type{}, content_length{}, authorization{};
    Bytes user{};  ///< that logs in: `username` of Authorization
    Bytes sdp_origin{}, sdp_connection{};
    std::span<const Bytes> media{};  ///< `audio 49170 RTP/AVP 0`
};

class State {
public:
    void begin(Transport transport) noexcept { transport_ = transport; }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

private:
    Fed message(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

    Transport transport_ = Transport::udp;
    std::array<std::uint16_t, 2> searched_{};  ///< by Direction: octets known not to hold the head's end
};

Value request_line(const Transaction& transaction, std::size_t index) noexcept;
Value response_line(const Transaction& transaction, std::size_t index) noexcept;
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value media(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = sip::Transaction;
    using State = sip::State;
    static constexpr std::string_view name = "sip";
    static constexpr std::string_view doc = "Session Initiation Protocol, RFC 3261";
    static constexpr std::array hints{Hint::udp(5060), Hint::tcp(5060)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::method>("sip.method", "sip.method", "Method of a request, RFC 3261 section 7.1"),
        field<&Transaction::uri>("sip.uri", "sip.uri", "Request-URI"),
        field<&Transaction::version>("sip.protocol", "sip.version", "Protocol of the start line"),
        field<&request_line>("sip.request_line", "sip.request_line", "Request line"),
        field<&Transaction::code>("sip.stat_code", "sip.code", "Status code of a response, as text"),
        field<&Transaction::reason>("sip.stat_msg", "sip.reason", "Reason phrase of a response"),
        field<&response_line>("sip.response_line", "sip.response_line", "Status line"),
        field<&operation>("sip.operation", "", "Method for contracts: REGISTER, INVITE, ...; absent in responses"),
        field<&Transaction::from>("sip.from", "weir.sip.from", "From header"),
        field<&Transaction::to>("sip.to", "weir.sip.to", "To header"),
        field<&Transaction::via>("sip.via", "", "Via header, the first"),
        field<&Transaction::user_agent>("sip.user_agent", "weir.sip.user_agent", "User-Agent header; Server header of a response"),
        field<&Transaction::content_type>("sip.content_type", "", "Content-Type header"),
        field<&Transaction::content_length>("sip.content_length", "", "Content-Length header, as text"),
        field<&Transaction::call_id>("sip.call_id", "weir.sip.call_id", "Call-ID header"),
        field<&Transaction::cseq>("sip.cseq", "weir.sip.cseq", "CSeq header"),
        field<&Transaction::contact>("sip.contact", "weir.sip.contact", "Contact header, the first"),
        field<&Transaction::user>("sip.user", "weir.sip.user", "User that logs in, RFC 8760"),
        field<&Transaction::sdp_origin>("sdp.origin", "sip.sdp.origin", "SDP: who opened the media session, RFC 8866 section 5.2"),
        field<&Transaction::sdp_connection>("sdp.connection_data", "sip.sdp.connection_data",
                                            "SDP: where media goes, RFC 8866 section 5.7"),
        field<&media>("sdp.media", "sip.sdp.media_descriptions[].media", "SDP: media descriptions, RFC 8866 section 5.14"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "invalid_data", "A message whose start line is none, or a head that is too long"},
        Anomaly{2, "incomplete_data", "A datagram that ends within the head"},
    };
};

}  // namespace weir::sip
