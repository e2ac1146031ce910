// SPDX-License-Identifier: Apache-2.0
// TLS 1.0 to 1.3 and SSL 3.0 over TCP, as far as it is in clear: hellos, certificates up to TLS 1.2, alerts. SSL 2.0 hellos.
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/tls/certificate.hpp"
#include "parsers/base/tls_fingerprint.hpp"
#include "parsers/base/tls_hello.hpp"
#include "parsers/tls/records.hpp"

namespace weir::tls {

/// A handshake: one per session. Each report shows all that is known so far.
struct Transaction {
    Direction seen = Direction::to_server;  ///< whose message this report is about: `tls.alpn` and `tls.random` are that end's
    std::uint16_t version = 0;              ///< chosen by the server; 0: not seen
    Bytes version_text{};
    Bytes cipher{};  ///< chosen by the server: two octets
    Bytes sni{};
    std::span<const Bytes> client_alpns{}, server_alpns{};
    Bytes ja3_hash{}, ja3_text{}, ja3s_hash{}, ja3s_text{}, ja4{};
    Bytes random{};             ///< in the report of a hello
    Certificate certificate{};  ///< the server's leaf; in the report of its message
    bool resumed = false;
    bool retried = false;                                 ///< the server asked for another ClientHello
    std::uint8_t alert_level = 0, alert_description = 0;  ///< level 0: none seen in clear
};

/// What must outlive the bytes that held it, and where both streams stand. About 1.6 KiB.
class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    struct Side {
        std::uint32_t message_left = 0;  ///< of a handshake message that is not looked into
        std::uint16_t record_left = 0;   ///< of the handshake record at the front of the stream
        bool started = false;            ///< the first record is behind
        bool cipher_changed = false;     ///< a ChangeCipherSpec stood in the stream, and it goes on being read
    };
    Fed record(Side& side, Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed sslv2(Side& side, Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed handshake(Side& side, Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed message(Direction direction, std::uint8_t type, Bytes body, Emit<Transaction> emit) noexcept;
    Fed client_hello(Bytes body, Emit<Transaction> emit) noexcept;
    Fed server_hello(Bytes body, Emit<Transaction> emit) noexcept;
    void certificate(Bytes body, Emit<Transaction> emit) noexcept;
    Fed alert(Direction direction, Bytes body, Emit<Transaction> emit) noexcept;
    Fed change_cipher_spec(Side& side, Direction direction, std::uint16_t length, Emit<Transaction> emit) noexcept;
    Fed give_up(Oddity oddity, Direction direction, Emit<Transaction> emit) noexcept;
    [[nodiscard]] Transaction remembered(Direction seen, Scratch& scratch) const noexcept;
    void report_request(const ClientHello& hello, Bytes ja3_text, Emit<Transaction> emit) noexcept;
    void log(Direction direction, Emit<Transaction> emit) noexcept;
    [[nodiscard]] Report with_log(Report report) noexcept;

    std::array<Side, 2> sides_{};
    std::uint16_t version_ = 0;
    std::array<std::uint8_t, 2> cipher_{};
    std::uint8_t alert_level_ = 0, alert_description_ = 0;
    bool client_hello_ = false;
    bool server_hello_ = false;  ///< the final one
    bool server_hello_done_ = false;
    bool certificate_ = false;
    bool retried_ = false, resumed_ = false, early_data_ = false;
    bool sslv2_ = false;  ///< the client spoke first in the form of SSL 2.0
    bool logged_ = false;
    KeptText<255> sni_;
    KeptText<192> client_alpns_;  ///< names behind their lengths, as many as fit
    KeptText<64> server_alpn_;
    KeptText<768> ja3_text_;
    KeptText<160> ja3s_text_;
    KeptText<32> ja3_hash_, ja3s_hash_;
    KeptText<ja4_size> ja4_;
};
static_assert(sizeof(State) <= 2048);

Value version_number(const Transaction& transaction, std::size_t index) noexcept;
Value cipher_number(const Transaction& transaction, std::size_t index) noexcept;
Value cipher_text(const Transaction& transaction, std::size_t index) noexcept;
Value resumed(const Transaction& transaction, std::size_t index) noexcept;
Value retried(const Transaction& transaction, std::size_t index) noexcept;
Value client_alpns(const Transaction& transaction, std::size_t index) noexcept;
Value server_alpns(const Transaction& transaction, std::size_t index) noexcept;
Value alpns(const Transaction& transaction, std::size_t index) noexcept;
Value alternative_names(const Transaction& transaction, std::size_t index) noexcept;
Value chain_length(const Transaction& transaction, std::size_t index) noexcept;
Value self_signed(const Transaction& transaction, std::size_t index) noexcept;
Value alert_level(const Transaction& transaction, std::size_t index) noexcept;
Value alert_description(const Transaction& transaction, std::size_t index) noexcept;

/// A text of the certificate.
template <Bytes Certificate::*Member>
Value of_certificate(const Transaction& transaction, std::size_t index) noexcept {
    return index != 0 ? Value{} : detail::value_of(transaction.certificate.*Member);
}

struct Parser {
    using Transaction = tls::Transaction;
    using State = tls::State;
    static constexpr std::string_view name = "tls";
    static constexpr std::string_view doc = "Transport Layer Security, RFC 8446 and RFC 5246: the handshake as far as it is in clear";
    static constexpr std::array hints{Hint::tcp(443),  Hint::tcp(465),  Hint::tcp(563),  Hint::tcp(636),  Hint::tcp(853),
                                      Hint::tcp(989),  Hint::tcp(990),  Hint::tcp(992),  Hint::tcp(993),  Hint::tcp(995),
                                      Hint::tcp(2083), Hint::tcp(4335), Hint::tcp(4336), Hint::tcp(5061), Hint::tcp(5671),
                                      Hint::tcp(6513), Hint::tcp(6514), Hint::tcp(8443), Hint::tcp(8883), Hint::tcp(10161)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::sni>("tls.sni", "tls.sni", "Server name that the client asks for, RFC 6066 section 3"),
        field<&Transaction::version_text>("", "tls.version", "Version chosen by the server, RFC 8446 section 4.2.1"),
        field<&version_number>("tls.version", "", "Version chosen by the server, as on the wire (0x0303: TLS 1.2)", FieldKind::number),
        field<&of_certificate<&Certificate::subject>>("tls.cert_subject", "tls.subject",
                                                      "Subject of the server's certificate, RFC 5280 section 4.1.2.6"),
        field<&of_certificate<&Certificate::issuer>>("tls.cert_issuer", "tls.issuerdn",
                                                     "Issuer of the server's certificate, RFC 5280 section 4.1.2.4"),
        field<&of_certificate<&Certificate::serial>>("tls.cert_serial", "tls.serial",
                                                     "Serial number of the certificate, as hexadecimal with colons"),
        field<&of_certificate<&Certificate::fingerprint>>("tls.cert_fingerprint", "tls.fingerprint",
                                                          "SHA-1 of the certificate, as hexadecimal with colons"),
        field<&of_certificate<&Certificate::not_before>>("", "tls.notbefore",
                                                         "Start of the certificate's validity, RFC 5280 section 4.1.2.5"),
        field<&of_certificate<&Certificate::not_after>>("", "tls.notafter", "End of the certificate's validity, RFC 5280 section 4.1.2.5"),
        field<&alternative_names>("tls.subjectaltname", "tls.subjectaltname[]",
                                  "Names and addresses of the certificate, RFC 5280 section 4.2.1.6"),
        field<&of_certificate<&Certificate::der>>("tls.certs", "", "The server's leaf certificate as sent"),
        field<&resumed>("", "tls.session_resumed", "The handshake took up an earlier session, RFC 5246 section 7.3, RFC 8446 section 2.2",
                        FieldKind::number),
        field<&Transaction::ja3_hash>("ja3.hash", "tls.ja3.hash", "JA3: MD5 over the ClientHello's lists"),
        field<&Transaction::ja3_text>("ja3.string", "tls.ja3.string", "What JA3 is the MD5 of"),
        field<&Transaction::ja3s_hash>("ja3s.hash", "tls.ja3s.hash", "JA3S: MD5 over the ServerHello's choices"),
        field<&Transaction::ja3s_text>("ja3s.string", "tls.ja3s.string", "What JA3S is the MD5 of"),
        field<&Transaction::ja4>("ja4.hash", "tls.ja4", "JA4 fingerprint of the client"),
        field<&client_alpns>("", "tls.client_alpns[]", "Application protocols that the client offers, RFC 7301 section 3.1"),
        field<&server_alpns>("", "tls.server_alpns[]", "Application protocol that the server chose, RFC 7301 section 3.2"),
        field<&alpns>("tls.alpn", "", "Application protocols in the hello of the end that just spoke"),
        field<&Transaction::random>("tls.random", "", "Random of the hello that was just seen"),
        field<&cipher_number>("tls.cipher_suite", "", "Cipher suite chosen by the server (IANA number)", FieldKind::number),
        field<&cipher_text>("", "weir.tls.cipher_suite", "Cipher suite chosen by the server, as four hexadecimal digits"),
        field<&chain_length>("tls.cert_chain_len", "weir.tls.chain_length", "Certificates that the server sent", FieldKind::number),
        field<&self_signed>("", "weir.tls.self_signed", "Issuer and subject of the certificate are the same name", FieldKind::number),
        field<&retried>("", "weir.tls.retried", "The server asked for another ClientHello, RFC 8446 section 4.1.4", FieldKind::number),
        field<&alert_level>("", "weir.tls.alert.level", "Level of the latest alert in clear: 1 warning, 2 fatal, RFC 8446 section 6",
                            FieldKind::number),
        field<&alert_description>("tls.alert", "weir.tls.alert.description", "Description of the latest alert in clear, RFC 8446 section 6",
                                  FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "invalid_sslv2_header", "A hello in the form of SSL 2.0 whose lengths do not fit"},
        Anomaly{2, "invalid_tls_header", "No record of TLS where one must begin"},
        Anomaly{3, "invalid_record_type", "A record of a type that does not exist"},
        Anomaly{4, "invalid_record_version", "A record of a version that does not exist"},
        Anomaly{5, "invalid_record_length", "A record longer than RFC 5246 section 6.2.3 allows"},
        Anomaly{6, "invalid_handshake_message", "A handshake message that is broken, out of place, or cut off by another record"},
        Anomaly{7, "handshake_invalid_length", "A handshake message larger than is looked into"},
        Anomaly{8, "invalid_certificate", "A certificate that could not be read to its end"},
        Anomaly{9, "multiple_sni_extensions", "More than one server_name extension"},
        Anomaly{10, "invalid_sni_type", "A server name that is not a host name"},
        Anomaly{11, "invalid_sni_length", "A server name that is empty, longer than 255 octets, or does not fit its extension"},
        Anomaly{12, "overflow_heartbeat_message", "A heartbeat that claims more payload than it holds (CVE-2014-0160)"},
    };
};

}  // namespace weir::tls
