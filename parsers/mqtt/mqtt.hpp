// SPDX-License-Identifier: Apache-2.0
// MQTT 3.1, 3.1.1 and 5.0: control packets.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::mqtt {

inline constexpr std::size_t max_packet = 8192;  ///< octets read of a packet
inline constexpr std::size_t max_topics = 64;    ///< shown of a SUBSCRIBE or UNSUBSCRIBE
inline constexpr std::size_t max_logged = 1024;  ///< octets of a message in EVE

enum class Type : std::uint8_t {
    connect = 1,
    connack,
    publish,
    puback,
    pubrec,
    pubrel,
    pubcomp,
    subscribe,
    suback,
    unsubscribe,
    unsuback,
    pingreq,
    pingresp,
    disconnect,
    auth
};

/// One control packet. Numbers are -1 where the packet has none.
struct Transaction {
    Type type{};
    std::uint8_t flags = 0;    ///< the first octet's lower half: dup 8, QoS 6, retain 1
    std::uint64_t length = 0;  ///< octets behind the fixed header
    bool truncated = false;    ///< longer than is read
    Bytes protocol{}, client_id{}, will_topic{}, will_message{}, user{}, password{};
    std::uint8_t version = 0;  ///< of the session: 3 (3.1), 4 (3.1.1), 5; 0: CONNECT was not seen
    std::uint8_t connect_flags = 0;
    bool session_present = false;
    Bytes topic{}, message{}, content_type{}, response_topic{};
    int message_id = -1;
    int reason = -1;
    std::span<const Bytes> topics{};
    Bytes codes{};  ///< SUBSCRIBE: the options, SUBACK and UNSUBACK: the answers, one octet per topic
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

private:
    Fed packet(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    [[nodiscard]] bool read(Transaction& transaction, Bytes body, Scratch& scratch) noexcept;

    std::uint8_t version_ = 0;
};

namespace fields {
/// A member that packets of type `T` have.
template <Type T, auto Member>
Value in(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    if (transaction.type != T) return Value::none();
    const auto& member = transaction.*Member;
    if constexpr (std::is_same_v<decltype(member), const int&>)
        return member < 0 ? Value::none() : Value::of(static_cast<std::uint64_t>(member));
    else
        return detail::value_of(member);
}
/// Any member, whatever the type.
template <auto Member>
Value number(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.*Member < 0 ? Value::none() : Value::of(static_cast<std::uint64_t>(transaction.*Member));
}
template <Type T>
Value qos(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.type == T ? Value::of((transaction.flags >> 1) & 3u) : Value::none();
}
template <Type T, std::uint8_t Flag>
Value fixed_flag(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.type == T ? Value::flag((transaction.flags & Flag) != 0) : Value::none();
}
template <std::uint8_t Flag>
Value connect_flag(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.type == Type::connect ? Value::flag((transaction.connect_flags & Flag) != 0) : Value::none();
}
template <Type T>
Value topics(const Transaction& transaction, std::size_t index) noexcept {
    return transaction.type == T && index < transaction.topics.size() ? Value::of(transaction.topics[index]) : Value{};
}
template <Type T>
Value codes(const Transaction& transaction, std::size_t index) noexcept {
    const bool granted = T == Type::suback;  // SUBSCRIBE: the QoS is the lowest two bits of the options
    if (transaction.type != T || index >= transaction.codes.size()) return {};
    return Value::of(granted ? transaction.codes[index] : transaction.codes[index] & 3u);
}
Value type(const Transaction& transaction, std::size_t index) noexcept;
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value any_qos(const Transaction& transaction, std::size_t index) noexcept;
Value logged_message(const Transaction& transaction, std::size_t index) noexcept;
Value truncated(const Transaction& transaction, std::size_t index) noexcept;
Value skipped_length(const Transaction& transaction, std::size_t index) noexcept;
}  // namespace fields

struct Parser {
    using Transaction = mqtt::Transaction;
    using State = mqtt::State;
    static constexpr std::string_view name = "mqtt";
    static constexpr std::string_view doc = "MQTT, versions 3.1, 3.1.1 and 5.0";
    static constexpr std::array hints{Hint::tcp(1883)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&fields::type>("mqtt.type", "", "Control packet type: 1 CONNECT to 15 AUTH, MQTT 5.0 section 2.1.2", FieldKind::number),
        field<&fields::operation>("mqtt.operation", "", "Control packet type by name, in lower case"),
        field<&Transaction::flags>("mqtt.flags", "", "Flags of the fixed header: dup 8, QoS 6, retain 1"),
        field<&fields::any_qos>("mqtt.qos", "", "Quality of service of the fixed header", FieldKind::number),
        field<&Transaction::version>("mqtt.protocol_version", "", "Version of the session: 3 (3.1), 4 (3.1.1), 5"),
        field<&fields::number<&Transaction::reason>>("mqtt.reason_code", "", "Return code or reason code", FieldKind::number),
        field<&fields::in<Type::connect, &Transaction::protocol>>("mqtt.connect.protocol_string", "mqtt.connect.protocol_string",
                                                                  "Protocol name: MQTT, MQIsdp"),
        field<&fields::in<Type::connect, &Transaction::version>>("", "mqtt.connect.protocol_version", "Protocol version",
                                                                 FieldKind::number),
        field<&fields::in<Type::connect, &Transaction::connect_flags>>("mqtt.connect.flags", "", "Connect flags, MQTT 5.0 section 3.1.2.3",
                                                                       FieldKind::number),
        field<&fields::connect_flag<0x80>>("", "mqtt.connect.flags.username", "A user name is given", FieldKind::number),
        field<&fields::connect_flag<0x40>>("", "mqtt.connect.flags.password", "A password is given", FieldKind::number),
        field<&fields::connect_flag<0x20>>("", "mqtt.connect.flags.will_retain", "The will is to be retained", FieldKind::number),
        field<&fields::connect_flag<0x04>>("", "mqtt.connect.flags.will", "A will is given", FieldKind::number),
        field<&fields::connect_flag<0x02>>("", "mqtt.connect.flags.clean_session", "The session begins anew", FieldKind::number),
        field<&fields::in<Type::connect, &Transaction::client_id>>("mqtt.connect.clientid", "mqtt.connect.client_id", "Client identifier"),
        field<&fields::in<Type::connect, &Transaction::user>>("mqtt.connect.username", "mqtt.connect.username", "User name"),
        secret(field<&fields::in<Type::connect, &Transaction::password>>("mqtt.connect.password", "mqtt.connect.password", "Password")),
        field<&fields::in<Type::connect, &Transaction::will_topic>>("mqtt.connect.willtopic", "mqtt.connect.will.topic",
                                                                    "Topic of the will"),
        field<&fields::in<Type::connect, &Transaction::will_message>>("mqtt.connect.willmessage", "mqtt.connect.will.message", "The will"),
        field<&fields::in<Type::connack, &Transaction::session_present>>("mqtt.connack.session_present", "mqtt.connack.session_present",
                                                                         "The broker goes on with a session", FieldKind::number),
        field<&fields::in<Type::connack, &Transaction::reason>>("mqtt.connack.return_code", "mqtt.connack.return_code",
                                                                "Return code; 0: accepted", FieldKind::number),
        field<&fields::qos<Type::publish>>("", "mqtt.publish.qos", "Quality of service", FieldKind::number),
        field<&fields::fixed_flag<Type::publish, 1>>("", "mqtt.publish.retain", "The broker is to keep the message", FieldKind::number),
        field<&fields::fixed_flag<Type::publish, 8>>("", "mqtt.publish.dup", "Sent again", FieldKind::number),
        field<&fields::in<Type::publish, &Transaction::topic>>("mqtt.publish.topic", "mqtt.publish.topic", "Topic of the message"),
        field<&fields::in<Type::publish, &Transaction::message_id>>("", "mqtt.publish.message_id", "Packet identifier; QoS above 0",
                                                                    FieldKind::number),
        field<&fields::in<Type::publish, &Transaction::message>>("mqtt.publish.message", "", "The message, or its start"),
        field<&fields::logged_message>("", "mqtt.publish.message", "The message's first 1,024 octets"),
        field<&fields::truncated>("", "mqtt.publish.truncated", "The message is longer than what was read", FieldKind::number),
        field<&fields::skipped_length>("", "mqtt.publish.skipped_length", "Octets of a packet that was not read whole", FieldKind::number),
        field<&fields::in<Type::publish, &Transaction::content_type>>("mqtt.publish.content_type", "mqtt.publish.properties.content_type",
                                                                      "Content Type property, MQTT 5.0 section 3.3.2.3.9"),
        field<&fields::in<Type::publish, &Transaction::response_topic>>(
            "mqtt.publish.response_topic", "mqtt.publish.properties.response_topic", "Response Topic property, MQTT 5.0 section 3.3.2.3.5"),
        field<&fields::in<Type::puback, &Transaction::message_id>>("", "mqtt.puback.message_id", "Packet identifier of the PUBLISH",
                                                                   FieldKind::number),
        field<&fields::in<Type::puback, &Transaction::reason>>("", "mqtt.puback.reason_code", "Reason code, version 5", FieldKind::number),
        field<&fields::in<Type::pubrec, &Transaction::message_id>>("", "mqtt.pubrec.message_id", "Packet identifier of the PUBLISH",
                                                                   FieldKind::number),
        field<&fields::in<Type::pubrec, &Transaction::reason>>("", "mqtt.pubrec.reason_code", "Reason code, version 5", FieldKind::number),
        field<&fields::in<Type::pubrel, &Transaction::message_id>>("", "mqtt.pubrel.message_id", "Packet identifier of the PUBLISH",
                                                                   FieldKind::number),
        field<&fields::in<Type::pubrel, &Transaction::reason>>("", "mqtt.pubrel.reason_code", "Reason code, version 5", FieldKind::number),
        field<&fields::in<Type::pubcomp, &Transaction::message_id>>("", "mqtt.pubcomp.message_id", "Packet identifier of the PUBLISH",
                                                                    FieldKind::number),
        field<&fields::in<Type::pubcomp, &Transaction::reason>>("", "mqtt.pubcomp.reason_code", "Reason code, version 5",
                                                                FieldKind::number),
        field<&fields::in<Type::subscribe, &Transaction::message_id>>("", "mqtt.subscribe.message_id", "Packet identifier",
                                                                      FieldKind::number),
        field<&fields::topics<Type::subscribe>>("mqtt.subscribe.topic", "mqtt.subscribe.topics[].topic", "Topic filters"),
        field<&fields::codes<Type::subscribe>>("", "mqtt.subscribe.topics[].qos", "Quality of service that is asked for",
                                               FieldKind::number),
        field<&fields::in<Type::suback, &Transaction::message_id>>("", "mqtt.suback.message_id", "Packet identifier of the SUBSCRIBE",
                                                                   FieldKind::number),
        field<&fields::codes<Type::suback>>("", "mqtt.suback.qos_granted[]", "Quality of service granted per topic; 128 and above: refused",
                                            FieldKind::number),
        field<&fields::in<Type::unsubscribe, &Transaction::message_id>>("", "mqtt.unsubscribe.message_id", "Packet identifier",
                                                                        FieldKind::number),
        field<&fields::topics<Type::unsubscribe>>("mqtt.unsubscribe.topic", "mqtt.unsubscribe.topics[]", "Topic filters"),
        field<&fields::in<Type::unsuback, &Transaction::message_id>>("", "mqtt.unsuback.message_id", "Packet identifier of the UNSUBSCRIBE",
                                                                     FieldKind::number),
        field<&fields::qos<Type::pingreq>>("", "mqtt.pingreq.qos", "Quality of service", FieldKind::number),
        field<&fields::qos<Type::pingresp>>("", "mqtt.pingresp.qos", "Quality of service", FieldKind::number),
        field<&fields::qos<Type::disconnect>>("", "mqtt.disconnect.qos", "Quality of service", FieldKind::number),
        field<&fields::in<Type::disconnect, &Transaction::reason>>("", "mqtt.disconnect.reason_code", "Reason code, version 5",
                                                                   FieldKind::number),
        field<&fields::in<Type::auth, &Transaction::reason>>("", "mqtt.auth.reason_code", "Reason code", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_traffic", "A packet that ends before its fields, or a length or type that is none"},
        Anomaly{2, "missing_connect", "A session that does not begin with CONNECT"},
    };
};

}  // namespace weir::mqtt
