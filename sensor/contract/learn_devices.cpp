// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/learn_devices.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "sensor/contract/learn_vendors.hpp"

namespace weir::learn {
namespace {

/// What using or serving a service says of a host. Points add up, each service once.
struct Sign {
    std::string_view service;
    int serves = 0, uses = 0;
    std::string_view role_of_server{}, role_of_user{};
};
constexpr int enough = 3;           ///< points that make equipment of a host
constexpr int foreign_handicap = 3;  ///< less for a host outside the operator's networks
constexpr std::array signs{
    Sign{"ngap", 3, 5, "amf", "gnb"},   Sign{"s1ap", 3, 5, "mme", "enb"},  Sign{"xnap", 5, 5, "gnb", "gnb"},
    Sign{"f1ap", 5, 5, "gnb", "gnb"},   Sign{"e1ap", 5, 5, "gnb", "gnb"},  Sign{"x2ap", 5, 5, "enb", "enb"},
    Sign{"gtp-u", 3, 3},                Sign{"pfcp", 3, 3},                Sign{"gtp-c", 3, 3},
    Sign{"ipmi", 5, -4, "bmc"},         Sign{"cwmp-connection-request", 4, -4, "cpe"},
    Sign{"bgp", 4, 4, "router", "router"}, Sign{"ospf", 4, 4, "router", "router"}, Sign{"ldp", 4, 4, "router", "router"},
    Sign{"bfd", 4, 4, "router", "router"}, Sign{"pim", 4, 4, "router", "router"},  Sign{"rsvp", 4, 4, "router", "router"},
    Sign{"eigrp", 4, 4, "router", "router"}, Sign{"vrrp", 4, 4, "router", "router"}, Sign{"hsrp", 4, 4, "router", "router"},
    Sign{"snmp", 4, -4},                Sign{"netconf", 4, -4},            Sign{"netconf-tls", 4, -4},
    Sign{"gnmi", 4, -4},                Sign{"tl1", 4, -4},                Sign{"smart-install", 3, -3, "switch"},
    Sign{"snmp-trap", -5, 4},           Sign{"netconf-call-home", -4, 5},  Sign{"netconf-call-home-tls", -4, 5},
    Sign{"syslog", -4, 2},              Sign{"syslog-tls", -4, 2},         Sign{"ipfix", -4, 3},
    Sign{"netflow", -4, 3},             Sign{"sflow", -4, 3},              Sign{"tacacs", -4, 2},
    Sign{"radius", -4, 2},              Sign{"ldap", -4, 0},               Sign{"ldaps", -4, 0},
    Sign{"kerberos", -4, 0},            Sign{"ntp", -1, 1},                Sign{"dns", -3, 0},
    Sign{"ftp", -3, 0},                 Sign{"tftp", -3, 1},               Sign{"nfs", -3, 0},
    Sign{"smb", -3, -1},                Sign{"telnet", 2, -1},             Sign{"ssh", 1, -1},
    Sign{"https", 1, 0},                Sign{"http", 1, 0},
};

/// Words in what a device says of itself, or in its name, that tell what it is.
struct RoleWord {
    std::string_view word, role;
};
constexpr std::array role_words{
    RoleWord{"gnb", "gnb"},       RoleWord{"gnodeb", "gnb"},  RoleWord{"enb", "enb"},      RoleWord{"enodeb", "enb"},
    RoleWord{"nodeb", "nodeb"},   RoleWord{"bts", "bts"},     RoleWord{"olt", "olt"},      RoleWord{"zxan", "olt"},
    RoleWord{"isam", "olt"},      RoleWord{"onu", "onu"},     RoleWord{"ont", "ont"},      RoleWord{"dslam", "dslam"},
    RoleWord{"cmts", "cmts"},     RoleWord{"bmc", "bmc"},     RoleWord{"idrac", "bmc"},    RoleWord{"ilo", "bmc"},
    RoleWord{"integrated lights-out", "bmc"},                 RoleWord{"cpe", "cpe"},      RoleWord{"router", "router"},
    RoleWord{"rtr", "router"},    RoleWord{"ios xr", "router"}, RoleWord{"junos", "router"}, RoleWord{"timos", "router"},
    RoleWord{"routeros", "router"}, RoleWord{"switch", "switch"}, RoleWord{"sw", "switch"}, RoleWord{"firewall", "firewall"},
};

std::string_view role_of_text(std::string_view text) noexcept {
    for (const RoleWord& row : role_words)
        if (has_word(text, row.word)) return row.role;
    return {};
}

/// The number behind 1.3.6.1.4.1 in a dotted object identifier; 0: none.
std::uint32_t enterprise_of_oid(std::string_view oid) noexcept {
    constexpr std::string_view prefix = "1.3.6.1.4.1.";
    std::uint32_t number = 0;
    if (oid.starts_with(prefix)) (void)std::from_chars(oid.data() + prefix.size(), oid.data() + oid.size(), number);
    return number;
}

/// The enterprise in an SNMP engine ID, RFC 3411 section 5: the first four octets without their first bit.
std::uint32_t enterprise_of_engine(std::string_view hex) noexcept {
    std::uint32_t number = 0;
    constexpr std::size_t digits = 8;
    if (hex.size() >= digits) (void)std::from_chars(hex.data(), hex.data() + digits, number, 16);
    return number & 0x7fff'ffff;
}

bool lies_in(const IpAddress& address, const std::vector<AddressRange>& ranges) noexcept {
    const AddressKey key = AddressKey::of(address);
    return std::ranges::any_of(ranges, [&](const AddressRange& range) { return range.first <= key && key <= range.last; });
}

/// What is known of one host while it is looked at.
struct Candidate {
    int points = 0;
    std::map<std::string_view, int> serves, uses;  ///< services with their points
    std::set<std::string_view> roles;
};

void count(std::map<std::string_view, int>& list, std::string_view service, int points) {
    list.emplace(service, points);
}

class Finder {
public:
    Finder(const Survey& survey, const DeviceOptions& options) : survey_(survey), options_(options) {}

