// SPDX-License-Identifier: Apache-2.0
// Runs one parser the way a worker does, without the rest of weir: keeps unconsumed stream bytes, honours `want` and `skip`,
// and writes down every transaction by walking its field table. Unit tests and fuzz targets share it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "parsers/base/parser.hpp"

namespace weir::test {

[[noreturn]] inline void broken_promise(const char* what) {
    std::fprintf(stderr, "parser broke a promise: %s\n", what);
    std::abort();
}

/// One value as text, bytes escaped.
inline std::string show(const Value& value) {
    std::string out;
    switch (value.kind) {
        case Value::Kind::end:
        case Value::Kind::none: return "-";
        case Value::Kind::number: return std::to_string(value.number);
        case Value::Kind::boolean: return value.number != 0 ? "true" : "false";
        case Value::Kind::address: return IpAddress::from_wire(value.bytes).text();
        case Value::Kind::text:
            for (const std::uint8_t byte : value.bytes) {
                char escaped[8];
                if (byte >= 0x20 && byte < 0x7f)
                    out += static_cast<char>(byte);
                else
                    std::snprintf(escaped, sizeof escaped, "\\x%02x", byte), out += escaped;
            }
            return out;
        case Value::Kind::mac:
        case Value::Kind::hex:
            for (const std::uint8_t byte : value.bytes) {
                char digits[4];
                std::snprintf(digits, sizeof digits, "%02x", byte);
                out += digits;
            }
            return out;
    }
    return out;
}

/// What one run of a parser gave.
struct Outcome {
    struct Transaction {
        Report report;
        Direction direction;
        std::vector<std::pair<std::string, std::string>> values;  ///< path or keyword -> text, absent values left out
        /// The values of a path (or keyword), lists joined by `,`; empty when absent.
        [[nodiscard]] std::string get(std::string_view name) const {
            std::string out;
            for (const auto& [key, value] : values)
                if (key == name) out += (out.empty() ? "" : ",") + value;
            return out;
        }
    };
    std::vector<Transaction> transactions;
    std::vector<std::string> anomalies;
    std::vector<Expectation> expectations;
    std::string roles;       ///< as its directions, or opposite; empty: not said
    bool upgraded = false;  ///< another protocol is spoken from some place on
    std::vector<std::string> carried;  ///< messages that may be of a protocol inside this one
    std::string continues_as;  ///< its name and label, where the parser has said so: `websocket chat`
    std::array<Fed::Status, 2> status{Fed::Status::ok, Fed::Status::ok};
    std::array<std::size_t, 2> pending{};

    /// The only way to compare two runs: everything, as text.
    [[nodiscard]] std::string text() const {
        std::string out;
        for (const Transaction& transaction : transactions) {
            out += "tx report=" + std::to_string(static_cast<int>(transaction.report)) + " dir=" + std::to_string(static_cast<int>(transaction.direction)) + '\n';
            for (const auto& [key, value] : transaction.values) out += "  " + key + " = " + value + '\n';
        }
        if (!roles.empty()) out += "roles " + roles + '\n';
        if (upgraded) out += "upgraded " + continues_as + '\n';
        for (const std::string& message : carried) out += "carried " + message + '\n';
        for (const std::string& anomaly : anomalies) out += "anomaly " + anomaly + '\n';
        return out;
    }
};

/// Drives parser `P`.
template <ParserType P>
class ParserDriver final : private Sink {
public:
    ParserDriver() : Sink(scratch_) { info_.start(state_.data()); }

    /// Another session, or the outer protocol, has said what this one carries; before any bytes.
    void announce(std::string_view label) {
        if (info_.announced != nullptr) info_.announced(state_.data(), label);
    }

    /// TCP: more bytes of a direction. False once the parser wants no more of it.
    bool stream(Direction direction, Bytes bytes) {
        begin(Transport::tcp);
        Side& side = sides_[index(direction)];
        if (side.ended || failed_ || outcome_.upgraded) return false;
        for (;;) {
            const std::size_t skipped = static_cast<std::size_t>(std::min<std::uint64_t>(side.skip, bytes.size()));
            side.skip -= skipped;
            bytes = bytes.subspan(skipped);
            side.pending.insert(side.pending.end(), bytes.begin(), bytes.end());
            bytes = {};
            if (side.pending.empty() || (side.want != 0 && side.pending.size() < side.want)) return true;
            // A copy of exactly the size: the address sanitizer sees a read past its end.
            const std::vector<std::uint8_t> given(side.pending.begin(), side.pending.end());
            side.want = 0;
            if (++calls_ > max_calls) broken_promise("it is called again and again without consuming");
            const Fed fed = feed(direction, given);
            if (failed_ || side.ended || outcome_.upgraded) return false;
            if (fed.status == Fed::Status::need_more) {
                if (fed.want != 0 && fed.want <= side.pending.size()) broken_promise("it wants no more than it was given");
                side.want = fed.want;
                return true;
            }
            if (side.skip != 0 && !side.pending.empty()) {
                const std::size_t drop = static_cast<std::size_t>(std::min<std::uint64_t>(side.skip, side.pending.size()));
                side.pending.erase(side.pending.begin(), side.pending.begin() + static_cast<std::ptrdiff_t>(drop));
                side.skip -= drop;
            }
            if (side.pending.empty() || fed.consumed + fed.skip == 0) return true;
        }
    }

