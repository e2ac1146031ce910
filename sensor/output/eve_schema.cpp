// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/eve_schema.hpp"


#include "parsers/registry.hpp"
#include "sensor/output/app_plan.hpp"
#include "sensor/output/eve.hpp"

namespace weir {
namespace {

constexpr std::size_t room = 1u << 20;

/// Members that any line may have.
constexpr std::string_view common_members = R"json(
    "timestamp": {"$ref": "#/$defs/time"},
    "flow_id": {"type": "integer", "minimum": 1, "maximum": 2251799813685247, "description": "Names the session: the same in every line about it"},
    "parent_id": {"type": "integer", "minimum": 1, "description": "flow_id of the session that this one belongs to: its tunnel, or the session that announced it"},
    "in_iface": {"type": "string"},
    "pcap_cnt": {"type": "integer", "minimum": 1, "description": "Number of the packet in the whole input; absent where a timer made the event"},
    "pcap_filename": {"type": "string"},
    "vlan": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0, "maximum": 4095}, "description": "The outermost tag first"},
    "src_ip": {"$ref": "#/$defs/address", "description": "Who opened the session"},
    "src_port": {"$ref": "#/$defs/port"},
    "dest_ip": {"$ref": "#/$defs/address", "description": "Who accepted it"},
    "dest_port": {"$ref": "#/$defs/port"},
    "proto": {"type": "string", "description": "IP protocol by IANA's keyword, or three digits"},
    "ip_v": {"enum": [4, 6]},
    "icmp_type": {"type": "integer", "minimum": 0, "maximum": 255},
    "icmp_code": {"type": "integer", "minimum": 0, "maximum": 255},
    "tunnel": {"type": "object", "additionalProperties": false, "required": ["proto", "depth"], "description": "The session stands inside one",
      "properties": {"proto": {"type": "string"}, "depth": {"type": "integer", "minimum": 1}}},
    "community_id": {"type": "string", "pattern": "^1:[A-Za-z0-9+/]{27}=$"},
    "app_proto": {"type": "string", "description": "The application protocol as its bytes show it; `failed`: none that weir knows"},
    "app_proto_orig": {"type": "string", "description": "The protocol that the session began with, where another one took over: STARTTLS, CONNECT, WebSocket"},
    "tx_id": {"type": "integer", "minimum": 0, "description": "Counts the transactions of a session"},
    "direction": {"enum": ["to_server", "to_client"], "description": "Of the bytes that the event is about, as the transport shows it"},
    "alert": {"$ref": "#/$defs/alert"},
    "anomaly": {"$ref": "#/$defs/anomaly"},
    "flow": {"$ref": "#/$defs/flow"},
    "tcp": {"$ref": "#/$defs/tcp"},
    "stats": {"$ref": "#/$defs/counters"},
    "engine": {"type": "object", "additionalProperties": false, "required": ["message", "what"], "properties": {"message": {"type": "string"},
        "what": {"enum": ["start", "stop", "reload", "inspector-ended", "forwarder-ended"]}, "worker": {"type": "integer"}, "generation": {"type": "integer"}}},
    "weir": {"$ref": "#/$defs/weir"})json";

/// What each event must have.
constexpr std::string_view conditions = R"json([
    {"if": {"properties": {"event_type": {"const": "alert"}}},
     "then": {"required": ["flow_id", "src_ip", "dest_ip", "proto", "direction", "alert", "flow", "weir"],
              "properties": {"weir": {"required": ["kind", "judge", "peer", "direction", "why", "confidence"]}}}},
    {"if": {"properties": {"event_type": {"const": "flow"}}},
     "then": {"required": ["flow_id", "src_ip", "dest_ip", "proto", "flow", "weir"],
              "properties": {"flow": {"required": ["end", "age", "state", "alerted", "tx_cnt"]}, "weir": {"required": ["opening"]}}}},
    {"if": {"properties": {"event_type": {"const": "anomaly"}}}, "then": {"required": ["anomaly"]}},
    {"if": {"properties": {"event_type": {"const": "stats"}}}, "then": {"required": ["stats"]}},
    {"if": {"properties": {"event_type": {"const": "engine"}}}, "then": {"required": ["engine"]}}
  ])json";

