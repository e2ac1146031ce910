// SPDX-License-Identifier: Apache-2.0
// XNAP, 3GPP TS 38.423: which procedure each message is about.
#pragma once

#include "parsers/base/radio_ap.hpp"

namespace weir::xnap {

/// id-* of XNAP-Constants, by procedure code.
inline constexpr auto procedures = std::to_array<std::string_view>({
    "handoverPreparation", "sNStatusTransfer", "handoverCancel", "retrieveUEContext", "rANPaging", "xnUAddressIndication",
    "uEContextRelease"});
inline constexpr std::uint32_t payload_protocol = 61;  // IANA, SCTP payload protocol identifiers

/// Messages stand for themselves.
struct State {
    Fed feed(Direction direction, Bytes message, Emit<radio_ap::Transaction> emit) noexcept {
        return radio_ap::feed(direction, message, procedures, emit);
    }
};

struct Parser {
    using Transaction = radio_ap::Transaction;
    using State = xnap::State;
    static constexpr std::string_view name = "xnap";
    static constexpr std::string_view doc = "Xn Application Protocol between gNBs, 3GPP TS 38.423";
    static constexpr std::array hints{Hint::sctp(38422)};
    static Probe probe(const Offer& offer) noexcept { return radio_ap::probe(offer, payload_protocol); }
    static constexpr std::array fields{
        field<&Transaction::procedure>("xnap.operation", "xnap.operation", "Elementary procedure by the standard's name"),
        field<&Transaction::code>("xnap.procedure_code", "xnap.procedure_code", "The same as a number, TS 38.423 section 9"),
        field<&radio_ap::kind_name>("xnap.message", "xnap.message", "initiating, successful, unsuccessful"),
    };
    static constexpr auto anomalies = radio_ap::anomalies;
};

}  // namespace weir::xnap
