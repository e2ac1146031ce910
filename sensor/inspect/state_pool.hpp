// SPDX-License-Identifier: Apache-2.0
// Memory for parser states: one region, fixed at start, cut into pages of equal blocks per size class.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sensor/flow/session.hpp"
#include "sensor/metrics/counter.hpp"

namespace weir {

struct StatePoolMetrics {
    Counter used_bytes, limit_bytes, full;
};
inline constexpr std::array state_pool_metrics{
    gauge<&StatePoolMetrics::used_bytes>("weir_parser_state_bytes", "Memory held by parser states"),
    gauge<&StatePoolMetrics::limit_bytes>("weir_parser_state_limit_bytes", "Most memory that parser states may hold"),
    counter<&StatePoolMetrics::full>("weir_parser_state_full_total", "Sessions that were not parsed because that memory was full"),
};

/// Hands out blocks of 64 to 8192 bytes by handle. Not thread-safe; no system call after construction, and the region's pages
/// become resident only as they are used.
class StatePool {
public:
    explicit StatePool(std::size_t memory);
    ~StatePool();
    StatePool(const StatePool&) = delete;
    StatePool& operator=(const StatePool&) = delete;

    /// A block of at least `size` bytes, 16-byte aligned; 0 when the pool is full (counted).
    [[nodiscard]] Handle take(std::size_t size) noexcept;
    /// Gives a block back; `handle` becomes 0.
    void give_back(Handle& handle) noexcept;
    [[nodiscard]] void* at(Handle handle) const noexcept { return region_ + std::size_t{handle} * unit; }

    [[nodiscard]] const StatePoolMetrics& metrics() const noexcept { return metrics_; }

private:
    static constexpr std::size_t unit = 64;  ///< a handle counts these
    static constexpr std::size_t page = 64 * 1024;
    static constexpr std::size_t classes = 8;  ///< 64, 128, ... 8192
    [[nodiscard]] static std::size_t class_of(std::size_t size) noexcept;

    std::byte* region_;
    std::size_t pages_;
    std::size_t next_page_ = 0;
    std::vector<std::uint8_t> page_class_;
    std::array<Handle, classes> free_{};  ///< heads of the lists of free blocks; 0: empty
    StatePoolMetrics metrics_;
};

}  // namespace weir
