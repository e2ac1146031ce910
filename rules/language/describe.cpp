// SPDX-License-Identifier: Apache-2.0
#include "rules/language/describe.hpp"

#include <array>
#include <string_view>

namespace weir::rules {
namespace {

template <class Enum, std::size_t N>
std::string word(Enum value, const std::array<std::string_view, N>& words) {
    return std::string(words[static_cast<std::size_t>(value)]);
}

/// A pattern as rules write it, in quotes.
std::string pattern_text(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    bool hex = false;
    for (const char c : bytes) {
        const bool plain = c >= 0x20 && c < 0x7f && std::string_view("\"|;\\").find(c) == std::string_view::npos;
        if (plain == hex) out += '|';
        if (plain) {
            out += c;
        } else {
            if (hex) out += ' ';
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[static_cast<unsigned char>(c) & 15];
        }
        hex = !plain;
    }
    return out + (hex ? "|\"" : "\"");
}

std::string list_text(const AddressList& list) {
    if (list.any) return "any";
    std::string out;
    for (const AddressRange& range : list.ranges) {
        out += out.empty() ? "" : ",";
        out += range.first.text();
        if (range.last != range.first) out += '-' + range.last.text();
    }
    return out;
}

std::string list_text(const PortList& list) {
    if (list.any) return "any";
    std::string out;
    for (const PortRange& range : list.ranges) {
        out += out.empty() ? "" : ",";
        out += std::to_string(range.first);
        if (range.last != range.first) out += ':' + std::to_string(range.last);
    }
    return out;
}

/// Writes one rule; holds what the parts need to name things.
class Describer {
public:
    Describer(const Rule& rule, std::span<const std::string> flowbits, const RuleText* names = nullptr)
        : rule_(rule), flowbits_(flowbits), names_(names) {}

    std::string text() {
        header();
        meta();
        session();
        for (const HeaderCheck& check : rule_.header_checks)
            line(std::visit([this](const auto& value) { return this->header_check(value); }, check));
        for (const FieldCheck& check : rule_.field_checks) {
            std::string ranges = describe(check.range);
            for (const IntegerRange& other : check.others) ranges += " or " + describe(other);
            line(describe(BufferRef{BufferRef::Source::field, check.app, check.field}) + ' ' + ranges);
        }
        for (const BufferGroup& group : rule_.groups) {
            std::string head = describe(group.buffer);
            constexpr std::array<std::string_view, 13> names{
                "dotprefix", "to_lowercase", "to_uppercase", "strip_whitespace", "compress_whitespace",  "url_decode", "to_md5",
                "to_sha1",   "to_sha256",    "header_lowercase", "strip_pseudo_headers", "xor", "pcrexform"};
            for (const Transform& transform : group.transforms)
                head += ' ' + word(transform.kind, names) + (transform.text.empty() ? "" : pattern_text(transform.text));
            line(head + ':');
            for (const Check& check : group.checks)
                line("  " + std::visit([this](const auto& value) { return this->check(value); }, check));
        }
        return std::move(out_);
    }

private:
    void line(const std::string& text) { out_ += text + '\n'; }

    void header() {
        constexpr std::array<std::string_view, 7> actions{"pass", "drop", "reject", "rejectsrc", "rejectdst", "rejectboth", "alert"};
        constexpr std::array<std::string_view, 10> names{"ip", "tcp", "tcp-pkt", "tcp-stream", "udp", "icmp", "icmpv6", "sctp", "", ""};
        const Header& header = rule_.header;
        std::string protocol = word(header.protocol, names);
        if (header.protocol == Protocol::ip_number) protocol = std::to_string(header.ip_number);
        if (header.protocol == Protocol::application) protocol = protocols()[header.app].name;
        line(word(header.action, actions) + ' ' + protocol + ' ' + list_text(header.source) + ' ' + list_text(header.source_port) +
             (header.bidirectional ? " <> " : " -> ") + list_text(header.destination) + ' ' + list_text(header.destination_port));
    }

    void meta() {
        std::string text = "sid " + std::to_string(rule_.sid);
        if (rule_.gid != 1) text += " gid " + std::to_string(rule_.gid);
        text += " rev " + std::to_string(rule_.rev) + " priority " + std::to_string(rule_.priority);
        if (!rule_.class_type.empty()) text += " class " + rule_.class_type;
        if (rule_.no_alert) text += " noalert";
        if (rule_.target != Rule::Target::none) text += rule_.target == Rule::Target::source ? " target source" : " target destination";
        line(text);
        if (!rule_.message.empty()) line("msg " + pattern_text(rule_.message));
        for (const Reference& reference : rule_.references) line("reference " + reference.system + ' ' + reference.id);
        for (const MetadataEntry& entry : rule_.metadata) line("metadata " + entry.key + (entry.value.empty() ? "" : ' ' + entry.value));
    }

