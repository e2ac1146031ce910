// SPDX-License-Identifier: Apache-2.0
#include "parsers/ipfix/ipfix_message.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"

namespace weir::ipfix {
namespace {

constexpr std::uint16_t netflow_5 = 5, netflow_9 = 9, ipfix_10 = 10;
constexpr std::size_t record_size_5 = 48, max_records_5 = 30;
constexpr std::uint16_t sampling_bits = 0x3fff;  // the two before them are the mode
constexpr std::uint16_t first_data_set = 256;    // RFC 7011 section 3.3.2
constexpr std::uint16_t enterprise_bit = 0x8000;
constexpr std::size_t max_padding = 3;  // behind the records of a set, to a multiple of 4

/// Set identifiers of templates and of templates of options.
struct TemplateSets {
    std::uint16_t plain, options;
};
constexpr TemplateSets sets_of(std::uint16_t version) noexcept { return version == ipfix_10 ? TemplateSets{2, 3} : TemplateSets{0, 1}; }

void read_fields(Cursor& set, std::size_t count, bool enterprises, Message& message) noexcept {
    for (std::size_t i = 0; i < count && set.ok(); ++i) {
        const std::uint16_t id = set.be16();
        set.skip(2);  // length
        if (!enterprises || (id & enterprise_bit) == 0) continue;
        const std::uint32_t enterprise = set.be32();
        const bool known = std::ranges::find(message.enterprises, enterprise) != message.enterprises.end();
        if (set.ok() && !known) (void)message.enterprises.push_back(enterprise);
    }
}

/// RFC 7011 sections 3.4.1 and 3.4.2, RFC 3954 sections 5.2 and 6.1.
bool read_templates(Bytes content, bool options, Message& message) noexcept {
    const bool with_enterprises = message.version == ipfix_10;
    Cursor set{content};
    while (set.remaining() > max_padding) {
        Template one{.options = options};
        one.id = set.be16();
        one.fields = set.be16();
        if (one.id == 0 && one.fields == 0) continue;  // padding
        if (one.id < first_data_set && one.fields != 0) return false;
        if (options && with_enterprises && one.fields != 0) {
            set.skip(2);  // how many of them are scope fields
        } else if (options && !with_enterprises) {
            one.fields = static_cast<std::uint16_t>((one.fields + set.be16()) / 4);  // octets of both kinds
        }
        read_fields(set, one.fields, with_enterprises, message);
        if (set.ok()) (void)message.templates.push_back(one);
    }
    return set.ok();
}

bool read_sets(Bytes sets, Message& message) noexcept {
    const TemplateSets ids = sets_of(message.version);
    Cursor cursor{sets};
    while (!cursor.empty()) {
        const std::uint16_t id = cursor.be16(), length = cursor.be16();
        if (length < 4) return false;
        const Bytes content = cursor.take(length - 4u);
        if (!cursor.ok()) return false;
        if (id >= first_data_set) {
            ++message.data_sets;
        } else if ((id != ids.plain && id != ids.options) || !read_templates(content, id == ids.options, message)) {
            return false;
        }
    }
    return cursor.ok();
}

}  // namespace

std::optional<Message> read_header(Bytes data) noexcept {
    Cursor cursor{data};
    Message message;
    message.version = cursor.be16();
    const std::uint16_t second = cursor.be16();
    if (message.version == ipfix_10)
        message.length = second;
    else
        message.count = second;
    if (message.count) message.uptime = cursor.be32();
    message.export_time = cursor.be32();
    if (message.version == netflow_5) cursor.skip(4);  // nanoseconds
    message.sequence = cursor.be32();
    if (message.version == netflow_5) {
        message.source = cursor.be16();
        message.sampling = static_cast<std::uint16_t>(cursor.be16() & sampling_bits);
    } else {
        message.source = cursor.be32();
    }
    const bool known = message.version == netflow_5 || message.version == netflow_9 || message.version == ipfix_10;
    return cursor.ok() && known ? std::optional{message} : std::nullopt;
}

std::optional<Message> read_message(Bytes wire) noexcept {
    constexpr std::size_t header_9 = 20, header_5 = 24;
    auto message = read_header(wire);
    if (!message) return std::nullopt;
    bool good = false;
    switch (message->version) {
        case netflow_5:
            good = *message->count >= 1 && *message->count <= max_records_5 && wire.size() == header_5 + *message->count * record_size_5;
            break;
        case netflow_9: good = wire.size() > header_9 && read_sets(wire.subspan(header_9), *message); break;
        case ipfix_10: good = message->length == wire.size() && read_sets(wire.subspan(header_size), *message); break;
        default: break;
    }
    if (!good) message.reset();
    return message;
}

}  // namespace weir::ipfix
