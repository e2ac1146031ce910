// SPDX-License-Identifier: Apache-2.0
// The application protocols of radio networks over SCTP: they differ in names and numbers only.
#include "parsers/e1ap/e1ap.hpp"
#include "parsers/f1ap/f1ap.hpp"
#include "parsers/ngap/ngap.hpp"
#include "parsers/s1ap/s1ap.hpp"
#include "parsers/x2ap/x2ap.hpp"
#include "parsers/xnap/xnap.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

template <class P>
bool recognised(Bytes message, std::uint32_t payload_protocol, bool port_matches = false, Transport transport = Transport::sctp) {
    return P::probe(Offer{message, transport, Direction::to_server, port_matches, payload_protocol}).answer == Probe::Answer::match;
}

template <class P>
std::string said(const char* hex, const std::string& field) {
    ParserDriver<P> driver;
    driver.datagram(Direction::to_server, from_hex(hex));
    const auto& seen = driver.finish().transactions;
    return seen.size() == 1 ? seen[0].get(field) : driver.outcome().anomalies.at(0);
}

}  // namespace

TEST_CASE("radio protocols: procedure and kind of message") {
    CHECK(said<ngap::Parser>("00 15 00 04 00 00 00 00", "ngap.operation") == "NGSetup");
    CHECK(said<ngap::Parser>("20 15 00 04 00 00 00 00", "ngap.message") == "successful");
    CHECK(said<ngap::Parser>("00 15 00 04 00 00 00 00", "ngap.procedure_code") == "21");
    CHECK(said<s1ap::Parser>("40 11 00 02 00 00", "s1ap.operation") == "S1Setup");
    CHECK(said<s1ap::Parser>("40 11 00 02 00 00", "s1ap.message") == "unsuccessful");
    CHECK(said<x2ap::Parser>("00 06 00 02 00 00", "x2ap.operation") == "x2Setup");
    CHECK(said<xnap::Parser>("00 02 40 02 00 00", "xnap.operation") == "handoverCancel");
    CHECK(said<f1ap::Parser>("00 01 00 02 00 00", "f1ap.operation") == "F1Setup");
    CHECK(said<e1ap::Parser>("00 03 00 02 00 00", "e1ap.operation") == "gNB-CU-UP-E1Setup");
    CHECK(said<ngap::Parser>("00 fe 00 02 00 00", "ngap.operation").empty());  // a number that has no name yet
    CHECK(said<ngap::Parser>("00 15 00 01 00 00 00", "") == "malformed_message");
}

TEST_CASE("radio protocols: told apart by the payload protocol identifier") {
    const auto setup = from_hex("00 15 00 80 81 00 00 00");  // a length of two octets; the rest is in later fragments
    CHECK(recognised<ngap::Parser>(setup, 60));
    CHECK(recognised<ngap::Parser>(setup, 60u << 24));  // in the sender's byte order
    CHECK_FALSE(recognised<ngap::Parser>(setup, 18));
    CHECK(recognised<s1ap::Parser>(setup, 18));
    CHECK(recognised<ngap::Parser>(setup, 0, true));
    CHECK_FALSE(recognised<ngap::Parser>(setup, 0));
    CHECK_FALSE(recognised<ngap::Parser>(setup, 60, true, Transport::udp));
    CHECK_FALSE(recognised<ngap::Parser>(from_hex("60 15 00 02 00 00"), 60));
    CHECK_FALSE(recognised<ngap::Parser>(from_hex("00 15 01 02 00 00"), 60));
    CHECK_FALSE(recognised<ngap::Parser>(from_hex("00 15"), 60));
}
