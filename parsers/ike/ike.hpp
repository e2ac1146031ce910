// SPDX-License-Identifier: Apache-2.0
// IKE version 1 (RFC 2409) and 2 (RFC 7296) over UDP, port 500, and port 4500 between ESP datagrams (RFC 3948): who negotiates
// tunnels with whom, and how well they are to be encrypted.
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/ike/ike_message.hpp"

namespace weir::ike {

struct Transaction {
    const Message* message = nullptr;           ///< never null
    bool request = false;                       ///< sent by the end that has begun the exchange, as far as it shows
    Bytes initiator_spi{}, responder_spi{};     ///< as hexadecimal text, which rules search
    InlineVector<Bytes, max_listed> vendors{};  ///< the same
};

struct State {
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
};

namespace fields {
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value role(const Transaction& transaction, std::size_t index) noexcept;
Value payload(const Transaction& transaction, std::size_t index) noexcept;
Value notify(const Transaction& transaction, std::size_t index) noexcept;
Value encrypted_payloads(const Transaction& transaction, std::size_t index) noexcept;
Value vendor_1(const Transaction& transaction, std::size_t index) noexcept;
Value vendor_2(const Transaction& transaction, std::size_t index) noexcept;
Value encryption(const Transaction& transaction, std::size_t index) noexcept;
Value integrity(const Transaction& transaction, std::size_t index) noexcept;
Value prf(const Transaction& transaction, std::size_t index) noexcept;
Value group(const Transaction& transaction, std::size_t index) noexcept;
Value chosen_encryption(const Transaction& transaction, std::size_t index) noexcept;
Value chosen_integrity(const Transaction& transaction, std::size_t index) noexcept;
Value chosen_hash(const Transaction& transaction, std::size_t index) noexcept;
Value chosen_prf(const Transaction& transaction, std::size_t index) noexcept;
Value chosen_group(const Transaction& transaction, std::size_t index) noexcept;
Value chosen_esn(const Transaction& transaction, std::size_t index) noexcept;
Value chosen_authentication(const Transaction& transaction, std::size_t index) noexcept;
Value proposal_encryption(const Transaction& transaction, std::size_t index) noexcept;
Value proposal_hash(const Transaction& transaction, std::size_t index) noexcept;
Value proposal_authentication(const Transaction& transaction, std::size_t index) noexcept;
Value proposal_group(const Transaction& transaction, std::size_t index) noexcept;
Value identification(const Transaction& transaction, std::size_t index) noexcept;
Value key_exchange_size(const Transaction& transaction, std::size_t index) noexcept;
Value nonce_size(const Transaction& transaction, std::size_t index) noexcept;

/// A number of the only transform with which a responder of version 1 answers.
template <auto Transform::*Member>
Value chosen_number(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Message& message = *transaction.message;
    return !transaction.request && !message.transforms.empty() ? form_of<Member>(message.transforms[0], 0) : Value::none();
}
/// A number of a transform that the initiator of version 1 offers.
template <auto Transform::*Member>
Value proposal_number(const Transaction& transaction, std::size_t index) noexcept {
    const Message& message = *transaction.message;
    return transaction.request && index < message.transforms.size() ? form_of<Member>(message.transforms[index], 0) : Value{};
}
}  // namespace fields

struct Parser {
    using Transaction = ike::Transaction;
    using State = ike::State;
    static constexpr std::string_view name = "ike";
    static constexpr std::string_view doc = "Internet Key Exchange, versions 1 and 2, RFC 2409, 7296";
    static constexpr std::array hints{Hint::udp(500), Hint::udp(4500)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<inside<&Transaction::message, &Message::major>>("ike.version", "ike.version_major", "Version: 1 or 2", FieldKind::number),
        field<inside<&Transaction::message, &Message::minor>>("", "ike.version_minor", "Minor version", FieldKind::number),
        field<&Transaction::initiator_spi>("ike.init_spi", "ike.init_spi",
                                           "SPI of the initiator as hexadecimal text, RFC 7296 section 3.1"),
        field<&Transaction::responder_spi>("ike.resp_spi", "ike.resp_spi",
                                           "SPI of the responder as hexadecimal text, RFC 7296 section 3.1"),
        field<inside<&Transaction::message, &Message::id>>("", "ike.message_id", "Message identifier", FieldKind::number),
        field<inside<&Transaction::message, &Message::exchange>>("ike.exchtype", "ike.exchange_type",
                                                                 "Exchange type, RFC 2408 and 7296 section 3.1", FieldKind::number),
        field<&fields::role>("ike.role", "ike.role", "Version 2: initiator or responder, by who has begun the IKE SA"),
        field<&fields::chosen_encryption>("", "ike.alg_enc", "Encryption that the responder has chosen"),
        field<fields::chosen_number<&Transform::encryption>>("", "ike.alg_enc_raw", "The same as a number, version 1", FieldKind::number),
        field<&fields::chosen_hash>("", "ike.alg_hash", "Hash that the responder has chosen, version 1"),
        field<fields::chosen_number<&Transform::hash>>("", "ike.alg_hash_raw", "The same as a number", FieldKind::number),
        field<&fields::chosen_integrity>("", "ike.alg_auth", "Integrity that the responder has chosen, version 2"),
        field<&fields::chosen_authentication>("", "ike.alg_auth", "How the peers prove who they are, version 1"),
        field<fields::chosen_number<&Transform::authentication>>("", "ike.alg_auth_raw", "The same as a number, version 1",
                                                                 FieldKind::number),
        field<&fields::chosen_prf>("", "ike.alg_prf", "Pseudo-random function that the responder has chosen, version 2"),
        field<&fields::chosen_group>("", "ike.alg_dh", "Key exchange that the responder has chosen"),
        field<fields::chosen_number<&Transform::group>>("", "ike.alg_dh_raw", "The same as a number, version 1", FieldKind::number),
        field<&fields::chosen_esn>("", "ike.alg_esn", "Extended sequence numbers, version 2"),
        field<fields::chosen_number<&Transform::key_length>>("", "ike.sa_key_length_raw", "Bits of the key, version 1", FieldKind::number),
        field<fields::chosen_number<&Transform::life_type>>("", "ike.sa_life_type_raw", "1 seconds, 2 kilobytes, version 1",
                                                            FieldKind::number),
        field<fields::chosen_number<&Transform::life_duration>>("", "ike.sa_life_duration_raw", "How long the SA lives, version 1",
                                                                FieldKind::number),
        field<&fields::payload>("ike.payload", "ike.payload[]", "Payloads that are not encrypted, by name"),
        field<inside<&Transaction::message, &Message::domain>>("", "ike.ikev1.doi", "Domain of interpretation, RFC 2408 section 3.4",
                                                               FieldKind::number),
        field<&fields::encrypted_payloads>("", "ike.ikev1.encrypted_payloads", "Whether the payloads are encrypted", FieldKind::number),
        field<&fields::proposal_encryption>("", "ike.ikev1.client.proposals[].alg_enc", "Encryption offered"),
        field<fields::proposal_number<&Transform::encryption>>("", "ike.ikev1.client.proposals[].alg_enc_raw", "The same as a number",
                                                               FieldKind::number),
        field<fields::proposal_number<&Transform::key_length>>("", "ike.ikev1.client.proposals[].sa_key_length_raw", "Bits of the key",
                                                               FieldKind::number),
        field<&fields::proposal_hash>("", "ike.ikev1.client.proposals[].alg_hash", "Hash offered"),
        field<fields::proposal_number<&Transform::hash>>("", "ike.ikev1.client.proposals[].alg_hash_raw", "The same as a number",
                                                         FieldKind::number),
        field<&fields::proposal_group>("", "ike.ikev1.client.proposals[].alg_dh", "Key exchange offered"),
        field<fields::proposal_number<&Transform::group>>("", "ike.ikev1.client.proposals[].alg_dh_raw", "The same as a number",
                                                          FieldKind::number),
        field<&fields::proposal_authentication>("", "ike.ikev1.client.proposals[].alg_auth", "Proof offered"),
        field<fields::proposal_number<&Transform::authentication>>("", "ike.ikev1.client.proposals[].alg_auth_raw", "The same as a number",
                                                                   FieldKind::number),
        field<fields::proposal_number<&Transform::life_type>>("", "ike.ikev1.client.proposals[].sa_life_type_raw", "1 seconds, 2 kilobytes",
                                                              FieldKind::number),
        field<fields::proposal_number<&Transform::life_duration>>("", "ike.ikev1.client.proposals[].sa_life_duration_raw",
                                                                  "How long the SA is to live", FieldKind::number),
        field<&fields::vendor_1>("", "ike.ikev1.vendor_ids[]", "Vendor identifiers, as hexadecimal"),
        field<&fields::notify>("ike.notify", "ike.ikev2.notify[]",
                               "Notifications that are not encrypted, by name, RFC 7296 section 3.10.1"),
        field<form_of<&Transaction::vendors>>("ike.vendor", "", "Vendor identifiers as hexadecimal text, RFC 7296 section 3.12"),
        field<inside<&Transaction::message, &Message::key_exchange>>("ike.key_exchange_payload", "",
                                                                     "Key exchange data, RFC 7296 section 3.4"),
        field<&fields::key_exchange_size>("ike.key_exchange_payload_length", "weir.ike.key_exchange_length",
                                          "Octets of the key exchange data", FieldKind::number),
        field<inside<&Transaction::message, &Message::nonce>>("ike.nonce_payload", "", "Nonce, RFC 7296 section 3.9"),
        field<&fields::nonce_size>("ike.nonce_payload_length", "weir.ike.nonce_length", "Octets of the nonce", FieldKind::number),
        field<&fields::operation>("ike.operation", "weir.ike.operation",
                                  "Exchange in a word: main, aggressive, quick, informational; sa-init, auth, create-child-sa, ..."),
        field<&fields::encryption>("ike.encryption", "weir.ike.encryptions[]", "Encryption algorithms offered or chosen, by name"),
        field<inside<&Transaction::message, &Message::key_lengths>>("ike.key_length", "weir.ike.key_lengths[]", "Their key lengths in bits",
                                                                    FieldKind::number),
        field<&fields::integrity>("ike.integrity", "weir.ike.integrities[]", "Integrity algorithms offered or chosen; version 1: hashes"),
        field<&fields::prf>("ike.prf", "weir.ike.prfs[]", "Pseudo-random functions offered or chosen, version 2"),
        field<inside<&Transaction::message, &Message::groups>>(
            "ike.dh_group", "", "Key exchange groups offered or chosen; below 14 they are weak", FieldKind::number),
        field<&fields::group>("", "weir.ike.dh_groups[]", "Key exchange groups offered or chosen, by name"),
        field<&fields::vendor_2>("", "weir.ike.vendor_ids[]", "Vendor identifiers of version 2, as hexadecimal"),
        field<&fields::identification>("ike.identification", "weir.ike.identification",
                                       "Who the sender says to be, in clear: aggressive mode"),
    };
    enum AnomalyId : unsigned { malformed_data = 1, no_encryption, weak_crypto_enc, weak_crypto_dh };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "A header, a length or a chain of payloads that cannot be"},
        Anomaly{no_encryption, "no_encryption", "The responder has chosen not to encrypt"},
        Anomaly{weak_crypto_enc, "weak_crypto_enc", "The responder has chosen DES"},
        Anomaly{weak_crypto_dh, "weak_crypto_dh", "The responder has chosen a key exchange of less than 2048 bits"},
    };
};

}  // namespace weir::ike
