// SPDX-License-Identifier: Apache-2.0
#include "parsers/ike/ike.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<ike::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;

/// A payload with the type of the one behind it.
Wire payload(unsigned next, const Wire& content) { return joined({number(next, 1), number(0, 1), number(content.size() + 4, 2), content}); }
Wire message(std::string_view spis, unsigned first, unsigned version, unsigned exchange, unsigned flags, const Wire& payloads) {
    return joined({from_hex(spis), number(first, 1), number(version, 1), number(exchange, 1), number(flags, 1), "00000000"_hex,
                   number(payloads.size() + 28, 4), payloads});
}
constexpr std::string_view begun = "1122334455667788 0000000000000000", answered = "1122334455667788 99aabbccddeeff00";

/// A proposal of one kind of SA with these transforms, each without its header.
Wire proposal(unsigned number_of, std::initializer_list<Wire> transforms) {
    Wire all;
    std::size_t left = transforms.size();
    for (const Wire& one : transforms) all = joined({all, payload(--left != 0 ? 3 : 0, one)});
    return payload(0, joined({number(number_of, 1), number(1, 1), number(0, 1), number(transforms.size(), 1), all}));
}

// Version 2: AES-CBC with 256 bits, or 3DES; SHA-256; groups 2 and 14.
const Wire offer_2 =
    proposal(1, {"01 00 000c 800e0100"_hex, "01 00 0003"_hex, "02 00 0005"_hex, "03 00 000c"_hex, "04 00 0002"_hex, "04 00 000e"_hex});
const Wire choice_2 = proposal(1, {"01 00 000c 800e0100"_hex, "02 00 0005"_hex, "03 00 000c"_hex, "04 00 000e"_hex, "05 00 0000"_hex});
const Wire init = message(begun, 33, 0x20, 34, 0x08,
                          joined({payload(34, offer_2), payload(40, joined({"0002 0000"_hex, Wire(128, 7)})), payload(43, Wire(32, 8)),
                                  payload(41, text("vendor")), payload(0, "00 00 4004 aabb"_hex)}));
const Wire init_answer =
    message(answered, 33, 0x20, 34, 0x20, joined({payload(34, choice_2), payload(0, joined({"000e 0000"_hex, Wire(256, 7)}))}));
const Wire auth = message(answered, 46, 0x20, 35, 0x08, payload(35, Wire(60, 0x5a)));
const Wire refused = message(answered, 41, 0x20, 34, 0x20, payload(0, "00 00 000e"_hex));

// Version 1: 3DES, SHA, pre-shared key, group 2, 86400 seconds.
const Wire transform_1 = "01 01 0000 80010005 80020002 80030001 80040002 800b0001 000c0004 00015180"_hex;
const Wire offer_1 = joined({"00000001 00000001"_hex, proposal(1, {transform_1, "02 01 0000 80010007 800e0100 80020004 80040005"_hex})});
const Wire main_1 = message(begun, 1, 0x10, 2, 0, joined({payload(13, offer_1), payload(0, "afcad71368a1f1c96b8696fc77570100"_hex)}));
const Wire main_1_answer = message(answered, 1, 0x10, 2, 0, payload(0, joined({"00000001 00000001"_hex, proposal(1, {transform_1})})));
const Wire aggressive = message(begun, 1, 0x10, 4, 0,
                                joined({payload(4, offer_1), payload(10, Wire(128, 1)), payload(5, Wire(16, 2)),
                                        payload(0, joined({"02 00 0000"_hex, text("gnb-0117.example.com")}))}));
const Wire quick = message(answered, 8, 0x10, 32, 1, Wire(40, 0x5a));

Outcome parse(Bytes datagram, Direction direction = to_server) {
    Driver driver;
    driver.datagram(direction, datagram);
    return driver.finish();
}
Outcome::Transaction one(const Wire& datagram, Direction direction = to_server) {
    const Outcome outcome = parse(datagram, direction);
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(Bytes wire, bool port_matches, Transport transport = Transport::udp) {
    return ike::Parser::probe(Offer{wire, transport, to_server, port_matches});
}

}  // namespace

