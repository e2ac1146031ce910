// SPDX-License-Identifier: Apache-2.0
// S1AP, 3GPP TS 36.413: which procedure each message is about.
#pragma once

#include "parsers/base/radio_ap.hpp"

namespace weir::s1ap {

/// id-* of S1AP-Constants, by procedure code.
inline constexpr auto procedures = std::to_array<std::string_view>({
    "HandoverPreparation", "HandoverResourceAllocation", "HandoverNotification", "PathSwitchRequest", "HandoverCancel",
    "E-RABSetup", "E-RABModify", "E-RABRelease", "E-RABReleaseIndication", "InitialContextSetup", "Paging",
    "downlinkNASTransport", "initialUEMessage", "uplinkNASTransport", "Reset", "ErrorIndication", "NASNonDeliveryIndication",
    "S1Setup", "UEContextReleaseRequest", "DownlinkS1cdma2000tunnelling", "UplinkS1cdma2000tunnelling", "UEContextModification",
    "UECapabilityInfoIndication", "UEContextRelease", "eNBStatusTransfer", "MMEStatusTransfer", "DeactivateTrace", "TraceStart",
    "TraceFailureIndication", "ENBConfigurationUpdate", "MMEConfigurationUpdate", "LocationReportingControl",
    "LocationReportingFailureIndication", "LocationReport", "OverloadStart", "OverloadStop", "WriteReplaceWarning",
    "eNBDirectInformationTransfer", "MMEDirectInformationTransfer", "PrivateMessage", "eNBConfigurationTransfer",
    "MMEConfigurationTransfer", "CellTrafficTrace", "Kill", "downlinkUEAssociatedLPPaTransport",
    "uplinkUEAssociatedLPPaTransport", "downlinkNonUEAssociatedLPPaTransport", "uplinkNonUEAssociatedLPPaTransport",
    "UERadioCapabilityMatch", "PWSRestartIndication", "E-RABModificationIndication", "PWSFailureIndication", "RerouteNASRequest",
    "UEContextModificationIndication", "ConnectionEstablishmentIndication", "UEContextSuspend", "UEContextResume",
    "NASDeliveryIndication", "RetrieveUEInformation", "UEInformationTransfer"});
inline constexpr std::uint32_t payload_protocol = 18;  // IANA, SCTP payload protocol identifiers

/// Messages stand for themselves.
struct State {
    Fed feed(Direction direction, Bytes message, Emit<radio_ap::Transaction> emit) noexcept {
        return radio_ap::feed(direction, message, procedures, emit);
    }
};

struct Parser {
    using Transaction = radio_ap::Transaction;
    using State = s1ap::State;
    static constexpr std::string_view name = "s1ap";
    static constexpr std::string_view doc = "S1 Application Protocol between eNB and MME, 3GPP TS 36.413";
    static constexpr std::array hints{Hint::sctp(36412)};
    static Probe probe(const Offer& offer) noexcept { return radio_ap::probe(offer, payload_protocol); }
    static constexpr std::array fields{
        field<&Transaction::procedure>("s1ap.operation", "s1ap.operation", "Elementary procedure by the standard's name"),
        field<&Transaction::code>("s1ap.procedure_code", "s1ap.procedure_code", "The same as a number, TS 36.413 section 9"),
        field<&radio_ap::kind_name>("s1ap.message", "s1ap.message", "initiating, successful, unsuccessful"),
    };
    static constexpr auto anomalies = radio_ap::anomalies;
};

}  // namespace weir::s1ap