constexpr std::string_view definitions = R"json(
    "time": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}[+]0000$"},
    "address": {"type": "string", "pattern": "^(([0-9]{1,3}[.]){3}[0-9]{1,3}|([0-9a-f]{4}:){7}[0-9a-f]{4})$"},
    "port": {"type": "integer", "minimum": 0, "maximum": 65535},
    "count": {"type": "integer", "minimum": 0},
    "counters": {"type": "object", "description": "Suricata's counters by their names; weir's own below weir",
      "additionalProperties": {"anyOf": [{"$ref": "#/$defs/count"}, {"$ref": "#/$defs/counters"}]}},
    "alert": {"type": "object", "additionalProperties": false,
      "required": ["action", "gid", "signature_id", "rev", "signature", "category", "severity"],
      "properties": {
        "action": {"enum": ["allowed", "blocked"]},
        "gid": {"$ref": "#/$defs/count"}, "signature_id": {"$ref": "#/$defs/count"}, "rev": {"$ref": "#/$defs/count"},
        "signature": {"type": "string"}, "category": {"type": "string"},
        "severity": {"type": "integer", "minimum": 1, "maximum": 255, "description": "1 is the worst"},
        "metadata": {"type": "object", "description": "The rule's metadata", "additionalProperties": {"type": "array", "items": {"type": "string"}}}}},
    "anomaly": {"type": "object", "additionalProperties": false, "required": ["type", "event", "code"],
      "properties": {
        "app_proto": {"type": "string"},
        "type": {"enum": ["decode", "stream", "applayer"]},
        "event": {"type": "string"}, "layer": {"type": "string"}, "code": {"$ref": "#/$defs/count"}}},
    "flow": {"type": "object", "additionalProperties": false,
      "required": ["pkts_toserver", "pkts_toclient", "bytes_toserver", "bytes_toclient", "start"],
      "properties": {
        "pkts_toserver": {"$ref": "#/$defs/count"}, "pkts_toclient": {"$ref": "#/$defs/count"},
        "bytes_toserver": {"$ref": "#/$defs/count"}, "bytes_toclient": {"$ref": "#/$defs/count"},
        "start": {"$ref": "#/$defs/time"}, "end": {"$ref": "#/$defs/time"},
        "age": {"type": "integer", "minimum": 0, "description": "Seconds"},
        "state": {"enum": ["new", "established", "closed"]},
        "reason": {"enum": ["timeout", "forced", "shutdown"], "description": "Why it ended; absent while it goes on"},
        "alerted": {"type": "boolean"}, "tx_cnt": {"$ref": "#/$defs/count"},
        "src_ip": {"$ref": "#/$defs/address"}, "dest_ip": {"$ref": "#/$defs/address"},
        "src_port": {"$ref": "#/$defs/port"}, "dest_port": {"$ref": "#/$defs/port"}}},
    "flags": {"type": "string", "pattern": "^[0-9a-f]{2}$"},
    "tcp": {"type": "object", "additionalProperties": false, "required": ["tcp_flags", "tcp_flags_ts", "tcp_flags_tc"],
      "properties": {
        "tcp_flags": {"$ref": "#/$defs/flags"}, "tcp_flags_ts": {"$ref": "#/$defs/flags"}, "tcp_flags_tc": {"$ref": "#/$defs/flags"},
        "syn": {"const": true}, "fin": {"const": true}, "rst": {"const": true}, "psh": {"const": true}, "ack": {"const": true},
        "urg": {"const": true}, "ecn": {"const": true}, "cwr": {"const": true},
        "state": {"type": "string"}}},
    "dns_v2": {"type": "object", "description": "outputs.eve.dns.version: 2, as Suricata 7 writes it",
      "anyOf": [
        {"required": ["type", "id"], "properties": {"type": {"enum": ["query", "answer"]}}},
        {"additionalProperties": false, "properties": {"query": {"type": "array", "items": {"type": "object"}}, "answer": {"type": "object"}}}]})json";

