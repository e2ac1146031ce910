// SPDX-License-Identifier: Apache-2.0
// TFTP, RFC 1350, with options, RFC 2347 to 2349: the request, and the transfer that follows it from another port.
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/parser.hpp"

namespace weir::tftp {

inline constexpr std::size_t max_options = 8;  ///< of one request; RFC 2347 to 2349 and RFC 7440 know four
inline constexpr std::size_t kept_text = 128;  ///< octets of a file name or an error message kept until the transfer's end

enum class Packet : std::uint8_t { none, read_request, write_request, data, acknowledgement, error, option_acknowledgement };

struct Option {
    Bytes name{}, value{};
};

/// A request, or (`transfer`) what became of it.
struct Transaction {
    Packet packet = Packet::none;  ///< read or write request; none: the direction of a transfer without data is not known
    Bytes file{}, mode{};
    std::span<const Option> options{};
    bool transfer = false;
    bool complete = false;    ///< a last, short block was seen
    std::uint64_t bytes = 0;  ///< of file content, retransmissions not counted twice
    std::uint32_t blocks = 0;
    bool has_error = false;
    std::uint16_t error_code = 0;  ///< RFC 1350 appendix; 8: RFC 2347
    Bytes error_message{};
};

class State {
public:
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
    /// Reports the transfer that the session carried, if any.
    void finish(Emit<Transaction> emit) noexcept;

private:
    void request(Direction direction, Packet packet, Bytes body, Emit<Transaction> emit) noexcept;
    void data(Direction direction, std::uint16_t block, std::size_t size) noexcept;
    /// Takes over what the server grants of the options.
    void granted(Bytes body) noexcept;

    Packet requested_ = Packet::none;  ///< where the request came in this session
    bool active_ = false;              ///< a packet of a transfer was seen
    bool has_data_ = false, has_error_ = false, complete_ = false;
    Direction first_ = Direction::to_client;  ///< of the session's first packet of a transfer
    Direction data_ = Direction::to_client;   ///< of the blocks
    std::uint16_t last_block_ = 0;
    std::uint16_t error_code_ = 0;
    std::uint32_t block_size_ = 512;
    std::uint32_t blocks_ = 0;
    std::uint64_t bytes_ = 0;
    KeptText<kept_text> file_, error_message_;
};

namespace fields {
Value packet(const Transaction& transaction, std::size_t index) noexcept;
Value option_name(const Transaction& transaction, std::size_t index) noexcept;
Value option_value(const Transaction& transaction, std::size_t index) noexcept;
Value error_code(const Transaction& transaction, std::size_t index) noexcept;
Value error_message(const Transaction& transaction, std::size_t index) noexcept;
/// A member that only a finished transfer has.
template <auto Transaction::*Member>
Value of_transfer(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.transfer ? detail::value_of(transaction.*Member) : Value::none();
}
}  // namespace fields

struct Parser {
    using Transaction = tftp::Transaction;
    using State = tftp::State;
    static constexpr std::string_view name = "tftp";
    static constexpr std::string_view doc = "Trivial File Transfer Protocol, RFC 1350, with its transfer session";
    static constexpr std::array hints{Hint::udp(69)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&fields::packet>("tftp.packet", "tftp.packet", "`read` or `write`: what the client asked for, RFC 1350 section 5"),
        field<&Transaction::file>("tftp.file", "tftp.file", "File name"),
        field<&Transaction::mode>("tftp.mode", "tftp.mode", "Transfer mode: octet, netascii or mail"),
        field<&fields::option_name>("", "weir.tftp.options[].name", "Option that the client asks for, RFC 2347"),
        field<&fields::option_value>("", "weir.tftp.options[].value", "Value of the option"),
        field<&fields::of_transfer<&Transaction::bytes>>("", "weir.tftp.bytes", "File content transferred, octets", FieldKind::number),
        field<&fields::of_transfer<&Transaction::blocks>>("", "weir.tftp.blocks", "Blocks transferred", FieldKind::number),
        field<&fields::of_transfer<&Transaction::complete>>("", "weir.tftp.complete", "The last, short block was seen", FieldKind::number),
        field<&fields::error_code>("", "weir.tftp.error_code", "Error that ended the transfer, RFC 1350 appendix I", FieldKind::number),
        field<&fields::error_message>("", "weir.tftp.error", "The error's text"),
    };
    enum AnomalyId : unsigned { malformed_data = 1, invalid_opcode, malformed_options };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "A packet shorter than its kind, or a request without its texts"},
        Anomaly{invalid_opcode, "invalid_opcode", "An operation code other than 1 to 6"},
        Anomaly{malformed_options, "malformed_options", "Options that are not pairs of texts, or too many of them"},
    };
};

}  // namespace weir::tftp
