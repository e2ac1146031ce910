// SPDX-License-Identifier: Apache-2.0
// FTP data sessions, RFC 959 section 5: never recognised by content, only because a control session announced them.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::ftp_data {

struct Transaction {
    std::uint64_t to_client = 0, to_server = 0;  ///< payload bytes by direction, as far as they were seen
    Bytes start{};                               ///< the first bytes of the transfer; empty at its end
};

struct State {
    std::array<std::uint64_t, 2> bytes{};  ///< by Direction
    bool started = false;

    Fed feed(Direction direction, Bytes data, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;
};

struct Parser {
    using Transaction = ftp_data::Transaction;
    using State = ftp_data::State;
    static constexpr std::string_view name = "ftp-data";
    static constexpr std::string_view event = "ftp_data";
    static constexpr std::string_view doc = "File Transfer Protocol, data session, RFC 959";
    static constexpr bool tcp = true, udp = false;
    static constexpr std::array<Hint, 0> hints{};
    static Probe probe(const Offer&) noexcept { return Probe::no(); }
    static constexpr std::array fields{
        field<&Transaction::to_client>("ftp_data.bytes_toclient", "weir.ftp_data.bytes_toclient", "Payload bytes sent towards the end that opened the session"),
        field<&Transaction::to_server>("ftp_data.bytes_toserver", "weir.ftp_data.bytes_toserver", "Payload bytes sent towards the end that accepted the session"),
        field<&Transaction::start>("ftp_data.start", "", "The first bytes of the transfer, as they came in one piece"),
    };
    static constexpr std::array<Anomaly, 0> anomalies{};
};

}  // namespace weir::ftp_data
