// SPDX-License-Identifier: Apache-2.0
// ClientHello and ServerHello of TLS, DTLS and QUIC as views into the handshake message: RFC 8446 section 4.1, RFC 5246 section
// 7.4.1, RFC 9147 section 5.3, and the SSL 2.0 form of the ClientHello (RFC 5246 appendix E.2).
#pragma once

#include "parsers/base/cursor.hpp"
#include "parsers/base/parser.hpp"

namespace weir::tls {

/// Rows of the anomaly table.
enum class Oddity : std::uint8_t {
    invalid_sslv2_header = 1,
    invalid_tls_header,
    invalid_record_type,
    invalid_record_version,
    invalid_record_length,
    invalid_handshake_message,
    handshake_too_long,
    invalid_certificate,
    multiple_sni_extensions,
    invalid_sni_type,
    invalid_sni_length,
    overflow_heartbeat_message,
};

/// A small set of oddities.
class Oddities {
public:
    constexpr void add(Oddity oddity) noexcept { bits_ |= 1u << static_cast<unsigned>(oddity); }
    template <class Visit>
    constexpr void for_each(Visit&& visit) const noexcept {
        for (unsigned id = 1; id < 32; ++id)
            if ((bits_ & (1u << id)) != 0) visit(id);
    }

private:
    std::uint32_t bits_ = 0;
};

/// Protocol versions as on the wire.
namespace version {
inline constexpr std::uint16_t ssl2 = 0x0002, ssl3 = 0x0300, tls10 = 0x0301, tls11 = 0x0302, tls12 = 0x0303, tls13 = 0x0304,
                               tls13_first_draft = 0x7f00, tls13_last_draft = 0x7fff;
/// Whether everything behind the ServerHello is encrypted: TLS 1.3 and its drafts.
[[nodiscard]] constexpr bool is_13(std::uint16_t value) noexcept {
    return value == tls13 || (value >= tls13_first_draft && value <= tls13_last_draft);
}
/// DTLS 1.0, 1.2 and 1.3: ones' complements of 1.0, 1.2 and 1.3.
inline constexpr std::uint16_t dtls10 = 0xfeff, dtls12 = 0xfefd, dtls13 = 0xfefc;
}  // namespace version

/// Values that clients throw in to keep servers tolerant (RFC 8701 section 2); fingerprints ignore them.
[[nodiscard]] constexpr bool is_grease(std::uint16_t value) noexcept {
    return (value & 0x0f0f) == 0x0a0a && (value >> 8) == (value & 0xff);
}

/// A vector of 16-bit numbers on the wire; an odd byte at its end is not part of it.
class Numbers {
public:
    explicit constexpr Numbers(Bytes wire) noexcept : wire_(wire) {}
    [[nodiscard]] constexpr std::size_t size() const noexcept { return wire_.size() / 2; }
    [[nodiscard]] constexpr std::uint16_t operator[](std::size_t i) const noexcept {
        return static_cast<std::uint16_t>(wire_[2 * i] << 8 | wire_[2 * i + 1]);
    }

private:
    Bytes wire_;
};

/// Calls `visit(type, data)` for each extension of a block; false when one reaches past its end.
template <class Visit>
bool for_each_extension(Bytes block, Visit&& visit) noexcept {
    Cursor cursor{block};
    while (!cursor.empty()) {
        const std::uint16_t type = cursor.be16();
        const Bytes data = cursor.take(cursor.be16());
        if (!cursor.ok()) return false;
        visit(type, data);
    }
    return cursor.ok();
}

/// Extension numbers that are looked into (IANA TLS ExtensionType Values).
namespace extension {
inline constexpr std::uint16_t server_name = 0, supported_groups = 10, ec_point_formats = 11, signature_algorithms = 13, alpn = 16,
                               pre_shared_key = 41, early_data = 42, supported_versions = 43;
}

struct ClientHello {
    std::uint16_t version = 0;  ///< legacy_version: what JA3 uses
    Bytes random{};             ///< 32 bytes; the challenge of the SSL 2.0 form
    Bytes session_id{};
    Bytes cookie{};   ///< DTLS only
    Bytes ciphers{};  ///< 16-bit numbers; empty in the SSL 2.0 form, whose ciphers have 24 bits
    Bytes extensions{};
    Bytes server_name{};  ///< first host_name; absent without one
    Bytes alpn{};         ///< protocol names, each behind its length (RFC 7301 section 3.1)
    Bytes versions{};     ///< supported_versions
    Bytes groups{}, formats{}, signature_algorithms{};
    bool has_server_name = false;  ///< the extension is there, whatever its content
    bool early_data = false;
    Oddities oddities{};
};

struct ServerHello {
    std::uint16_t legacy_version = 0;
    std::uint16_t version = 0;  ///< chosen: supported_versions where present, else legacy_version
    Bytes random{};
    Bytes session_id{};
    std::uint16_t cipher = 0;
    Bytes extensions{};
    Bytes alpn{};          ///< the protocol chosen; absent without the extension
    bool resumed = false;  ///< a pre-shared key was accepted (TLS 1.3)
    bool retry = false;    ///< HelloRetryRequest: another pair of hellos follows
    Oddities oddities{};
};

/// Both read a message's body (without type and length). False when its fixed part is broken; broken extensions are an
/// oddity, and what stands before them is kept. Over UDP (DTLS) a ClientHello has a cookie (RFC 9147 section 5.3).
[[nodiscard]] bool read_client_hello(Bytes body, ClientHello& hello, Transport over = Transport::tcp) noexcept;
[[nodiscard]] bool read_server_hello(Bytes body, ServerHello& hello) noexcept;

/// The SSL 2.0 form, from its message type on.
[[nodiscard]] bool read_sslv2_client_hello(Bytes record, ClientHello& hello) noexcept;

/// The protocol names of an ALPN list, up to 64.
[[nodiscard]] std::span<const Bytes> alpn_names(Bytes list, Scratch& scratch) noexcept;
/// As many whole names from the front of an ALPN list as fit into `room` bytes.
[[nodiscard]] Bytes alpns_within(Bytes list, std::size_t room) noexcept;

}  // namespace weir::tls
