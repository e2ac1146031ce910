// SPDX-License-Identifier: Apache-2.0
// A checked rule: what the language front end (rules/language) makes of text, and what rules/compile turns into plans.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "parsers/base/ip_address.hpp"
#include "parsers/registry.hpp"
#include "rules/reputation.hpp"

namespace weir::rules {

enum class Action : std::uint8_t { pass, drop, reject, reject_source, reject_destination, reject_both, alert };

/// The protocol word of a rule's header. `application` goes with Header::app; `icmp` is ICMP over IPv4 and over IPv6 (`icmpv4`
/// is ip_number 1); `ipv4` and `ipv6` are `ip` with a PacketCheck on ip_version.
enum class Protocol : std::uint8_t { ip, tcp, tcp_packet, tcp_stream, udp, icmp, icmpv6, sctp, ip_number, application };

/// Sorted, disjoint ranges: address and port lists with nesting, negation and variables worked out. An address range is of one family.
struct AddressRange {
    IpAddress first, last;
    friend auto operator<=>(const AddressRange&, const AddressRange&) = default;
};
struct PortRange {
    std::uint16_t first = 0, last = 65535;
    friend auto operator<=>(const PortRange&, const PortRange&) = default;
};
struct AddressList {
    bool any = true;
    std::vector<AddressRange> ranges;
    [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
};
struct PortList {
    bool any = true;
    std::vector<PortRange> ranges;
    [[nodiscard]] bool contains(std::uint16_t port) const noexcept;
};

struct Header {
    Action action = Action::alert;
    Protocol protocol = Protocol::ip;
    ProtocolId app = no_protocol;       ///< where protocol is `application`
    std::uint8_t ip_number = 0;         ///< where protocol is `ip_number`
    AddressList source, destination;
    PortList source_port, destination_port;
    bool bidirectional = false;         ///< `<>`
};

/// A comparison with one or two bounds, in unsigned arithmetic.
struct IntegerRange {
    enum class Op : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, between, not_between };  ///< between: exclusive, as Suricata's `<>`
    Op op = Op::equal;
    std::uint64_t first = 0, second = 0;
    [[nodiscard]] constexpr bool matches(std::uint64_t value) const noexcept {
        switch (op) {
            case Op::equal: return value == first;
            case Op::not_equal: return value != first;
            case Op::less: return value < first;
            case Op::less_equal: return value <= first;
            case Op::greater: return value > first;
            case Op::greater_equal: return value >= first;
            case Op::between: return value > first && value < second;
            case Op::not_between: return !(value > first && value < second);
        }
        return false;
    }
};

/// A number written in the rule, or the name of a variable that byte_extract / byte_math sets (index in Rule::variables).
struct Number {
    std::int32_t value = 0;
    std::int8_t variable = -1;  ///< -1: `value` is meant
};

// ---------------------------------------------------------------- what is looked for in a buffer

struct Content {
    std::string pattern;
    bool nocase = false, negated = false, rawbytes = false, startswith = false, endswith = false;
    std::optional<Number> offset, depth, distance, within;  ///< as written: depth counts from offset, within from the last match + distance
    bool fast_pattern = false, fast_pattern_only = false;
    std::optional<std::array<std::uint16_t, 2>> fast_pattern_slice;  ///< offset, length
    std::optional<std::string> replacement;
    [[nodiscard]] bool relative() const noexcept { return distance || within; }
};

struct Pcre {
    std::string pattern;
    bool negated = false, relative = false;  ///< /R
    bool nocase = false, dot_all = false, multi_line = false, extended = false, anchored = false, dollar_end_only = false, ungreedy = false;
    std::vector<std::pair<std::string, bool>> captures;  ///< the variable that each group sets (empty: none); true: a flow variable
};

struct DataAt {
    Number at;
    bool relative = false, negated = false, rawbytes = false;
};

enum class ByteBase : std::uint8_t { binary, hex, decimal, octal };
struct ByteSource {
    std::uint8_t count = 0;           ///< bytes; 0 with a base in text: as many digits as stand there
    std::int8_t count_variable = -1;  ///< the variable that holds the count; -1: `count` is meant
    Number offset;
    bool relative = false, little_endian = false, dce = false;
    ByteBase base = ByteBase::binary;
    std::uint64_t bitmask = std::numeric_limits<std::uint64_t>::max();
    std::uint8_t mask_shift = 0;
};
struct ByteTest {
    ByteSource source;
    enum class Op : std::uint8_t { less, greater, equal, less_equal, greater_equal, bit_and, bit_xor } op = Op::equal;
    bool negated = false;
    std::uint64_t value = 0;
    std::int8_t variable = -1;
};
struct ByteJump {
    ByteSource source;
    std::uint32_t multiplier = 1;
    bool from_beginning = false, from_end = false, align = false;
    std::int32_t post_offset = 0;
};
struct ByteExtract {
    ByteSource source;
    std::int8_t variable = 0;
    std::uint32_t multiplier = 1;
    std::uint8_t align = 0;
};
struct ByteMath {
    ByteSource source;
    char op = '+';           ///< + - * / < (shift left) > (shift right)
    Number right;
    std::int8_t variable = 0;
};
struct BufferSize {
    IntegerRange size;
};
/// `base64_decode:` - says where the text stands that the rule's base64_data groups look at, decoded.
struct Base64Decode {
    std::uint16_t bytes = 0;  ///< of encoded text at most; 0: up to the buffer's end
    std::uint16_t offset = 0;
    bool relative = false;
};
/// `dataset:` and `datarep:` - the buffer as a member of a set (index in RuleText::datasets).
struct DatasetCheck {
    enum class Op : std::uint8_t { isset, isnotset, set, unset, reputation } op = Op::isset;
    std::uint16_t set = 0;
    IntegerRange reputation;  ///< with `reputation`
};

using Check =
    std::variant<Content, Pcre, DataAt, ByteTest, ByteJump, ByteExtract, ByteMath, BufferSize, Base64Decode, DatasetCheck>;

/// Which bytes a group of checks looks at.
struct BufferRef {
    enum class Source : std::uint8_t {
        payload,     ///< packet payload or reassembled stream: no sticky buffer named
        field,       ///< a protocol's field: `app` and `field` name the row (list fields: any element)
        ip_header, tcp_header, udp_header, icmp_header,
        ip_source, ip_destination,  ///< the address alone, 4 or 16 bytes
        file,        ///< the content of a file, in whatever protocol carries it (rules/language/files.hpp)
        base64,      ///< what the rule's base64_decode has decoded
    };
    Source source = Source::payload;
    ProtocolId app = no_protocol;
    std::uint16_t field = 0;
    /// It belongs to a protocol's transactions.
    [[nodiscard]] bool of_transaction() const noexcept { return source == Source::field || source == Source::file; }
    friend auto operator<=>(const BufferRef&, const BufferRef&) = default;
};

/// What is done to a buffer before it is looked at.
struct Transform {
    enum Kind : std::uint8_t {
        dotprefix, to_lowercase, to_uppercase, strip_whitespace, compress_whitespace, url_decode, to_md5, to_sha1, to_sha256,
        header_lowercase, strip_pseudo_headers,
        exclusive_or,  ///< with the bytes of `text`, over and over
        capture,       ///< what the first group of the expression `text` matches; the buffer itself where that does not match
    };
    Kind kind;
    std::string text;         ///< of exclusive_or and capture
    std::uint32_t regex = 0;  ///< of capture: number in Compiled::regexes, given by the compiler
    Transform(Kind of_kind, std::string with = {}) : kind(of_kind), text(std::move(with)) {}  // NOLINT: a kind is a transform
    friend auto operator<=>(const Transform&, const Transform&) = default;
};

/// Checks on one buffer, in the rule's order. Each mention of a sticky buffer that may be a list opens a new group; a buffer of
/// which a transaction has one only has one group per set of transforms, as has the payload.
struct BufferGroup {
    BufferRef buffer;
    std::vector<Transform> transforms;
    std::vector<Check> checks;
};

/// An integer keyword of a protocol: `snmp.version:2`.
struct FieldCheck {
    ProtocolId app = no_protocol;
    std::uint16_t field = 0;
    IntegerRange range;
    std::vector<IntegerRange> others{};  ///< or one of these holds
    [[nodiscard]] bool matches(std::uint64_t value) const noexcept {
        if (range.matches(value)) return true;
        for (const IntegerRange& other : others)
            if (other.matches(value)) return true;
        return false;
    }
};

// ---------------------------------------------------------------- what is asked of the packet and the session

/// Header keywords, each a number of the packet.
enum class PacketField : std::uint8_t {
    ttl, tos, ip_id, ip_protocol, payload_size,           // ttl tos id ip_proto dsize
    tcp_sequence, tcp_acknowledgement, tcp_window, tcp_mss, // seq ack window tcp.mss
    icmp_type, icmp_code, icmp_id, icmp_sequence,         // itype icode icmp_id icmp_seq
    same_ip,                                              // sameip (1)
    fragment_offset, ip_version,                          // fragoffset (in units of 8 octets); 4 or 6: ipv4.hdr, ipv6.hdr
};
struct PacketCheck {
    PacketField field;
    IntegerRange range;
    bool negated = false;
};

/// `flags:` - a mask over the TCP flags (as on the wire; CWR and ECE are 0x80 and 0x40).
struct TcpFlagsCheck {
    enum class Mode : std::uint8_t { exact, all, any, none } mode = Mode::exact;  ///< plain, +, *, !
    std::uint8_t flags = 0, ignored = 0;
};
/// `fragbits:` M 1, D 2, R 4; `fragoffset` is an integer.
struct FragmentBitsCheck {
    enum class Mode : std::uint8_t { exact, all, any, none } mode = Mode::exact;
    std::uint8_t bits = 0;
};
/// `ipopts:` - an IPv4 option number, 0xff = any.
struct IpOptionCheck {
    std::uint8_t option = 0xff;
};
/// `stream_size:` on bytes delivered in a direction.
struct StreamSizeCheck {
    enum class Side : std::uint8_t { server, client, both, either } side = Side::either;
    IntegerRange size;
};
using HeaderCheck = std::variant<PacketCheck, TcpFlagsCheck, FragmentBitsCheck, IpOptionCheck, StreamSizeCheck>;

struct FlowOptions {
    bool to_server = false, to_client = false;                       ///< both false: either direction
    bool established = false, not_established = false, stateless = false;
    bool only_stream = false, no_stream = false, only_frag = false, no_frag = false;
};

struct FlowbitOp {
    enum class Op : std::uint8_t { set, unset, toggle, isset, isnotset } op = Op::set;
    std::vector<std::uint16_t> bits;  ///< indexes in RuleText::flowbits; isset with several: any of them
};

/// `xbits:` and `hostbits:` - marks on an address, or on a pair of them, that expire.
struct HostBitOp {
    enum class Track : std::uint8_t { source, destination, pair } track = Track::source;
    FlowbitOp::Op op = FlowbitOp::Op::set;
    std::uint16_t bit = 0;        ///< index in RuleText::hostbits
    std::uint32_t seconds = 30;   ///< that a mark lives once it was set
};

/// `flowint:` - a number of the session: compared, or reckoned with once the rule has matched.
struct FlowintOp {
    enum class Op : std::uint8_t { set, add, subtract, less, less_equal, equal, not_equal, greater_equal, greater, isset, isnotset } op = Op::set;
    std::uint16_t name = 0;       ///< index in RuleText::flowints
    std::uint32_t value = 0;
    std::int32_t other = -1;      ///< the one whose value is meant; -1: `value` is
    [[nodiscard]] bool changes() const noexcept { return op <= Op::subtract; }
};

/// `equipment.*:`, `contract:` - what the policy says of the equipment at one end of the session.
struct EquipmentCheck {
    enum class Attribute : std::uint8_t { name, vendor, role, site, contract } attribute = Attribute::name;
    bool negated = false;
    std::vector<std::string> values;  ///< any of them; case does not count
};
/// `egress:`, `ingress:` - what the contract says of a session that equipment opened, or accepted.
struct ContractCheck {
    enum class Said : std::uint8_t { expected, unexpected } said = Said::unexpected;
    bool egress = true;
    std::string kind;  ///< of the finding; empty: any
};
/// `direction:` - whether the equipment opened the session, or accepted it.
struct FacingCheck {
    bool egress = true;
};
using PolicyCheck = std::variant<EquipmentCheck, ContractCheck, FacingCheck>;

/// `iprep:` - the reputation that files give an address in a category.
struct ReputationCheck {
    enum class Side : std::uint8_t { any, source, destination, both } side = Side::any;
    std::string category;              ///< in lower case
    std::uint8_t category_number = 0;  ///< as the categories file has it; 0: in none
    IntegerRange score;
};

/// `app-layer-event:`, `decode-event:`, `stream-event:` - the rule is judged when this was seen.
struct EventCheck {
    enum class Layer : std::uint8_t { decode, stream, app } layer = Layer::app;
    std::string name;  ///< `ipv4.trunc_pkt`, `reassembly_seq_gap`; of a protocol: `tls.unknown_record`
    friend auto operator<=>(const EventCheck&, const EventCheck&) = default;
};

struct Threshold {
    enum class Type : std::uint8_t { limit, threshold, both, backoff, detection_filter } type = Type::limit;
    enum class Track : std::uint8_t { by_src, by_dst, by_both, by_rule, by_flow } track = Track::by_src;
    std::uint32_t count = 1, seconds = 1, multiplier = 10;
};

struct Reference {
    std::string system, id;  ///< `url`, `www.example.com/x`
};
struct MetadataEntry {
    std::string key, value;
};

struct Rule {
    Header header;
    std::string message;
    std::uint32_t gid = 1, sid = 0, rev = 0;
    std::string class_type, class_text;   ///< short name and classification.config's sentence
    std::uint8_t priority = 3;
    std::vector<Reference> references;
    std::vector<MetadataEntry> metadata;
    FlowOptions flow;
    std::vector<FlowbitOp> flowbits;
    std::vector<HostBitOp> hostbits;
    std::vector<FlowintOp> flowints;
    std::vector<PolicyCheck> policy_checks;
    std::vector<ReputationCheck> reputation_checks;
    std::vector<EventCheck> events;            ///< all but the first are looked at with it
    std::optional<Threshold> threshold;        ///< `threshold:`
    std::optional<Threshold> detection_filter; ///< `detection_filter:`
    std::vector<HeaderCheck> header_checks;
    std::vector<FieldCheck> field_checks;
    std::vector<BufferGroup> groups;
    std::vector<std::string> variables;        ///< of byte_extract and byte_math
    ProtocolId app_layer_protocol = no_protocol; ///< `app-layer-protocol:`
    bool app_layer_protocol_negated = false;
    std::vector<ProtocolId> excluded_protocols; ///< from the second `app-layer-protocol:!x` on: none of them either
    bool no_alert = false;
    enum class Target : std::uint8_t { none, source, destination } target = Target::none;
    std::string file;
    unsigned line = 0;
    std::string text;                          ///< the rule as written, for EVE's `alert.rule`
};

/// A set that rules look buffers up in.
struct Dataset {
    enum class Type : std::uint8_t { string, md5, sha256, ipv4, ip } type = Type::string;
    std::string name;
    std::string load;      ///< file with its members at start; empty: none
    std::string rule_file; ///< where it was first named: `load` is looked for beside it
    unsigned line = 0;
    bool reputation = false;  ///< members have a value each
};

/// A member of a set, as a digest of its bytes (of an address: of all 16).
struct DatasetMember {
    std::array<std::uint64_t, 2> digest{};
    std::uint16_t set = 0;    ///< index in RuleText::datasets
    std::uint16_t value = 0;  ///< of sets with reputation
    [[nodiscard]] bool same(const DatasetMember& other) const noexcept { return digest == other.digest && set == other.set; }
    [[nodiscard]] static bool before(const DatasetMember& left, const DatasetMember& right) noexcept {
        return left.set != right.set ? left.set < right.set : left.digest < right.digest;
    }
};

/// All rules of a run, in file order, with the names that they share.
struct RuleText {
    std::vector<Rule> rules;
    std::vector<std::string> flowbits;         ///< name per flowbit index
    std::vector<std::string> hostbits;         ///< name per index of xbits and hostbits, which are one
    std::vector<std::string> flowints;
    std::vector<Dataset> datasets;
    Reputation reputation;
    std::vector<DatasetMember> dataset_members;  ///< as files gave them, in the order of DatasetMember::before
};

}  // namespace weir::rules
