// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/time_zone.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>

#include "parsers/base/cursor.hpp"

namespace weir {
namespace {

constexpr std::size_t max_file = 1 << 20;
constexpr int last_year = 2100;
constexpr std::int32_t day_seconds = 86'400;

std::int64_t days_to(int year, int month) { return std::chrono::sys_days{std::chrono::year{year} / month / 1}.time_since_epoch().count(); }

/// The six counts of a TZif header, RFC 8536 section 3.1.
struct Header {
    std::uint8_t version;
    std::uint32_t is_utc, is_standard, leaps, times, types, chars;
    explicit Header(Cursor& cursor) {
        if (as_text(cursor.take(4)) != "TZif") cursor.fail();
        version = cursor.u8();
        cursor.skip(15);
        is_utc = cursor.be32(), is_standard = cursor.be32(), leaps = cursor.be32(), times = cursor.be32(), types = cursor.be32(),
        chars = cursor.be32();
    }
};

/// The POSIX rule in a TZif footer, RFC 8536 section 3.3: `CET-1CEST,M3.5.0,M10.5.0/3`.
class PosixRule {
public:
    std::int32_t standard = 0, daylight = 0;  ///< offsets from UTC
    bool has_daylight = false;

    [[nodiscard]] static std::optional<PosixRule> parse(std::string_view text) {
        PosixRule rule;
        rule.rest_ = text;
        rule.name();
        rule.standard = -rule.clock();
        if (!rule.rest_.empty()) {
            rule.has_daylight = true;
            rule.name();
            rule.daylight = rule.rest_.starts_with(',') ? rule.standard + 3600 : -rule.clock();
            rule.begin_ = rule.change();
            rule.end_ = rule.change();
        }
        if (!rule.ok_ || !rule.rest_.empty()) return std::nullopt;
        return rule;
    }
    /// UTC at which daylight time begins and ends in `year`.
    [[nodiscard]] std::array<std::int64_t, 2> changes(int year) const {
        return {begin_.local(year) - standard, end_.local(year) - daylight};
    }

private:
    struct Change {
        char kind = 'M';  ///< M month.week.day, J day 1..365 without 29 February, 0 day 0..365
        int month = 1, week = 1, day = 0;
        std::int32_t time = 7200;
        [[nodiscard]] std::int64_t local(int year) const {
            std::int64_t days = days_to(year, 1);
            if (kind == 'J') {
                days += day - 1 + (std::chrono::year{year}.is_leap() && day >= 60);
            } else if (kind == '0') {
                days += day;
            } else {
                const std::int64_t month_start = days_to(year, month);
                const std::int64_t next_month = month == 12 ? days_to(year + 1, 1) : days_to(year, month + 1);
                days = month_start + ((day - 4 - month_start) % 7 + 7) % 7 + 7 * (week - 1);  // 1970-01-01 was a Thursday
                if (days >= next_month) days -= 7;
            }
            return days * day_seconds + time;
        }
    };

    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    int number() {
        int value = 0;
        bool any = false;
        while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9' && value < 1000) {
            value = value * 10 + (rest_[0] - '0');
            rest_.remove_prefix(1);
            any = true;
        }
        ok_ = ok_ && any;
        return value;
    }
    void name() {
        const bool bracketed = take('<');
        const std::size_t end = bracketed ? rest_.find('>') : rest_.find_first_of("+-0123456789,");
        ok_ = ok_ && end != 0 && (!bracketed || end != std::string_view::npos);
        rest_.remove_prefix(std::min(rest_.size(), end));
        if (bracketed) (void)take('>');
    }
    /// `[+-]hh[:mm[:ss]]` in seconds.
    std::int32_t clock() {
        const bool negative = take('-');
        if (!negative) (void)take('+');
        std::int32_t seconds = number() * 3600;
        if (take(':')) seconds += number() * 60;
        if (take(':')) seconds += number();
        return negative ? -seconds : seconds;
    }
    Change change() {
        Change out;
        ok_ = ok_ && take(',');
        if (take('M')) {
            out.month = number();
            ok_ = take('.') && ok_;
            out.week = number();
            ok_ = take('.') && ok_;
            out.day = number();
            ok_ = ok_ && out.month >= 1 && out.month <= 12 && out.week >= 1 && out.week <= 5 && out.day <= 6;
        } else {
            out.kind = take('J') ? 'J' : '0';
            out.day = number();
            ok_ = ok_ && out.day <= 366;
        }
        if (take('/')) out.time = clock();
        return out;
    }

