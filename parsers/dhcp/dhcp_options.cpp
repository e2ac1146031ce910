// SPDX-License-Identifier: Apache-2.0
#include "parsers/dhcp/dhcp_options.hpp"

#include "parsers/base/cursor.hpp"

namespace weir::dhcp {
namespace {

constexpr std::uint8_t pad = 0, end = 255;  // RFC 2132 sections 3.1 and 3.2

constexpr std::uint8_t not_kept = 0xff;
constexpr auto slots = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(not_kept);
    for (std::size_t i = 0; i < kept_codes.size(); ++i) table[kept_codes[i]] = static_cast<std::uint8_t>(i);
    return table;
}();

/// Whether an option of this length is one: numbers and addresses have theirs, lists of addresses a multiple.
constexpr bool is_sized(Option option, std::size_t size) noexcept {
    switch (option) {
        case Option::subnet_mask:
        case Option::requested_address:
        case Option::lease_time:
        case Option::server_id:
        case Option::renewal_time:
        case Option::rebinding_time: return size == 4;
        case Option::routers:
        case Option::dns_servers:
        case Option::ntp_servers:
        case Option::tftp_servers: return size != 0 && size % 4 == 0;
        case Option::overload:
        case Option::message_type: return size == 1;
        case Option::client_id: return size >= 2;
        default: return size >= 1;
    }
}

}  // namespace

void Options::read(Bytes field, Bytes file, Bytes server_name, OptionFaults& faults) noexcept {
    read_field(field, faults);
    const bool in_file = file_overloaded(), in_server_name = server_name_overloaded();  // not to be said again in there
    if (in_file) read_field(file, faults);
    if (in_server_name) read_field(server_name, faults);
}

void Options::read_field(Bytes field, OptionFaults& faults) noexcept {
    Cursor cursor{field};
    while (!cursor.empty()) {
        const std::uint8_t code = cursor.u8();
        if (code == end) return;
        if (code == pad) continue;
        const Bytes value = cursor.take(cursor.u8());
        const std::uint8_t slot = slots[code];
        if (!cursor.ok() || slot == not_kept) continue;
        if (!is_sized(static_cast<Option>(slot), value.size()))
            faults.malformed = true;
        else if (values_[slot].data() == nullptr)
            values_[slot] = value;
    }
    if (!cursor.ok()) faults.truncated = true;
}

}  // namespace weir::dhcp
