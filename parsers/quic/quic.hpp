// SPDX-License-Identifier: Apache-2.0
// QUIC (RFC 9000, RFC 9001, RFC 9369) as far as anybody can read it: versions, connection identifiers, and the ClientHello in the
// client's Initial packets.
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/pieces.hpp"
#include "parsers/base/tls_fingerprint.hpp"
#include "parsers/quic/packet.hpp"

namespace weir::quic {

inline constexpr std::size_t max_hello = 4096;

/// What a connection says before it is encrypted.
struct Transaction {
    Bytes version{};  ///< as text
    Bytes sni{};
    std::span<const Bytes> alpns{};
    Bytes ja3_hash{}, ja3_text{}, ja4{};
    Bytes destination{}, source{};             ///< connection identifiers of the packet that is reported
    std::span<const Bytes> server_versions{};  ///< what the server speaks instead, as text
    bool retried = false;                      ///< the server wanted to see a token first
};

/// About 4.3 KiB: the ClientHello until it is whole.
class State {
public:
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    void initial(const LongPacket& packet, Emit<Transaction> emit) noexcept;
    [[nodiscard]] Bytes frames_of(const LongPacket& packet, Scratch& scratch) noexcept;
    void client_hello(Bytes body, Emit<Transaction> emit) noexcept;
    [[nodiscard]] Transaction known(Scratch& scratch) const noexcept;

    std::uint32_t version_ = 0;
    bool has_keys_ = false;
    bool retried_ = false;
    bool done_ = false;  ///< the event is written, or nothing more can be read
    InitialKeys keys_{};
    KeptText<20> destination_, source_;
    Pieces<max_hello> hello_;
};
static_assert(sizeof(State) <= 4608);

Value alpns(const Transaction& transaction, std::size_t index) noexcept;
Value server_versions(const Transaction& transaction, std::size_t index) noexcept;
Value destination(const Transaction& transaction, std::size_t index) noexcept;
Value source(const Transaction& transaction, std::size_t index) noexcept;
Value retried(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = quic::Transaction;
    using State = quic::State;
    static constexpr std::string_view name = "quic";
    static constexpr std::string_view doc = "QUIC, RFC 9000: versions and the ClientHello of its Initial packets";
    static constexpr std::array hints{Hint::udp(443), Hint::udp(853), Hint::udp(784), Hint::udp(8853)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::version>("quic.version", "quic.version", "Version: `1`, `2`, `draft-29`, `Q046`, others as hexadecimal"),
        field<&Transaction::sni>("quic.sni", "quic.sni", "Server name that the client asks for, RFC 6066 section 3"),
        field<&Transaction::ja3_hash>("ja3.hash", "quic.ja3.hash", "JA3: MD5 over the ClientHello's lists"),
        field<&Transaction::ja3_text>("ja3.string", "quic.ja3.string", "What JA3 is the MD5 of"),
        field<&Transaction::ja4>("ja4.hash", "quic.ja4", "JA4 fingerprint of the client"),
        field<&alpns>("quic.alpn", "weir.quic.client_alpns[]", "Application protocols that the client offers, RFC 7301 section 3.1"),
        field<&destination>("", "weir.quic.dcid", "Destination Connection ID of the client's first packet, as hexadecimal"),
        field<&source>("", "weir.quic.scid", "Source Connection ID of the client's first packet, as hexadecimal"),
        field<&retried>("", "weir.quic.retried", "The server sent a Retry, RFC 9000 section 8.1.2", FieldKind::number),
        field<&server_versions>("", "weir.quic.server_versions[]", "Versions of a Version Negotiation packet, RFC 9000 section 6"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "failed_decrypt", "An Initial packet of the client that does not hold frames"},
        Anomaly{2, "error_on_data", "A CRYPTO stream that is no ClientHello, or a larger one than is kept"},
        Anomaly{3, "error_on_header", "A long header whose lengths do not fit"},
    };
};

}  // namespace weir::quic
