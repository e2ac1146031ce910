// SPDX-License-Identifier: Apache-2.0
// WebSocket frames, RFC 6455 section 5: what HTTP hands over to after `Upgrade: websocket`.
#pragma once

#include "parsers/base/kept_text.hpp"
#include "parsers/base/parser.hpp"

namespace weir::websocket {

inline constexpr std::size_t max_payload = 4096;  ///< octets of a frame's payload that rules see

/// One frame.
struct Transaction {
    std::uint8_t flags = 0;  ///< the first octet's upper half: FIN 0x80, RSV1 (compressed) 0x40, RSV2, RSV3
    std::uint8_t opcode = 0;
    bool masked = false;
    std::uint32_t mask = 0;
    std::uint64_t length = 0;  ///< of the payload
    Bytes payload{};           ///< its start, unmasked
    Bytes subprotocol{};       ///< agreed on in HTTP
};

class State {
public:
    void announced(std::string_view subprotocol) noexcept { subprotocol_.keep_front(as_bytes(subprotocol)); }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

private:
    Fed frame(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

    KeptText<64> subprotocol_;
};

Value fin(const Transaction& transaction, std::size_t index) noexcept;
Value opcode_name(const Transaction& transaction, std::size_t index) noexcept;
Value mask(const Transaction& transaction, std::size_t index) noexcept;
Value compressed(const Transaction& transaction, std::size_t index) noexcept;
Value close_code(const Transaction& transaction, std::size_t index) noexcept;
Value subprotocol(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = websocket::Transaction;
    using State = websocket::State;
    static constexpr std::string_view name = "websocket";
    static constexpr std::string_view doc = "WebSocket, RFC 6455";
    static constexpr bool tcp = true, udp = false;
    static constexpr std::array<Hint, 0> hints{};
    static Probe probe(const Offer&) noexcept { return Probe::no(); }
    static constexpr std::array fields{
        field<&fin>("", "websocket.fin", "The frame ends its message, RFC 6455 section 5.2", FieldKind::number),
        field<&Transaction::flags>("websocket.flags", "", "FIN (128), RSV1 to RSV3 (64, 32, 16), RFC 6455 section 5.2"),
        field<&mask>("websocket.mask", "websocket.mask", "Masking key, RFC 6455 section 5.3", FieldKind::number),
        field<&Transaction::opcode>("websocket.opcode", "", "Opcode: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong"),
        field<&opcode_name>("", "websocket.opcode", "Opcode by name"),
        field<&Transaction::payload>("websocket.payload", "", "Start of the payload, unmasked"),
        field<&Transaction::length>("websocket.length", "weir.websocket.length", "Octets of payload"),
        field<&compressed>("", "weir.websocket.compressed", "The message is compressed, RFC 7692 section 6", FieldKind::number),
        field<&close_code>("websocket.close_code", "weir.websocket.close_code", "Why the session is closed, RFC 6455 section 7.4",
                           FieldKind::number),
        field<&subprotocol>("websocket.subprotocol", "weir.websocket.subprotocol",
                            "Sub-protocol that HTTP agreed on, RFC 6455 section 1.9"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "reserved_opcode", "A frame with an opcode that RFC 6455 reserves: bytes that are none"},
        Anomaly{2, "invalid_control_frame", "A control frame that is fragmented or longer than 125 octets"},
    };
};

}  // namespace weir::websocket