    /// One datagram of UDP; where the parser reads none, one message or datagram of what else it reads.
    void datagram(Direction direction, Bytes bytes) {
        Transport transport = Transport::udp;
        for (const Transport other : {Transport::inside, Transport::ip, Transport::sctp})
            if (info_.runs_over(other) && !info_.runs_over(Transport::udp)) transport = other;
        begin(transport);
        if (failed_ && transport != Transport::udp) return;  // a datagram that is malformed does not end the parsing
        const std::vector<std::uint8_t> given(bytes.begin(), bytes.end());
        (void)feed(direction, given);
        sides_[index(direction)].pending.clear();
        failed_ = false;
    }

    /// TCP: bytes are missing. False when the parser gives up (or has no gap handling).
    bool gap(Direction direction, std::uint64_t missing) {
        begin(Transport::tcp);
        Side& side = sides_[index(direction)];
        if (side.ended || failed_ || outcome_.upgraded) return false;
        const std::uint64_t skipped = std::min(side.skip, missing);  // a hole in what is skipped anyway is none
        side.skip -= skipped;
        if (skipped == missing && skipped != 0) return true;
        missing -= skipped;
        side.pending.clear();
        side.want = 0;
        if (info_.gap == nullptr) {
            failed_ = true;
            return false;
        }
        scratch_.reset();
        const Fed fed = info_.gap(state_.data(), direction, missing, *this, info_);
        note(direction, fed);
        return !failed_;
    }

    /// The session has ended.
    const Outcome& finish() {
        for (const Direction direction : {Direction::to_server, Direction::to_client}) {
            const std::vector<std::uint8_t> left = sides_[index(direction)].pending;
            scratch_.reset();
            if (!left.empty() && info_.end != nullptr && !failed_) info_.end(state_.data(), direction, left, *this, info_);
        }
        scratch_.reset();
        if (info_.finish != nullptr) info_.finish(state_.data(), *this, info_);
        for (std::size_t i = 0; i < 2; ++i) outcome_.pending[i] = sides_[i].pending.size();
        return outcome_;
    }
    [[nodiscard]] const Outcome& outcome() const { return outcome_; }

    static constexpr ParserInfo info_ = describe<P>();

private:
    struct Side {
        std::vector<std::uint8_t> pending;
        std::size_t want = 0;
        std::uint64_t skip = 0;
        bool ended = false;
    };
    static constexpr std::size_t max_calls = 1'000'000;
    static std::size_t index(Direction direction) { return static_cast<std::size_t>(direction); }

    void begin(Transport transport) {
        if (!begun_ && info_.begin != nullptr) info_.begin(state_.data(), transport);
        begun_ = true;
    }
    Fed feed(Direction direction, Bytes given) {
        scratch_.reset();
        const Fed fed = info_.feed(state_.data(), direction, given, *this, info_);
        if (fed.consumed > given.size()) broken_promise("it consumed more than it was given");
        Side& side = sides_[index(direction)];
        side.pending.erase(side.pending.begin(), side.pending.begin() + static_cast<std::ptrdiff_t>(std::min(fed.consumed, side.pending.size())));
        note(direction, fed);
        return fed;
    }
    void note(Direction direction, const Fed& fed) {
        Side& side = sides_[index(direction)];
        side.skip = fed.skip;
        outcome_.status[index(direction)] = fed.status;
        if (fed.status == Fed::Status::upgraded) outcome_.upgraded = true;
        if (fed.status != Fed::Status::upgraded && !outcome_.continues_as.empty()) broken_promise("it names what follows, and goes on");
        if (fed.status == Fed::Status::done) side.ended = true, side.pending.clear();
        if (fed.status == Fed::Status::malformed) failed_ = true, side.pending.clear();
    }

    void transaction(const ParserInfo&, const void* transaction, Report report, Direction direction) noexcept override {
        Outcome::Transaction seen{report, direction, {}};
        for (const Field& field : info_.fields) {
            for (std::size_t i = 0; i < 5000; ++i) {
                const Value value = field.get(transaction, i);
                if (value.kind == Value::Kind::end) break;
                if (i == 4999) broken_promise("a list has no end");
                if (value.kind == Value::Kind::none) continue;
                const std::string text = show(value);
                if (!field.path.empty()) seen.values.emplace_back(field.path, text);
                if (!field.keyword.empty() && field.keyword != field.path) seen.values.emplace_back(field.keyword, text);
            }
        }
        outcome_.transactions.push_back(std::move(seen));
    }
    void anomaly(const ParserInfo&, unsigned id, Direction) noexcept override {
        for (const Anomaly& row : info_.anomalies) {
            if (row.id != id) continue;
            outcome_.anomalies.emplace_back(row.event);
            return;
        }
        broken_promise("an anomaly that is not in its table");
    }
    void expect(const ParserInfo&, const Expectation& expectation) noexcept override { outcome_.expectations.push_back(expectation); }
    void roles(const ParserInfo& parser, bool opposite) noexcept override {
        if (!parser.late_roles || !outcome_.roles.empty()) broken_promise("it shows roles twice, or without late_roles");
        outcome_.roles = opposite ? "opposite" : "as fed";
    }
    void continues_as(const ParserInfo&, std::string_view protocol, std::string_view label) noexcept override {
        outcome_.continues_as = std::string{protocol} + ' ' + std::string{label};
    }
    void carries(const ParserInfo&, Bytes message, Direction) noexcept override { outcome_.carried.emplace_back(as_text(message)); }

    std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(64 * 1024);
    Scratch scratch_{memory_};
    struct alignas(16) Storage : std::array<std::byte, describe<P>().state_size> {};
    Storage state_{};
    std::array<Side, 2> sides_;
    bool begun_ = false;
    bool failed_ = false;
    std::size_t calls_ = 0;
    Outcome outcome_;
};

}  // namespace weir::test