    Devices run() {
        for (const auto& [key, use] : survey_.uses()) weigh(key, use);
        for (const auto& [address, host] : survey_.hosts())
            if (host.mac != Mac{}) by_mac_[host.mac].push_back(address);
        for (const auto& [address, host] : survey_.hosts())
            if (host.packets != 0 && !out_.index.contains(address) && is_equipment(address, host)) add(address, host);
        name_all();
        return std::move(out_);
    }

private:
    void weigh(const Use::Key& key, const Use& use) {
        const BuiltinService* const service = service_of(key);
        if (service == nullptr) return;
        for (const Sign& sign : signs) {
            if (sign.service != service->name) continue;
            if (use.answered != 0 || sign.serves < 0) {
                Candidate& server = candidates_[key.server];
                count(server.serves, sign.service, sign.serves);
                if (!sign.role_of_server.empty()) server.roles.insert(sign.role_of_server);
            }
            Candidate& client = candidates_[key.client];
            count(client.uses, sign.service, sign.uses);
            if (!sign.role_of_user.empty()) client.roles.insert(sign.role_of_user);
        }
    }

    bool is_equipment(const IpAddress& address, const Host& host) {
        if (options_.policy != nullptr && options_.policy->find(address) != no_equipment) return true;
        if (!options_.equipment.empty()) return lies_in(address, options_.equipment);
        Candidate& candidate = candidates_[address];
        int points = 0;
        for (const auto& [service, worth] : candidate.serves) points += worth;
        for (const auto& [service, worth] : candidate.uses) points += worth;
        if (!vendor_of_mac(survey_.own_mac(host)).empty()) points += enough;
        if (!is_home(address, options_.home)) points -= foreign_handicap;
        return points >= enough;
    }

    void add(const IpAddress& address, const Host& host) {
        Device device;
        if (options_.policy != nullptr) device.known = options_.policy->find(address);
        device.addresses.push_back(address);
        std::set<Clue> clues = host.clues;
        if (const Mac mac = survey_.own_mac(host); mac != Mac{} && device.known == no_equipment) {
            if (const std::string_view vendor = vendor_of_mac(mac); !vendor.empty()) {
                device.vendor = vendor;
                device.signs.push_back("MAC of " + device.vendor);
            }
            for (const IpAddress& other : by_mac_[mac]) {  // its further addresses
                if (other == address || out_.index.contains(other)) continue;
                device.addresses.push_back(other);
                const Host& its = survey_.hosts().at(other);
                clues.insert(its.clues.begin(), its.clues.end());
            }
        }
        std::ranges::sort(device.addresses);
        if (device.known != no_equipment) {
            const Equipment& equipment = options_.policy->equipment(device.known);
            device.name = equipment.name;
            device.role = equipment.role;
        } else {
            describe(device, clues);
        }
        for (const IpAddress& each : device.addresses) out_.index.emplace(each, out_.list.size());
        out_.list.push_back(std::move(device));
    }

