// SPDX-License-Identifier: Apache-2.0
// Compiled databases as one blob, so that a start need not compile. Pure: where the bytes are kept is the caller's matter.
//
//   magic[8] format:u32 count:u32 platform:u64x3 hyperscan[32] key[64] sizes:u64 x count | checksum[64] of all else | databases
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rules/compile/database.hpp"

namespace weir::rules {

/// Keeps blobs by key. `load` may give anything, even nonsense: what it gives is checked.
class CacheStore {
public:
    [[nodiscard]] virtual std::optional<std::vector<std::uint8_t>> load(const std::string& key) = 0;
    virtual void store(const std::string& key, Bytes blob) = 0;

protected:
    ~CacheStore() = default;
};

/// The databases as bytes, with what is needed to refuse them elsewhere. `key` is digest_of() their inputs.
[[nodiscard]] std::vector<std::uint8_t> write_blob(std::span<const Database> databases, const std::string& key);

/// The databases of a blob; the error says why it is damaged, foreign or old. `count` databases are expected.
[[nodiscard]] Result<std::vector<Database>, std::string> read_blob(Bytes blob, const std::string& key, std::size_t count);

}  // namespace weir::rules
