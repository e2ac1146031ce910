// SPDX-License-Identifier: Apache-2.0
// A Hyperscan block-mode database: made from literals or from one regular expression, kept as bytes, made again from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "parsers/base/bytes.hpp"
#include "parsers/base/result.hpp"

struct hs_database;

namespace weir::rules {

/// One expression as Hyperscan takes it. Reported at most once per scan, by its number in the list.
struct Expression {
    std::string text;
    unsigned flags = 0;  ///< HS_FLAG_*; HS_FLAG_SINGLEMATCH is always added
};

/// What a database is made of: the unit that the cache keeps.
struct DatabaseInput {
    bool literals = true;  ///< else exactly one regular expression
    std::vector<Expression> expressions;
};

class Database {
public:
    Database() = default;
    /// Compiles; the error is Hyperscan's sentence.
    [[nodiscard]] static Result<Database, std::string> compile(const DatabaseInput& input);
    /// From what `serialise` gave on a like machine; the error says what Hyperscan holds against it.
    [[nodiscard]] static Result<Database, std::string> deserialise(Bytes bytes);
    /// Empty where there is no database.
    [[nodiscard]] std::vector<std::uint8_t> serialise() const;

    [[nodiscard]] const hs_database* get() const noexcept { return handle_.get(); }
    [[nodiscard]] explicit operator bool() const noexcept { return handle_ != nullptr; }
    [[nodiscard]] std::size_t memory() const noexcept;

private:
    struct Free {
        void operator()(hs_database* database) const noexcept;
    };
    std::unique_ptr<hs_database, Free> handle_;
};

/// Digest of everything that decides what the databases contain: the cache's key, 64 hexadecimal digits.
[[nodiscard]] std::string digest_of(std::span<const DatabaseInput> inputs);

}  // namespace weir::rules
