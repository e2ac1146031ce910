// SPDX-License-Identifier: Apache-2.0
// Counters: one block of them per worker and folder, written by its owner alone, read by anyone.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace weir {

/// A number that one thread writes and others may read: a relaxed load and store, no locked instruction.
class Counter {
public:
    void add(std::uint64_t amount = 1) noexcept { value_.store(get() + amount, std::memory_order_relaxed); }
    void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

enum class MetricKind : std::uint8_t { counter, gauge };

/// One row of a block's table: Prometheus name (base units, counters end in `_total`), an optional label, help, value.
struct MetricRow {
    std::string_view name;
    std::string_view label_name;   ///< empty: no label
    std::string_view label_value;  ///< from a closed list, never from traffic
    std::string_view help;
    MetricKind kind;
    std::uint64_t (*get)(const void* block) noexcept;
};

namespace detail {
template <class>
struct block_of;
template <class T>
struct block_of<Counter T::*> {
    using type = T;
};
}  // namespace detail

template <auto Member>
[[nodiscard]] constexpr MetricRow metric(MetricKind kind, std::string_view name, std::string_view help, std::string_view label_name = {},
                                         std::string_view label_value = {}) noexcept {
    return {name, label_name, label_value, help, kind, [](const void* block) noexcept -> std::uint64_t {
                return (static_cast<const typename detail::block_of<decltype(Member)>::type*>(block)->*Member).get();
            }};
}
/// `counter<&FlowMetrics::opened>("weir_flows_opened_total", "Flows opened")`
template <auto Member>
[[nodiscard]] constexpr MetricRow counter(std::string_view name, std::string_view help, std::string_view label_name = {}, std::string_view label_value = {}) noexcept {
    return metric<Member>(MetricKind::counter, name, help, label_name, label_value);
}
template <auto Member>
[[nodiscard]] constexpr MetricRow gauge(std::string_view name, std::string_view help, std::string_view label_name = {}, std::string_view label_value = {}) noexcept {
    return metric<Member>(MetricKind::gauge, name, help, label_name, label_value);
}

}  // namespace weir
