// SPDX-License-Identifier: Apache-2.0
#include "parsers/ipmi/ipmi.hpp"

#include <algorithm>

#include "parsers/base/text_writer.hpp"
#include "parsers/ipmi/ipmi_message.hpp"
#include "parsers/ipmi/ipmi_names.hpp"

namespace weir::ipmi {
namespace {

constexpr std::uint8_t app = 0x06, get_channel_authentication = 0x38, get_session_challenge = 0x39, set_user_password = 0x47;
constexpr std::uint8_t auth_password = 4, payload_sol = 1;
constexpr std::size_t max_user = 16;

/// Text that NULs fill up.
Bytes without_nuls(Bytes bytes) noexcept { return {bytes.begin(), std::find(bytes.begin(), bytes.end(), std::uint8_t{0})}; }

std::string_view class_name(Kind kind) noexcept { return kind == Kind::acknowledgement ? "ack" : kind == Kind::asf ? "asf" : "ipmi"; }

Bytes operation_of(const Message& message, Scratch& scratch) noexcept {
    const auto text = [](std::string_view name) { return name.empty() ? Bytes{} : as_bytes(name); };
    if (message.kind == Kind::acknowledgement) return text("ack");
    if (message.encrypted) return text("encrypted");
    if (message.kind == Kind::asf) {
        const Bytes name = text(asf_message_name(message.asf_type));
        return !name.empty() ? name : write_in(scratch, [&](TextWriter& writer) { writer.put("asf-").hex(message.asf_type); });
    }
    if (!message.has_command) {
        const Bytes name = text(payload_name(message.payload_type));
        return !name.empty() ? name : write_in(scratch, [&](TextWriter& writer) { writer.put("payload-").hex(message.payload_type); });
    }
    const Bytes name = text(command_name(message.network_function, message.command));
    if (!name.empty()) return name;
    return write_in(scratch, [&](TextWriter& writer) {
        const std::string_view function = network_function_name(message.network_function);
        writer.put(function);
        if (function == "netfn") writer.put('-').hex(message.network_function);
        writer.put('-').hex(message.command);
    });
}

/// What the data of some commands tells.
void read_data(const Message& message, Transaction& transaction) noexcept {
    if (!message.has_command || message.network_function != app) return;
    const Bytes data = message.data;
    if (message.command == get_session_challenge && !message.is_response && data.size() == 1 + max_user) {  // section 22.16
        transaction.user = without_nuls(data.subspan(1));
        transaction.anonymous = transaction.user.empty();
    }
    if (message.command == set_user_password && !message.is_response && data.size() > 2)
        transaction.password = data.subspan(2);                                                      // section 22.30
    if (message.command == get_channel_authentication && message.is_response && data.size() >= 3) {  // section 22.13
        constexpr std::uint8_t null_users = 0x02, anonymous_login = 0x01;
        for (std::uint8_t type = 0; type < 6; ++type) {
            const std::string_view name = auth_type_name(type);
            if ((data[1] >> type & 1) != 0 && !name.empty()) (void)transaction.supported.push_back(name);
        }
        transaction.anonymous_login = (data[2] & (null_users | anonymous_login)) != 0;
    }
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp) return Probe::no();
    const auto message = read_message(offer.data, !offer.port_matches);
    if (!message || (message->kind == Kind::acknowledgement && !offer.port_matches)) return Probe::no();
    // Which end sent a datagram whose content is hidden cannot be seen.
    const bool hidden = message->encrypted || (message->kind == Kind::ipmi_20 && message->payload_type <= 2 && !message->has_command);
    if (hidden) return offer.port_matches ? Probe::yes() : Probe::no();
    return Probe::yes(message->is_response ? Probe::Sender::server : Probe::Sender::client);
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    const auto message = read_message(datagram, false);
    if (!message) {
        emit.anomaly(Parser::malformed_data, direction);
        return Fed::ok(datagram.size());
    }
    Transaction transaction;
    transaction.message_class = class_name(message->kind);
    transaction.operation = operation_of(*message, emit.scratch());
    if (message->kind == Kind::ipmi_15 || message->kind == Kind::ipmi_20) {
        transaction.version = message->kind == Kind::ipmi_20 ? "2.0" : "1.5";
        transaction.auth_type = auth_type_name(message->auth_type);
    }
    if (message->kind == Kind::ipmi_20) transaction.payload = payload_name(message->payload_type);
    transaction.encrypted = message->encrypted;
    transaction.session_id = message->session_id;
    if (message->has_command) {
        transaction.network_function = message->network_function;
        transaction.command = message->command;
    }
    transaction.completion_code = message->completion_code;
    transaction.status = message->status;
    transaction.user = message->user;
    transaction.anonymous = message->user.data() != nullptr && message->user.empty();
    if (message->privilege) transaction.privilege = privilege_name(*message->privilege);
    if (message->algorithms) {
        const auto [authentication, integrity, confidentiality] = *message->algorithms;
        transaction.authentication = authentication_name(authentication);
        transaction.integrity = integrity_name(integrity);
        transaction.confidentiality = confidentiality_name(confidentiality);
        if (const int suite = cipher_suite(authentication, integrity, confidentiality); suite >= 0)
            transaction.cipher_suite = static_cast<std::uint8_t>(suite);
    }
    if (message->auth_type == auth_password && !message->auth_code.empty()) transaction.password = message->auth_code;
    read_data(*message, transaction);
    transaction.withheld = transaction.password.data() != nullptr;
    if (transaction.anonymous) transaction.user = {};

    // Consoles and encrypted commands come in thousands and show nothing more than the first of them.
    const bool bulk = message->encrypted || (message->kind == Kind::ipmi_20 && message->payload_type == payload_sol);
    bool& logged = bulk_logged_[static_cast<std::size_t>(direction)];
    const Report part = direction == Direction::to_server ? Report::request : Report::response;
    emit(transaction, bulk && logged ? part : part | Report::log, direction);
    logged = logged || bulk;
    return Fed::ok(datagram.size());
}

}  // namespace weir::ipmi