    std::string_view rest_;
    bool ok_ = true;
    Change begin_, end_;
};

}  // namespace

std::optional<TimeZone> TimeZone::load(std::string_view name, const std::string& folder) {
    if (name == "UTC") return TimeZone{};
    const bool plain =
        !name.empty() && name.size() < 64 && name.front() != '/' && name.front() != '.' &&
        name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == std::string_view::npos;
    if (!plain) return std::nullopt;
    std::ifstream stream{folder + '/' + std::string{name}, std::ios::binary};
    if (!stream) return std::nullopt;
    std::vector<std::uint8_t> bytes(max_file);
    stream.read(reinterpret_cast<char*>(bytes.data()), max_file);
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return from_tzif(bytes);
}

std::optional<TimeZone> TimeZone::from_tzif(Bytes file) {
    Cursor cursor{file};
    const Header old{cursor};
    if (old.version < '2') return std::nullopt;
    // The first block is version 1's, with 32-bit times: passed over.
    cursor.skip(std::size_t{old.times} * 5 + std::size_t{old.types} * 6 + old.chars + std::size_t{old.leaps} * 8 + old.is_standard +
                old.is_utc);
    const Header header{cursor};
    Cursor times{cursor.take(std::size_t{header.times} * 8)};
    const Bytes kinds = cursor.take(header.times);
    const Bytes types = cursor.take(std::size_t{header.types} * 6);
    cursor.skip(header.chars + std::size_t{header.leaps} * 12 + header.is_standard + std::size_t{header.is_utc});
    std::string_view footer = as_text(cursor.take_rest());
    if (!cursor.ok() || header.types == 0 || footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n') return std::nullopt;
    footer = footer.substr(1, footer.size() - 2);

    const auto offset_of = [&](std::uint8_t kind) {
        Cursor type{types.subspan(std::size_t{kind} * 6, 6)};
        return static_cast<std::int32_t>(type.be32());
    };
    TimeZone zone;
    zone.first_offset_ = offset_of(0);
    for (const std::uint8_t kind : kinds) {
        if (kind >= header.types) return std::nullopt;
        zone.transitions_.push_back({static_cast<std::int64_t>(times.be64()), offset_of(kind)});
    }
    if (footer.empty()) return zone;
    const auto rule = PosixRule::parse(footer);
    if (!rule) return std::nullopt;
    if (!rule->has_daylight) {
        if (zone.transitions_.empty()) zone.first_offset_ = rule->standard;
        return zone;
    }
    const std::int64_t known = zone.transitions_.empty() ? 0 : zone.transitions_.back().utc;
    for (int year = 1970; year <= last_year; ++year) {
        const auto [begin, end] = rule->changes(year);
        std::array<Transition, 2> both{Transition{begin, rule->daylight}, Transition{end, rule->standard}};
        if (both[1].utc < both[0].utc) std::swap(both[0], both[1]);  // the southern hemisphere
        for (const Transition& change : both)
            if (change.utc > known) zone.transitions_.push_back(change);
    }
    return zone;
}

std::int32_t TimeZone::offset_at(std::int64_t utc) const noexcept {
    const auto after = std::ranges::upper_bound(transitions_, utc, {}, &Transition::utc);
    return after == transitions_.begin() ? first_offset_ : std::prev(after)->offset;
}

}  // namespace weir
