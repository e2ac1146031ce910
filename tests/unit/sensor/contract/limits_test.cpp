// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/limits.hpp"

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {
constexpr std::string_view text = R"(
contracts:
  c:
    egress:
      - {to: any, service: https, limit: {bytes-per-hour: 1000, sessions-per-hour: 2, duration: 5m}}
      - {to: any, service: ntp}
equipment: [{name: e, address: 10.1.0.1, contract: c}]
)";
constexpr Time hour = 3600 * second;
}  // namespace

TEST_CASE("limits: told once, when crossed, each hour anew") {
    const auto policy = policy_of(text);
    LimitTracker limits;
    CHECK_FALSE(limits.count_session(*policy, 0, 0, noon));
    CHECK_FALSE(limits.count_session(*policy, 0, 0, noon));
    CHECK(limits.count_session(*policy, 0, 0, noon));
    CHECK_FALSE(limits.count_session(*policy, 0, 0, noon));
    CHECK_FALSE(limits.count_bytes(*policy, 0, 0, 1000, noon));
    CHECK(limits.count_bytes(*policy, 0, 0, 1, noon));
    CHECK_FALSE(limits.count_bytes(*policy, 0, 0, 1, noon + hour - 1));
    CHECK_FALSE(limits.count_bytes(*policy, 0, 0, 1000, noon + hour));
    CHECK(limits.count_bytes(*policy, 0, 0, 1000, noon + hour));
    CHECK_FALSE(limits.count_bytes(*policy, 1, 0, 1000, noon + hour));  // another device has its own
}

TEST_CASE("limits: a line without a limit is never crossed") {
    const auto policy = policy_of(text);
    LimitTracker limits;
    for (int i = 0; i < 1000; ++i) {
        CHECK_FALSE(limits.count_session(*policy, 0, 1, noon));
        CHECK_FALSE(limits.count_bytes(*policy, 0, 1, 1'000'000, noon));
    }
    CHECK_FALSE(LimitTracker::too_long(*policy, 1, 0, noon));
    CHECK_FALSE(LimitTracker::too_long(*policy, 0, noon - 300 * second, noon));
    CHECK(LimitTracker::too_long(*policy, 0, noon - 301 * second, noon));
}

TEST_CASE("limits: bounded, and what is forgotten is counted") {
    const auto policy = policy_of(text);
    LimitTracker limits{16};
    CHECK(limits.capacity() == 16);
    for (EquipmentId equipment = 0; equipment < 100; ++equipment) CHECK_FALSE(limits.count_bytes(*policy, equipment, 0, 1, noon));
    CHECK(limits.metrics().evicted.get() == 84);
}
