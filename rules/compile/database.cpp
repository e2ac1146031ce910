// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/database.hpp"

#include <hs/hs.h>

#include <cstdlib>

#include "parsers/base/digest.hpp"

namespace weir::rules {

void Database::Free::operator()(hs_database* database) const noexcept { hs_free_database(database); }

Result<Database, std::string> Database::compile(const DatabaseInput& input) {
    Database made;
    hs_database_t* handle = nullptr;
    hs_compile_error_t* error = nullptr;
    hs_error_t status;
    if (input.literals) {
        std::vector<const char*> texts;
        std::vector<unsigned> flags, ids;
        std::vector<std::size_t> lengths;
        for (const Expression& expression : input.expressions) {
            ids.push_back(static_cast<unsigned>(texts.size()));
            texts.push_back(expression.text.data());
            lengths.push_back(expression.text.size());
            flags.push_back(expression.flags | HS_FLAG_SINGLEMATCH);
        }
        status = hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), lengths.data(), static_cast<unsigned>(texts.size()),
                                      HS_MODE_BLOCK, nullptr, &handle, &error);
    } else {
        const Expression& expression = input.expressions.front();
        status = hs_compile(expression.text.c_str(), expression.flags | HS_FLAG_SINGLEMATCH, HS_MODE_BLOCK, nullptr, &handle, &error);
    }
    if (status != HS_SUCCESS) {
        std::string reason = error != nullptr && error->message != nullptr ? error->message : "Hyperscan refused the expression";
        hs_free_compile_error(error);
        return Unexpected{std::move(reason)};
    }
    made.handle_.reset(handle);
    return made;
}

Result<Database, std::string> Database::deserialise(Bytes bytes) {
    hs_database_t* handle = nullptr;
    const hs_error_t status = hs_deserialize_database(reinterpret_cast<const char*>(bytes.data()), bytes.size(), &handle);
    if (status != HS_SUCCESS) return Unexpected{"Hyperscan refused the stored database (error " + std::to_string(status) + ')'};
    Database made;
    made.handle_.reset(handle);
    return made;
}

std::vector<std::uint8_t> Database::serialise() const {
    char* bytes = nullptr;
    std::size_t size = 0;
    if (!handle_) return {};
    if (hs_serialize_database(handle_.get(), &bytes, &size) != HS_SUCCESS) return {};
    std::vector<std::uint8_t> copy(bytes, bytes + size);
    std::free(bytes);  // allocated with the default of hs_set_misc_allocator: malloc
    return copy;
}

std::size_t Database::memory() const noexcept {
    std::size_t size = 0;
    if (handle_ != nullptr) hs_database_size(handle_.get(), &size);
    return size;
}

std::string digest_of(std::span<const DatabaseInput> inputs) {
    std::string all;
    const auto number = [&all](std::uint64_t value) {
        for (int shift = 0; shift < 64; shift += 8) all += static_cast<char>(value >> shift);
    };
    for (const DatabaseInput& input : inputs) {
        number(input.literals ? 1 : 2);
        number(input.expressions.size());
        for (const Expression& expression : input.expressions) {
            number(expression.flags);
            number(expression.text.size());
            all += expression.text;
        }
    }
    return std::string{sha256(as_bytes(all)).text()};
}

}  // namespace weir::rules