constexpr std::string_view weir_members = R"json(
        "kind": {"$ref": "#/$defs/kind"},
        "judge": {"enum": ["contract", "rule", "behavior"]},
        "equipment": {"type": "object", "additionalProperties": false, "required": ["name"],
          "properties": {"name": {"type": "string"}, "vendor": {"type": "string"}, "role": {"type": "string"}, "site": {"type": "string"}}},
        "peer": {"type": "object", "additionalProperties": false, "required": ["ip"],
          "properties": {"ip": {"$ref": "#/$defs/address"}, "port": {"$ref": "#/$defs/port"}, "name": {"type": "string"}}},
        "direction": {"enum": ["egress", "ingress"], "description": "Who opened the session, seen from the equipment"},
        "why": {"type": "string"},
        "allow": {"type": "string", "description": "The line of the policy that would permit it"},
        "attack": {"type": "array", "minItems": 1, "items": {"type": "string"}, "description": "ATT&CK techniques"},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "generation": {"type": "integer", "minimum": 1, "description": "Live: which rules and policy, counted from the start of the sensor"},
        "evidence": {"type": "string", "pattern": "^evidence/[0-9]{6,}[.]pcap$", "description": "The session's packets, below the output folder"},
        "update": {"type": "integer", "minimum": 0, "description": "flow: the session goes on; alert: the session has had some; counts them"},
        "kinds": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/kind"}, "description": "alert: of all alerts about the session so far"},
        "count": {"type": "integer", "minimum": 2, "description": "alert: findings that it stands for, with those that repeated themselves before it"},
        "end": {"enum": ["timeout", "closed", "evicted", "shutdown"], "description": "flow: why it ended"},
        "opening": {"enum": ["syn", "syn-ack", "first", "guessed", "protocol", "expected"], "description": "flow: how weir knows who opened it"},
        "app_reversed": {"const": true, "description": "flow: the end that accepted it is the protocol's client (call home)"},
        "payload": {"enum": ["text", "binary", "random"], "description": "flow: what the first payload looks like where the protocol is unknown"},
        "payload_protocol": {"type": "integer", "minimum": 1, "description": "flow: SCTP payload protocol identifier of the first message that has one"},
        "src_equipment": {"type": "string"}, "dest_equipment": {"type": "string"},
        "truncated": {"const": true, "description": "The line was too long: something was left out"})json";

/// Writes the schema of `node` as members of the open object.
void describe(JsonWriter& json, const AppPlan::Node& node) {
    using Shape = AppPlan::Node::Shape;
    const auto object = [&json](const AppPlan::Node& of) {
        json.member("type", "object");
        json.member("additionalProperties", false);
        json.begin_object("properties");
        for (const AppPlan::Node& member : of.members) {
            json.begin_object(member.key);
            describe(json, member);
            json.end_object();
        }
        json.end_object();
    };
    const auto value = [&json](const AppPlan::Node& of) {
        bool number = false, buffer = false;
        for (const Field* source : of.sources) (source->kind == FieldKind::number ? number : buffer) = true;
        json.begin_array("type");
        if (number) json.element(std::string_view{"integer"}), json.element(std::string_view{"boolean"});
        if (buffer) json.element(std::string_view{"string"});
        json.end_array();
        json.member("description", of.sources.front()->doc);
    };
    switch (node.shape) {
        case Shape::object: return object(node);
        case Shape::value: return value(node);
        case Shape::list_of_objects:
        case Shape::list_of_values:
            json.member("type", "array");
            json.member("minItems", 1);
            json.begin_object("items");
            node.shape == Shape::list_of_objects ? object(node) : value(node);
            json.end_object();
    }
}

void describe_root(JsonWriter& json, const AppPlan::Node& root) {
    json.begin_object(root.key);
    if (root.key == "dns") {
        json.begin_array("anyOf");
        json.begin_object();
        describe(json, root);
        json.end_object();
        json.begin_object();
        json.member("$ref", "#/$defs/dns_v2");
        json.end_object();
        json.end_array();
    } else {
        describe(json, root);
    }
    json.end_object();
}

