// SPDX-License-Identifier: Apache-2.0
#include "parsers/ssh/ssh.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"
#include "parsers/base/text_lines.hpp"

namespace weir::ssh {
namespace {

constexpr unsigned invalid_banner = 1, long_banner = 2, invalid_record = 3, invalid_kexinit = 4, long_kexinit = 5;

constexpr std::size_t max_banner = 255;      // RFC 4253 section 4.2, line end included
constexpr std::size_t max_line = 1024;       // of any line before the key exchange
constexpr std::uint8_t max_lines = 64;       // before the banner
constexpr std::uint32_t max_packet = 35000;  // RFC 4253 section 6.1
constexpr std::size_t packet_start = 6;      // packet_length (4), padding_length, message number

/// RFC 4253 section 12; 30 to 49 belong to the key exchange in use.
constexpr std::uint8_t disconnect = 1, kexinit_message = 20, new_keys_message = 21, first_of_client = 30, reply_message = 31,
                       gex_reply = 33;

std::size_t index_of(Direction direction) noexcept { return static_cast<std::size_t>(direction); }

/// The first line within the length that a line may have.
TextLine bounded_line(Bytes bytes) noexcept { return first_line(first_of(bytes, max_line)); }

/// length (4) | padding length | payload | padding   (RFC 4253 section 6)
struct Packet {
    std::size_t size = 0;  ///< in the stream
    std::uint8_t padding = 0, message = 0;
    bool good = false;

    explicit Packet(Bytes bytes) noexcept {
        Cursor cursor{bytes};
        const std::uint32_t length = cursor.be32();
        padding = cursor.u8();
        message = cursor.u8();
        good = cursor.ok() && length <= max_packet && length > padding + 1u;
        size = 4 + std::size_t{length};
    }
    [[nodiscard]] Bytes payload(Bytes bytes) const noexcept { return bytes.subspan(5, size - 5 - padding); }
};

/// The role that a KEXINIT behind the banner shows, where it is there.
Probe::Sender sender_of(Bytes after_banner) noexcept {
    const Packet packet{after_banner};
    NameLists lists;
    if (!packet.good || packet.message != kexinit_message || after_banner.size() < packet.size) return Probe::Sender::unknown;
    if (!read_kexinit(packet.payload(after_banner), lists)) return Probe::Sender::unknown;
    switch (role_shown(lists)) {
        case Role::client: return Probe::Sender::client;
        case Role::server: return Probe::Sender::server;
        case Role::unknown: break;
    }
    return Probe::Sender::unknown;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp) return Probe::no();
    Bytes rest = offer.data;
    for (unsigned lines = 0; lines < max_lines; ++lines) {
        constexpr std::string_view sign = "SSH-";
        const TextLine line = bounded_line(rest);
        if (is_banner(rest)) {
            if (rest.size() == sign.size()) return Probe::more();
            if (rest[sign.size()] < '0' || rest[sign.size()] > '9') return Probe::no();
            // Only a server sends other lines first.
            if (lines != 0) return Probe::yes(Probe::Sender::server);
            return Probe::yes(line.complete() ? sender_of(rest.subspan(line.size)) : Probe::Sender::unknown);
        }
        const bool may_become = sign.starts_with(as_text(first_of(rest, sign.size())));
        if (!line.complete()) {
            const bool greeting = offer.port_matches && rest.size() < max_line && is_text(rest);
            return may_become || greeting ? Probe::more() : Probe::no();
        }
        if (!is_text(line.text)) return Probe::no();
        rest = rest.subspan(line.size);
        if (rest.empty()) return offer.port_matches ? Probe::more() : Probe::no();
    }
    return Probe::no();
}

// ---------------------------------------------------------------- the stream

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    Side& side = sides_[index_of(direction)];
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) {
        if (!side.banner_seen) return line(side, direction, rest, emit);
        return is_version_1() ? Fed::done(0) : packet(side, direction, rest, emit);
    });
}

Fed State::line(Side& side, Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    const TextLine line = bounded_line(bytes);
    if (!line.complete()) return bytes.size() >= max_line ? give_up(long_banner, direction, emit) : Fed::need_more(0);
    if (!is_banner(line.text)) {
        if (++side.lines > max_lines) return give_up(invalid_banner, direction, emit);
        return Fed::ok(line.size);
    }
    Banner banner;
    if (!read_banner(line.text, banner)) return give_up(invalid_banner, direction, emit);
    if (line.size > max_banner) emit.anomaly(long_banner, direction);
    side.banner_seen = true;
    side.banner.keep_front(line.text);
    report(remembered(direction, emit.scratch()), direction, emit);
    if (is_version_1() && sides_[index_of(opposite(direction))].banner_seen) log(direction, emit);
    return Fed::ok(line.size);
}

