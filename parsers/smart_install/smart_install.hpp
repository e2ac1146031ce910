// SPDX-License-Identifier: Apache-2.0
// Cisco Smart Install: the protocol by which a director, or anybody who can reach TCP port 4786, configures a switch.
//
//   SENDER(4) VERSION(4) TYPE(4) LENGTH(4)  then LENGTH octets; numbers in network order
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::smart_install {

inline constexpr std::size_t max_seen = 4096;  ///< octets of a message that are looked at
inline constexpr std::size_t max_texts = 6;    ///< texts of one message that are shown

struct Transaction {
    std::string_view sender{};
    Bytes operation{};
    std::uint32_t version = 0, type = 0, length = 0;
    InlineVector<Bytes, max_texts> texts{};
    Bytes url{};
};

struct State {
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
};

struct Parser {
    using Transaction = smart_install::Transaction;
    using State = smart_install::State;
    static constexpr std::string_view name = "smart_install";
    static constexpr std::string_view doc = "Cisco Smart Install, which configures switches without asking who does it";
    static constexpr std::array hints{Hint::tcp(4786)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::operation>("smart_install.operation", "smart_install.operation",
                                       "What a message does: capabilities-request, capabilities-response, backup-config, backup-result, "
                                       "change-config, update-image, execute, init-discovery, or type-N"),
        field<&Transaction::sender>("smart_install.sender", "smart_install.sender", "Who says that it sends: director or switch"),
        field<&Transaction::version>("smart_install.version", "smart_install.version", "Version in the header: 0 or 1"),
        field<&Transaction::type>("smart_install.type", "smart_install.type", "Message type"),
        field<&Transaction::length>("smart_install.length", "smart_install.length", "Octets behind the header"),
        field<form_of<&Transaction::texts>>("smart_install.text", "smart_install.texts[]",
                                            "Texts in the message, the first six: commands that the switch runs, files"),
        field<&Transaction::url>("smart_install.url", "smart_install.url", "The first URL among them, from its scheme on"),
    };
    enum AnomalyId : unsigned { invalid_header = 1 };
    static constexpr std::array anomalies{
        Anomaly{invalid_header, "invalid_header", "No Smart Install header where a message must begin"},
    };
};

}  // namespace weir::smart_install
