// SPDX-License-Identifier: Apache-2.0
#include "parsers/tacacs/tacacs_body.hpp"

#include "parsers/base/code_name.hpp"
#include "parsers/base/cursor.hpp"

namespace weir::tacacs {
namespace {

constexpr std::array authentication_status{CodeName{1, "pass"},    CodeName{2, "fail"},     CodeName{3, "getdata"},
                                           CodeName{4, "getuser"}, CodeName{5, "getpass"},  CodeName{6, "restart"},
                                           CodeName{7, "error"},   CodeName{0x21, "follow"}};
constexpr std::array authorization_status{CodeName{1, "pass_add"}, CodeName{2, "pass_repl"}, CodeName{0x10, "fail"},
                                          CodeName{0x11, "error"}, CodeName{0x21, "follow"}};
constexpr std::array accounting_status{CodeName{1, "success"}, CodeName{2, "error"}, CodeName{0x21, "follow"}};

/// The lengths of what is named below, which stand before all of it.
struct Lengths {
    std::uint8_t user, port, remote_address;
};
Lengths read_lengths(Cursor& cursor) noexcept {
    Lengths lengths{};
    lengths.user = cursor.u8();
    lengths.port = cursor.u8();
    lengths.remote_address = cursor.u8();
    return lengths;
}
void read_origin(Cursor& cursor, Lengths lengths, Body& body) noexcept {
    body.user = cursor.take(lengths.user);
    body.port = cursor.take(lengths.port);
    body.remote_address = cursor.take(lengths.remote_address);
}
void read_arguments(Cursor& cursor, Bytes sizes, Body& body) noexcept {
    for (const std::uint8_t size : sizes) (void)body.arguments.push_back(cursor.take(size));
}

/// RFC 8907 section 5.1.
void authentication_start(Cursor& cursor, Body& body) noexcept {
    body.action = cursor.u8();
    body.privilege = cursor.u8();
    body.authentication_type = cursor.u8();
    body.service = cursor.u8();
    const Lengths lengths = read_lengths(cursor);
    const std::uint8_t data = cursor.u8();
    read_origin(cursor, lengths, body);
    body.secret = cursor.take(data);
}

/// RFC 8907 section 5.3: what the user typed, which is the password more often than not.
void authentication_continue(Cursor& cursor, Body& body) noexcept {
    const std::uint16_t message = cursor.be16(), data = cursor.be16();
    cursor.skip(1);  // flags
    body.secret = cursor.take(message);
    cursor.skip(data);
}

/// RFC 8907 section 5.2.
void authentication_reply(Cursor& cursor, Body& body) noexcept {
    body.status = cursor.u8();
    cursor.skip(1);  // flags
    const std::uint16_t message = cursor.be16(), data = cursor.be16();
    body.server_message = cursor.take(message);
    cursor.skip(data);
}

/// RFC 8907 section 6.1, and behind its flags an accounting request of section 7.1.
void authorization_request(Cursor& cursor, Body& body) noexcept {
    cursor.skip(1);  // authentication method
    body.privilege = cursor.u8();
    body.authentication_type = cursor.u8();
    body.service = cursor.u8();
    const Lengths lengths = read_lengths(cursor);
    const Bytes sizes = cursor.take(cursor.u8());
    read_origin(cursor, lengths, body);
    read_arguments(cursor, sizes, body);
}

/// RFC 8907 section 6.2.
void authorization_response(Cursor& cursor, Body& body) noexcept {
    body.status = cursor.u8();
    const std::uint8_t count = cursor.u8();
    const std::uint16_t message = cursor.be16(), data = cursor.be16();
    const Bytes sizes = cursor.take(count);
    body.server_message = cursor.take(message);
    cursor.skip(data);
    read_arguments(cursor, sizes, body);
}

/// RFC 8907 section 7.2.
void accounting_reply(Cursor& cursor, Body& body) noexcept {
    const std::uint16_t message = cursor.be16(), data = cursor.be16();
    body.status = cursor.u8();
    body.server_message = cursor.take(message);
    cursor.skip(data);
}

}  // namespace

std::optional<Body> read_body(Type type, bool from_client, bool first, Bytes bytes) noexcept {
    std::optional<Body> body{std::in_place};
    Cursor cursor{bytes};
    switch (type) {
        case Type::authentication:
            if (!from_client)
                authentication_reply(cursor, *body);
            else if (first)
                authentication_start(cursor, *body);
            else
                authentication_continue(cursor, *body);
            break;
        case Type::authorization:
            if (from_client)
                authorization_request(cursor, *body);
            else
                authorization_response(cursor, *body);
            break;
        case Type::accounting:
            if (from_client) {
                body->accounting_flags = cursor.u8();
                authorization_request(cursor, *body);
            } else {
                accounting_reply(cursor, *body);
            }
            break;
    }
    if (!cursor.ok() || !cursor.empty()) body.reset();
    return body;
}

std::string_view status_name(Type type, std::uint8_t status) noexcept {
    switch (type) {
        case Type::authentication: return name_of(authentication_status, status);
        case Type::authorization: return name_of(authorization_status, status);
        case Type::accounting: return name_of(accounting_status, status);
    }
    return {};
}

}  // namespace weir::tacacs
