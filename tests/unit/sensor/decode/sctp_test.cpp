// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/sctp.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Message {
    std::uint32_t protocol;
    std::string data;
    friend bool operator==(const Message&, const Message&) = default;
};

std::vector<Message> messages(const std::vector<std::uint8_t>& chunks) {
    std::vector<Message> seen;
    for_each_sctp_message(chunks, [&](std::uint32_t protocol, Bytes data) { seen.push_back({protocol, std::string{as_text(data)}}); });
    return seen;
}

}  // namespace

TEST_CASE("sctp: messages of several chunks, padding between them") {
    const auto chunks = from_hex("03 00 0010 00000001 0001a000 00000000"               // SACK
                            "00 03 0013 00000001 0000 0000 0000003c 414243 00"    // NGAP, three octets, one of padding
                            "00 03 0011 00000002 0000 0001 0000002e 44 000000");  // Diameter
    CHECK(messages(chunks) == std::vector<Message>{{60, "ABC"}, {46, "D"}});
}

TEST_CASE("sctp: a message in fragments is shown by its first one") {
    const auto chunks = from_hex("00 02 0012 00000001 0000 0000 00000012 4142 0000"
                            "00 01 0012 00000002 0000 0000 00000012 4344 0000");
    CHECK(messages(chunks) == std::vector<Message>{{18, "AB"}});
    CHECK(messages(from_hex("40 03 0016 00000001 0000 0000 00000000 0000001b 4142 0000")) == std::vector<Message>{{27, "AB"}});  // I-DATA
}

TEST_CASE("sctp: chunks that lie about their length") {
    CHECK(messages(from_hex("00 03 00ff 00000001 0000 0000 00000003 4142")) == std::vector<Message>{{3, "AB"}});
    CHECK(messages(from_hex("00 03 0000 00000001 0000 0000 00000003 4142")).empty());
    CHECK(messages(from_hex("00 03 0010 00000001 0000 0000 00000003")).empty());
    CHECK(messages(from_hex("00 03")).empty());
}
