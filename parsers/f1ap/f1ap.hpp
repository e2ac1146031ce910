// SPDX-License-Identifier: Apache-2.0
// F1AP, 3GPP TS 38.473: which procedure each message is about.
#pragma once

#include "parsers/base/radio_ap.hpp"

namespace weir::f1ap {

/// id-* of F1AP-Constants, by procedure code.
inline constexpr auto procedures = std::to_array<std::string_view>({
    "Reset", "F1Setup", "ErrorIndication", "gNBDUConfigurationUpdate", "gNBCUConfigurationUpdate", "UEContextSetup",
    "UEContextRelease", "UEContextModification", "UEContextModificationRequired", "UEMobilityCommand", "UEContextReleaseRequest",
    "InitialULRRCMessageTransfer", "DLRRCMessageTransfer", "ULRRCMessageTransfer", "privateMessage", "UEInactivityNotification",
    "GNBDUResourceCoordination", "SystemInformationDeliveryCommand", "Paging", "Notify", "WriteReplaceWarning", "PWSCancel",
    "PWSRestartIndication", "PWSFailureIndication", "GNBDUStatusIndication"});
inline constexpr std::uint32_t payload_protocol = 62;  // IANA, SCTP payload protocol identifiers

/// Messages stand for themselves.
struct State {
    Fed feed(Direction direction, Bytes message, Emit<radio_ap::Transaction> emit) noexcept {
        return radio_ap::feed(direction, message, procedures, emit);
    }
};

struct Parser {
    using Transaction = radio_ap::Transaction;
    using State = f1ap::State;
    static constexpr std::string_view name = "f1ap";
    static constexpr std::string_view doc = "F1 Application Protocol between the parts of a gNB, 3GPP TS 38.473";
    static constexpr std::array hints{Hint::sctp(38472)};
    static Probe probe(const Offer& offer) noexcept { return radio_ap::probe(offer, payload_protocol); }
    static constexpr std::array fields{
        field<&Transaction::procedure>("f1ap.operation", "f1ap.operation", "Elementary procedure by the standard's name"),
        field<&Transaction::code>("f1ap.procedure_code", "f1ap.procedure_code", "The same as a number, TS 38.473 section 9"),
        field<&radio_ap::kind_name>("f1ap.message", "f1ap.message", "initiating, successful, unsuccessful"),
    };
    static constexpr auto anomalies = radio_ap::anomalies;
};

}  // namespace weir::f1ap
