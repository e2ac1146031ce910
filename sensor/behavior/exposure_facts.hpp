// SPDX-License-Identifier: Apache-2.0
// The facts about devices that make them weaker, one row per field that shows one.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "parsers/base/field.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// Several rows may have one number: they are the same fact, seen in different fields.
struct ExposureFact {
    /// Which end of the session it is a fact about, by the protocol's roles.
    enum class Of : std::uint8_t { server, client, either };
    /// When an alert says it; the inventory of the summary has all of them.
    enum class Told : std::uint8_t { always, unless_allowed, never };

    std::uint8_t number = 0;           ///< 1 to 63; `alert.signature_id` is 1000 + number
    std::string_view text;             ///< what an analyst reads first
    std::string_view protocol, field;  ///< no field: every transaction shows it
    std::string_view given;            ///< another field that must be there, and begin with `given_begins`
    std::string_view given_begins;
    bool (*holds)(const Value& value, Time time) noexcept = nullptr;  ///< null: any value. `time`: as captured
    Of of = Of::server;
    Told told = Told::always;
    bool secret = false;  ///< the value is not shown
    bool shared = false;  ///< only where another device shows the same value
};

/// Whether a value of the row's field shows the fact.
[[nodiscard]] bool shows(const ExposureFact& fact, const Value& value, Time time) noexcept;

[[nodiscard]] std::span<const ExposureFact> exposure_facts() noexcept;
/// The text of a fact by its number; empty where there is none.
[[nodiscard]] std::string_view exposure_text(std::uint32_t number) noexcept;

inline constexpr std::uint32_t exposure_sid = 1000;

}  // namespace weir