    void session() {
        const FlowOptions& flow = rule_.flow;
        std::string text;
        const auto option = [&](bool set, std::string_view name) { text += set ? ' ' + std::string(name) : ""; };
        option(flow.to_server, "to_server");
        option(flow.to_client, "to_client");
        option(flow.established, "established");
        option(flow.not_established, "not_established");
        option(flow.stateless, "stateless");
        option(flow.only_stream, "only_stream");
        option(flow.no_stream, "no_stream");
        option(flow.only_frag, "only_frag");
        option(flow.no_frag, "no_frag");
        if (!text.empty()) line("flow" + text);
        if (rule_.app_layer_protocol != no_protocol) {
            const std::string sign = rule_.app_layer_protocol_negated ? " !" : " ";
            std::string names = sign + std::string(protocols()[rule_.app_layer_protocol].name);
            for (const ProtocolId app : rule_.excluded_protocols) names += " !" + std::string(protocols()[app].name);
            line("app" + names);
        }
        for (const FlowbitOp& operation : rule_.flowbits) {
            constexpr std::array<std::string_view, 5> names{"set", "unset", "toggle", "isset", "isnotset"};
            std::string bits;
            for (const std::uint16_t bit : operation.bits)
                bits += (bits.empty() ? "" : "|") + (bit < flowbits_.size() ? flowbits_[bit] : std::to_string(bit));
            line("flowbits " + word(operation.op, names) + ' ' + bits);
        }
        for (const HostBitOp& operation : rule_.hostbits) {
            constexpr std::array<std::string_view, 5> names{"set", "unset", "toggle", "isset", "isnotset"};
            constexpr std::array<std::string_view, 3> tracks{"source", "destination", "pair"};
            line("xbits " + word(operation.op, names) + ' ' + shared(&RuleText::hostbits, operation.bit) + ' ' + word(operation.track, tracks) + " for " +
                 std::to_string(operation.seconds) + " s");
        }
        for (const FlowintOp& operation : rule_.flowints) {
            constexpr std::array<std::string_view, 11> names{"=", "+", "-", "<", "<=", "==", "!=", ">=", ">", "isset", "isnotset"};
            std::string numbers = "flowint " + shared(&RuleText::flowints, operation.name) + ' ' + word(operation.op, names);
            if (operation.op < FlowintOp::Op::isset)
                numbers += operation.other < 0 ? ' ' + std::to_string(operation.value) : " flowint " + shared(&RuleText::flowints, static_cast<std::uint16_t>(operation.other));
            line(numbers);
        }
        for (const PolicyCheck& check : rule_.policy_checks) line(std::visit([](const auto& value) { return policy_check(value); }, check));
        for (const ReputationCheck& check : rule_.reputation_checks) {
            constexpr std::array<std::string_view, 4> sides{"any", "src", "dst", "both"};
            line("iprep " + word(check.side, sides) + ' ' + check.category + ' ' + describe(check.score));
        }
        for (const EventCheck& event : rule_.events) {
            constexpr std::array<std::string_view, 3> layers{"decode-event", "stream-event", "app-layer-event"};
            line(word(event.layer, layers) + ' ' + event.name);
        }
        if (rule_.threshold) line(threshold(*rule_.threshold));
        if (rule_.detection_filter) line(threshold(*rule_.detection_filter));
    }

    static std::string policy_check(const EquipmentCheck& check) {
        constexpr std::array<std::string_view, 5> names{"equipment.name", "equipment.vendor", "equipment.role", "equipment.site", "contract"};
        std::string values;
        for (const std::string& value : check.values) values += (values.empty() ? "" : ",") + value;
        return word(check.attribute, names) + (check.negated ? " !" : " ") + values;
    }
    static std::string policy_check(const ContractCheck& check) {
        const bool expected = check.said == ContractCheck::Said::expected;
        return std::string(check.egress ? "egress " : "ingress ") + (expected ? "expected" : check.kind.empty() ? "unexpected" : check.kind);
    }
    static std::string policy_check(const FacingCheck& check) { return std::string("direction ") + (check.egress ? "egress" : "ingress"); }

