// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_diff.hpp"

#include <algorithm>
#include <ostream>

#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/quiet_run.hpp"

namespace weir::cli {
namespace {

/// `gnb-0117 egress unexpected-destination: 10.20.1.11 to 203.0.113.50 tcp/443`
std::string text_of(const AlertSort& sort) {
    std::string text;
    if (!sort.equipment.empty()) text += sort.equipment + ' ' + std::string{name_of(sort.facing)} + ' ';
    text += name_of(sort.kind);
    if (sort.kind == Kind::signature) text += ' ' + std::to_string(sort.gid) + ':' + std::to_string(sort.sid);
    text += ": " + sort.source.text() + " to " + sort.destination.text() + ' ' + ip_protocol_name(sort.protocol);
    if (sort.port != 0) text += '/' + std::to_string(sort.port);
    return text;
}

}  // namespace

AlertSort AlertSort::of(const Policy& policy, const RecordHead& head) {
    AlertSort sort;
    if (head.equipment != no_equipment) {
        sort.equipment = policy.equipment(head.equipment).name;
        sort.facing = head.facing;
    }
    sort.kind = head.kind;
    sort.gid = head.gid;
    sort.sid = head.sid;
    sort.source = head.source;
    sort.destination = head.destination;
    sort.protocol = head.protocol;
    // ICMP has no ports, but an identifier in their place.
    const bool icmp = head.protocol == ip_protocol::icmp || head.protocol == ip_protocol::icmpv6;
    sort.port = icmp ? std::uint16_t{0} : head.destination_port;
    return sort;
}

bool write_difference(const AlertCounts& counts, std::ostream& out) {
    std::uint64_t appear = 0, vanish = 0, stay = 0;
    const auto say = [&](char sign, const AlertSort& sort, std::uint64_t number) {
        out << sign << ' ' << text_of(sort);
        if (number > 1) out << " (" << number << " times)";
        out << '\n';
    };
    for (const auto& [sort, count] : counts) {
        const auto& [before, after] = count;
        stay += std::min(before, after);
        if (after > before) say('+', sort, after - before), appear += after - before;
        if (before > after) say('-', sort, before - after), vanish += before - after;
    }
    out << appear << (appear == 1 ? " alert appears, " : " alerts appear, ") << vanish << (vanish == 1 ? " vanishes, " : " vanish, ") << stay
        << (stay == 1 ? " stays\n" : " stay\n");
    return appear != 0;
}

int policy_diff(const std::string& old_file, const std::string& new_file, const std::vector<std::string>& captures, std::ostream& out,
                std::ostream& err) {
    QuietRun run{captures};
    for (const std::string& file : {old_file, new_file})
        if (const auto worker = run.add(file); !worker) {
            err << worker.error() << '\n';
            return exit_code::usage;
        }
    AlertCounts counts;
    const auto count = [&](std::size_t which, const RecordHead& head) { ++counts[AlertSort::of(*run.policy(which), head)][which]; };
    if (const auto failed = run.run(count)) {
        err << *failed << '\n';
        return exit_code::usage;
    }
    for (const std::string& warning : run.warnings()) err << warning << " (warning)\n";
    return write_difference(counts, out) ? exit_code::alerts : exit_code::done;
}

}  // namespace weir::cli
