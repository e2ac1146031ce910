// SPDX-License-Identifier: Apache-2.0
// DNS, RFC 1035: queries and answers over UDP, and over TCP with their two-octet length.
#pragma once

#include "parsers/dns/dns_fields.hpp"

namespace weir::dns {

class State {
public:
    void begin(Transport transport) noexcept { transport_ = transport; }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

private:
    Fed feed_stream(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    /// Reports one message; false when its header cannot be one of this protocol.
    bool read(Direction direction, Bytes message, Emit<Transaction> emit) noexcept;

    std::uint32_t messages_ = 0;
    Transport transport_ = Transport::udp;
};

struct Parser {
    using Transaction = dns::Transaction;
    using State = dns::State;
    static constexpr std::string_view name = "dns";
    static constexpr std::string_view doc = "Domain Name System, RFC 1035, with EDNS, RFC 6891; not mDNS, LLMNR or NetBIOS";
    static constexpr std::array hints{Hint::udp(53), Hint::tcp(53)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::span<const Field> fields{dns::fields::table};
    enum AnomalyId : unsigned {
        malformed_data = 1,
        not_request,
        not_response,
        z_flag_set,
        invalid_opcode,
        name_too_long,
        infinite_loop,
        invalid_authorities,
        invalid_additionals,
        too_many_records,
    };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data",
                "A header that cannot be one, or questions or answers that end early or lie about their lengths"},
        Anomaly{not_request, "not_request", "A response sent towards the server"},
        Anomaly{not_response, "not_response", "A request sent towards the client"},
        Anomaly{z_flag_set, "z_flag_set", "The reserved bit of the header is set, RFC 1035 section 4.1.1"},
        Anomaly{invalid_opcode, "invalid_opcode", "An operation code that is not assigned, RFC 6895 section 2.2"},
        Anomaly{name_too_long, "name_too_long", "A name of more than 255 octets, RFC 1035 section 2.3.4"},
        Anomaly{infinite_loop, "infinite_loop", "A compression pointer that does not point backwards, or a chain of more than 64"},
        Anomaly{invalid_authorities, "invalid_authorities", "The authority section ends early"},
        Anomaly{invalid_additionals, "invalid_additionals", "The additional section ends early"},
        Anomaly{too_many_records, "too_many_records", "More than 64 rows in a section, or more than the memory of one message holds"},
    };
};

}  // namespace weir::dns