    static std::string threshold(const Threshold& threshold) {
        constexpr std::array<std::string_view, 5> types{"limit", "threshold", "both", "backoff", "detection_filter"};
        constexpr std::array<std::string_view, 5> tracks{"by_src", "by_dst", "by_both", "by_rule", "by_flow"};
        std::string text = threshold.type == Threshold::Type::detection_filter ? "" : "threshold ";
        text += word(threshold.type, types) + ' ' + word(threshold.track, tracks) + " count " + std::to_string(threshold.count);
        if (threshold.type == Threshold::Type::backoff) return text + " multiplier " + std::to_string(threshold.multiplier);
        return text + " seconds " + std::to_string(threshold.seconds);
    }

    // -- packet

    static std::string header_check(const PacketCheck& check) {
        constexpr std::array<std::string_view, 16> names{"ttl",      "tos",    "id",         "ip_proto",  "dsize", "seq",
                                                         "ack",      "window", "tcp.mss",    "itype",     "icode", "icmp_id",
                                                         "icmp_seq", "sameip", "fragoffset", "ip_version"};
        return (check.negated ? "not " : "") + word(check.field, names) + ' ' + describe(check.range);
    }
    static std::string letters(std::uint8_t mask, std::string_view names) {
        std::string out;
        for (std::size_t i = 0; i < names.size(); ++i)
            if ((mask >> i & 1) != 0) out += names[i];
        return out.empty() ? "0" : out;
    }
    static std::string header_check(const TcpFlagsCheck& check) {
        constexpr std::array<std::string_view, 4> modes{"", "+", "*", "!"};
        const std::string text = "flags " + word(check.mode, modes) + letters(check.flags, "FSRPAUEC");
        return check.ignored == 0 ? text : text + " ignored " + letters(check.ignored, "FSRPAUEC");
    }
    static std::string header_check(const FragmentBitsCheck& check) {
        constexpr std::array<std::string_view, 4> modes{"", "+", "*", "!"};
        return "fragbits " + word(check.mode, modes) + letters(check.bits, "MDR");
    }
    static std::string header_check(const IpOptionCheck& check) {
        return "ipopts " + (check.option == 0xff ? "any" : std::to_string(check.option));
    }
    static std::string header_check(const StreamSizeCheck& check) {
        constexpr std::array<std::string_view, 4> sides{"server", "client", "both", "either"};
        return "stream_size " + word(check.side, sides) + ' ' + describe(check.size);
    }

    // -- buffers

    std::string number(const Number& number) const { return number.variable < 0 ? std::to_string(number.value) : name(number.variable); }
    std::string name(std::int8_t variable) const { return rule_.variables[static_cast<std::size_t>(variable)]; }

