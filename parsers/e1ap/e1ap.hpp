// SPDX-License-Identifier: Apache-2.0
// E1AP, 3GPP TS 38.463: which procedure each message is about.
#pragma once

#include "parsers/base/radio_ap.hpp"

namespace weir::e1ap {

/// id-* of E1AP-Constants, by procedure code.
inline constexpr auto procedures = std::to_array<std::string_view>({
    "reset", "errorIndication", "privateMessage", "gNB-CU-UP-E1Setup", "gNB-CU-CP-E1Setup", "gNB-CU-UP-ConfigurationUpdate",
    "gNB-CU-CP-ConfigurationUpdate", "e1Release", "bearerContextSetup", "bearerContextModification",
    "bearerContextModificationRequired", "bearerContextRelease", "bearerContextReleaseRequest",
    "bearerContextInactivityNotification"});
inline constexpr std::uint32_t payload_protocol = 64;  // IANA, SCTP payload protocol identifiers

/// Messages stand for themselves.
struct State {
    Fed feed(Direction direction, Bytes message, Emit<radio_ap::Transaction> emit) noexcept {
        return radio_ap::feed(direction, message, procedures, emit);
    }
};

struct Parser {
    using Transaction = radio_ap::Transaction;
    using State = e1ap::State;
    static constexpr std::string_view name = "e1ap";
    static constexpr std::string_view doc = "E1 Application Protocol between control and user plane of a gNB, 3GPP TS 38.463";
    static constexpr std::array hints{Hint::sctp(38462)};
    static Probe probe(const Offer& offer) noexcept { return radio_ap::probe(offer, payload_protocol); }
    static constexpr std::array fields{
        field<&Transaction::procedure>("e1ap.operation", "e1ap.operation", "Elementary procedure by the standard's name"),
        field<&Transaction::code>("e1ap.procedure_code", "e1ap.procedure_code", "The same as a number, TS 38.463 section 9"),
        field<&radio_ap::kind_name>("e1ap.message", "e1ap.message", "initiating, successful, unsuccessful"),
    };
    static constexpr auto anomalies = radio_ap::anomalies;
};

}  // namespace weir::e1ap
