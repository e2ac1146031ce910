// SPDX-License-Identifier: Apache-2.0
// X11 connection setup (X Window System Protocol, section 8).
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/parser.hpp"

namespace weir::x11 {

/// The setup as far as it has shown itself.
struct Transaction {
    bool requested = false, answered = false;
    Bytes auth{}, cookie{};
    std::uint8_t success = 0;
    Bytes reason{}, vendor{};
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    Fed client(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed server(Bytes bytes, Emit<Transaction> emit) noexcept;
    void report(Report what, Direction direction, Emit<Transaction> emit) noexcept;

    bool requested_ = false, answered_ = false, logged_ = false, big_endian_ = false;
    std::uint8_t success_ = 0;
    KeptText<64> auth_, cookie_;
    KeptText<160> reason_;
    KeptText<64> vendor_;
};

Value version(const Transaction& transaction, std::size_t index) noexcept;
Value cookie(const Transaction& transaction, std::size_t index) noexcept;
Value status(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = x11::Transaction;
    using State = x11::State;
    static constexpr std::string_view name = "x11";
    static constexpr std::string_view doc = "X Window System, version 11, connection setup";
    static constexpr std::array hints{Hint::tcp(6000), Hint::tcp(6001), Hint::tcp(6010)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&version>("x11.version", "x11.version", "Protocol version, as the client says it"),
        field<&Transaction::auth>("x11.auth", "x11.auth", "Authorization protocol: MIT-MAGIC-COOKIE-1, XDM-AUTHORIZATION-1; empty: none"),
        secret(field<&cookie>("x11.cookie", "x11.cookie", "Authorization data")),
        field<&status>("x11.status", "x11.status", "How the display answers: success, failed, authenticate"),
        field<&Transaction::reason>("x11.reason", "x11.reason", "Why it refuses"),
        field<&Transaction::vendor>("x11.vendor", "x11.vendor", "How the display names itself"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_setup", "Bytes that the connection setup of X11 does not have there"},
    };
};

}  // namespace weir::x11