    void describe(Device& device, const std::set<Clue>& clues) {
        std::set<std::string_view> serves, uses, roles;
        for (const IpAddress& address : device.addresses) {
            const Candidate& candidate = candidates_[address];
            for (const auto& [service, worth] : candidate.serves)
                if (worth > 0) serves.insert(service);
            for (const auto& [service, worth] : candidate.uses)
                if (worth > 0) uses.insert(service);
            roles.insert(candidate.roles.begin(), candidate.roles.end());
        }
        // The signs are in the order of their weight, names are what a person chose, descriptions what the vendor wrote.
        for (const Sign& sign : signs)
            for (const std::string_view role : {sign.role_of_user, sign.role_of_server})
                if (device.role.empty() && !role.empty() && roles.contains(role)) device.role = role;
        std::set<std::string_view> names;
        for (const Clue& clue : clues) {
            if (clue.kind == ClueKind::name && is_plain_word(clue.text)) names.insert(clue.text);
            if (device.vendor.empty()) {
                const std::uint32_t enterprise = clue.kind == ClueKind::object_id ? enterprise_of_oid(clue.text)
                                                 : clue.kind == ClueKind::engine  ? enterprise_of_engine(clue.text)
                                                                                  : 0;
                device.vendor = enterprise != 0 ? vendor_of_enterprise(enterprise)
                                : clue.kind == ClueKind::name ? std::string_view{}
                                                              : vendor_of_text(clue.text);
            }
            if (device.role.empty() && clue.kind != ClueKind::engine && clue.kind != ClueKind::object_id) device.role = role_of_text(clue.text);
        }
        if (device.role.empty()) device.role = "device";
        if (names.size() == 1) device.name = *names.begin();  // several: it relays for others
        const auto list = [&](std::string_view verb, const std::set<std::string_view>& services) {
            std::string text;
            for (const std::string_view service : services) text += (text.empty() ? std::string{verb} + ' ' : ", ") + std::string{service};
            if (!text.empty()) device.signs.push_back(std::move(text));
        };
        list("serves", serves);
        list("uses", uses);
        for (const Clue& clue : clues)
            if (clue.kind == ClueKind::description || clue.kind == ClueKind::vendor_class || clue.kind == ClueKind::software)
                device.signs.push_back("\"" + clue.text + "\"");
    }

    /// Names are unique, and no equipment of the policy has them.
    void name_all() {
        std::set<std::string> taken;
        if (options_.policy != nullptr)
            for (const Equipment& equipment : options_.policy->equipment()) taken.insert(equipment.name);
        for (Device& device : out_.list) {
            if (device.known != no_equipment) continue;
            if (device.name.empty() || !taken.insert(device.name).second) {
                device.name = device.role + '-' + device.addresses.front().text();
                std::ranges::replace(device.name, ':', '-');
                taken.insert(device.name);
            }
        }
    }

    const Survey& survey_;
    const DeviceOptions& options_;
    std::map<IpAddress, Candidate> candidates_;
    std::map<Mac, std::vector<IpAddress>> by_mac_;
    Devices out_;
};

/// RFC 1918, 6598, 3927, 1122 and 4193; link-local and multicast addresses are asked for by name.
const std::vector<AddressRange>& private_ranges() {
    static const std::vector<AddressRange> ranges = [] {
        std::vector<AddressRange> out;
        std::string reason;
        for (const std::string_view text : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "255.255.255.255",
                                            "0.0.0.0", "fc00::/7", "::1", "::"})
            (void)AddressRange::parse(text, out, reason);
        return out;
    }();
    return ranges;
}

}  // namespace

bool is_home(const IpAddress& address, const std::vector<AddressRange>& home) noexcept {
    return address.is_multicast() || address.is_link_local() || lies_in(address, private_ranges()) || lies_in(address, home);
}

const BuiltinService* service_of(const Use::Key& use) noexcept {
    struct Row {
        const BuiltinService* service;
        std::vector<ServiceItem> items;
    };
    static const std::vector<Row> rows = [] {
        std::vector<Row> out;
        for (const BuiltinService& service : builtin_services()) out.push_back({&service, items_of(service)});
        return out;
    }();
    for (const Row& row : rows)
        for (const ServiceItem& item : row.items) {
            if (item.protocol != use.protocol || !item.accepts_ports(use.port, 0)) continue;
            if (use.app != no_protocol ? item.apps.contains(use.app) : !use.unknown || item.apps.empty()) return row.service;
        }
    return nullptr;
}

Devices find_devices(const Survey& survey, const DeviceOptions& options) { return Finder{survey, options}.run(); }

}  // namespace weir::learn
