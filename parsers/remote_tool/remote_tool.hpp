// SPDX-License-Identifier: Apache-2.0
// Remote access and tunnelling tools whose own protocol shows in its first bytes: one signature each.
#pragma once

#include "parsers/base/parser.hpp"
#include "parsers/remote_tool/signatures.hpp"

namespace weir::remote_tool {

struct Transaction {
    std::string_view name{};
    Bytes version{}, host{}, user{}, identifier{};
};

struct State {
    bool over_tcp = false;
    bool reported = false;

    void begin(Transport transport) noexcept { over_tcp = transport == Transport::tcp; }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
};

struct Parser {
    using Transaction = remote_tool::Transaction;
    using State = remote_tool::State;
    static constexpr std::string_view name = "remote_tool";
    static constexpr std::string_view doc =
        "Remote access and tunnelling tools by their first bytes: frp, rathole, Stowaway, TeamViewer, RustDesk";
    static constexpr std::array hints{Hint::tcp(7000),  Hint::tcp(2333),  Hint::tcp(5938), Hint::udp(5938),
                                      Hint::udp(21116), Hint::tcp(21116), Hint::tcp(21117)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::name>("remote_tool.name", "remote_tool.name", "frp, rathole, stowaway, teamviewer or rustdesk"),
        field<&Transaction::version>("remote_tool.version", "remote_tool.version", "Version that the tool gives of itself (frp)"),
        field<&Transaction::host>("remote_tool.host", "remote_tool.host", "Host name that the client gives of itself (frp)"),
        field<&Transaction::user>("remote_tool.user", "remote_tool.user", "User that the client names (frp)"),
        field<&Transaction::identifier>("remote_tool.id", "remote_tool.id",
                                        "Identifier of the device that registers or is looked for (rustdesk)"),
    };
    static constexpr std::array<Anomaly, 0> anomalies{};
};

}  // namespace weir::remote_tool