TEST_CASE("ike: what an initiator of version 2 offers") {
    const auto seen = one(init);
    CHECK(seen.report == (Report::request | Report::log));
    CHECK(seen.get("ike.version_major") == "2");
    CHECK(seen.get("ike.version_minor") == "0");
    CHECK(seen.get("ike.init_spi") == "1122334455667788");
    CHECK(seen.get("ike.resp_spi") == "0000000000000000");
    CHECK(seen.get("ike.exchange_type") == "34");
    CHECK(seen.get("ike.operation") == "sa-init");
    CHECK(seen.get("ike.role") == "initiator");
    CHECK(seen.get("ike.payload[]") == "SecurityAssociation,KeyExchange,Nonce,VendorID,Notify");
    CHECK(seen.get("ike.encryption") == "ENCR_AES_CBC,ENCR_3DES");
    CHECK(seen.get("ike.key_length") == "256");
    CHECK(seen.get("ike.prf") == "PRF_HMAC_SHA2_256");
    CHECK(seen.get("ike.integrity") == "AUTH_HMAC_SHA2_256_128");
    CHECK(seen.get("ike.dh_group") == "2,14");
    CHECK(seen.get("weir.ike.dh_groups[]") == "Modp1024,Modp2048");
    CHECK(seen.get("ike.ikev2.notify[]") == "NAT_DETECTION_SOURCE_IP");
    CHECK(seen.get("ike.vendor") == "76656e646f72");
    CHECK(seen.get("ike.key_exchange_payload_length") == "128");
    CHECK(seen.get("ike.nonce_payload_length") == "32");
    CHECK(seen.get("ike.alg_enc").empty());
    CHECK(seen.get("ike.ikev1.encrypted_payloads").empty());
}

TEST_CASE("ike: what a responder of version 2 has chosen") {
    const auto seen = one(init_answer, to_client);
    CHECK(seen.report == (Report::response | Report::log));
    CHECK(seen.get("ike.role") == "responder");
    CHECK(seen.get("ike.resp_spi") == "99aabbccddeeff00");
    CHECK(seen.get("ike.alg_enc") == "ENCR_AES_CBC");
    CHECK(seen.get("ike.alg_auth") == "AUTH_HMAC_SHA2_256_128");
    CHECK(seen.get("ike.alg_prf") == "PRF_HMAC_SHA2_256");
    CHECK(seen.get("ike.alg_dh") == "Modp2048");
    CHECK(seen.get("ike.alg_esn") == "NoESN");
    CHECK(parse(init_answer, to_client).anomalies.empty());
    CHECK(one(refused, to_client).get("ike.ikev2.notify[]") == "NO_PROPOSAL_CHOSEN");
}

TEST_CASE("ike: what is encrypted is not looked into") {
    const auto seen = one(auth);
    CHECK(seen.get("ike.operation") == "auth");
    CHECK(seen.get("ike.payload[]") == "EncryptedAndAuthenticated");
    const auto first = one(quick);
    CHECK(first.get("ike.operation") == "quick");
    CHECK(first.get("ike.ikev1.encrypted_payloads") == "true");
    CHECK(first.get("ike.payload[]").empty());
}

TEST_CASE("ike: version 1") {
    const auto asked = one(main_1);
    CHECK(asked.get("ike.version_major") == "1");
    CHECK(asked.get("ike.operation") == "main");
    CHECK(asked.get("ike.payload[]") == "SecurityAssociation,VendorID");
    CHECK(asked.get("ike.ikev1.doi") == "1");
    CHECK(asked.get("ike.ikev1.encrypted_payloads") == "false");
    CHECK(asked.get("ike.ikev1.vendor_ids[]") == "afcad71368a1f1c96b8696fc77570100");
    CHECK(asked.get("ike.ikev1.client.proposals[].alg_enc") == "EncTripleDesCbc,EncAesCbc");
    CHECK(asked.get("ike.ikev1.client.proposals[].alg_hash_raw") == "2,4");
    CHECK(asked.get("ike.ikev1.client.proposals[].alg_dh") == "GroupAlternate1024BitModpGroup,Group1536BitModp");
    CHECK(asked.get("ike.ikev1.client.proposals[].alg_auth") == "AuthPreSharedKey");
    CHECK(asked.get("ike.ikev1.client.proposals[].sa_key_length_raw") == "256");
    CHECK(asked.get("ike.ikev1.client.proposals[].sa_life_duration_raw") == "86400");
    CHECK(asked.get("ike.role").empty());
    const auto told = one(main_1_answer, to_client);
    CHECK(told.get("ike.alg_enc") == "EncTripleDesCbc");
    CHECK(told.get("ike.alg_enc_raw") == "5");
    CHECK(told.get("ike.alg_hash") == "HashSha");
    CHECK(told.get("ike.alg_auth") == "AuthPreSharedKey");
    CHECK(told.get("ike.alg_dh_raw") == "2");
    CHECK(told.get("ike.sa_life_type_raw") == "1");
    CHECK(told.get("ike.sa_life_duration_raw") == "86400");
}

