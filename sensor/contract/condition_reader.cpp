// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/condition_reader.hpp"

#include <algorithm>
#include <array>

namespace weir {

using yaml::Node;
using yaml::quoted;
using yaml::Type;

bool ConditionReader::read(yaml::MapReader& map, Conditions& conditions, bool& said) {
    bool good = true;
    const auto value = [&](std::string_view key) {
        const Node* const node = map.find(key);
        said = said || node != nullptr;
        return node;
    };
    if (const Node* const node = value("until")) good = read_until(*node, conditions.until, conditions.until_text) && good;
    if (const Node* const node = value("when")) good = read_when(*node, conditions) && good;
    if (const Node* const node = value("limit")) good = read_limit(*node, conditions.limit) && good;
    if (const Node* const node = value("role")) {
        conditions.role = node->text == "peer-is-client"   ? Role::peer_is_client
                          : node->text == "peer-is-server" ? Role::peer_is_server
                                                           : Role::usual;
        if (conditions.role == Role::usual) errors_.add(*node, "expected `role: peer-is-client` or `role: peer-is-server`"), good = false;
    }
    if (const Node* const node = value("interactive")) {
        conditions.interactive = node->text == "never"     ? Interactive::never
                                 : node->text == "allowed" ? Interactive::allowed
                                                           : Interactive::unsaid;
        if (conditions.interactive == Interactive::unsaid)
            errors_.add(*node, "expected `interactive: never` or `interactive: allowed`"), good = false;
    }
    if (const Node* const node = value("app")) good = vocabulary_.operations(*node, conditions.operations) && good;
    if (const Node* const node = value("expect")) good = read_expect(*node, conditions) && good;
    if (const Node* const node = value("ticket")) conditions.ticket = text(*node, "a ticket's number or a few words", good);
    return good;
}

bool ConditionReader::read_denial(yaml::MapReader& map, Conditions& conditions) {
    static constexpr std::array<std::string_view, 4> severities{"high", "medium", "low", "info"};
    bool good = true;
    if (const Node* const node = map.require("reason"))
        conditions.deny_reason = text(*node, "a reason in a few words", good);
    else
        good = false;
    if (const Node* const node = map.find("until")) good = read_until(*node, conditions.until, conditions.until_text) && good;
    if (const Node* const node = map.find("severity")) {
        const auto at = std::ranges::find(severities, node->text);
        if (at == severities.end()) errors_.add(*node, "expected a severity: high, medium, low or info"), good = false;
        conditions.severity = static_cast<Severity>(at - severities.begin() + 1);
    }
    return good;
}

std::string ConditionReader::text(const Node& node, std::string_view expected, bool& good) {
    const auto value = yaml::text_of(node, errors_, expected);
    good = good && value;
    return std::string{value.value_or("")};
}

bool ConditionReader::read_until(const Node& node, Time& until, std::string& written) {
    const auto end = node.type == Type::scalar ? end_of_day(node.text) : std::nullopt;
    if (!end)
        errors_.add(node, quoted(flow_text(node)) + " is no date; expected one such as `2027-01-31` (the last day on which it holds, UTC)");
    until = end.value_or(0);
    written = node.text;
    return end.has_value();
}

bool ConditionReader::read_when(const Node& node, Conditions& conditions) {
    std::string reason = "expected days, hours and a time zone, such as `Mon-Fri 08:00-18:00 Europe/Prague`";
    if (node.type == Type::scalar) {
        // A policy repeats few schedules, and a zone costs a file to read.
        const auto [at, is_new] = schedules_.try_emplace(std::string{node.text});
        if (is_new) at->second = Schedule::parse(node.text, schedule_reasons_[at->first]);
        conditions.when = at->second;
        if (!conditions.when) reason = schedule_reasons_[at->first];
    }
    conditions.when_text = node.text;
    if (!conditions.when) errors_.add(node, reason);
    return conditions.when.has_value();
}

bool ConditionReader::read_limit(const Node& node, Limit& limit) {
    yaml::MapReader map{node, errors_, "a limit"};
    bool good = node.type == Type::map;
    const auto positive = [&](const Node& value, auto read) {
        const bool zero = read && *read == 0;
        if (zero) errors_.add(value, "a limit of nothing forbids the line: leave the line out instead");
        good = good && read && !zero;
        return read.value_or(0);
    };
    if (const Node* const value = map.find("bytes-per-hour")) limit.bytes_per_hour = positive(*value, yaml::size_of(*value, errors_));
    if (const Node* const value = map.find("sessions-per-hour"))
        limit.sessions_per_hour = positive(*value, yaml::number_of(*value, errors_, 0, 0xffff'ffff));
    if (const Node* const value = map.find("duration")) limit.duration = positive(*value, yaml::duration_of(*value, errors_));
    map.finish();
    if (good && !limit.any()) errors_.add(node, "expected `bytes-per-hour`, `sessions-per-hour` or `duration` in a limit"), good = false;
    return good;
}

bool ConditionReader::read_expect(const Node& node, Conditions& conditions) {
    yaml::MapReader map{node, errors_, "an expectation"};
    const Node* const every = map.require("every");
    map.finish();
    if (every == nullptr) return false;
    const auto period = yaml::duration_of(*every, errors_);
    if (!period) return false;
    if (*period < shortest_duty || *period > longest_duty) {
        errors_.add(*every, "expected a time from 10s to 31d: within it the equipment does this at least once");
        return false;
    }
    conditions.every = *period;
    conditions.every_text = every->text;
    return true;
}

}  // namespace weir
