// SPDX-License-Identifier: Apache-2.0
#include "parsers/smart_install/smart_install.hpp"

#include <algorithm>
#include <optional>

#include "parsers/base/code_name.hpp"
#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::smart_install {
namespace {

constexpr std::size_t header_size = 16;
constexpr std::size_t min_text = 5;
constexpr std::uint32_t max_type = 64, max_length = 1u << 20;

/// The end of a session that a sender claims to be: directors and switches both connect and accept.
enum Sender : std::uint32_t { director_connecting = 1, director_accepting, switch_connecting, switch_accepting };

struct Header {
    std::uint32_t sender = 0, version = 0, type = 0, length = 0;
};
std::optional<Header> read_header(Bytes bytes) noexcept {
    Cursor cursor{bytes};
    const Header header{cursor.be32(), cursor.be32(), cursor.be32(), cursor.be32()};
    const bool valid = header.sender >= director_connecting && header.sender <= switch_accepting && header.version <= 1 &&
                       header.type != 0 && header.type <= max_type && header.length <= max_length;
    return cursor.ok() && valid ? std::optional{header} : std::nullopt;
}

constexpr std::uint32_t capabilities_response = 3;

std::string_view operation_name(const Header& header) noexcept {
    constexpr std::array names{CodeName{2, "update-image"}, CodeName{3, "change-config"},  CodeName{4, "capabilities-request"},
                               CodeName{5, "execute"},      CodeName{7, "init-discovery"}, CodeName{8, "backup-config"},
                               CodeName{9, "backup-result"}};
    if (header.sender == switch_accepting && header.type == capabilities_response) return "capabilities-response";
    return name_of(names, header.type);
}

/// Headers that real messages have, length and all: enough to know the protocol on any port.
bool is_well_known(const Header& header) noexcept {
    constexpr std::array<Header, 7> known{{{director_connecting, 1, 4, 8},
                                           {switch_accepting, 0, capabilities_response, 8},
                                           {director_connecting, 1, 3, 0x128},
                                           {director_connecting, 1, 2, 0x1c4},
                                           {director_connecting, 1, 8, 0x408},
                                           {director_connecting, 0, 8, 0x408},
                                           {director_accepting, 1, 5, 0x210}}};
    return std::ranges::any_of(known, [&](const Header& row) {
        return row.sender == header.sender && row.version == header.version && row.type == header.type && row.length == header.length;
    });
}

/// Runs of printable octets.
void find_texts(Bytes body, Transaction& transaction) noexcept {
    const auto printable = [](std::uint8_t byte) { return byte >= 0x20 && byte < 0x7f; };
    for (auto at = body.begin(); at != body.end() && !transaction.texts.full();) {
        const auto begin = std::find_if(at, body.end(), printable);
        at = std::find_if_not(begin, body.end(), printable);
        const Bytes text{begin, at};
        if (text.size() < min_text) continue;
        (void)transaction.texts.push_back(text);
        const std::size_t scheme_end = as_text(text).find("://");
        if (transaction.url.data() != nullptr || scheme_end == std::string_view::npos) continue;
        const std::size_t blank = as_text(text).rfind(' ', scheme_end);
        transaction.url = text.subspan(blank == std::string_view::npos ? 0 : blank + 1);
    }
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp) return Probe::no();
    if (offer.data.size() < header_size) {
        constexpr std::array<std::uint8_t, 3> zeros{};
        const Bytes start = first_of(offer.data, zeros.size());
        const bool possible =
            std::equal(start.begin(), start.end(), zeros.begin()) && (offer.data.size() < 4 || (offer.data[3] >= 1 && offer.data[3] <= 4));
        return possible ? Probe::more() : Probe::no();
    }
    const auto header = read_header(offer.data);
    if (!header || (!offer.port_matches && !is_well_known(*header))) return Probe::no();
    switch (header->sender) {
        case director_connecting:
        case switch_connecting: return Probe::yes(Probe::Sender::client);
        case switch_accepting: return Probe::yes(Probe::Sender::server);
        default: return Probe::yes();  // attack tools connect, and claim to have accepted
    }
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept {
        if (rest.size() < header_size) return Fed::need_more(0, header_size);
        const auto header = read_header(rest);
        if (!header) {
            emit.anomaly(Parser::invalid_header, direction);
            return Fed::malformed();
        }
        const std::size_t size = header_size + header->length, seen = std::min(size, max_seen);
        if (rest.size() < seen) return Fed::need_more(0, seen);
        Transaction transaction;
        transaction.sender = header->sender <= director_accepting ? "director" : "switch";
        transaction.version = header->version;
        transaction.type = header->type;
        transaction.length = header->length;
        const std::string_view name = operation_name(*header);
        transaction.operation = !name.empty()
                                    ? as_bytes(name)
                                    : write_in(emit.scratch(), [&](TextWriter& writer) { writer.put("type-").decimal(header->type); });
        find_texts(rest.subspan(header_size, seen - header_size), transaction);
        emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
        return Fed::skip_after(seen, size - seen);
    });
}

}  // namespace weir::smart_install
