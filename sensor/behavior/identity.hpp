// SPDX-License-Identifier: Apache-2.0
// Somebody else answers: the fingerprint by which a device or its peer was known has changed (host key, banner, HASSH,
// certificate, the ciphers of a TLS client).
#pragma once

#include "sensor/behavior/detector.hpp"
#include "sensor/behavior/field_rows.hpp"
#include "sensor/behavior/recent_table.hpp"

namespace weir {

/// A field that names a program or a key, and does not change from one session to the next.
struct IdentityRow {
    std::string_view text;  ///< what an analyst reads first
    std::string_view protocol, field;
    std::string_view given;  ///< only values with the same one are compared: a server has a key of each type; empty: all are
    bool of_server = true;   ///< by the protocol's roles
    double confidence = 0.5;
    /// What of the value is compared; empty: nothing. Null: all of it.
    std::string_view (*part)(std::string_view value) noexcept = nullptr;
};

class IdentityDetector {
public:
    static constexpr std::string_view name = "identity";
    static constexpr std::string_view doc = "The fingerprint by which a device or its peer was known has changed";

    struct Settings {
        std::size_t rows = 4096;  ///< of the table
    };

    using State = NoState;

    IdentityDetector() : IdentityDetector(Settings{}) {}
    explicit IdentityDetector(const Settings& settings);

    void transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept;
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return table_.forgotten(); }

private:
    /// Between the same two ends on the same service: who asks whom goes to one worker, so what is found does not depend on how many
    /// there are.
    struct Key {
        IpAddress client, server;
        std::uint64_t service = 0;  ///< port
        std::uint64_t what = 0;     ///< row, and hash of the given field
        friend bool operator==(const Key&, const Key&) noexcept = default;
    };
    struct Known {
        std::uint64_t hash = 0;     ///< 0: none yet
        std::uint64_t session = 0;  ///< the latest one that showed it
    };

    FieldRows<IdentityRow> rows_;
    RecentTable<Key, Known> table_;
};

static_assert(DetectorType<IdentityDetector>);

}  // namespace weir
