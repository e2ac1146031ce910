// SPDX-License-Identifier: Apache-2.0
// The files behind `dataset` and `datarep`: one member a line, with a value behind a comma for `datarep`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "parsers/base/bytes.hpp"
#include "parsers/base/result.hpp"
#include "rules/rule.hpp"

namespace weir::rules {

/// The member that a buffer is; nothing where it is none of that type (an address of another size, no MD5).
[[nodiscard]] std::optional<DatasetMember> dataset_member(Dataset::Type type, std::uint16_t set, Bytes buffer) noexcept;

/// Adds a file's members to `into`: base64 for strings, hexadecimal for MD5 and SHA-256, addresses as text. Returns what was
/// not understood.
std::vector<FileError> read_dataset_file(std::string_view file, std::string_view text, const Dataset& dataset, std::uint16_t set,
                                         std::vector<DatasetMember>& into);

/// Puts members in the order in which they are looked up; of equal ones the first stays. To be called once, when all are read.
void sort_dataset_members(std::vector<DatasetMember>& members);

}  // namespace weir::rules
