// SPDX-License-Identifier: Apache-2.0
// NGAP, 3GPP TS 38.413: which procedure each message is about.
#pragma once

#include "parsers/base/radio_ap.hpp"

namespace weir::ngap {

/// id-* of NGAP-Constants, by procedure code.
inline constexpr auto procedures = std::to_array<std::string_view>({
    "AMFConfigurationUpdate", "AMFStatusIndication", "CellTrafficTrace", "DeactivateTrace", "DownlinkNASTransport",
    "DownlinkNonUEAssociatedNRPPaTransport", "DownlinkRANConfigurationTransfer", "DownlinkRANStatusTransfer",
    "DownlinkUEAssociatedNRPPaTransport", "ErrorIndication", "HandoverCancel", "HandoverNotification", "HandoverPreparation",
    "HandoverResourceAllocation", "InitialContextSetup", "InitialUEMessage", "LocationReportingControl",
    "LocationReportingFailureIndication", "LocationReport", "NASNonDeliveryIndication", "NGReset", "NGSetup", "OverloadStart",
    "OverloadStop", "Paging", "PathSwitchRequest", "PDUSessionResourceModify", "PDUSessionResourceModifyIndication",
    "PDUSessionResourceRelease", "PDUSessionResourceSetup", "PDUSessionResourceNotify", "PrivateMessage", "PWSCancel",
    "PWSFailureIndication", "PWSRestartIndication", "RANConfigurationUpdate", "RerouteNASRequest", "RRCInactiveTransitionReport",
    "TraceFailureIndication", "TraceStart", "UEContextModification", "UEContextRelease", "UEContextReleaseRequest",
    "UERadioCapabilityCheck", "UERadioCapabilityInfoIndication", "UETNLABindingRelease", "UplinkNASTransport",
    "UplinkNonUEAssociatedNRPPaTransport", "UplinkRANConfigurationTransfer", "UplinkRANStatusTransfer",
    "UplinkUEAssociatedNRPPaTransport", "WriteReplaceWarning", "SecondaryRATDataUsageReport"});
inline constexpr std::uint32_t payload_protocol = 60;  // IANA, SCTP payload protocol identifiers

/// Messages stand for themselves.
struct State {
    Fed feed(Direction direction, Bytes message, Emit<radio_ap::Transaction> emit) noexcept {
        return radio_ap::feed(direction, message, procedures, emit);
    }
};

struct Parser {
    using Transaction = radio_ap::Transaction;
    using State = ngap::State;
    static constexpr std::string_view name = "ngap";
    static constexpr std::string_view doc = "NG Application Protocol between gNB and AMF, 3GPP TS 38.413";
    static constexpr std::array hints{Hint::sctp(38412)};
    static Probe probe(const Offer& offer) noexcept { return radio_ap::probe(offer, payload_protocol); }
    static constexpr std::array fields{
        field<&Transaction::procedure>("ngap.operation", "ngap.operation", "Elementary procedure by the standard's name"),
        field<&Transaction::code>("ngap.procedure_code", "ngap.procedure_code", "The same as a number, TS 38.413 section 9"),
        field<&radio_ap::kind_name>("ngap.message", "ngap.message", "initiating, successful, unsuccessful"),
    };
    static constexpr auto anomalies = radio_ap::anomalies;
};

}  // namespace weir::ngap
