// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/beacon.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "sensor/behavior/saturating.hpp"
#include "sensor/decode/hash.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 2> reports_home{"T1071", "T1571"};

constexpr Time millisecond = second / 1000;

}  // namespace

double regularity(std::span<std::uint32_t> values) noexcept {
    if (values.empty()) return 0;
    const auto quarter = [&](std::size_t number) { return static_cast<double>(values[(values.size() - 1) * number / 4]); };
    std::sort(values.begin(), values.end());
    const double low = quarter(1), median = quarter(2), high = quarter(3);
    constexpr double alike = 0.05;  // of the median: quartiles as close as that have no shape
    const double skew = high - low <= alike * median ? 0 : (low + high - 2 * median) / (high - low);
    for (std::uint32_t& value : values) value = static_cast<std::uint32_t>(std::abs(static_cast<double>(value) - median));
    std::sort(values.begin(), values.end());
    const double deviation = quarter(2);
    const double spread = deviation == 0 ? 0 : std::min(1.0, deviation / std::max(1.0, median));
    return (1 - std::abs(skew) + 1 - spread) / 2;
}

void BeaconDetector::contact(const Session& session, const Payload& packet, SuspicionSink& sink) noexcept {
    const Key key{session.client(), session.server(), std::uint64_t{session.server_port()} << 8 | session.key.protocol};
    Contacts& contacts = table_.at(key, hash_chain(hash_chain(hash_chain(0, key.service), key.client), key.server), packet.clock);
    if (contacts.told) return;
    const bool by_client = packet.direction == Direction::to_server;
    if (by_client && (contacts.count == 0 || packet.clock - contacts.seen >= settings_.quiet)) {
        if (contacts.count != 0) {
            const std::size_t slot = (contacts.count - 1u) % Contacts::kept;
            contacts.intervals[slot] =
                static_cast<std::uint32_t>(std::min<Time>((packet.clock - contacts.begun) / millisecond, 0xffff'ffff));
            contacts.sizes[slot] = contacts.size;
        }
        count(contacts.count);
        contacts.begun = packet.clock;
        contacts.size = 0;
        judge(contacts, session, sink);
    }
    if (by_client && contacts.size == 0) contacts.size = packet.size;
    contacts.seen = packet.clock;
}

void BeaconDetector::judge(Contacts& contacts, const Session& session, SuspicionSink& sink) const noexcept {
    if (contacts.count < settings_.contacts || contacts.count < contacts.next_look) return;
    contacts.next_look = static_cast<std::uint16_t>(std::min(contacts.count + contacts.count / 2, 0xffff));
    const std::size_t known = std::min<std::size_t>(contacts.count - 1u, Contacts::kept);
    auto intervals = contacts.intervals;
    auto sizes = contacts.sizes;
    const double times = regularity(std::span{intervals}.first(known)), likeness = regularity(std::span{sizes}.first(known));
    if (times < settings_.times || (times + likeness) / 2 < settings_.both) return;

    const auto median_of = [known](std::array<std::uint32_t, Contacts::kept> values) {
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>((known - 1) / 2);
        std::nth_element(values.begin(), middle, values.begin() + static_cast<std::ptrdiff_t>(known));
        return *middle;
    };
    const std::string why = fmt::format(
        "it has contacted this service {} times, every {:.1f} s with {} bytes (medians); regularity of the intervals {:.2f}, of the sizes "
        "{:.2f}",
        contacts.count, median_of(contacts.intervals) / 1000.0, median_of(contacts.sizes), times, likeness);
    Suspicion suspicion;
    suspicion.kind = Kind::beacon;
    suspicion.detector = name;
    suspicion.signature = "Contacts at regular intervals, as of a program that reports home";
    suspicion.why = why;
    suspicion.attack = reports_home;
    suspicion.confidence = 0.9 * (times + likeness) / 2;
    contacts.told = sink.suspect(session, suspicion);
}

}  // namespace weir
