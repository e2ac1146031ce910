// SPDX-License-Identifier: Apache-2.0
// `weir policy check`, `services` and `explain`: what they do, without the command line around it.
#pragma once

#include <iosfwd>
#include <string>

#include "sensor/source/packet.hpp"

namespace weir::cli {

/// Loads `file`; says how much it holds, or every mistake as `file:line: ...` on `err`. Lines that ended before `now` are
/// warnings. Gives the exit code: 0 good, 2 mistakes.
[[nodiscard]] int policy_check(const std::string& file, Time now, std::ostream& out, std::ostream& err);

enum class Listing : std::uint8_t { text, json, markdown };
/// The built-in services, from their table.
[[nodiscard]] int policy_services(Listing listing, std::ostream& out);
/// What needs no line in any contract, as a Markdown table for the reference page.
void link_traffic_markdown(std::ostream& out);

/// A session that somebody asks about.
struct PolicyQuestion {
    std::string file;
    std::string from, to;  ///< addresses, or names of equipment
    std::string service;   ///< `tcp/22`, `tcp/22/ssh`, `icmp/echo`, `ospf`
    Time now = 0;          ///< when it would begin
};
/// Says for each end that is equipment whether its contract allows the session: by which line, or why not and which line
/// would. Gives the exit code: 0 answered, 2 wrong policy or question.
[[nodiscard]] int policy_explain(const PolicyQuestion& question, std::ostream& out, std::ostream& err);

}  // namespace weir::cli
