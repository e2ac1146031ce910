// SPDX-License-Identifier: Apache-2.0
// X2AP, 3GPP TS 36.423: which procedure each message is about.
#pragma once

#include "parsers/base/radio_ap.hpp"

namespace weir::x2ap {

/// id-* of X2AP-Constants, by procedure code.
inline constexpr auto procedures = std::to_array<std::string_view>({
    "handoverPreparation", "handoverCancel", "loadIndication", "errorIndication", "snStatusTransfer", "uEContextRelease",
    "x2Setup", "reset", "eNBConfigurationUpdate", "resourceStatusReportingInitiation", "resourceStatusReporting",
    "privateMessage", "mobilitySettingsChange", "rLFIndication", "handoverReport", "cellActivation", "x2Release",
    "x2APMessageTransfer", "x2Removal", "seNBAdditionPreparation"});
inline constexpr std::uint32_t payload_protocol = 27;  // IANA, SCTP payload protocol identifiers

/// Messages stand for themselves.
struct State {
    Fed feed(Direction direction, Bytes message, Emit<radio_ap::Transaction> emit) noexcept {
        return radio_ap::feed(direction, message, procedures, emit);
    }
};

struct Parser {
    using Transaction = radio_ap::Transaction;
    using State = x2ap::State;
    static constexpr std::string_view name = "x2ap";
    static constexpr std::string_view doc = "X2 Application Protocol between eNBs, 3GPP TS 36.423";
    static constexpr std::array hints{Hint::sctp(36422)};
    static Probe probe(const Offer& offer) noexcept { return radio_ap::probe(offer, payload_protocol); }
    static constexpr std::array fields{
        field<&Transaction::procedure>("x2ap.operation", "x2ap.operation", "Elementary procedure by the standard's name"),
        field<&Transaction::code>("x2ap.procedure_code", "x2ap.procedure_code", "The same as a number, TS 36.423 section 9"),
        field<&radio_ap::kind_name>("x2ap.message", "x2ap.message", "initiating, successful, unsuccessful"),
    };
    static constexpr auto anomalies = radio_ap::anomalies;
};

}  // namespace weir::x2ap
