// SPDX-License-Identifier: Apache-2.0
// What `weir learn` keeps of the traffic: who used which service of whom, and what each host said of itself. Bounded.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sensor/contract/equipment_index.hpp"
#include "sensor/contract/facts.hpp"
#include "sensor/contract/link_traffic.hpp"

namespace weir::learn {

/// Sessions of one client with one service of one server.
struct Use {
    struct Key {
        IpAddress client, server;
        std::uint8_t protocol = 0;       ///< IP protocol number
        std::uint16_t port = 0;          ///< of the server; ICMP: the message type
        ProtocolId app = no_protocol;    ///< what was spoken, where it is known
        bool unknown = false;            ///< something was said, and weir does not know the protocol
        bool reversed = false;           ///< the protocol's client is the end that accepted the session
        friend auto operator<=>(const Key&, const Key&) noexcept = default;
    };
    std::uint64_t sessions = 0, packets = 0;
    std::uint64_t answered = 0;  ///< sessions in which the server said something
    std::uint64_t guessed = 0;   ///< sessions whose start was not seen
    std::uint64_t alerted = 0;   ///< sessions in which a rule or a detector found something
    Time first = 0, last = 0;    ///< as captured
    Time longest = 0;            ///< duration of the longest session
    std::set<std::string> operations;  ///< what was done with the protocol, where its parser tells
    bool operations_open = false;      ///< more than that, or some that cannot be seen
};

/// One thing that a host said of itself, by which a person or weir may know what it is.
enum class ClueKind : std::uint8_t { name, description, object_id, engine, vendor_class, software };
struct Clue {
    ClueKind kind = ClueKind::name;
    std::string text;
    friend auto operator<=>(const Clue&, const Clue&) = default;
};

struct Host {
    std::uint64_t packets = 0;  ///< that it sent
    Mac mac{};                  ///< of its first packet's frame; zero: none
    std::set<Clue> clues;
};

/// Fed by a worker with every session that ends and every transaction; read when the captures are over. One thread.
class Survey {
public:
    static constexpr std::size_t max_uses = 200'000, max_hosts = 100'000, max_clues = 16, max_operations = 8, max_clue_text = 120;
    /// A MAC that carries more addresses, or more than one of IPv4, is a router's, and says nothing of the hosts behind it.
    static constexpr std::size_t max_addresses_of_mac = 4;

    Survey();

    void session_ended(const Session& session) noexcept;
    void transaction(const Session& session, const ParserInfo& parser, const void* transaction, Report report) noexcept;

    [[nodiscard]] const std::map<Use::Key, Use>& uses() const noexcept { return uses_; }
    [[nodiscard]] const std::map<IpAddress, Host>& hosts() const noexcept { return hosts_; }
    /// The name for which a DNS answer gave `address`; empty: none was seen.
    [[nodiscard]] const std::string& name_of(const IpAddress& address) const noexcept;
    /// The host's own MAC; zero where none was seen, or only a router's.
    [[nodiscard]] Mac own_mac(const Host& host) const noexcept;

    [[nodiscard]] std::uint64_t sessions() const noexcept { return sessions_; }
    [[nodiscard]] Time first() const noexcept { return first_; }
    [[nodiscard]] Time last() const noexcept { return last_; }
    /// Sessions that found no room in a full table.
    [[nodiscard]] std::uint64_t unlisted() const noexcept { return unlisted_; }

private:
    struct ClueField {
        const Field* field;
        ClueKind kind;
        enum class Of : std::uint8_t { client, server, agent, dhcp_client } of;
    };
    [[nodiscard]] Use* use_of(const Session& session) noexcept;
    [[nodiscard]] Host* host_of(const IpAddress& address) noexcept;
    void sent(const Session& session, std::size_t end) noexcept;
    void learn_names(const void* transaction) noexcept;

    std::map<Use::Key, Use> uses_;
    std::map<IpAddress, Host> hosts_;
    std::map<IpAddress, std::string> names_;
    std::map<Mac, std::set<IpAddress>> macs_;
    std::uint64_t sessions_ = 0, unlisted_ = 0;
    Time first_ = 0, last_ = 0;

    std::vector<const Field*> operations_;             ///< by ProtocolId: the field that names what is done; null: none
    std::vector<std::vector<ClueField>> clue_fields_;  ///< by ProtocolId
    ProtocolId dns_ = no_protocol;
    const Field *dns_query_ = nullptr, *dns_data_ = nullptr, *dhcp_requested_ = nullptr, *dhcp_client_ = nullptr;
};

/// Whether `text` may stand in a policy without quotes, as the name of an operation or of equipment: letters, digits, `-`, `_`, `.`.
[[nodiscard]] bool is_plain_word(std::string_view text) noexcept;

}  // namespace weir::learn