    std::string check(const Content& content) const {
        std::string text = (content.negated ? "not content " : "content ") + pattern_text(content.pattern);
        const auto place = [&](const std::optional<Number>& value, std::string_view keyword) {
            if (value) text += ' ' + std::string(keyword) + ' ' + number(*value);
        };
        const auto flag = [&](bool set, std::string_view keyword) { text += set ? ' ' + std::string(keyword) : ""; };
        flag(content.nocase, "nocase");
        place(content.offset, "offset");
        place(content.depth, "depth");
        place(content.distance, "distance");
        place(content.within, "within");
        flag(content.startswith, "startswith");
        flag(content.endswith, "endswith");
        flag(content.rawbytes, "rawbytes");
        flag(content.fast_pattern, content.fast_pattern_only ? "fast_pattern:only" : "fast_pattern");
        if (const auto& slice = content.fast_pattern_slice) text += ':' + std::to_string((*slice)[0]) + ',' + std::to_string((*slice)[1]);
        if (content.replacement) text += " replace " + pattern_text(*content.replacement);
        return text;
    }
    std::string check(const Pcre& pcre) const {
        std::string text = (pcre.negated ? "not pcre /" : "pcre /") + pcre.pattern + '/';
        const auto flag = [&](bool set, char letter) {
            if (set) text += letter;
        };
        flag(pcre.nocase, 'i');
        flag(pcre.dot_all, 's');
        flag(pcre.multi_line, 'm');
        flag(pcre.extended, 'x');
        flag(pcre.anchored, 'A');
        flag(pcre.dollar_end_only, 'E');
        flag(pcre.ungreedy, 'G');
        flag(pcre.relative, 'R');
        for (const auto& [variable, flow] : pcre.captures) text += (flow ? " flow:" : " pkt:") + variable;
        return text;
    }
    std::string check(const DataAt& check) const {
        return (check.negated ? "not isdataat " : "isdataat ") + number(check.at) + (check.relative ? " relative" : "") +
               (check.rawbytes ? " rawbytes" : "");
    }
    std::string source(const ByteSource& source) const {
        constexpr std::array<std::string_view, 4> bases{"", " hex", " dec", " oct"};
        std::string text =
            (source.count_variable < 0 ? std::to_string(source.count) : name(source.count_variable)) + " at " + number(source.offset);
        text += (source.relative ? " relative" : "") +
                std::string(source.dce             ? " dce"
                            : source.little_endian ? " little"
                                                   : "") +
                word(source.base, bases);
        if (source.bitmask != ByteSource{}.bitmask)
            text += " bitmask " + std::to_string(source.bitmask) + " shift " + std::to_string(source.mask_shift);
        return text;
    }
    std::string check(const ByteTest& test) const {
        constexpr std::array<std::string_view, 7> operators{"<", ">", "=", "<=", ">=", "&", "^"};
        return "byte_test " + source(test.source) + (test.negated ? " !" : " ") + word(test.op, operators) + ' ' +
               (test.variable < 0 ? std::to_string(test.value) : name(test.variable));
    }
    std::string check(const ByteJump& jump) const {
        std::string text = "byte_jump " + source(jump.source);
        if (jump.multiplier != 1) text += " multiplier " + std::to_string(jump.multiplier);
        if (jump.align) text += " align";
        if (jump.from_beginning) text += " from_beginning";
        if (jump.from_end) text += " from_end";
        if (jump.post_offset != 0) text += " post_offset " + std::to_string(jump.post_offset);
        return text;
    }
    std::string check(const ByteExtract& extract) const {
        std::string text = "byte_extract " + source(extract.source);
        if (extract.multiplier != 1) text += " multiplier " + std::to_string(extract.multiplier);
        if (extract.align != 0) text += " align " + std::to_string(extract.align);
        return text + " -> " + name(extract.variable);
    }
    std::string check(const ByteMath& math) const {
        const std::string op = math.op == '<' ? "<<" : math.op == '>' ? ">>" : std::string(1, math.op);
        return "byte_math " + source(math.source) + ' ' + op + ' ' + number(math.right) + " -> " + name(math.variable);
    }
    std::string check(const BufferSize& size) const { return "bsize " + describe(size.size); }
    std::string check(const Base64Decode& decode) const {
        return "base64_decode offset " + std::to_string(decode.offset) + (decode.bytes == 0 ? "" : " bytes " + std::to_string(decode.bytes)) +
               (decode.relative ? " relative" : "");
    }
    std::string check(const DatasetCheck& check) const {
        constexpr std::array<std::string_view, 5> names{"isset", "isnotset", "set", "unset", "reputation"};
        const bool reputation = check.op == DatasetCheck::Op::reputation;
        return "dataset " + word(check.op, names) + ' ' + (names_ != nullptr ? names_->datasets[check.set].name : std::to_string(check.set)) + (reputation ? ' ' + describe(check.reputation) : "");
    }

    /// A name that rules share; its number where names are not at hand.
    [[nodiscard]] std::string shared(std::vector<std::string> RuleText::*list, std::uint16_t number) const {
        return names_ != nullptr ? (names_->*list)[number] : std::to_string(number);
    }

    const Rule& rule_;
    std::span<const std::string> flowbits_;
    const RuleText* names_;
    std::string out_;
};

}  // namespace

std::string describe(const Rule& rule, std::span<const std::string> flowbits) { return Describer(rule, flowbits).text(); }

std::string describe(const Rule& rule, const RuleText& names) { return Describer(rule, names.flowbits, &names).text(); }

std::string describe(const BufferRef& buffer) {
    using Source = BufferRef::Source;
    switch (buffer.source) {
        case Source::payload: return "payload";
        case Source::field: return std::string(protocols()[buffer.app].fields[buffer.field].keyword);
        case Source::ip_header: return "ip.hdr";
        case Source::tcp_header: return "tcp.hdr";
        case Source::udp_header: return "udp.hdr";
        case Source::icmp_header: return "icmp.hdr";
        case Source::ip_source: return "ip.src";
        case Source::ip_destination: return "ip.dst";
        case Source::file: return "file.data";
        case Source::base64: return "base64_data";
    }
    return {};
}

std::string describe(const IntegerRange& range) {
    using Op = IntegerRange::Op;
    const std::string first = std::to_string(range.first);
    switch (range.op) {
        case Op::equal: return first;
        case Op::not_equal: return '!' + first;
        case Op::less: return '<' + first;
        case Op::less_equal: return "<=" + first;
        case Op::greater: return '>' + first;
        case Op::greater_equal: return ">=" + first;
        case Op::between: return first + '-' + std::to_string(range.second);
        case Op::not_between: return '!' + first + '-' + std::to_string(range.second);
    }
    return {};
}

}  // namespace weir::rules
