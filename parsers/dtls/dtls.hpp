// SPDX-License-Identifier: Apache-2.0
// DTLS 1.0 to 1.3 (RFC 4347, RFC 6347, RFC 9147) as far as it is in clear: hellos, the cookie exchange, alerts.
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/pieces.hpp"
#include "parsers/base/tls_fingerprint.hpp"

namespace weir::dtls {

inline constexpr std::size_t max_hello = 2048;

/// A handshake: one per session. Each report shows all that is known so far.
struct Transaction {
    std::uint16_t version = 0;         ///< chosen by the server; 0: not seen
    std::uint16_t client_version = 0;  ///< the highest that the client offers; 0: not seen
    Bytes sni{};
    std::span<const Bytes> client_alpns{};
    Bytes server_alpn{};
    Bytes ja3_hash{}, ja3_text{}, ja3s_hash{}, ja4{};
    Bytes cookie{};  ///< what the server gave, or the client gave back
    std::uint16_t cipher = 0;
    bool has_cipher = false;
    std::uint8_t alert_level = 0, alert_description = 0;  ///< level 0: none seen in clear
};

/// About 2.7 KiB: the ClientHello until it is whole, and what outlives it.
class State {
public:
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    void handshake(Direction direction, Bytes record, Emit<Transaction> emit) noexcept;
    void client_hello(Bytes body, Emit<Transaction> emit) noexcept;
    void server_hello(Bytes body, Emit<Transaction> emit) noexcept;
    void hello_verify(Bytes body, Emit<Transaction> emit) noexcept;
    void alert(Direction direction, Bytes body, Emit<Transaction> emit) noexcept;
    [[nodiscard]] Transaction known(Scratch& scratch) const noexcept;
    [[nodiscard]] Report with_log(Report report) noexcept;

    std::uint16_t version_ = 0, client_version_ = 0, cipher_ = 0;
    std::uint16_t message_ = 0;  ///< sequence number of the ClientHello that is put together
    std::uint8_t alert_level_ = 0, alert_description_ = 0;
    bool client_hello_ = false, server_hello_ = false;
    bool logged_ = false;
    KeptText<32> ja3_hash_, ja3s_hash_;
    KeptText<tls::ja4_size> ja4_;
    KeptText<32> cookie_;
    KeptText<255> sni_;
    KeptText<96> client_alpns_;
    KeptText<32> server_alpn_;
    Pieces<max_hello, 8> hello_;
};
static_assert(sizeof(State) <= 2816);

Value version(const Transaction& transaction, std::size_t index) noexcept;
Value client_version(const Transaction& transaction, std::size_t index) noexcept;
Value client_alpns(const Transaction& transaction, std::size_t index) noexcept;
Value cookie(const Transaction& transaction, std::size_t index) noexcept;
Value cipher(const Transaction& transaction, std::size_t index) noexcept;
Value alert_level(const Transaction& transaction, std::size_t index) noexcept;
Value alert_description(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = dtls::Transaction;
    using State = dtls::State;
    static constexpr std::string_view name = "dtls";
    static constexpr std::string_view doc =
        "Datagram Transport Layer Security, RFC 6347 and RFC 9147: the handshake as far as it is in clear";
    static constexpr std::array hints{Hint::udp(443),  Hint::udp(853),  Hint::udp(2083),  Hint::udp(4433),
                                      Hint::udp(4740), Hint::udp(5246), Hint::udp(5247),  Hint::udp(5349),
                                      Hint::udp(5684), Hint::udp(6514), Hint::udp(10161), Hint::udp(10162)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&version>("dtls.version", "dtls.version",
                        "Version chosen by the server: `DTLS 1.2`; `DTLS 0.9` is what OpenSSL spoke before there was a standard"),
        field<&client_version>("dtls.client_version", "dtls.client_version", "Highest version that the client offers"),
        field<&Transaction::sni>("dtls.sni", "dtls.sni", "Server name that the client asks for, RFC 6066 section 3"),
        field<&client_alpns>("dtls.alpn", "dtls.client_alpns[]", "Application protocols that the client offers, RFC 7301 section 3.1"),
        field<&Transaction::server_alpn>("", "dtls.server_alpn", "Application protocol that the server chose, RFC 7301 section 3.2"),
        field<&cookie>("", "dtls.cookie",
                       "Cookie by which the client shows that it has its address, as hexadecimal, RFC 6347 section 4.2.1"),
        field<&cipher>("dtls.cipher_suite", "dtls.cipher_suite", "Cipher suite chosen by the server (IANA number)", FieldKind::number),
        field<&Transaction::ja3_hash>("ja3.hash", "dtls.ja3.hash", "JA3: MD5 over the ClientHello's lists"),
        field<&Transaction::ja3_text>("ja3.string", "", "What JA3 is the MD5 of"),
        field<&Transaction::ja3s_hash>("ja3s.hash", "dtls.ja3s.hash", "JA3S: MD5 over the ServerHello's choices"),
        field<&Transaction::ja4>("ja4.hash", "dtls.ja4", "JA4 fingerprint of the client"),
        field<&alert_level>("", "dtls.alert.level", "Level of the latest alert in clear: 1 warning, 2 fatal", FieldKind::number),
        field<&alert_description>("dtls.alert", "dtls.alert.description", "Description of the latest alert in clear, RFC 8446 section 6",
                                  FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "invalid_record", "A record of a type, version or length that does not exist"},
        Anomaly{2, "invalid_handshake_message", "A handshake message that is broken or out of place"},
        Anomaly{3, "handshake_too_long", "A ClientHello larger than is kept"},
    };
};

}  // namespace weir::dtls
