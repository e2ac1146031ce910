// SPDX-License-Identifier: Apache-2.0
// Memory that processes of one sensor share: files of a fixed size, mapped whole or in part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "parsers/base/result.hpp"

namespace weir {

/// A mapped piece of a shared file. Movable; unmaps at its end. A child of this process does not have it.
class SharedMemory {
public:
    enum class Access : std::uint8_t { read, write };

    SharedMemory() = default;
    SharedMemory(SharedMemory&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    SharedMemory& operator=(SharedMemory&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~SharedMemory();

    /// Makes `file` with `size` bytes of zeros, or makes an existing one so, readable and writable for its owner alone, and maps it. The
    /// error is a sentence.
    [[nodiscard]] static Result<SharedMemory, std::string> create(const std::string& file, std::size_t size);
    /// Maps `size` bytes from `offset` (a multiple of the page) of a file; 0: all from there on. A mapping for reading cannot be made
    /// writable later. The error is a sentence.
    [[nodiscard]] static Result<SharedMemory, std::string> open(const std::string& file, Access access, std::size_t offset = 0, std::size_t size = 0);

    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] explicit operator bool() const noexcept { return data_ != nullptr; }

    static constexpr std::size_t page = 4096;

private:
    SharedMemory(std::byte* data, std::size_t size) noexcept : data_(data), size_(size) {}

    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace weir