Fed State::packet(Side& side, Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (bytes.size() < packet_start) return Fed::need_more(0, packet_start);
    const Packet packet{bytes};
    const bool begins = packet.good && packet.message == kexinit_message;
    Banner banner;
    if (!side.kexinit_seen && !begins && read_banner(side.banner.get(), banner) && is_any_version(banner.protocol))
        return Fed::done(0);  // protocol 1, and the client's banner is not in the capture
    if (!packet.good) return give_up(invalid_record, direction, emit);
    const bool rsa = starts_with(kept(chosen_[static_cast<std::size_t>(List::kex)]), "rsa");  // RFC 4432: the server speaks first
    const bool is_reply = packet.message == reply_message || packet.message == gex_reply || (packet.message == first_of_client && rsa);
    switch (packet.message) {
        case disconnect: return Fed::done(0);
        case new_keys_message: return new_keys(side, direction, emit);
        case first_of_client:
            if (!rsa) show_role(direction, Role::client, emit);
            break;
        default: break;
    }
    if (packet.message != kexinit_message && !is_reply) return Fed::skip_after(0, packet.size);
    if (bytes.size() < packet.size) return Fed::need_more(0, packet.size);
    if (is_reply)
        reply(direction, packet.payload(bytes), emit);
    else
        kexinit(side, direction, packet.payload(bytes), emit);
    return Fed::ok(packet.size);
}

void State::kexinit(Side& side, Direction direction, Bytes payload, Emit<Transaction> emit) noexcept {
    if (side.kexinit_seen) return;
    NameLists lists;
    if (!read_kexinit(payload, lists)) {
        emit.anomaly(invalid_kexinit, direction);
        return;
    }
    side.kexinit_seen = true;
    side.strict_kex = offers_strict_kex(lists);
    side.hassh[0].keep(as_bytes(hassh(lists, Role::client).text()));
    side.hassh[1].keep(as_bytes(hassh(lists, Role::server).text()));
    side.lists_kept = keep_lists(side, lists);
    if (!side.lists_kept) emit.anomaly(long_kexinit, direction);
    show_role(direction, role_shown(lists), emit);
    negotiate();
    Transaction transaction = remembered(direction, emit.scratch());
    // While the lists are at hand, they need not have been kept.
    if (transaction.from_server)
        transaction.server.hassh_text = hassh_text(lists, Role::server, emit.scratch());
    else
        transaction.client.hassh_text = hassh_text(lists, Role::client, emit.scratch());
    report(transaction, direction, emit);
}

void State::reply(Direction direction, Bytes payload, Emit<Transaction> emit) noexcept {
    HostKey key;
    if (key_type_.present() || !read_host_key(payload, emit.scratch(), key)) return;
    show_role(direction, Role::server, emit);
    key_type_.keep(key.type);
    key_bits_ = key.bits;
    key_fingerprint_.keep(key.fingerprint);
    report(remembered(direction, emit.scratch()), direction, emit);
}

/// From here on the direction is encrypted. The server's NEWKEYS comes behind everything that is shown.
Fed State::new_keys(Side& side, Direction direction, Emit<Transaction> emit) noexcept {
    side.new_keys = true;
    if (is_from_server(direction) || sides_[index_of(opposite(direction))].new_keys) log(direction, emit);
    return Fed::done(0);
}

Fed State::gap(Direction, std::uint64_t, Emit<Transaction>) noexcept { return Fed::done(0); }

void State::finish(Emit<Transaction> emit) noexcept { log(Direction::to_server, emit); }

Fed State::give_up(unsigned anomaly, Direction direction, Emit<Transaction> emit) noexcept {
    emit.anomaly(anomaly, direction);
    finish(emit);
    return Fed::malformed();
}

// ---------------------------------------------------------------- what is remembered

