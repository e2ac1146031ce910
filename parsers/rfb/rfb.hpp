// SPDX-License-Identifier: Apache-2.0
// RFB, the protocol of VNC, RFC 6143: versions, authentication, the desktop.
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/parser.hpp"

namespace weir::rfb {

inline constexpr std::size_t max_name = 256;       ///< octets kept of a desktop's name
inline constexpr std::size_t max_reason = 160;     ///< octets kept of why it was refused
inline constexpr std::size_t longest_text = 4096;  ///< a name or reason that is longer is no RFB

/// PIXEL_FORMAT, RFC 6143 section 7.4, and the size of the desktop.
struct Screen {
    std::uint16_t width = 0, height = 0;
    std::uint8_t bits_per_pixel = 0, depth = 0;
    bool big_endian = false, true_color = false;
    std::uint16_t red_max = 0, green_max = 0, blue_max = 0;
    std::uint8_t red_shift = 0, green_shift = 0, blue_shift = 0;
};

/// A session as far as it has shown itself. Numbers are -1 where that part was not seen.
struct Transaction {
    Bytes server_version{}, client_version{};  ///< `RFB 003.008`
    std::int64_t security_type = -1;
    Bytes challenge{}, response{};
    std::int64_t result = -1;
    Bytes reason{};
    int shared = -1;
    const Screen* screen = nullptr;
    Bytes name{};
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    /// What comes next from that end.
    enum class Client : std::uint8_t { version, security, response, init, done };
    enum class Server : std::uint8_t { version, security, challenge, result, reason, init, done };

    Fed client(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed server(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed security_types(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed failure(Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed desktop(Bytes bytes, Emit<Transaction> emit) noexcept;
    [[nodiscard]] Fed chosen(std::uint32_t type, std::size_t size) noexcept;
    [[nodiscard]] unsigned minor() const noexcept;
    Fed broken(Direction direction, Emit<Transaction> emit) noexcept;
    void report(Report what, Direction direction, Emit<Transaction> emit) noexcept;

    Client client_ = Client::version;
    Server server_ = Server::version;
    bool logged_ = false, has_screen_ = false;
    std::int8_t shared_ = -1;
    std::int64_t security_type_ = -1, result_ = -1;
    Screen screen_{};
    KeptText<11> server_version_, client_version_;
    KeptText<16> challenge_, response_;
    KeptText<max_reason> reason_;
    KeptText<max_name> name_;
};

namespace fields {
/// The three digits at `At` of a version line.
template <auto Version, std::size_t At>
Value digits(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes version = transaction.*Version;
    return version.size() < At + 3 ? Value::none() : Value::of(version.subspan(At, 3));
}
template <auto Member>
Value number(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.*Member < 0 ? Value::none() : Value::of(static_cast<std::uint64_t>(transaction.*Member));
}
template <auto Member>
Value hex(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return (transaction.*Member).data() == nullptr ? Value::none() : Value::hex(transaction.*Member);
}
template <auto Member>
Value screen(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.screen == nullptr ? Value::none() : detail::value_of(transaction.screen->*Member);
}
Value result(const Transaction& transaction, std::size_t index) noexcept;
Value shared(const Transaction& transaction, std::size_t index) noexcept;
}  // namespace fields

struct Parser {
    using Transaction = rfb::Transaction;
    using State = rfb::State;
    static constexpr std::string_view name = "rfb";
    static constexpr std::string_view doc = "Remote Framebuffer (VNC), RFC 6143";
    static constexpr std::array hints{Hint::tcp(5900), Hint::tcp(5901)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&fields::digits<&Transaction::server_version, 4>>("", "rfb.server_protocol_version.major", "Version that the server offers"),
        field<&fields::digits<&Transaction::server_version, 8>>("", "rfb.server_protocol_version.minor", "Version that the server offers"),
        field<&fields::digits<&Transaction::client_version, 4>>("", "rfb.client_protocol_version.major", "Version that the client takes"),
        field<&fields::digits<&Transaction::client_version, 8>>("", "rfb.client_protocol_version.minor", "Version that the client takes"),
        field<&fields::number<&Transaction::security_type>>("rfb.sectype", "rfb.authentication.security_type",
                                                            "Security type: 1 none, 2 VNC authentication; RFC 6143 section 7.1.2",
                                                            FieldKind::number),
        field<&fields::hex<&Transaction::challenge>>("", "rfb.authentication.vnc.challenge", "VNC authentication: the server's challenge"),
        secret(field<&fields::hex<&Transaction::response>>("", "rfb.authentication.vnc.response",
                                                          "VNC authentication: the client's response, from which the password can be found")),
        field<&fields::number<&Transaction::result>>("rfb.secresult", "", "Result of the login: 0 ok, 1 fail, 2 too many",
                                                     FieldKind::number),
        field<&fields::result>("", "rfb.authentication.security_result", "Result of the login: OK, FAIL, TOOMANY"),
        field<&Transaction::reason>("rfb.reason", "weir.rfb.reason", "Why the server refuses"),
        field<&fields::shared>("", "rfb.screen_shared", "The client lets others use the desktop, too", FieldKind::number),
        field<&fields::screen<&Screen::width>>("", "rfb.framebuffer.width", "Width of the desktop in pixels", FieldKind::number),
        field<&fields::screen<&Screen::height>>("", "rfb.framebuffer.height", "Height of the desktop in pixels", FieldKind::number),
        field<&Transaction::name>("rfb.name", "rfb.framebuffer.name", "Name of the desktop"),
        field<&fields::screen<&Screen::bits_per_pixel>>("", "rfb.framebuffer.pixel_format.bits_per_pixel", "Bits of a pixel",
                                                        FieldKind::number),
        field<&fields::screen<&Screen::depth>>("", "rfb.framebuffer.pixel_format.depth", "Bits of a pixel that are used",
                                               FieldKind::number),
        field<&fields::screen<&Screen::big_endian>>("", "rfb.framebuffer.pixel_format.big_endian", "Order of a pixel's octets",
                                                    FieldKind::number),
        field<&fields::screen<&Screen::true_color>>("", "rfb.framebuffer.pixel_format.true_color", "Pixels are colours", FieldKind::number),
        field<&fields::screen<&Screen::red_max>>("", "rfb.framebuffer.pixel_format.red_max", "Highest value of red", FieldKind::number),
        field<&fields::screen<&Screen::green_max>>("", "rfb.framebuffer.pixel_format.green_max", "Highest value of green",
                                                   FieldKind::number),
        field<&fields::screen<&Screen::blue_max>>("", "rfb.framebuffer.pixel_format.blue_max", "Highest value of blue", FieldKind::number),
        field<&fields::screen<&Screen::red_shift>>("", "rfb.framebuffer.pixel_format.red_shift", "Position of red", FieldKind::number),
        field<&fields::screen<&Screen::green_shift>>("", "rfb.framebuffer.pixel_format.green_shift", "Position of green",
                                                     FieldKind::number),
        field<&fields::screen<&Screen::blue_shift>>("", "rfb.framebuffer.pixel_format.blue_shift", "Position of blue", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_message", "Bytes that the handshake of RFB does not have there"},
        Anomaly{2, "unimplemented_security_type", "A security type whose exchange is not read"},
        Anomaly{3, "unknown_security_result", "A result of the login other than ok, fail and too many"},
    };
};

}  // namespace weir::rfb
