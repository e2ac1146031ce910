// SPDX-License-Identifier: Apache-2.0
#include "rules/language/classification.hpp"

#include <algorithm>
#include <array>

#include "rules/language/lexer.hpp"
#include "rules/language/text.hpp"

namespace weir::rules {
namespace {

// The short names are those that public rule sets use; the sentences are ours.
constexpr std::string_view classification_text =
    R"(# Class types of rules: short name, sentence shown in alerts, priority (1 is the most severe).
# Made from rules/language/classification.cpp; a test compares the two.

config classification: not-suspicious,Traffic that is not suspicious,3
config classification: unknown,Traffic of unknown purpose,3
config classification: bad-unknown,Traffic that may be harmful,2
config classification: attempted-recon,Attempt to learn about a system,2
config classification: successful-recon-limited,Some facts about a system were learnt,2
config classification: successful-recon-largescale,Many facts about a system were learnt,2
config classification: attempted-dos,Attempt to deny a service,2
config classification: successful-dos,A service was denied,2
config classification: attempted-user,Attempt to gain user rights,1
config classification: unsuccessful-user,Failed attempt to gain user rights,1
config classification: successful-user,User rights were gained,1
config classification: attempted-admin,Attempt to gain administrator rights,1
config classification: successful-admin,Administrator rights were gained,1
config classification: rpc-portmap-decode,A query for RPC services,2
config classification: shellcode-detect,Executable code in the traffic,1
config classification: string-detect,A suspicious text was seen,3
config classification: suspicious-filename-detect,A suspicious file name was seen,2
config classification: suspicious-login,A login with a suspicious user name,2
config classification: system-call-detect,A system call in the traffic,2
config classification: tcp-connection,A TCP connection was seen,4
config classification: trojan-activity,A trojan or other remote control at work,1
config classification: unusual-client-port-connection,A client used an unusual port,2
config classification: network-scan,A scan of the network,3
config classification: denial-of-service,A denial of service attack,2
config classification: non-standard-protocol,A protocol or event that is out of the ordinary,2
config classification: protocol-command-decode,A protocol command was decoded,3
config classification: web-application-activity,Access to a web application that may be weak,2
config classification: web-application-attack,Attack on a web application,1
config classification: misc-activity,Other activity,3
config classification: misc-attack,Other attack,2
config classification: icmp-event,An ICMP event,3
config classification: inappropriate-content,Content that does not belong here,1
config classification: policy-violation,A policy of the organisation is likely violated,1
config classification: default-login-attempt,Login attempt with a default user name and password,2
config classification: targeted-activity,Activity of a targeted attack,1
config classification: exploit-kit,An exploit kit at work,1
config classification: external-ip-check,A device asks for its external address,2
config classification: domain-c2,A domain of a command-and-control server,1
config classification: pup-activity,A possibly unwanted program at work,2
config classification: credential-theft,Credentials were stolen,1
config classification: social-engineering,Attempt at social engineering,2
config classification: coin-mining,A cryptocurrency miner at work,2
config classification: command-and-control,Command-and-control traffic of malware,1
)";

struct ReferenceSystem {
    std::string_view name, prefix;
};
constexpr std::array reference_systems{
    ReferenceSystem{"url", "http://"},
    ReferenceSystem{"cve", "https://www.cve.org/CVERecord?id=CVE-"},
    ReferenceSystem{"bugtraq", "http://www.securityfocus.com/bid/"},
    ReferenceSystem{"bid", "http://www.securityfocus.com/bid/"},
    ReferenceSystem{"nessus", "https://www.tenable.com/plugins/nessus/"},
    ReferenceSystem{"arachnids", "http://www.whitehats.com/info/IDS"},
    ReferenceSystem{"mcafee", "http://vil.nai.com/vil/content/v_"},
    ReferenceSystem{"secunia", "http://www.secunia.com/advisories/"},
    ReferenceSystem{"securitytracker", "http://securitytracker.com/id?"},
    ReferenceSystem{"xforce", "http://xforce.iss.net/xforce/xfdb/"},
    ReferenceSystem{"msft", "http://technet.microsoft.com/security/bulletin/"},
    ReferenceSystem{"osvdb", "http://osvdb.org/show/osvdb/"},
    ReferenceSystem{"exploitdb", "https://www.exploit-db.com/exploits/"},
    ReferenceSystem{"openpacket", "https://www.openpacket.org/capture/grab/"},
    ReferenceSystem{"md5", "https://www.virustotal.com/gui/file/"},
    ReferenceSystem{"et", "http://doc.emergingthreats.net/"},
    ReferenceSystem{"etpro", "http://doc.emergingthreatspro.com/"},
    ReferenceSystem{"telus", "http://"},
    ReferenceSystem{"threatexpert", "http://www.threatexpert.com/report.aspx?md5="},
    ReferenceSystem{"attack", "https://attack.mitre.org/techniques/"},
};

using language::lower_case;
using language::refuse;
using language::take_until;
using language::Text;

/// What stands behind `config classification:`.
Text take_value(Text line) {
    Text rest = line;
    if (!take_word(rest).is("config") || !take_until(rest, ':').is("classification"))
        refuse(line, "expected `config classification: name,Sentence,priority`");
    return rest;
}

}  // namespace

std::string_view Classification::built_in_text() noexcept { return classification_text; }

const Classification& Classification::built_in() {
    static const Classification table = [] {
        Classification out;
        (void)out.load("classification.config", classification_text);
        return out;
    }();
    return table;
}

std::vector<FileError> Classification::load(std::string_view file, std::string_view text) {
    std::vector<FileError> errors;
    language::RuleReader reader(text);
    language::RuleLine line;
    while (reader.next(line)) {
        try {
            if (line.too_long()) refuse({}, "the line is too long");
            Text rest = take_value({line.text(), 0});
            const Text name = take_until(rest, ',');
            const std::size_t comma = rest.text.rfind(',');
            if (name.empty() || comma == std::string_view::npos) refuse(name, "expected `name,Sentence,priority`");
            const auto priority = parse_unsigned(rest.from(comma + 1).trimmed(), 1, 255);
            rows_.insert_or_assign(lower_case(name.text),
                                   Row{std::string(rest.first(comma).trimmed().text), static_cast<std::uint8_t>(priority)});
        } catch (const language::Refusal& refusal) {
            const auto place = line.position(refusal.offset);
            errors.push_back({std::string(file), place.line, place.column, refusal.reason});
        }
    }
    return errors;
}

const Classification::Row* Classification::find(std::string_view name) const {
    const auto row = rows_.find(lower_case(name));
    return row == rows_.end() ? nullptr : &row->second;
}

const std::string_view* reference_prefix(std::string_view system) {
    const auto row = std::ranges::find(reference_systems, lower_case(system), &ReferenceSystem::name);
    return row == reference_systems.end() ? nullptr : &row->prefix;
}

std::string reference_config_text() {
    std::string out =
        "# Systems that a rule's `reference:system,id` may name: system, and what makes an address of an id.\n"
        "# Made from rules/language/classification.cpp; a test compares the two.\n\n";
    for (const ReferenceSystem& row : reference_systems)
        out += "config reference: " + std::string(row.name) + " " + std::string(row.prefix) + '\n';
    return out;
}

}  // namespace weir::rules
