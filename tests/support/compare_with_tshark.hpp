// SPDX-License-Identifier: Apache-2.0
// Compares what a parser reports with what tshark says of the same capture: datagram by datagram, or session by session.
#pragma once

#include <functional>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/support/parse_datagrams.hpp"

namespace weir::test {

/// One value under two names.
struct Column {
    std::string theirs;                                             ///< tshark's field
    std::string ours;                                               ///< EVE path or keyword
    std::function<std::string(const std::string&)> translate = {};  ///< from tshark's spelling to ours; none: the same
    [[nodiscard]] std::string expected(const std::string& cell) const { return translate ? translate(cell) : cell; }
};

/// Numbers of tshark, `0x1f` or `31`, several of them joined by `,`, as decimal ones.
inline std::string decimal(const std::string& cell) {
    std::string out;
    for (std::size_t at = 0; at < cell.size();) {
        const std::size_t end = std::min(cell.find(',', at), cell.size());
        out += (out.empty() ? "" : ",") + std::to_string(std::stoull(cell.substr(at, end - at), nullptr, 0));
        at = end + 1;
    }
    return out;
}
/// Whether a text, as `show` writes it, holds bytes that are none: tshark spells those in other ways, so they are not compared.
inline bool has_escapes(const std::string& shown) { return shown.find("\\x") != std::string::npos; }
/// The first of several occurrences.
inline std::string first_only(const std::string& cell) { return cell.substr(0, cell.find(',')); }

namespace detail {
inline std::vector<std::string> fields_of(std::string first, const std::vector<Column>& columns) {
    std::vector<std::string> fields{std::move(first)};
    for (const Column& column : columns) fields.push_back(column.theirs);
    return fields;
}
}  // namespace detail

/// Checks that `P` reports exactly one transaction for each packet that passes `filter`, and that all columns agree. `skip` says
/// which rows (frame number, then the columns' cells) are not compared. Returns how many were; warns where tshark is missing.
template <ParserType P>
std::size_t compare_datagrams(const std::vector<std::string>& folders, const std::string& filter, const std::vector<Column>& columns,
                              const std::function<bool(const std::string& file, const std::vector<std::string>& row)>& skip = {},
                              const std::string& options = {}) {
    std::size_t compared = 0;
    for (const std::string& folder : folders) {
        for (const auto& file : shared_captures(folder)) {
            const auto rows = tshark(file, filter, detail::fields_of("frame.number", columns), options);
            if (!rows) {
                WARN("tshark is not installed: nothing compared");
                return 0;
            }
            if (rows->empty()) continue;
            const auto seen = parse_datagrams<P>(file);
            for (const auto& row : *rows) {
                if (skip && skip(file.filename().string(), row)) continue;
                INFO(file.filename().string() << " frame " << row[0]);
                const auto found = seen.find(std::stoull(row[0]));
                const bool reported = found != seen.end() && found->second.transactions.size() == 1;
                CHECK(reported);
                if (!reported) continue;
                ++compared;
                for (std::size_t i = 0; i < columns.size(); ++i) {
                    INFO(columns[i].theirs);
                    const std::string ours = found->second.transactions[0].get(columns[i].ours);
                    if (!has_escapes(ours)) CHECK(ours == columns[i].expected(row[i + 1]));
                }
            }
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
    return compared;
}

/// The same for TCP: per session, the values of each column in the order of the messages, of transactions that `keep` takes (none:
/// of all). Returns how many sessions were compared.
template <ParserType P>
std::size_t compare_sessions(const std::vector<std::string>& folders, const std::string& filter, const std::vector<Column>& columns,
                             const std::function<bool(const Outcome::Transaction&)>& keep = {}, const std::string& options = {}) {
    std::size_t compared = 0;
    for (const std::string& folder : folders) {
        for (const auto& file : shared_captures(folder)) {
            const auto rows = tshark(file, filter, detail::fields_of("tcp.stream", columns), options);
            if (!rows) {
                WARN("tshark is not installed: nothing compared");
                return 0;
            }
            std::map<unsigned, std::vector<std::string>> expected;
            for (const auto& row : *rows) {
                auto& values = expected.try_emplace(static_cast<unsigned>(std::stoul(row[0])), columns.size()).first->second;
                for (std::size_t i = 0; i < columns.size(); ++i) {
                    const std::string value = columns[i].expected(row[i + 1]);
                    if (!value.empty()) values[i] += (values[i].empty() ? "" : ",") + value;
                }
            }
            if (expected.empty()) continue;
            for (const CapturedSession& session : read_capture(file)) {
                const auto theirs = expected.find(session.stream);
                if (session.transport != Transport::tcp || theirs == expected.end()) continue;
                INFO(file.filename().string() << " stream " << session.stream);
                const auto outcome = parse_session<P>(session);
                CHECK(outcome.has_value());
                if (!outcome) continue;
                ++compared;
                for (std::size_t i = 0; i < columns.size(); ++i) {
                    INFO(columns[i].theirs);
                    std::string ours;
                    for (const auto& transaction : outcome->transactions) {
                        if (keep && !keep(transaction)) continue;
                        const std::string value = transaction.get(columns[i].ours);
                        if (!value.empty()) ours += (ours.empty() ? "" : ",") + value;
                    }
                    if (!has_escapes(ours)) CHECK(ours == theirs->second[i]);
                }
            }
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
    return compared;
}

}  // namespace weir::test
