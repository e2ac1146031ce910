// SPDX-License-Identifier: Apache-2.0
#include "parsers/ipmi/ipmi_names.hpp"

#include "parsers/base/code_name.hpp"

namespace weir::ipmi {
namespace {

constexpr std::array asf_messages{
    CodeName{0x10, "asf-reset"},
    CodeName{0x11, "asf-power-up"},
    CodeName{0x12, "asf-power-down"},
    CodeName{0x13, "asf-power-cycle"},
    CodeName{0x40, "presence-pong"},
    CodeName{0x41, "asf-capabilities-response"},
    CodeName{0x42, "asf-system-state-response"},
    CodeName{0x43, "asf-open-session-response"},
    CodeName{0x44, "asf-close-session-response"},
    CodeName{0x80, "presence-ping"},
    CodeName{0x81, "asf-capabilities-request"},
    CodeName{0x82, "asf-system-state-request"},
    CodeName{0x83, "asf-open-session-request"},
    CodeName{0x84, "asf-close-session-request"},
    CodeName{0xc0, "asf-rakp-1"},
    CodeName{0xc1, "asf-rakp-2"},
    CodeName{0xc2, "asf-rakp-3"},
};

constexpr std::array auth_types{CodeName{0, "none"},     CodeName{1, "md2"}, CodeName{2, "md5"},
                                CodeName{4, "password"}, CodeName{5, "oem"}, CodeName{6, "rmcp+"}};

constexpr std::array payloads{
    CodeName{0x00, "ipmi"},
    CodeName{0x01, "sol"},
    CodeName{0x02, "oem"},
    CodeName{0x10, "open-session-request"},
    CodeName{0x11, "open-session-response"},
    CodeName{0x12, "rakp-1"},
    CodeName{0x13, "rakp-2"},
    CodeName{0x14, "rakp-3"},
    CodeName{0x15, "rakp-4"},
};

constexpr std::array network_functions{
    CodeName{0x00, "chassis"},   CodeName{0x02, "bridge"},   CodeName{0x04, "sensor"},
    CodeName{0x06, "app"},       CodeName{0x08, "firmware"}, CodeName{0x0a, "storage"},
    CodeName{0x0c, "transport"}, CodeName{0x2c, "group"},    CodeName{0x2e, "oem-group"},
};

/// Network function and command in one number.
constexpr std::array commands{
    CodeName{0x0000, "get-chassis-capabilities"},
    CodeName{0x0001, "get-chassis-status"},
    CodeName{0x0002, "chassis-control"},
    CodeName{0x0003, "chassis-reset"},
    CodeName{0x0004, "chassis-identify"},
    CodeName{0x0005, "set-chassis-capabilities"},
    CodeName{0x0006, "set-power-restore-policy"},
    CodeName{0x0007, "get-system-restart-cause"},
    CodeName{0x0008, "set-system-boot-options"},
    CodeName{0x0009, "get-system-boot-options"},
    CodeName{0x000f, "get-poh-counter"},
    CodeName{0x0400, "set-event-receiver"},
    CodeName{0x0401, "get-event-receiver"},
    CodeName{0x0402, "platform-event"},
    CodeName{0x0410, "get-pef-capabilities"},
    CodeName{0x0412, "set-pef-configuration"},
    CodeName{0x0413, "get-pef-configuration"},
    CodeName{0x0416, "alert-immediate"},
    CodeName{0x0420, "get-device-sdr-info"},
    CodeName{0x0421, "get-device-sdr"},
    CodeName{0x042d, "get-sensor-reading"},
    CodeName{0x0601, "get-device-id"},
    CodeName{0x0602, "cold-reset"},
    CodeName{0x0603, "warm-reset"},
    CodeName{0x0604, "get-self-test-results"},
    CodeName{0x0606, "set-acpi-power-state"},
    CodeName{0x0607, "get-acpi-power-state"},
    CodeName{0x0608, "get-device-guid"},
    CodeName{0x0622, "reset-watchdog-timer"},
    CodeName{0x0624, "set-watchdog-timer"},
    CodeName{0x0625, "get-watchdog-timer"},
    CodeName{0x0633, "get-message"},
    CodeName{0x0634, "send-message"},
    CodeName{0x0637, "get-system-guid"},
    CodeName{0x0638, "get-channel-authentication-capabilities"},
    CodeName{0x0639, "get-session-challenge"},
    CodeName{0x063a, "activate-session"},
    CodeName{0x063b, "set-session-privilege-level"},
    CodeName{0x063c, "close-session"},
    CodeName{0x063d, "get-session-info"},
    CodeName{0x0640, "set-channel-access"},
    CodeName{0x0641, "get-channel-access"},
    CodeName{0x0642, "get-channel-info"},
    CodeName{0x0643, "set-user-access"},
    CodeName{0x0644, "get-user-access"},
    CodeName{0x0645, "set-user-name"},
    CodeName{0x0646, "get-user-name"},
    CodeName{0x0647, "set-user-password"},
    CodeName{0x0648, "activate-payload"},
    CodeName{0x0649, "deactivate-payload"},
    CodeName{0x064a, "get-payload-activation-status"},
    CodeName{0x064b, "get-payload-instance-info"},
    CodeName{0x064c, "set-user-payload-access"},
    CodeName{0x064d, "get-user-payload-access"},
    CodeName{0x064e, "get-channel-payload-support"},
    CodeName{0x064f, "get-channel-payload-version"},
    CodeName{0x0652, "master-write-read"},
    CodeName{0x0654, "get-channel-cipher-suites"},
    CodeName{0x0655, "suspend-resume-payload-encryption"},
    CodeName{0x0656, "set-channel-security-keys"},
    CodeName{0x0a10, "get-fru-inventory-area-info"},
    CodeName{0x0a11, "read-fru-data"},
    CodeName{0x0a12, "write-fru-data"},
    CodeName{0x0a20, "get-sdr-repository-info"},
    CodeName{0x0a22, "reserve-sdr-repository"},
    CodeName{0x0a23, "get-sdr"},
    CodeName{0x0a40, "get-sel-info"},
    CodeName{0x0a42, "reserve-sel"},
    CodeName{0x0a43, "get-sel-entry"},
    CodeName{0x0a44, "add-sel-entry"},
    CodeName{0x0a46, "delete-sel-entry"},
    CodeName{0x0a47, "clear-sel"},
    CodeName{0x0a48, "get-sel-time"},
    CodeName{0x0a49, "set-sel-time"},
    CodeName{0x0c01, "set-lan-configuration"},
    CodeName{0x0c02, "get-lan-configuration"},
    CodeName{0x0c10, "set-serial-configuration"},
    CodeName{0x0c11, "get-serial-configuration"},
    CodeName{0x0c20, "sol-activating"},
    CodeName{0x0c21, "set-sol-configuration"},
    CodeName{0x0c22, "get-sol-configuration"},
};

constexpr std::array privileges{CodeName{0, "highest"},  CodeName{1, "callback"},      CodeName{2, "user"},
                                CodeName{3, "operator"}, CodeName{4, "administrator"}, CodeName{5, "oem"}};
constexpr std::array authentications{CodeName{0, "none"}, CodeName{1, "hmac-sha1"}, CodeName{2, "hmac-md5"}, CodeName{3, "hmac-sha256"}};
constexpr std::array integrities{CodeName{0, "none"}, CodeName{1, "hmac-sha1-96"}, CodeName{2, "hmac-md5-128"}, CodeName{3, "md5-128"},
                                 CodeName{4, "hmac-sha256-128"}};
constexpr std::array confidentialities{CodeName{0, "none"}, CodeName{1, "aes-cbc-128"}, CodeName{2, "xrc4-128"}, CodeName{3, "xrc4-40"}};

struct Suite {
    std::uint8_t authentication, integrity, confidentiality;
};
constexpr std::array suites{Suite{0, 0, 0}, Suite{1, 0, 0}, Suite{1, 1, 0}, Suite{1, 1, 1}, Suite{1, 1, 2}, Suite{1, 1, 3}, Suite{2, 0, 0},
                            Suite{2, 2, 0}, Suite{2, 2, 1}, Suite{2, 2, 2}, Suite{2, 2, 3}, Suite{2, 3, 0}, Suite{2, 3, 1}, Suite{2, 3, 2},
                            Suite{2, 3, 3}, Suite{3, 0, 0}, Suite{3, 4, 0}, Suite{3, 4, 1}, Suite{3, 4, 2}, Suite{3, 4, 3}};

}  // namespace

std::string_view asf_message_name(std::uint8_t type) noexcept { return name_of(asf_messages, type); }
std::string_view auth_type_name(std::uint8_t type) noexcept { return name_of(auth_types, type); }
std::string_view payload_name(std::uint8_t type) noexcept { return name_of(payloads, type); }
std::string_view command_name(std::uint8_t network_function, std::uint8_t command) noexcept {
    return name_of(commands, std::uint32_t{network_function} << 8 | command);
}
std::string_view network_function_name(std::uint8_t network_function) noexcept {
    const std::string_view name = name_of(network_functions, network_function);
    return name.empty() ? std::string_view{"netfn"} : name;
}
std::string_view privilege_name(std::uint8_t level) noexcept { return name_of(privileges, level); }
std::string_view authentication_name(std::uint8_t algorithm) noexcept { return name_of(authentications, algorithm); }
std::string_view integrity_name(std::uint8_t algorithm) noexcept { return name_of(integrities, algorithm); }
std::string_view confidentiality_name(std::uint8_t algorithm) noexcept { return name_of(confidentialities, algorithm); }

int cipher_suite(std::uint8_t authentication, std::uint8_t integrity, std::uint8_t confidentiality) noexcept {
    for (std::size_t i = 0; i < suites.size(); ++i)
        if (suites[i].authentication == authentication && suites[i].integrity == integrity && suites[i].confidentiality == confidentiality)
            return static_cast<int>(i);
    return -1;
}

}  // namespace weir::ipmi