/// Copies the lists into the common memory, equal ones (to the server, to the client) once; false when they do not fit.
bool State::keep_lists(Side& side, const NameLists& lists) noexcept {
    const std::uint16_t used_before = names_used_;
    for (std::size_t i = 0; i < list_count; ++i) {
        const auto same = std::find_if(lists.begin(), lists.begin() + static_cast<std::ptrdiff_t>(i),
                                       [&](Bytes earlier) { return std::ranges::equal(earlier, lists[i]); });
        const auto which = static_cast<std::size_t>(same - lists.begin());
        if (which < i) {
            side.lists[i] = side.lists[which];
            continue;
        }
        if (lists[i].size() > names_.size() - names_used_) {
            names_used_ = used_before;
            side.lists = {};
            return false;
        }
        side.lists[i] = {names_used_, static_cast<std::uint16_t>(lists[i].size())};
        std::ranges::copy(lists[i], names_.begin() + names_used_);
        names_used_ = static_cast<std::uint16_t>(names_used_ + lists[i].size());
    }
    return true;
}

/// The first sign counts.
void State::show_role(Direction direction, Role role, Emit<Transaction> emit) noexcept {
    if (roles_shown_ || role == Role::unknown) return;
    roles_shown_ = true;
    reversed_ = (role == Role::server) != (direction == Direction::to_client);
    if (reversed_) negotiate();
    emit.roles(reversed_);
}

void State::negotiate() noexcept {
    const Side &client = side_of(Role::client), &server = side_of(Role::server);
    if (!client.lists_kept || !server.lists_kept) return;
    for (std::size_t i = 0; i < list_count; ++i) {
        const Bytes name = choose(kept(client.lists[i]), kept(server.lists[i]));
        chosen_[i] = name.empty() ? Slice{}
                                  : Slice{static_cast<std::uint16_t>(name.data() - names_.data()), static_cast<std::uint16_t>(name.size())};
    }
    for (const auto& [cipher, mac] :
         {std::pair{List::cipher_to_server, List::mac_to_server}, {List::cipher_to_client, List::mac_to_client}})
        if (is_authenticated(kept(chosen_[static_cast<std::size_t>(cipher)]))) chosen_[static_cast<std::size_t>(mac)] = {};
}

Bytes State::kept(Slice slice) const noexcept { return Bytes{names_}.subspan(slice.offset, slice.size); }

NameLists State::kept(const std::array<Slice, list_count>& slices) const noexcept {
    NameLists lists;
    std::ranges::transform(slices, lists.begin(), [&](Slice slice) { return kept(slice); });
    return lists;
}

bool State::is_version_1() const noexcept {
    return std::ranges::any_of(sides_, [](const Side& side) {
        Banner banner;
        return side.banner_seen && read_banner(side.banner.get(), banner) && ssh::is_version_1(banner.protocol);
    });
}

// ---------------------------------------------------------------- reports

End State::shown(Role role, Scratch& scratch) const noexcept {
    const Side& side = side_of(role);
    End end;
    Banner banner;
    if (side.banner_seen && read_banner(side.banner.get(), banner)) {
        end.protocol = banner.protocol;
        end.software = banner.software;
        end.comment = banner.comment;
    }
    end.has_kexinit = side.kexinit_seen;
    end.strict_kex = side.strict_kex;
    end.hassh = side.hassh[role == Role::client ? 0 : 1].get();
    if (side.lists_kept) end.hassh_text = hassh_text(kept(side.lists), role, scratch);
    return end;
}

Transaction State::remembered(Direction seen, Scratch& scratch) const noexcept {
    Transaction transaction;
    transaction.from_server = is_from_server(seen);
    transaction.client = shown(Role::client, scratch);
    transaction.server = shown(Role::server, scratch);
    for (std::size_t i = 0; i < list_count; ++i)
        if (chosen_[i].size != 0) transaction.chosen[i] = kept(chosen_[i]);
    transaction.host_key = {key_type_.get(), key_bits_, key_fingerprint_.get()};
    transaction.reversed = reversed_;
    return transaction;
}

void State::report(const Transaction& transaction, Direction direction, Emit<Transaction> emit) noexcept {
    const Report part = transaction.from_server ? Report::response : Report::request;
    bool& reported = reported_[transaction.from_server ? 1 : 0];
    emit(transaction, reported ? part | Report::again : part, direction);
    reported = true;
}

/// The session's one event, if it has not been written and there is anything to write.
void State::log(Direction direction, Emit<Transaction> emit) noexcept {
    if (logged_ || !(sides_[0].banner_seen || sides_[1].banner_seen)) return;
    logged_ = true;
    emit(remembered(direction, emit.scratch()), Report::log, direction);
}

Value key_bits(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.host_key.bits != 0 ? Value::of(transaction.host_key.bits) : Value::none();
}
Value reversed(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.reversed ? Value::flag(true) : Value::none();
}

}  // namespace weir::ssh
