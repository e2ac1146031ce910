// SPDX-License-Identifier: Apache-2.0
// DNS against tshark, packet by packet, on every capture that holds some.
#include "parsers/dns/dns.hpp"

#include <functional>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/parse_datagrams.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using Texts = std::vector<std::string>;

/// A name without what the two print differently: the root, and runs of octets that are not printable ASCII.
std::string plain(std::string_view text) {
    if (text == "<Root>") return {};
    std::string out;
    const auto odd = [&] {
        if (out.empty() || out.back() != '?') out += '?';
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        if (octet == '\\' && i + 3 < text.size() && (text[i + 1] == 'x' || std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0))
            odd(), i += 3;
        else if (octet < 0x20 || octet >= 0x7f || octet == '?')
            odd();
        else
            out += text[i];
    }
    return out;
}

/// tshark's occurrences of a field.
Texts split(const std::string& cell) {
    Texts out;
    if (cell.empty()) return out;
    for (std::size_t at = 0; at <= cell.size();) {
        const std::size_t end = std::min(cell.find('|', at), cell.size());
        out.push_back(plain(cell.substr(at, end - at)));
        at = end + 1;
    }
    return out;
}

/// Our values of a path.
Texts values(const Outcome::Transaction& transaction, std::string_view path) {
    Texts out;
    for (const auto& [key, value] : transaction.values)
        if (key == path) out.push_back(plain(value));
    return out;
}

/// Our values of one leaf over the three record sections.
Texts records(const Outcome::Transaction& transaction, std::string_view leaf) {
    Texts out;
    for (const char* section : {"answers", "authorities", "additionals"})
        for (const auto& text : values(transaction, std::string{"dns."} + section + "[]." + std::string{leaf})) out.push_back(text);
    return out;
}

/// Our `rdata` of one record type. Types without `rdata` are left out of the zip.
Texts data_of(const Outcome::Transaction& transaction, std::string_view type) {
    Texts out;
    for (const char* section : {"answers", "authorities", "additionals"}) {
        const std::string prefix = std::string{"dns."} + section + "[].";
        const Texts data = values(transaction, prefix + "rdata");
        std::size_t next = 0;
        for (const std::string& row : values(transaction, prefix + "rrtype")) {
            const bool has_data = row == "A" || row == "AAAA" || row == "CNAME" || row == "NS" || row == "PTR" || row == "MX" ||
                                  row == "TXT" || row == "NULL";
            if (has_data && next < data.size()) {
                if (row == type) out.push_back(data[next]);
                ++next;
            }
        }
    }
    return out;
}

/// tshark prints a string up to its first NUL: what comes before the first octet that is not printable is compared.
Texts printable_heads(Texts texts) {
    for (std::string& text : texts) text.resize(std::min(text.find('?'), text.size()));
    return texts;
}

}  // namespace

