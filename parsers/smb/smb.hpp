// SPDX-License-Identifier: Apache-2.0
// SMB 1 to 3: negotiation, session setup, tree connect.
#pragma once

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/kept_text.hpp"
#include "parsers/smb/smb_message.hpp"

namespace weir::smb {

/// A request with its answer.
struct Transaction {
    std::uint8_t version = 0;  ///< of the messages: 1 or 2
    std::uint8_t command = 0;
    Kind kind{};
    std::string_view command_name{};
    std::span<const Bytes> client_dialects{};
    Bytes dialect{};
    bool answered = false;
    std::uint32_t status = 0;  ///< NTSTATUS
    std::uint64_t session_id = 0, tree_id = 0;
    Bytes user{}, domain{}, host{};
    Bytes share{};
    std::string_view share_type{};
    Bytes native_os{}, native_lm{}, server_os{}, server_lm{};
    Bytes client_guid{}, server_guid{};
    bool encrypted = false;  ///< the session encrypts its messages
    Scratch* scratch = nullptr;
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    /// What is kept of a request while its answer is awaited; texts that are too long are cut.
    struct Request {
        bool waiting = false;
        std::uint8_t version = 0, command = 0;
        Kind kind{};
        std::uint64_t id = 0;
        KeptText<256> dialects;  ///< each behind its length
        KeptText<64> user, domain, host;
        KeptText<160> share;
        KeptText<48> native_os, native_lm;
        KeptText<16> guid;
    };
    Fed packet(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void request(const Message& message, Emit<Transaction> emit) noexcept;
    void response(const Message& message, Emit<Transaction> emit) noexcept;
    void report(const Message& message, Report what, Direction direction, Emit<Transaction> emit) noexcept;

    Request request_{};
    KeptText<16> dialect_;
    bool encrypted_ = false;
};

namespace fields {
Value client_dialects(const Transaction& transaction, std::size_t index) noexcept;
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value status(const Transaction& transaction, std::size_t index) noexcept;
Value status_code(const Transaction& transaction, std::size_t index) noexcept;
Value share_type(const Transaction& transaction, std::size_t index) noexcept;
Value encrypted(const Transaction& transaction, std::size_t index) noexcept;
/// A GUID's octets.
template <auto Member>
Value guid(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return (transaction.*Member).empty() ? Value::none() : Value::hex(transaction.*Member);
}
}  // namespace fields

struct Parser {
    using Transaction = smb::Transaction;
    using State = smb::State;
    static constexpr std::string_view name = "smb";
    static constexpr std::string_view doc = "Server Message Block, versions 1 to 3, MS-SMB2";
    static constexpr std::array hints{Hint::tcp(445), Hint::tcp(139)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::version>("smb.version", "", "Version of the message: 1 or 2 (also SMB 3)"),
        field<&Transaction::command>("smb.cmd", "", "Command code, MS-SMB2 section 2.2.1.2, MS-CIFS section 2.2.2.1"),
        field<&Transaction::command_name>("", "smb.command", "Command by Suricata's name"),
        field<&fields::operation>("smb.operation", "", "Command for contracts: negotiate, session-setup, tree-connect"),
        field<&Transaction::dialect>("smb.dialect", "smb.dialect", "Dialect agreed on"),
        field<&fields::client_dialects>("smb.client_dialects", "smb.client_dialects[]", "Dialects that the client offers"),
        field<&fields::status>("smb.status", "smb.status", "Status of the answer by name"),
        field<&fields::status_code>("", "smb.status_code", "Status of the answer, in hexadecimal"),
        field<&Transaction::session_id>("", "smb.session_id", "Session; version 1: user id"),
        field<&Transaction::tree_id>("", "smb.tree_id", "Tree connection"),
        field<&Transaction::domain>("smb.ntlmssp_domain", "smb.ntlmssp.domain", "Domain of the login, MS-NLMP section 2.2.1.3"),
        field<&Transaction::user>("smb.ntlmssp_user", "smb.ntlmssp.user", "User of the login"),
        field<&Transaction::host>("smb.ntlmssp_host", "smb.ntlmssp.host", "Computer name of the client, as the login says it"),
        field<&Transaction::share>("smb.share", "smb.share", "Path of the share that is connected"),
        field<&fields::share_type>("smb.share_type", "smb.share_type", "FILE, PIPE or PRINT"),
        field<&Transaction::native_os>("smb.native_os", "smb.request.native_os", "Operating system of the client, version 1"),
        field<&Transaction::native_lm>("smb.native_lm", "smb.request.native_lm", "LAN manager of the client, version 1"),
        field<&Transaction::server_os>("", "smb.response.native_os", "Operating system of the server, version 1"),
        field<&Transaction::server_lm>("", "smb.response.native_lm", "LAN manager of the server, version 1"),
        field<&fields::guid<&Transaction::client_guid>>("", "smb.client_guid", "GUID of the client, as hexadecimal"),
        field<&fields::guid<&Transaction::server_guid>>("", "smb.server_guid", "GUID of the server, as hexadecimal"),
        field<&fields::encrypted>("", "weir.smb.encrypted", "Messages are encrypted", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_data", "Bytes that are no SMB message"},
        Anomaly{2, "malformed_message", "A message whose fields reach past its end"},
    };
};

}  // namespace weir::smb
