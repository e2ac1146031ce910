// SPDX-License-Identifier: Apache-2.0
#include "parsers/diameter/diameter_message.hpp"

#include "parsers/base/code_name.hpp"
#include "parsers/base/cursor.hpp"

namespace weir::diameter {
namespace {

constexpr std::uint8_t version = 1, reserved_flags = 0x0f;
constexpr std::uint8_t vendor_flag = 0x80, reserved_avp_flags = 0x1f;
constexpr std::size_t avp_header_size = 8;
constexpr std::uint32_t experimental_result_code = 298;
constexpr std::uint16_t family_v4 = 1, family_v6 = 2;  // IANA: Address Family Numbers

/// IANA: AVP Codes without a vendor.
enum Avp : std::uint32_t {
    user_name = 1,
    host_ip_address = 257,
    session_id = 263,
    origin_host = 264,
    result_code = 268,
    product_name = 269,
    disconnect_cause = 273,
    error_message = 281,
    route_record = 282,
    destination_realm = 283,
    destination_host = 293,
    origin_realm = 296,
    experimental_result = 297,
    cc_request_type = 416,
};

/// IANA: Command Codes (RFC 6733, 4005, 4072, 8506, 4740; 3GPP TS 29.229, 29.329, 29.272, 29.172, 29.219, 29.336).
constexpr std::array commands{CodeName{257, "capabilities-exchange"},
                              CodeName{258, "re-auth"},
                              CodeName{260, "aa-mobile-node"},
                              CodeName{262, "home-agent-mip"},
                              CodeName{265, "aa"},
                              CodeName{268, "diameter-eap"},
                              CodeName{271, "accounting"},
                              CodeName{272, "credit-control"},
                              CodeName{274, "abort-session"},
                              CodeName{275, "session-termination"},
                              CodeName{280, "device-watchdog"},
                              CodeName{282, "disconnect-peer"},
                              CodeName{283, "user-authorization"},
                              CodeName{284, "server-assignment"},
                              CodeName{285, "location-info"},
                              CodeName{286, "multimedia-auth"},
                              CodeName{287, "registration-termination"},
                              CodeName{288, "push-profile"},
                              CodeName{300, "user-authorization"},
                              CodeName{301, "server-assignment"},
                              CodeName{302, "location-info"},
                              CodeName{303, "multimedia-auth"},
                              CodeName{304, "registration-termination"},
                              CodeName{305, "push-profile"},
                              CodeName{306, "user-data"},
                              CodeName{307, "profile-update"},
                              CodeName{308, "subscribe-notifications"},
                              CodeName{309, "push-notification"},
                              CodeName{310, "bootstrapping-info"},
                              CodeName{316, "update-location"},
                              CodeName{317, "cancel-location"},
                              CodeName{318, "authentication-information"},
                              CodeName{319, "insert-subscriber-data"},
                              CodeName{320, "delete-subscriber-data"},
                              CodeName{321, "purge-ue"},
                              CodeName{322, "reset"},
                              CodeName{323, "notify"},
                              CodeName{324, "me-identity-check"},
                              CodeName{8388620, "provide-location"},
                              CodeName{8388621, "location-report"},
                              CodeName{8388622, "lcs-routing-info"},
                              CodeName{8388635, "spending-limit"},
                              CodeName{8388636, "spending-status-notification"},
                              CodeName{8388637, "tdf-session"},
                              CodeName{8388638, "update-vcsg-location"},
                              CodeName{8388639, "device-action"},
                              CodeName{8388640, "device-notification"},
                              CodeName{8388641, "subscriber-information"}};

/// One AVP: its code where it has no vendor, and its data.
struct Item {
    std::uint32_t code = 0;  ///< 0: a vendor's own
    Bytes data{};
};
Item next_avp(Cursor& cursor) noexcept {
    Item item;
    const std::uint32_t code = cursor.be32();
    const bool vendor = (cursor.u8() & vendor_flag) != 0;
    const std::size_t length = cursor.be24();
    const std::size_t head = avp_header_size + (vendor ? 4 : 0);
    if (vendor) cursor.skip(4);
    if (length < head) cursor.fail();
    item.data = cursor.take(cursor.ok() ? length - head : 0);
    const std::size_t padding = (4 - length % 4) % 4;
    cursor.skip(padding < cursor.remaining() ? padding : cursor.remaining());  // the last one's is sometimes left out
    item.code = vendor ? 0 : code;
    return item;
}

void keep_number(Bytes data, std::optional<std::uint32_t>& number) noexcept {
    Cursor cursor{data};
    const std::uint32_t read = cursor.be32();
    if (cursor.ok() && cursor.empty()) number = read;
}

/// RFC 6733 section 7.6: a vendor, and a result of its own.
void keep_experimental_result(Bytes grouped, std::optional<std::uint32_t>& number) noexcept {
    Cursor cursor{grouped};
    while (!cursor.empty()) {
        const Item item = next_avp(cursor);
        if (cursor.ok() && item.code == experimental_result_code) keep_number(item.data, number);
    }
}

/// RFC 6733 section 4.3.1: a family, and the address. False when the list is full.
bool keep_address(Bytes data, InlineVector<Bytes, max_listed>& list) noexcept {
    Cursor cursor{data};
    const std::uint16_t family = cursor.be16();
    const Bytes address = cursor.rest();
    const bool good = (family == family_v4 && address.size() == 4) || (family == family_v6 && address.size() == 16);
    return !good || list.push_back(address);
}

}  // namespace

bool may_begin(Bytes data) noexcept {
    if (!data.empty() && data[0] != version) return false;
    if (data.size() >= 4) {
        const std::uint32_t length = std::uint32_t{data[1]} << 16 | std::uint32_t{data[2]} << 8 | data[3];
        if (length < header_size || length % 4 != 0) return false;
    }
    if (data.size() >= 5) {
        const std::uint8_t flags = data[4];
        const bool request = (flags & request_flag) != 0;
        // RFC 6733 section 3: a request has no error, an answer is not retransmitted.
        if ((flags & reserved_flags) != 0 || (flags & (request ? error_flag : retransmitted_flag)) != 0) return false;
    }
    return true;
}

Header read_header(Bytes data) noexcept {
    Cursor cursor{data};
    cursor.skip(1);
    Header header;
    header.length = cursor.be24();
    header.flags = cursor.u8();
    header.command = cursor.be24();
    header.application = cursor.be32();
    header.hop_by_hop = cursor.be32();
    header.end_to_end = cursor.be32();
    return header;
}

bool may_begin_avps(Bytes bytes) noexcept {
    Cursor cursor{first_of(bytes, avp_header_size)};
    const bool code = cursor.remaining() < 4 || cursor.be32() != 0;
    if (cursor.remaining() < 4) return code;
    const bool flags = (cursor.u8() & reserved_avp_flags) == 0;
    return code && flags && cursor.be24() >= avp_header_size;
}

AvpsRead read_avps(Bytes bytes, Avps& avps) noexcept {
    AvpsRead read;
    Cursor cursor{bytes};
    while (!cursor.empty()) {
        const Item item = next_avp(cursor);
        if (!cursor.ok()) break;
        switch (item.code) {
            case user_name: avps.user_name = item.data; break;
            case session_id: avps.session_id = item.data; break;
            case origin_host: avps.origin_host = item.data; break;
            case origin_realm: avps.origin_realm = item.data; break;
            case destination_host: avps.destination_host = item.data; break;
            case destination_realm: avps.destination_realm = item.data; break;
            case product_name: avps.product_name = item.data; break;
            case error_message: avps.error_message = item.data; break;
            case result_code: keep_number(item.data, avps.result_code); break;
            case disconnect_cause: keep_number(item.data, avps.disconnect_cause); break;
            case cc_request_type: keep_number(item.data, avps.request_type); break;
            case experimental_result: keep_experimental_result(item.data, avps.experimental_result); break;
            case host_ip_address: read.room = keep_address(item.data, avps.host_addresses) && read.room; break;
            case route_record: read.room = avps.route_records.push_back(item.data) && read.room; break;
            default: break;
        }
    }
    read.complete = cursor.ok();
    return read;
}

std::string_view command_name(std::uint32_t command) noexcept { return name_of(commands, command); }

}  // namespace weir::diameter