TEST_CASE("dns: agrees with tshark") {
    struct Column {
        const char* field;
        std::function<Texts(const Outcome::Transaction&)> ours;
    };
    const std::vector<Column> columns{
        {"dns.qry.name", [](const auto& t) { return values(t, "dns.queries[].rrname"); }},
        {"dns.a", [](const auto& t) { return data_of(t, "A"); }},
        {"dns.aaaa", [](const auto& t) { return data_of(t, "AAAA"); }},
        {"dns.cname", [](const auto& t) { return data_of(t, "CNAME"); }},
        {"dns.ns", [](const auto& t) { return data_of(t, "NS"); }},
        {"dns.ptr.domain_name", [](const auto& t) { return data_of(t, "PTR"); }},
        {"dns.mx.mail_exchange", [](const auto& t) { return data_of(t, "MX"); }},
        {"dns.txt", [](const auto& t) { return printable_heads(data_of(t, "TXT")); }},
        {"dns.soa.mname", [](const auto& t) { return records(t, "soa.mname"); }},
        {"dns.soa.rname", [](const auto& t) { return records(t, "soa.rname"); }},
        {"dns.soa.serial_number", [](const auto& t) { return records(t, "soa.serial"); }},
        {"dns.srv.target", [](const auto& t) { return records(t, "srv.name"); }},
        {"dns.srv.port", [](const auto& t) { return records(t, "srv.port"); }},
        {"dns.rr.udp_payload_size", [](const auto& t) { return values(t, "weir.dns.edns.udp_size"); }},
    };
    std::vector<std::string> fields{"frame.number", "dns.id", "dns.flags", "dns.resp.name", "dns.resp.type", "dns.resp.ttl"};
    for (const Column& column : columns) fields.emplace_back(column.field);

    std::size_t compared = 0;
    for (const char* folder : {"dns", "dns-tunnel", "mixed", "malformed", "vlan"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto rows = tshark(file, "udp && dns && !mdns && !llmnr && !nbns && !icmp && !icmpv6 && !ip.fragment && !_ws.malformed",
                                     fields, "-E \"aggregator=|\"");
            if (!rows) {
                WARN("tshark is not installed: nothing compared");
                return;
            }
            if (rows->empty()) continue;
            const auto seen = parse_datagrams<dns::Parser>(file);
            for (const auto& row : *rows) {
                INFO(file.filename().string() << " frame " << row[0]);
                const auto found = seen.find(std::stoull(row[0]));
                const bool reported = found != seen.end() && found->second.transactions.size() == 1;
                CHECK(reported);
                if (!reported) continue;
                ++compared;
                const auto& ours = found->second.transactions[0];
                CHECK(std::stoull(ours.get("dns.id")) == std::stoull(row[1], nullptr, 16));
                CHECK(std::stoull(ours.get("dns.flags"), nullptr, 16) == std::stoull(row[2], nullptr, 16));
                for (std::size_t i = 0; i < columns.size(); ++i) {
                    INFO(columns[i].field);
                    const Texts theirs = split(row[6 + i]);
                    CHECK(columns[i].ours(ours) == (std::string_view{columns[i].field} == "dns.txt" ? printable_heads(theirs) : theirs));
                }
                // Owner names and TTLs: OPT is no row of ours, a TXT record is one row per string, and tshark has no owner name
                // for SRV and CAA records.
                Texts names, ttls, our_names, our_ttls;
                const Texts types = split(row[4]), all_names = split(row[3]), all_ttls = split(row[5]);
                if (types.size() != all_names.size()) continue;
                for (std::size_t i = 0, ttl = 0; i < types.size() && i < all_names.size(); ++i) {
                    if (types[i] == "41") continue;
                    if (types[i] != "16") names.push_back(all_names[i]);
                    if (types[i] != "16" && ttl < all_ttls.size()) ttls.push_back(all_ttls[ttl]);
                    ++ttl;
                }
                const Texts our_types = records(ours, "rrtype"), rrnames = records(ours, "rrname"), rrttls = records(ours, "ttl");
                for (std::size_t i = 0; i < our_types.size(); ++i) {
                    if (our_types[i] == "TXT") continue;
                    our_names.push_back(rrnames.at(i));
                    our_ttls.push_back(rrttls.at(i));
                }
                CHECK(our_names == names);
                CHECK(our_ttls == ttls);
            }
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}

TEST_CASE("dns: agrees with tshark over TCP") {
    const auto line = [](std::uint64_t stream, std::uint64_t id, const std::string& question) {
        return "stream " + std::to_string(stream) + ": " + std::to_string(id) + ' ' + plain(question);
    };
    std::size_t compared = 0;
    for (const char* folder : {"dns", "vlan"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto rows = tshark(file, "tcp && dns && !_ws.malformed", {"tcp.stream", "dns.id", "dns.qry.name"},
                                     "-o tcp.reassemble_out_of_order:TRUE");
            if (!rows) {
                WARN("tshark is not installed: nothing compared");
                return;
            }
            if (rows->empty()) continue;
            INFO(file.filename().string());
            std::multiset<std::string> theirs, ours;
            for (const auto& row : *rows) theirs.insert(line(std::stoull(row[0]), std::stoull(row[1], nullptr, 16), row[2]));
            for (const CapturedSession& session : read_capture(file)) {
                if (session.transport != Transport::tcp) continue;
                const auto outcome = parse_session<dns::Parser>(session);
                if (!outcome) continue;
                for (const auto& message : outcome->transactions)
                    ours.insert(line(session.stream, std::stoull(message.get("dns.id")), message.get("dns.queries.rrname")));
            }
            CHECK(ours == theirs);
            compared += theirs.size();
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
