// SPDX-License-Identifier: Apache-2.0
// Payload that does not belong: a permitted protocol between permitted ends that carries more than its messages need.
#pragma once

#include "sensor/behavior/detector.hpp"
#include "sensor/behavior/field_rows.hpp"
#include "sensor/behavior/recent_table.hpp"

namespace weir {

/// A field of a protocol that shows what has no place there.
struct CovertRow {
    std::string_view text;  ///< what an analyst reads first
    std::string_view protocol, field;
    std::string_view given;  ///< another field that must begin with `given_begins`; empty: none
    std::string_view given_begins;
    bool (*odd)(const Value& value) noexcept = nullptr;
    std::string_view unit;  ///< of a number that is shown; empty: it is not
};

class CovertDetector {
public:
    static constexpr std::string_view name = "covert";
    static constexpr std::string_view doc = "Payload that does not belong: NTP beyond its length, GTP echoes with extra octets, binary syslog";

    struct Settings {
        std::uint16_t messages = 3;  ///< as many odd ones from one end to another within `window`
        Time window = 600 * second;
        std::size_t rows = 1024;  ///< of the table of pairs
    };

    using State = NoState;

    CovertDetector() : CovertDetector(Settings{}) {}
    explicit CovertDetector(const Settings& settings);

    void transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept;
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return table_.forgotten(); }

private:
    struct Key {
        IpAddress client, server;
        std::uint64_t row = 0;
        friend bool operator==(const Key&, const Key&) noexcept = default;
    };
    struct Seen {
        Time begun = 0;
        std::uint16_t odd = 0;
        bool told = false;
    };

    Settings settings_;
    FieldRows<CovertRow> rows_;
    RecentTable<Key, Seen> table_;
};

static_assert(DetectorType<CovertDetector>);

}  // namespace weir
