// SPDX-License-Identifier: Apache-2.0
// SSH up to its encryption, RFC 4253: identification, KEXINIT of both ends with HASSH, what they agree on, the host key.
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/ssh/banner.hpp"
#include "parsers/ssh/host_key.hpp"
#include "parsers/ssh/kexinit.hpp"

namespace weir::ssh {

/// One end as it showed itself.
struct End {
    Bytes protocol{}, software{}, comment{};
    Bytes hassh{};       ///< MD5 in hexadecimal; absent before its KEXINIT
    Bytes hassh_text{};  ///< what it is the MD5 of
    bool has_kexinit = false;
    bool strict_kex = false;
};

/// A key exchange: one per session. Each report shows all that is known so far.
struct Transaction {
    bool from_server = false;  ///< the server's message led to this report: `ssh.proto` and `ssh.software` are that end's
    End client{}, server{};
    NameLists chosen{};  ///< by List; absent before both KEXINITs
    HostKey host_key{};
    bool reversed = false;  ///< the SSH server sends what is fed as `to_server`: it opened the TCP session (call home)
};

/// What must outlive the bytes that held it, and where both streams stand. About 4 KiB.
///
/// Directions are those of the feed for the life of the state; it finds out by itself when the roles lie the other way.
class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    struct Slice {
        std::uint16_t offset = 0, size = 0;
    };
    struct Side {
        bool banner_seen = false, kexinit_seen = false, lists_kept = false, strict_kex = false, new_keys = false;
        std::uint8_t lines = 0;  ///< before the banner
        std::array<Slice, list_count> lists{};
        KeptText<255> banner;               ///< the line without its end
        std::array<KeptText<32>, 2> hassh;  ///< as a client's, as a server's: roles may show later
    };
    Fed line(Side& side, Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed packet(Side& side, Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void kexinit(Side& side, Direction direction, Bytes payload, Emit<Transaction> emit) noexcept;
    void reply(Direction direction, Bytes payload, Emit<Transaction> emit) noexcept;
    Fed new_keys(Side& side, Direction direction, Emit<Transaction> emit) noexcept;
    [[nodiscard]] bool keep_lists(Side& side, const NameLists& lists) noexcept;
    void show_role(Direction direction, Role role, Emit<Transaction> emit) noexcept;
    void negotiate() noexcept;
    [[nodiscard]] bool is_from_server(Direction direction) const noexcept { return (direction == Direction::to_client) != reversed_; }
    [[nodiscard]] const Side& side_of(Role role) const noexcept { return sides_[(role == Role::server) != reversed_ ? 1 : 0]; }
    [[nodiscard]] Bytes kept(Slice slice) const noexcept;
    [[nodiscard]] NameLists kept(const std::array<Slice, list_count>& slices) const noexcept;
    [[nodiscard]] bool is_version_1() const noexcept;
    [[nodiscard]] End shown(Role role, Scratch& scratch) const noexcept;
    [[nodiscard]] Transaction remembered(Direction seen, Scratch& scratch) const noexcept;
    void report(const Transaction& transaction, Direction direction, Emit<Transaction> emit) noexcept;
    void log(Direction direction, Emit<Transaction> emit) noexcept;
    Fed give_up(unsigned anomaly, Direction direction, Emit<Transaction> emit) noexcept;

    std::array<Side, 2> sides_;  ///< by the direction in which it sends
    std::uint16_t names_used_ = 0;
    std::array<std::uint8_t, 3072> names_;  ///< the name-lists of both sides
    std::array<Slice, list_count> chosen_{};
    KeptText<64> key_type_;
    KeptText<50> key_fingerprint_;
    std::uint32_t key_bits_ = 0;
    std::array<bool, 2> reported_{};  ///< the client's part, the server's
    bool roles_shown_ = false, reversed_ = false, logged_ = false;
};
static_assert(sizeof(State) <= 4096);

/// A text of one end.
template <End Transaction::*Which, Bytes End::*Member>
Value of_end(const Transaction& transaction, std::size_t index) noexcept {
    return index != 0 ? Value{} : detail::value_of(transaction.*Which.*Member);
}
/// A text of the end whose message led to the report.
template <Bytes End::*Member>
Value of_sender(const Transaction& transaction, std::size_t index) noexcept {
    return index != 0 ? Value{} : detail::value_of((transaction.from_server ? transaction.server : transaction.client).*Member);
}
template <End Transaction::*Which>
Value strict_kex(const Transaction& transaction, std::size_t index) noexcept {
    const End& end = transaction.*Which;
    return index != 0 ? Value{} : end.has_kexinit ? Value::flag(end.strict_kex) : Value::none();
}
template <List Which>
Value chosen(const Transaction& transaction, std::size_t index) noexcept {
    return index != 0 ? Value{} : detail::value_of(of(transaction.chosen, Which));
}
template <Bytes HostKey::*Member>
Value of_key(const Transaction& transaction, std::size_t index) noexcept {
    return index != 0 ? Value{} : detail::value_of(transaction.host_key.*Member);
}
Value key_bits(const Transaction& transaction, std::size_t index) noexcept;
Value reversed(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = ssh::Transaction;
    using State = ssh::State;
    static constexpr std::string_view name = "ssh";
    static constexpr std::string_view doc = "Secure Shell, RFC 4253: the key exchange, as far as it is in clear";
    static constexpr bool late_roles = true;  ///< both banners look alike (RFC 4253 section 4.2)
    static constexpr std::array hints{Hint::tcp(22), Hint::tcp(830), Hint::tcp(2022), Hint::tcp(2222), Hint::tcp(4334)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&of_end<&Transaction::client, &End::protocol>>("", "ssh.client.proto_version",
                                                             "Protocol version of the client, RFC 4253 section 4.2"),
        field<&of_end<&Transaction::client, &End::software>>("", "ssh.client.software_version",
                                                             "Software version of the client, RFC 4253 section 4.2"),
        field<&of_end<&Transaction::client, &End::hassh>>("ssh.hassh", "ssh.client.hassh.hash", "HASSH: MD5 over the client's algorithms"),
        field<&of_end<&Transaction::client, &End::hassh_text>>("ssh.hassh.string", "ssh.client.hassh.string", "What HASSH is the MD5 of"),
        field<&of_end<&Transaction::server, &End::protocol>>("", "ssh.server.proto_version",
                                                             "Protocol version of the server, RFC 4253 section 4.2"),
        field<&of_end<&Transaction::server, &End::software>>("", "ssh.server.software_version",
                                                             "Software version of the server, RFC 4253 section 4.2"),
        field<&of_end<&Transaction::server, &End::hassh>>("ssh.hassh.server", "ssh.server.hassh.hash",
                                                          "HASSHServer: MD5 over the server's algorithms"),
        field<&of_end<&Transaction::server, &End::hassh_text>>("ssh.hassh.server.string", "ssh.server.hassh.string",
                                                               "What HASSHServer is the MD5 of"),
        field<&of_sender<&End::protocol>>("ssh.proto", "", "Protocol version of the end that just spoke"),
        field<&of_sender<&End::software>>("ssh.software", "", "Software version of the end that just spoke"),
        field<&of_end<&Transaction::client, &End::comment>>("", "weir.ssh.client.comment", "Comment behind the client's software version"),
        field<&strict_kex<&Transaction::client>>("", "weir.ssh.client.strict_kex", "The client offers strict key exchange (CVE-2023-48795)",
                                                 FieldKind::number),
        field<&of_end<&Transaction::server, &End::comment>>("", "weir.ssh.server.comment", "Comment behind the server's software version"),
        field<&strict_kex<&Transaction::server>>("", "weir.ssh.server.strict_kex", "The server offers strict key exchange (CVE-2023-48795)",
                                                 FieldKind::number),
        field<&chosen<List::kex>>("ssh.kex", "weir.ssh.kex", "Key exchange agreed on, RFC 4253 section 7.1"),
        field<&chosen<List::cipher_to_server>>("ssh.cipher", "weir.ssh.cipher.to_server",
                                               "Cipher agreed on towards the server, RFC 4253 section 7.1"),
        field<&chosen<List::cipher_to_client>>("", "weir.ssh.cipher.to_client",
                                               "Cipher agreed on towards the client, RFC 4253 section 7.1"),
        field<&chosen<List::mac_to_server>>("", "weir.ssh.mac.to_server",
                                            "MAC agreed on towards the server; absent where the cipher authenticates"),
        field<&chosen<List::mac_to_client>>("", "weir.ssh.mac.to_client",
                                            "MAC agreed on towards the client; absent where the cipher authenticates"),
        field<&chosen<List::compression_to_server>>("", "weir.ssh.compression.to_server", "Compression agreed on towards the server"),
        field<&chosen<List::compression_to_client>>("", "weir.ssh.compression.to_client", "Compression agreed on towards the client"),
        field<&chosen<List::host_key>>("ssh.host_key_algorithm", "weir.ssh.host_key.algorithm",
                                       "Host key algorithm agreed on, RFC 4253 section 7.1"),
        field<&of_key<&HostKey::type>>("ssh.host_key_type", "weir.ssh.host_key.type",
                                       "Type of the server's host key, RFC 4253 section 6.6"),
        field<&key_bits>("ssh.host_key_bits", "weir.ssh.host_key.bits", "Size of the server's host key in bits", FieldKind::number),
        field<&of_key<&HostKey::fingerprint>>("ssh.host_key_fingerprint", "weir.ssh.host_key.fingerprint",
                                              "SHA-256 of the server's host key as OpenSSH prints it"),
        field<&reversed>("ssh.reversed", "weir.ssh.reversed", "The SSH server opened the TCP session (call home, RFC 8071)",
                         FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "invalid_banner", "An identification string without its parts, or too many lines before it"},
        Anomaly{2, "long_banner", "An identification string of more than 255 octets"},
        Anomaly{3, "invalid_record", "A packet whose lengths RFC 4253 section 6 forbids"},
        Anomaly{4, "invalid_kexinit", "A KEXINIT that is cut off inside its lists"},
        Anomaly{5, "long_kexinit", "Name-lists longer than are kept: the event lacks HASSH strings and what was agreed on"},
    };
};

}  // namespace weir::ssh