TEST_CASE("ike: aggressive mode shows who is there") {
    const auto seen = one(aggressive);
    CHECK(seen.get("ike.operation") == "aggressive");
    CHECK(seen.get("ike.identification") == "gnb-0117.example.com");
    const Wire by_address = message(begun, 5, 0x10, 4, 0, payload(0, "01 00 0000 0a140b01"_hex));
    CHECK(one(by_address).get("ike.identification") == "10.20.11.1");
}

TEST_CASE("ike: weak choices are said") {
    CHECK(parse(main_1_answer, to_client).anomalies == std::vector<std::string>{"weak_crypto_dh"});
    CHECK(parse(main_1, to_server).anomalies.empty());
    const Wire weak = message(answered, 33, 0x20, 34, 0x20, payload(0, proposal(1, {"01 00 0002"_hex, "04 00 0001"_hex})));
    CHECK(parse(weak, to_client).anomalies == std::vector<std::string>{"weak_crypto_enc", "weak_crypto_dh"});
    const Wire none = message(answered, 33, 0x20, 34, 0x20, payload(0, proposal(1, {"01 00 000b"_hex})));
    CHECK(parse(none, to_client).anomalies == std::vector<std::string>{"no_encryption"});
}

TEST_CASE("ike: between ESP datagrams on port 4500") {
    Driver driver;
    driver.datagram(to_server, joined({"00000000"_hex, init}));
    driver.datagram(to_server, joined({"ac0faf03 00000001"_hex, Wire(80, 0x5a)}));
    driver.datagram(to_server, "ff"_hex);
    driver.datagram(to_client, joined({"00000000"_hex, init_answer}));
    CHECK(driver.finish().transactions.size() == 2);
    CHECK(driver.outcome().anomalies.empty());
    CHECK(probe(joined({"00000000"_hex, init}), true).sender == Probe::Sender::client);
    CHECK(probe(joined({"ac0faf03 00000001"_hex, Wire(80, 0x5a)}), true).answer == Probe::Answer::no_match);
}

TEST_CASE("ike: what is broken") {
    const auto broken = [](const Wire& wire) { return parse(wire).anomalies == std::vector<std::string>{"malformed_data"}; };
    for (std::size_t length = 1; length < init.size(); ++length) CHECK(broken(joined({"00000000"_hex, prefix(init, length)})));
    CHECK(broken(message(begun, 33, 0x20, 34, 8, "00 00 0003"_hex)));
    CHECK(broken(message(begun, 33, 0x20, 34, 8, "00 00 0044"_hex)));
    CHECK(broken(message(begun, 33, 0x20, 34, 8, payload(0, payload(0, "01 01 00 ff"_hex)))));
    Wire chain;
    for (std::size_t i = 0; i < 70; ++i) chain = joined({chain, payload(43, {})});
    CHECK(broken(message(begun, 43, 0x20, 34, 8, chain)));
}

TEST_CASE("ike: recognised on any port, with the roles") {
    using enum Probe::Answer;
    using Sender = Probe::Sender;
    for (const bool port : {false, true}) {
        CHECK(probe(init, port).sender == Sender::client);
        CHECK(probe(init_answer, port).sender == Sender::server);
        CHECK(probe(main_1, port).sender == Sender::client);
        CHECK(probe(main_1_answer, port).answer == match);
        CHECK(probe(main_1_answer, port).sender == Sender::unknown);
        CHECK(probe(quick, port).answer == (port ? match : no_match));
        CHECK(probe(init, port, Transport::tcp).answer == no_match);
        for (std::size_t length = 0; length < init.size(); ++length) CHECK(probe(Bytes{init}.first(length), port).answer == no_match);
        CHECK(probe(Wire(64, 0), port).answer == no_match);
        CHECK(probe(Wire(64, 0x22), port).answer == no_match);
    }
}