/// Line breaks and two spaces per level, in place of whatever white space there was; `{...}` and `[...]` of up to `short_enough`
/// characters stay on one line.
std::string indented(std::string_view json) {
    constexpr std::size_t short_enough = 110;
    std::string compact;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '"' && (i == 0 || json[i - 1] != '\\')) quoted = !quoted;
        if (quoted || (c != ' ' && c != '\n')) compact += c;
        if (!quoted && (c == ':' || c == ',')) compact += ' ';
    }
    std::string out;
    std::size_t level = 0, whole = 0;  // `whole`: up to there, a short container is copied
    quoted = false;
    const auto line = [&] {
        while (!out.empty() && out.back() == ' ') out.pop_back();
        out += '\n' + std::string(2 * level, ' ');
    };
    for (std::size_t i = 0; i < compact.size(); ++i) {
        const char c = compact[i];
        const bool was_quoted = quoted;
        if (c == '"' && (i == 0 || compact[i - 1] != '\\')) quoted = !quoted;
        if (i < whole || quoted || was_quoted) {
            out += c;
            continue;
        }
        if (c == '{' || c == '[') {
            std::size_t end = i, depth = 0;
            for (bool inside = false; end < compact.size(); ++end) {
                if (compact[end] == '"' && compact[end - 1] != '\\') inside = !inside;
                if (inside) continue;
                if (compact[end] == '{' || compact[end] == '[') ++depth;
                if ((compact[end] == '}' || compact[end] == ']') && --depth == 0) break;
            }
            out += c;
            if (end - i < short_enough) {
                whole = end + 1;
            } else {
                ++level;
                line();
            }
        } else if (c == '}' || c == ']') {
            --level;
            line();
            out += c;
        } else if (c == ',') {
            out += c;
            line();
            ++i;  // the space behind it
        } else {
            out += c;
        }
    }
    return out + '\n';
}

}  // namespace

std::string eve_schema() {
    std::string text(room, '\0');
    JsonWriter json{text};
    json.member("$schema", "https://json-schema.org/draft/2020-12/schema");
    json.member("title", "weir eve.json");
    json.member("description", "One line of eve.json. Made from the protocols' field tables and a fixed part by `./dev docs`; docs/eve.md explains.");
    json.member("type", "object");
    json.raw_member("required", R"(["timestamp","event_type"])");
    json.member("additionalProperties", false);

    std::vector<Field> fields;  // of all protocols together: some share an object (HTTP/1 and HTTP/2)
    for (const ParserInfo& parser : protocols()) fields.insert(fields.end(), parser.fields.begin(), parser.fields.end());
    const AppPlan plan{fields};
    json.begin_object("properties");
    json.raw_members(common_members);
    json.begin_object("event_type");
    json.begin_array("enum");
    for (std::size_t i = 0; i < event_type_count(); ++i) {
        const auto type = static_cast<EventType>(i);
        if (canonical(type) == type && !event_name(type).empty()) json.element(event_name(type));
    }
    json.end_array();
    json.end_object();
    for (const AppPlan::Node& root : plan.roots()) describe_root(json, root);
    json.end_object();

    json.raw_member("allOf", conditions);
    json.begin_object("$defs");
    json.raw_members(definitions);
    json.begin_object("kind");
    json.begin_array("enum");
    for (const std::string_view kind : kind_names) json.element(kind);
    json.end_array();
    json.end_object();
    json.begin_object("weir");
    json.member("type", "object");
    json.member("additionalProperties", false);
    json.begin_object("properties");
    json.raw_members(weir_members);
    for (const AppPlan::Node& node : plan.extra()) {
        json.begin_object(node.key);
        describe(json, node);
        json.end_object();
    }
    json.end_object();
    json.end_object();
    json.end_object();
    text.resize(json.finish());
    return indented(text);
}

}  // namespace weir
