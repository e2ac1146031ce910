// SPDX-License-Identifier: Apache-2.0
// A conversation inside DNS: many names under one base, each asked once, long or of types that carry raw bytes. It passes
// through the permitted resolver too, so what counts is who asks for what, not whom he asks.
#pragma once

#include "sensor/behavior/detector.hpp"
#include "sensor/behavior/recent_table.hpp"

namespace weir {

class DnsTunnelDetector {
public:
    static constexpr std::string_view name = "dns-tunnel";
    static constexpr std::string_view doc = "Many different names under one base domain, long or of types that carry raw bytes";

    /// The lines to cross, for one client, one server and one base domain within `window`.
    struct Settings {
        std::uint16_t names = 20;        ///< different ones: enough for a weak suspicion
        std::uint16_t raw_names = 5;     ///< ... of types NULL or private: enough for a strong one
        std::uint16_t median = 60;       ///< bytes of the name; with `names` a strong one
        std::uint32_t volume = 8 << 10;  ///< bytes of all names; the same
        Time window = 60 * second;
        std::size_t rows = 4096;  ///< of the table
    };

    using State = NoState;

    DnsTunnelDetector() : DnsTunnelDetector(Settings{}) {}
    explicit DnsTunnelDetector(const Settings& settings) : settings_(settings), table_(settings.rows) {}

    void question(const Session& session, const Question& question, SuspicionSink& sink) noexcept;
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return table_.forgotten(); }

private:
    struct Key {
        IpAddress client, server;
        std::uint64_t base = 0;
        friend bool operator==(const Key&, const Key&) noexcept = default;
    };
    struct Asked {
        static constexpr std::size_t length_step = 8, lengths = 32;
        Time begun = 0;
        std::array<std::uint64_t, 8> seen{};             ///< a bit per hash of a name: few different names share one
        std::array<std::uint16_t, lengths> by_length{};  ///< questions, by length of the name in steps
        std::uint32_t bytes = 0;                         ///< of all names
        std::uint16_t questions = 0, names = 0, raw = 0;
        std::uint8_t grade = 0;  ///< of what the sink has heard: 1 weak, 2 strong
        bool told = false;
        [[nodiscard]] std::size_t median() const noexcept;
    };

    void judge(Asked& asked, const Session& session, std::string_view base, SuspicionSink& sink) const noexcept;

    Settings settings_;
    RecentTable<Key, Asked> table_;
};

static_assert(DetectorType<DnsTunnelDetector>);

}  // namespace weir
