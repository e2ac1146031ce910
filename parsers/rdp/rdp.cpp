// SPDX-License-Identifier: Apache-2.0
#include "parsers/rdp/rdp.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"
#include "parsers/base/utf16.hpp"

namespace weir::rdp {
namespace {

// TPKT (RFC 1006 section 6): version 3, 0, length of all; X.224 (section 13): length indicator, code, and what follows.
constexpr std::uint8_t tpkt_version = 3;
constexpr std::size_t tpkt_size = 4, x224_head = 7;
constexpr std::uint8_t connection_request = 0xe0, connection_confirm = 0xd0, data = 0xf0;
constexpr std::uint8_t negotiation_request = 1, negotiation_response = 2, negotiation_failure = 3;
constexpr std::size_t negotiation_size = 8;
constexpr std::size_t max_cookie_line = 512;

/// The optional ends of a connection request (MS-RDPBCGR section 2.2.1.1).
struct Request {
    bool valid = true;
    bool marked = false;  ///< it holds something that only RDP has
    Bytes cookie{}, token{};
    int flags = -1;
    std::int64_t protocols = -1;
};
Request read_request(Bytes variable) noexcept {
    Request request;
    constexpr std::string_view cookie_mark = "Cookie: mstshash=", token_mark = "Cookie: ";
    if (starts_with(variable, token_mark)) {
        const Bytes searched = first_of(variable, max_cookie_line);
        constexpr std::string_view line_end = "\r\n";
        const auto end = std::search(searched.begin(), searched.end(), line_end.begin(), line_end.end(),
                                     [](std::uint8_t byte, char wanted) { return byte == static_cast<std::uint8_t>(wanted); });
        request.valid = end != searched.end();
        if (!request.valid) return request;
        const auto size = static_cast<std::size_t>(end - searched.begin());
        const bool named = starts_with(variable, cookie_mark);
        const std::size_t mark = named ? cookie_mark.size() : token_mark.size();
        (named ? request.cookie : request.token) = variable.subspan(mark, size - mark);
        request.marked = true;
        variable = variable.subspan(size + line_end.size());
    }
    if (variable.empty()) return request;
    Cursor cursor{variable};
    request.valid = cursor.u8() == negotiation_request;
    request.flags = cursor.u8();
    request.valid = cursor.le16() == negotiation_size && request.valid;
    request.protocols = cursor.le32();
    request.valid = cursor.ok() && request.valid;  // correlation information may follow
    request.marked = request.marked || request.valid;
    return request;
}

/// What a confirm says beside `yes`.
struct Confirm {
    bool valid = true;
    std::uint8_t type = 0, flags = 0;
    std::uint32_t value = 0;  ///< the protocol, or why not
};
Confirm read_confirm(Bytes variable) noexcept {
    Confirm confirm;
    if (variable.empty()) return confirm;  // a server from before negotiation
    Cursor cursor{variable};
    confirm.type = cursor.u8();
    confirm.flags = cursor.u8();
    const bool sized = cursor.le16() == negotiation_size;
    confirm.value = cursor.le32();
    confirm.valid = cursor.ok() && sized && (confirm.type == negotiation_response || confirm.type == negotiation_failure);
    return confirm;
}

/// The X.224 part of a whole TPKT message; code 0 when it is none.
struct Message {
    std::uint8_t code = 0;
    Bytes variable{};  ///< what follows the fixed part of a request or confirm; of data: all that follows
};
Message read_message(Bytes whole) noexcept {
    Cursor cursor{whole.subspan(tpkt_size)};
    const std::uint8_t indicated = cursor.u8();
    const std::uint8_t code = cursor.u8();
    if (code == data && indicated == 2) {
        cursor.skip(1);
        return cursor.ok() ? Message{data, cursor.rest()} : Message{};
    }
    if ((code != connection_request && code != connection_confirm) || indicated + 1u != whole.size() - tpkt_size) return {};
    cursor.skip(5);  // references and class
    return cursor.ok() ? Message{code, cursor.rest()} : Message{};
}

/// The client's data blocks (MS-RDPBCGR section 2.2.1.3): they follow the key `Duca` of the GCC conference create request.
void read_client(Bytes mcs, Transaction& transaction, Scratch& scratch) noexcept {
    constexpr std::string_view key = "Duca";
    constexpr std::uint16_t core = 0xc001, network = 0xc003;
    const auto found = std::search(mcs.begin(), mcs.end(), key.begin(), key.end(),
                                   [](std::uint8_t byte, char wanted) { return byte == static_cast<std::uint8_t>(wanted); });
    if (found == mcs.end()) return;
    Cursor cursor{mcs.subspan(static_cast<std::size_t>(found - mcs.begin()) + key.size())};
    if ((cursor.u8() & 0x80) != 0) cursor.skip(1);  // PER: a length of one or two octets
    constexpr std::size_t most_blocks = 16;
    for (std::size_t i = 0; i < most_blocks && cursor.remaining() >= 4; ++i) {
        const std::uint16_t type = cursor.le16(), size = cursor.le16();
        if (size < 4) return;
        Cursor block{first_of(cursor.rest(), size - 4u)};
        cursor.skip(size - 4u);
        if (type == core) {
            transaction.version = block.le32();
            transaction.desktop_width = block.le16();
            transaction.desktop_height = block.le16();
            block.skip(4);  // colour depth, secure access sequence
            transaction.keyboard_layout = block.le32();
            transaction.build = block.le32();
            transaction.client_name = read_utf16(block.take(32), scratch);
            transaction.has_client = block.ok();
        } else if (type == network) {
            const std::size_t count = std::min<std::size_t>(block.le32(), max_channels);
            const auto channels = scratch.array<Bytes>(count);
            std::size_t used = 0;
            for (; used < channels.size(); ++used) {
                const Bytes name = block.take(8);
                block.skip(4);  // options
                if (!block.ok()) break;
                channels[used] = name.first(static_cast<std::size_t>(std::find(name.begin(), name.end(), 0) - name.begin()));
            }
            transaction.channels = channels.first(used);
        }
    }
}

constexpr std::array<std::string_view, 4> event_names{"initial_request", "initial_response", "connect_request", "connect_response"};
constexpr std::array<std::string_view, 7> reasons{"",
                                                  "ssl required by server",
                                                  "ssl not allowed by server",
                                                  "ssl cert not on server",
                                                  "inconsistent flags",
                                                  "hybrid required by server",
                                                  "ssl with user auth required by server"};

struct FlagName {
    int flag;
    std::string_view name;
};
constexpr std::array request_flags{FlagName{1, "restricted_admin_mode_required"}, FlagName{2, "redirected_authentication_mode_required"},
                                   FlagName{8, "correlation_info_present"}};
constexpr std::array response_flags{FlagName{1, "extended_client_data"}, FlagName{2, "dynvc_gfx"}, FlagName{8, "restricted_admin"},
                                    FlagName{16, "redirected_authentication"}};

/// The name of the `index`th flag that is set.
Value nth_flag(std::span<const FlagName> names, int flags, std::size_t index) noexcept {
    if (flags < 0) return {};
    for (const FlagName& row : names)
        if ((flags & row.flag) != 0 && index-- == 0) return Value::of(row.name);
    return {};
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    const Bytes bytes = offer.data;
    if (bytes[0] != tpkt_version || (bytes.size() > 1 && bytes[1] != 0)) return Probe::no();
    if (bytes.size() < tpkt_size) return Probe::more();
    const std::size_t size = Cursor{bytes.subspan(2)}.be16();
    if (size < tpkt_size + x224_head || size > tpkt_size + 256) return Probe::no();
    if (bytes.size() < size) return Probe::more();
    const Message message = read_message(bytes.first(size));
    if (message.code == connection_request) {
        const Request request = read_request(message.variable);
        const bool bare = message.variable.empty() && offer.port_matches;
        return request.valid && (request.marked || bare) ? Probe::yes(Probe::Sender::client) : Probe::no();
    }
    if (message.code != connection_confirm) return Probe::no();
    const Confirm confirm = read_confirm(message.variable);
    return confirm.valid && (confirm.type != 0 || offer.port_matches) ? Probe::yes(Probe::Sender::server) : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept { return message(direction, rest, emit); });
}

Fed State::message(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    const auto side = static_cast<std::size_t>(direction);
    const bool request = direction == Direction::to_server;
    if (bytes.size() < tpkt_size) return Fed::need_more(0, tpkt_size);
    const std::size_t size = Cursor{bytes.subspan(2)}.be16();
    const auto broken = [&] {
        emit.anomaly(1, direction);
        return Fed::malformed();
    };
    if (bytes[0] != tpkt_version || size < tpkt_size + 3) return broken();
    if (bytes.size() < size) return Fed::need_more(0, size);
    const Message message = read_message(bytes.first(size));
    Transaction transaction;
    if (negotiated_[side]) {  // MCS without TLS: one message of each end is told
        if (message.code != data) return broken();
        transaction.event = request ? Event::connect_request : Event::connect_response;
        if (request) read_client(message.variable, transaction, emit.scratch());
        emit(transaction, (request ? Report::request : Report::response) | Report::log, direction);
        return Fed::done(size);
    }
    if (message.code != (request ? connection_request : connection_confirm)) return broken();
    negotiated_[side] = true;
    bool encrypted = false;
    if (request) {
        const Request read = read_request(message.variable);
        if (!read.valid) return broken();
        transaction.event = Event::initial_request;
        transaction.cookie = read.cookie;
        transaction.token = read.token;
        transaction.request_flags = read.flags;
        transaction.requested = read.protocols;
    } else {
        const Confirm confirm = read_confirm(message.variable);
        if (!confirm.valid) return broken();
        transaction.event = Event::initial_response;
        if (confirm.type == negotiation_failure) transaction.error = confirm.value;
        if (confirm.type == negotiation_response) {
            transaction.response_flags = confirm.flags;
            transaction.selected = confirm.value;
            encrypted = confirm.value != 0;
        }
    }
    emit(transaction, (request ? Report::request : Report::response) | Report::log, direction);
    return encrypted ? Fed::upgraded(size) : Fed::ok(size);
}

namespace fields {

Value event(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(event_names[static_cast<std::size_t>(transaction.event)]) : Value{};
}
Value flags(const Transaction& transaction, std::size_t index) noexcept {
    return nth_flag(request_flags, transaction.request_flags, index);
}
Value server_supports(const Transaction& transaction, std::size_t index) noexcept {
    return nth_flag(response_flags, transaction.response_flags, index);
}
Value requested(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.requested < 0 ? Value::none() : Value::of(static_cast<std::uint64_t>(transaction.requested));
}
Value protocol(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    switch (transaction.selected) {
        case 0: return Value::of(std::string_view{"rdp"});
        case 1: return Value::of(std::string_view{"ssl"});
        case 2: return Value::of(std::string_view{"hybrid"});
        case 4: return Value::of(std::string_view{"rds_tls"});
        case 8: return Value::of(std::string_view{"hybrid_ex"});
        default: return transaction.selected < 0 ? Value::none() : Value::of(std::string_view{"unknown"});
    }
}
Value error_code(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.error < 0 ? Value::none() : Value::of(static_cast<std::uint64_t>(transaction.error));
}
Value reason(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const bool known = transaction.error > 0 && transaction.error < static_cast<std::int64_t>(reasons.size());
    return known ? Value::of(reasons[static_cast<std::size_t>(transaction.error)]) : Value::none();
}
Value version(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    if (!transaction.has_client) return Value::none();
    constexpr std::array<std::string_view, 8> later{"v10.0", "v10.1", "v10.2", "v10.3", "v10.4", "v10.5", "v10.6", "v10.7"};
    const std::uint32_t number = transaction.version - 0x00080005;
    if (transaction.version == 0x00080001) return Value::of(std::string_view{"v4"});
    if (transaction.version == 0x00080004) return Value::of(std::string_view{"v5"});
    return Value::of(number < later.size() ? later[number] : std::string_view{"unknown"});
}
Value channels(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.channels.size() ? Value::of(transaction.channels[index]) : Value{};
}

}  // namespace fields
}  // namespace weir::rdp
