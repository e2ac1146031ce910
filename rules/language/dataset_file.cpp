// SPDX-License-Identifier: Apache-2.0
#include "rules/language/dataset_file.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "parsers/base/digest.hpp"
#include "parsers/base/ip_address.hpp"
#include "parsers/base/base64.hpp"
#include "rules/language/text.hpp"

namespace weir::rules {
namespace {

using namespace language;

constexpr std::size_t md5_size = 16, sha256_size = 32;

/// The bytes that a line's text stands for; empty where it is none of the type.
std::vector<std::uint8_t> member_bytes(Dataset::Type type, std::string_view text) {
    std::vector<std::uint8_t> out;
    if (type == Dataset::Type::string) {
        out.resize(text.size());
        const Base64Result decoded = base64_decode(as_bytes(text), out);
        if (decoded.read != text.size()) return {};
        out.resize(decoded.written);
    } else if (type == Dataset::Type::md5 || type == Dataset::Type::sha256) {
        const std::string digits = lower_case(text);
        constexpr std::string_view hex = "0123456789abcdef";
        if (digits.size() != 2 * (type == Dataset::Type::md5 ? md5_size : sha256_size) || digits.find_first_not_of(hex) != std::string::npos)
            return {};
        for (std::size_t i = 0; i < digits.size(); i += 2) out.push_back(static_cast<std::uint8_t>(hex.find(digits[i]) * 16 + hex.find(digits[i + 1])));
    } else if (const auto address = IpAddress::parse(text); address && (address->is_v4() || type == Dataset::Type::ip)) {
        out.assign(address->bytes().begin(), address->bytes().end());
    }
    return out;
}

}  // namespace

std::optional<DatasetMember> dataset_member(Dataset::Type type, std::uint16_t set, Bytes buffer) noexcept {
    IpAddress address;
    switch (type) {
        case Dataset::Type::string: break;
        case Dataset::Type::md5:
            if (buffer.size() != md5_size) return std::nullopt;
            break;
        case Dataset::Type::sha256:
            if (buffer.size() != sha256_size) return std::nullopt;
            break;
        case Dataset::Type::ipv4:
        case Dataset::Type::ip:
            if (buffer.size() != 4 && (type == Dataset::Type::ipv4 || buffer.size() != 16)) return std::nullopt;
            address = IpAddress::from_wire(buffer);
            buffer = address.bytes();
            break;
    }
    const auto digest = raw_sha256(buffer);
    DatasetMember member;
    std::memcpy(member.digest.data(), digest.data(), sizeof member.digest);
    member.set = set;
    return member;
}

std::vector<FileError> read_dataset_file(std::string_view file, std::string_view text, const Dataset& dataset, std::uint16_t set,
                                         std::vector<DatasetMember>& into) {
    std::vector<FileError> errors;
    unsigned line = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view row = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++line;
        if (row.empty() || row.starts_with('#')) continue;
        const auto complain = [&](std::string reason) { errors.push_back({std::string(file), line, 0, std::move(reason)}); };
        std::uint64_t value = 0;
        if (dataset.reputation) {
            const std::size_t comma = row.rfind(',');
            try {
                if (comma == std::string_view::npos) refuse({}, "a value is missing: expected `member,value`");
                value = parse_unsigned({trimmed(row.substr(comma + 1)), 0}, 0, std::numeric_limits<std::uint16_t>::max());
            } catch (const Refusal& refusal) {
                complain(refusal.reason);
                continue;
            }
            row = trimmed(row.substr(0, comma));
        }
        const std::vector<std::uint8_t> bytes = member_bytes(dataset.type, row);
        const bool ipv4 = dataset.type == Dataset::Type::ipv4 && !bytes.empty();
        auto member = bytes.empty() ? std::nullopt : dataset_member(dataset.type, set, ipv4 ? Bytes{bytes}.last(4) : Bytes{bytes});
        if (!member) {
            constexpr std::string_view expected[] = {"base64", "32 hexadecimal digits", "64 hexadecimal digits", "an IPv4 address", "an address"};
            complain(shown(row) + " is no member of the set: expected " + std::string(expected[static_cast<std::size_t>(dataset.type)]));
            continue;
        }
        member->value = static_cast<std::uint16_t>(value);
        into.push_back(*member);
    }
    return errors;
}

void sort_dataset_members(std::vector<DatasetMember>& members) {
    std::stable_sort(members.begin(), members.end(), DatasetMember::before);
    members.erase(std::unique(members.begin(), members.end(), [](const DatasetMember& a, const DatasetMember& b) { return a.same(b); }),
                  members.end());
}

}  // namespace weir::rules
