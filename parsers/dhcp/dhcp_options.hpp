// SPDX-License-Identifier: Apache-2.0
// The options of a DHCP message, RFC 2132: which ones are kept, and the walk through the up to three fields that hold them.
#pragma once

#include <array>

#include "parsers/base/bytes.hpp"

namespace weir::dhcp {

/// The options that are kept. The order is that of `kept_codes`.
enum class Option : std::uint8_t {
    subnet_mask,
    routers,
    dns_servers,
    host_name,
    domain_name,
    ntp_servers,
    vendor_specific,
    requested_address,
    lease_time,
    overload,
    message_type,
    server_id,
    parameters,
    renewal_time,
    rebinding_time,
    vendor_class,
    client_id,
    boot_server,
    boot_file,
    bootstrap_servers,
    agile_management,
    tftp_servers,
    mud_url,
    count
};
inline constexpr std::size_t option_count = static_cast<std::size_t>(Option::count);
/// RFC 2132; 143: RFC 8572 section 8.3; 148: where Huawei equipment learns its controller; 150: RFC 5859; 161: RFC 8520 section 10.
inline constexpr std::array<std::uint8_t, option_count> kept_codes{1,  3,  6,  12, 15, 42, 43, 50,  51,  52,  53, 54,
                                                                   55, 58, 59, 60, 61, 66, 67, 143, 148, 150, 161};

/// What is wrong with the options.
struct OptionFaults {
    bool truncated = false;  ///< one reaches past the end of its field
    bool malformed = false;  ///< one has a length that it cannot have
};

/// The first instance of each kept option; absent ones have no data pointer.
class Options {
public:
    [[nodiscard]] Bytes operator[](Option option) const noexcept { return values_[static_cast<std::size_t>(option)]; }

    /// Reads the options field and, where the overload option says so, the file and server name fields (RFC 2132 section 9.3).
    void read(Bytes field, Bytes file, Bytes server_name, OptionFaults& faults) noexcept;
    /// Whether the overload option gives the fields another meaning.
    [[nodiscard]] bool file_overloaded() const noexcept { return (overload() & 1) != 0; }
    [[nodiscard]] bool server_name_overloaded() const noexcept { return (overload() & 2) != 0; }

private:
    void read_field(Bytes field, OptionFaults& faults) noexcept;
    [[nodiscard]] std::uint8_t overload() const noexcept {
        const Bytes value = (*this)[Option::overload];
        return value.empty() ? std::uint8_t{0} : value[0];
    }

    std::array<Bytes, option_count> values_{};
};

}  // namespace weir::dhcp
