// SPDX-License-Identifier: Apache-2.0
// The table of keywords. A keyword is one row here and the function that it names; nothing else knows it.
#include "rules/keywords.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "rules/language/options.hpp"

namespace weir::rules {
namespace {

using namespace language;
using enum KeywordKind;

constexpr std::uint64_t u8 = 0xff, u16 = 0xffff, u32 = 0xffff'ffff;

constexpr std::array built_in{
    Keyword{"msg", "", meta, Argument::required, "What an analyst reads first.", "msg:\"SSH client on a router\"", parse_msg},
    Keyword{"sid", "", meta, Argument::required, "The rule's number; with gid, unique.", "sid:9100001", parse_sid},
    Keyword{"rev", "", meta, Argument::required, "The rule's revision: the highest of one sid is loaded.", "rev:2", parse_rev},
    Keyword{"gid", "", meta, Argument::required, "The group of the sid; 1 where it is not given.", "gid:1", parse_gid},
    Keyword{"classtype", "", meta, Argument::required, "A short name of classification.config: category and priority.",
            "classtype:trojan-activity", parse_classtype},
    Keyword{"priority", "", meta, Argument::required, "1 (high) to 255; overrides the classtype's.", "priority:1", parse_priority},
    Keyword{"reference", "", meta, Argument::required, "Where to read more: a system of reference.config, and an id.",
            "reference:cve,2021-44228", parse_reference},
    Keyword{"metadata", "", meta, Argument::required, "Keys and values for alerts. `weir_kind` sets the finding's kind.",
            "metadata:weir_kind reverse-shell, confidence High", parse_metadata},
    Keyword{"target", "", meta, Argument::required, "Which end is attacked.", "target:dest_ip", parse_target},
    Keyword{"noalert", "", meta, Argument::none, "The rule writes no alert; its flowbits work.", "noalert", parse_noalert},
    Keyword{"prefilter", "", meta, Argument::none, "Accepted and without effect: the compiler chooses by itself.", "prefilter",
            parse_nothing},
    Keyword{"bypass", "", meta, Argument::none, "Accepted and without effect: no session is left out of inspection.", "bypass",
            parse_nothing},
    Keyword{"tag", "", meta, Argument::required, "Accepted and without effect: the session's packets are in the alert's evidence anyway.",
            "tag:session,10,packets", parse_tag},
    Keyword{"requires", "", meta, Argument::required, "The rule is left out where a feature, keyword or version is not there.",
            "requires:version >= 7.0.0, keyword dataset", parse_requires},

    Keyword{"flow", "", session, Argument::required, "Direction and state of the session, stream or packet, fragments.",
            "flow:established,to_server", parse_flow},
    Keyword{"flowbits", "", session, Argument::required, "Marks on the session: set, unset, toggle, isset, isnotset; `a|b` asks for any.",
            "flowbits:set,shell.seen", parse_flowbits},
    Keyword{"flowint", "", session, Argument::required,
            "A number of the session: =, +, - when the rule has matched; <, <=, ==, !=, >=, >, isset, isnotset ask for it.",
            "flowint:logins,+,1", parse_flowint},
    Keyword{"xbits", "", session, Argument::required,
            "Marks on an address or a pair: set, unset, toggle, isset, isnotset; they expire (30 s).",
            "xbits:set,scanner,track ip_src,expire 60", parse_xbits},
    Keyword{"hostbits", "", session, Argument::required, "As xbits with track ip_src (src) or ip_dst (dst); they expire after 300 s.",
            "hostbits:isset,scanner,src", parse_hostbits},
    Keyword{"threshold", "", session, Argument::required, "How often the rule may alert.",
            "threshold:type limit, track by_src, count 1, seconds 60", parse_threshold},
    Keyword{"detection_filter", "", session, Argument::required, "Alerts from the count on that is exceeded within the seconds.",
            "detection_filter:track by_src, count 5, seconds 60", parse_detection_filter},
    Keyword{"app-layer-protocol", "", session, Argument::required, "The session's application protocol, or with `!` not that one.",
            "app-layer-protocol:!tls", parse_app_layer_protocol},
    Keyword{"stream_size", "", session, Argument::required, "Bytes that a side of the stream has sent.", "stream_size:server,>,1000",
            parse_stream_size},

    Keyword{"iprep", "", session, Argument::required, "Reputation of an address in a category of the reputation files.",
            "iprep:src,CnC,>,30", parse_iprep},
    Keyword{"app-layer-event", "", session, Argument::required, "A parser found something odd: `weir protocols` names what.",
            "app-layer-event:http.request_line_invalid", parse_app_layer_event},
    Keyword{"decode-event", "", session, Argument::required, "Something is odd in the packet's headers.", "decode-event:ipv4.trunc_pkt",
            parse_decode_event},
    Keyword{"stream-event", "", session, Argument::required, "Something is odd in the TCP stream.", "stream-event:reassembly_seq_gap",
            parse_stream_event},
    Keyword{"engine-event", "", session, Argument::required, "decode-event and stream-event in one, with decoder. or stream. before the name.",
            "engine-event:stream.reassembly_seq_gap", parse_engine_event},

    Keyword{"equipment.name", "", policy, Argument::required, "An end of the session is this equipment; several with commas, `!` for none of them.",
            "equipment.name:gnb-0117", parse_equipment<EquipmentCheck::Attribute::name>},
    Keyword{"equipment.vendor", "", policy, Argument::required, "The equipment's vendor.", "equipment.vendor:huawei,zte",
            parse_equipment<EquipmentCheck::Attribute::vendor>},
    Keyword{"equipment.role", "", policy, Argument::required, "The equipment's role.", "equipment.role:!gnb",
            parse_equipment<EquipmentCheck::Attribute::role>},
    Keyword{"equipment.site", "", policy, Argument::required, "The equipment's site.", "equipment.site:north-3",
            parse_equipment<EquipmentCheck::Attribute::site>},
    Keyword{"contract", "", policy, Argument::required, "The name of the equipment's contract.", "contract:radio-node",
            parse_equipment<EquipmentCheck::Attribute::contract>},
    Keyword{"egress", "", policy, Argument::required,
            "Equipment opened the session, and its contract says: expected, unexpected, or unexpected with this kind of finding.",
            "egress:unexpected", parse_contract_says<true>},
    Keyword{"ingress", "", policy, Argument::required, "The same of a session that equipment accepted.", "ingress:unexpected",
            parse_contract_says<false>},
    Keyword{"direction", "", policy, Argument::required, "Equipment opened the session (egress), or accepted it (ingress).", "direction:egress",
            parse_direction},

    Keyword{"ttl", "", header, Argument::required, "Time to live, hop limit.", "ttl:<5", parse_packet<PacketField::ttl, u8>},
    Keyword{"tos", "", header, Argument::required, "Type of service, traffic class.", "tos:!8", parse_packet<PacketField::tos, u8>},
    Keyword{"id", "", header, Argument::required, "IPv4 identification.", "id:1", parse_packet<PacketField::ip_id, u16>},
    Keyword{"ip_proto", "", header, Argument::required, "IP protocol by name or number.", "ip_proto:gre", parse_ip_proto},
    Keyword{"sameip", "", header, Argument::none, "Source and destination address are the same.", "sameip", parse_sameip},
    Keyword{"ipopts", "", header, Argument::required, "An IPv4 option is there.", "ipopts:lsrr", parse_ipopts},
    Keyword{"fragbits", "", header, Argument::required, "IPv4 flags M, D, R; with + (and others), * (any), ! (none).", "fragbits:M+",
            parse_fragbits},
    Keyword{"fragoffset", "", header, Argument::required, "IPv4 fragment offset, in units of 8 octets.", "fragoffset:>0",
            parse_packet<PacketField::fragment_offset, 0x1fff>},
    Keyword{"flags", "tcp.flags", header, Argument::required,
            "TCP flags F S R P A U C E; with + (and others), * (any), ! (none); then flags to ignore.", "flags:S,CE", parse_flags},
    Keyword{"seq", "tcp.seq", header, Argument::required, "TCP sequence number.", "seq:0", parse_packet<PacketField::tcp_sequence, u32>},
    Keyword{"ack", "tcp.ack", header, Argument::required, "TCP acknowledgement number.", "ack:0",
            parse_packet<PacketField::tcp_acknowledgement, u32>},
    Keyword{"window", "tcp.window", header, Argument::required, "TCP window, as on the wire.", "window:55808",
            parse_packet<PacketField::tcp_window, u16>},
    Keyword{"tcp.mss", "", header, Argument::required, "TCP option maximum segment size; quiet where it is absent.", "tcp.mss:<536",
            parse_packet<PacketField::tcp_mss, u16>},
    Keyword{"itype", "", header, Argument::required, "ICMP type.", "itype:8", parse_packet<PacketField::icmp_type, u8>},
    Keyword{"icode", "", header, Argument::required, "ICMP code.", "icode:0", parse_packet<PacketField::icmp_code, u8>},
    Keyword{"icmp_id", "", header, Argument::required, "Identifier of an ICMP echo.", "icmp_id:0", parse_packet<PacketField::icmp_id, u16>},
    Keyword{"icmp_seq", "", header, Argument::required, "Sequence number of an ICMP echo.", "icmp_seq:0",
            parse_packet<PacketField::icmp_sequence, u16>},
    Keyword{"dsize", "", header, Argument::required, "Size of the packet's payload.", "dsize:>100",
            parse_packet<PacketField::payload_size, u16>},

    Keyword{"content", "", payload, Argument::required,
            "Bytes that the buffer holds; `|0d 0a|` is hexadecimal; with `!`, that it does not.", "content:\"/bin/sh|0a|\"", parse_content},
    Keyword{"nocase", "", payload, Argument::none, "The content's letters match in either case.", "content:\"get\"; nocase", parse_nocase},
    Keyword{"offset", "", payload, Argument::required, "The content is searched from this byte on.", "content:\"x\"; offset:4",
            parse_offset},
    Keyword{"depth", "", payload, Argument::required, "The content is searched in so many bytes, from offset on.",
            "content:\"SSH-\"; depth:4", parse_depth},
    Keyword{"distance", "", payload, Argument::required, "At least so many bytes lie between the last match and the content.",
            "content:\"a\"; content:\"b\"; distance:2", parse_distance},
    Keyword{"within", "", payload, Argument::required, "The content ends within so many bytes behind the last match.",
            "content:\"a\"; content:\"b\"; within:10", parse_within},
    Keyword{"startswith", "", payload, Argument::none, "The content stands at the buffer's beginning.", "content:\"GET \"; startswith",
            parse_startswith},
    Keyword{"endswith", "", payload, Argument::none, "The content stands at the buffer's end.", "content:\".sh\"; endswith",
            parse_endswith},
    Keyword{"fast_pattern", "", payload, Argument::optional,
            "The content that decides whether the rest is looked at: plain, `only`, or offset and length of a part.",
            "content:\"long text\"; fast_pattern:0,4", parse_fast_pattern},
    Keyword{"rawbytes", "", payload, Argument::none, "Without effect, as in Suricata.", "content:\"x\"; rawbytes", parse_rawbytes},
    Keyword{"replace", "", payload, Argument::required, "As many bytes, put in place of the content when weir enforces.",
            "content:\"abc\"; replace:\"def\"", parse_replace},
    Keyword{"pcre", "", payload, Argument::required,
            "A Perl-compatible regular expression, with flags i s m x A E G R and the letters of the http buffers.", "pcre:\"/nc\\s+-e/i\"",
            parse_pcre},
    Keyword{"isdataat", "", payload, Argument::required,
            "The buffer has a byte at this place, counted from its beginning or from the last match.", "isdataat:!1,relative",
            parse_isdataat},
    Keyword{"bsize", "", payload, Argument::required, "Size of the sticky buffer.", "bsize:>40", parse_bsize},
    Keyword{"byte_test", "", payload, Argument::required, "Compares a number in the buffer.", "byte_test:2,>,1000,0,relative",
            parse_byte_test},
    Keyword{"byte_jump", "", payload, Argument::required, "Moves the place of the last match by a number in the buffer.",
            "byte_jump:2,0,relative", parse_byte_jump},
    Keyword{"byte_extract", "", payload, Argument::required, "Keeps a number of the buffer under a name.",
            "byte_extract:2,0,length,relative", parse_byte_extract},
    Keyword{"byte_math", "", payload, Argument::required, "Reckons with a number of the buffer and keeps the result under a name.",
            "byte_math:bytes 2, offset 0, oper +, rvalue 4, result end", parse_byte_math},
    Keyword{"base64_decode", "", payload, Argument::optional,
            "Decodes what stands at this place, for base64_data: bytes, offset, relative.",
            "content:\"Basic \"; base64_decode:bytes 40, offset 0, relative; base64_data; content:\"root\"", parse_base64_decode},
    Keyword{"dataset", "", payload, Argument::required,
            "The sticky buffer is in a set (isset, isnotset), or is put into it (set: holds for a new one) or taken out (unset).",
            "dns.query; dataset:isset,bad-names,type string,load bad-names.lst", parse_dataset},
    Keyword{"datarep", "", payload, Argument::required, "The value that a set has for the sticky buffer.",
            "dns.query; datarep:names,>,200,type string,load names.rep", parse_datarep},
    Keyword{"urilen", "", payload, Argument::required, "Size of the URI: the normalised one, or with `raw` as sent.", "urilen:>200,raw",
            parse_urilen},

    Keyword{"ssl_version", "", number, Argument::required, "The version that the server chose: sslv2, sslv3, tls1.0 to tls1.3; several with commas.",
            "ssl_version:sslv3,tls1.0", parse_ssl_version},

    Keyword{"pkt_data", "", buffer, Argument::none, "Back to the payload.", "pkt_data; content:\"x\"", parse_pkt_data},
    Keyword{"ipv4.hdr", "", buffer, Argument::none, "The IPv4 header with its options.", "ipv4.hdr; content:\"|45|\"; startswith",
            parse_ip_hdr<4>},
    Keyword{"ipv6.hdr", "", buffer, Argument::none, "The IPv6 header with its extension headers.",
            "ipv6.hdr; content:\"|06|\"; offset:6; depth:1", parse_ip_hdr<6>},
    Keyword{"tcp.hdr", "", buffer, Argument::none, "The TCP header with its options.", "tcp.hdr; content:\"|02 04|\"; offset:20",
            parse_tcp_hdr},
    Keyword{"udp.hdr", "", buffer, Argument::none, "The UDP header.", "udp.hdr; content:\"|00 08|\"; offset:4; depth:2", parse_udp_hdr},
    Keyword{"icmpv4.hdr", "", buffer, Argument::none, "The ICMP header.", "icmpv4.hdr; content:\"|08|\"; depth:1", parse_icmp_hdr<1>},
    Keyword{"icmpv6.hdr", "", buffer, Argument::none, "The ICMPv6 header.", "icmpv6.hdr; content:\"|80|\"; depth:1", parse_icmp_hdr<58>},

    Keyword{"ip.src", "", buffer, Argument::none, "The source address, 4 or 16 bytes.", "ip.src; dataset:isset,bad-hosts,type ip",
            parse_ip_end<BufferRef::Source::ip_source>},
    Keyword{"ip.dst", "", buffer, Argument::none, "The destination address, 4 or 16 bytes.", "ip.dst; content:\"|0a 00|\"; startswith",
            parse_ip_end<BufferRef::Source::ip_destination>},
    Keyword{"file.data", "file_data", buffer, Argument::none, "The start of a file, in whatever protocol carries it: HTTP bodies, FTP transfers.",
            "file.data; content:\"|7f|ELF\"; startswith", parse_file_data},
    Keyword{"base64_data", "", buffer, Argument::none, "What base64_decode has decoded.",
            "base64_decode:offset 4; base64_data; content:\"root\"", parse_base64_data},

    Keyword{"dotprefix", "", transform, Argument::none, "A dot before the buffer, so that `.example.com` matches the domain and its hosts.",
            "dns.query; dotprefix; content:\".example.com\"; endswith", parse_transform<Transform::dotprefix>},
    Keyword{"to_lowercase", "", transform, Argument::none, "Letters in lower case.", "http.uri; to_lowercase; content:\"/cmd\"",
            parse_transform<Transform::to_lowercase>},
    Keyword{"to_uppercase", "", transform, Argument::none, "Letters in upper case.", "http.uri; to_uppercase; content:\"/CMD\"",
            parse_transform<Transform::to_uppercase>},
    Keyword{"strip_whitespace", "", transform, Argument::none, "White space taken out.", "http.uri; strip_whitespace; content:\"a=b\"",
            parse_transform<Transform::strip_whitespace>},
    Keyword{"compress_whitespace", "", transform, Argument::none, "Each run of white space as one blank.",
            "http.uri; compress_whitespace; content:\"a b\"", parse_transform<Transform::compress_whitespace>},
    Keyword{"url_decode", "", transform, Argument::none, "Percent escapes and + worked out.", "http.uri.raw; url_decode; content:\"../\"",
            parse_transform<Transform::url_decode>},
    Keyword{"to_md5", "", transform, Argument::none, "The buffer's MD5, 16 bytes.",
            "http.uri; to_md5; content:\"|d4 1d 8c d9|\"; startswith", parse_transform<Transform::to_md5>},
    Keyword{"to_sha1", "", transform, Argument::none, "The buffer's SHA-1, 20 bytes.",
            "http.uri; to_sha1; content:\"|da 39 a3 ee|\"; startswith", parse_transform<Transform::to_sha1>},
    Keyword{"to_sha256", "", transform, Argument::none, "The buffer's SHA-256, 32 bytes.",
            "http.uri; to_sha256; content:\"|e3 b0 c4 42|\"; startswith", parse_transform<Transform::to_sha256>},
    Keyword{"header_lowercase", "", transform, Argument::none, "Names of header fields in lower case, values as they are.",
            "http.request_header; header_lowercase; content:\"host: a\"", parse_transform<Transform::header_lowercase>},
    Keyword{"strip_pseudo_headers", "", transform, Argument::none, "Lines that begin with a colon taken out.",
            "http.request_header; strip_pseudo_headers; content:\"host\"", parse_transform<Transform::strip_pseudo_headers>},
    Keyword{"xor", "", transform, Argument::required, "Each byte XORed with the key's, over and over.",
            "http.request_body; xor:\"0d0ac8ff\"; content:\"password\"", parse_xor},
    Keyword{"pcrexform", "", transform, Argument::required, "What the expression's first group matches; the buffer as it is where it does not match.",
            "http.request_line; pcrexform:\"[a-zA-Z]+\\s+(.*)\\s+HTTP\"; content:\"/dropper.php\"", parse_pcrexform},
};

// ---------------------------------------------------------------- protocol fields in their older spellings

enum class Form : std::uint8_t {
    alias,     ///< another name of the sticky buffer: `dns_query`
    modifier,  ///< stands behind the content that it moves: `http_uri`
    content,   ///< is a content itself: `uricontent:"x"`
};
struct OldSpelling {
    std::string_view name, field;
    Form form;
};
constexpr std::array old_spellings{
    OldSpelling{"http_uri", "http.uri", Form::modifier},
    OldSpelling{"http_raw_uri", "http.uri.raw", Form::modifier},
    OldSpelling{"http_method", "http.method", Form::modifier},
    OldSpelling{"http_header", "http.header", Form::modifier},
    OldSpelling{"http_raw_header", "http.header.raw", Form::modifier},
    OldSpelling{"http_cookie", "http.cookie", Form::modifier},
    OldSpelling{"http_user_agent", "http.user_agent", Form::modifier},
    OldSpelling{"http_host", "http.host", Form::modifier},
    OldSpelling{"http_raw_host", "http.host.raw", Form::modifier},
    OldSpelling{"http_stat_code", "http.stat_code", Form::modifier},
    OldSpelling{"http_stat_msg", "http.stat_msg", Form::modifier},
    OldSpelling{"http_client_body", "http.request_body", Form::modifier},
    OldSpelling{"http_server_body", "http.response_body", Form::modifier},
    OldSpelling{"uricontent", "http.uri", Form::content},
    OldSpelling{"http_request_line", "http.request_line", Form::alias},
    OldSpelling{"http_response_line", "http.response_line", Form::alias},
    OldSpelling{"http_header_names", "http.header_names", Form::alias},
    OldSpelling{"http_protocol", "http.protocol", Form::alias},
    OldSpelling{"http_start", "http.start", Form::alias},
    OldSpelling{"http_accept", "http.accept", Form::alias},
    OldSpelling{"http_accept_lang", "http.accept_lang", Form::alias},
    OldSpelling{"http_accept_enc", "http.accept_enc", Form::alias},
    OldSpelling{"http_connection", "http.connection", Form::alias},
    OldSpelling{"http_content_len", "http.content_len", Form::alias},
    OldSpelling{"http_content_type", "http.content_type", Form::alias},
    OldSpelling{"http_referer", "http.referer", Form::alias},
    OldSpelling{"dns_query", "dns.query", Form::alias},
    OldSpelling{"tls_sni", "tls.sni", Form::alias},
    OldSpelling{"tls_cert_subject", "tls.cert_subject", Form::alias},
    OldSpelling{"tls_cert_issuer", "tls.cert_issuer", Form::alias},
    OldSpelling{"tls_cert_serial", "tls.cert_serial", Form::alias},
    OldSpelling{"tls_cert_fingerprint", "tls.cert_fingerprint", Form::alias},
    OldSpelling{"tls.subject", "tls.cert_subject", Form::content},
    OldSpelling{"tls.issuerdn", "tls.cert_issuer", Form::content},
    OldSpelling{"tls.fingerprint", "tls.cert_fingerprint", Form::content},
    OldSpelling{"ja3_hash", "ja3.hash", Form::alias},
    OldSpelling{"ja3_string", "ja3.string", Form::alias},
    OldSpelling{"ssh_proto", "ssh.proto", Form::alias},
    OldSpelling{"ssh_software", "ssh.software", Form::alias},
    OldSpelling{"ssh.protoversion", "ssh.proto", Form::content},
    OldSpelling{"ssh.softwareversion", "ssh.software", Form::content},
};

Keyword old_row(const OldSpelling& old, const Keyword& field) {
    const bool modifier = old.form == Form::modifier;
    Keyword row = field;
    row.name = old.name;
    row.aliases = {};
    row.argument = modifier ? Argument::none : Argument::required;
    row.doc = modifier ? "Older form: the content before it looks at the field's buffer."
                       : "Older form: a content that looks at the field's buffer.";
    row.parse = modifier ? parse_field_modifier : parse_field_content;
    return row;
}

/// Built-in rows, older spellings of the fields that this build has, and those fields. Never changes.
struct Table {
    std::vector<Keyword> rows{built_in.begin(), built_in.end()};
    std::unordered_map<std::string_view, std::size_t> by_name;

    Table() {
        std::vector<Keyword> fields;
        for (std::size_t app = 0; app < protocols().size(); ++app)
            for (std::size_t row = 0; row < protocols()[app].fields.size(); ++row) add_field(fields, app, row);
        for (const OldSpelling& old : old_spellings) {
            const auto field = std::ranges::find(fields, old.field, &Keyword::name);
            if (field == fields.end()) continue;
            if (old.form == Form::alias)
                field->aliases = old.name;
            else if (field->kind == KeywordKind::buffer)
                rows.push_back(old_row(old, *field));
        }
        rows.insert(rows.end(), fields.begin(), fields.end());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            by_name.emplace(rows[i].name, i);
            std::string_view names = rows[i].aliases;
            while (!names.empty()) {
                by_name.emplace(names.substr(0, names.find(' ')), i);
                names.remove_prefix(std::min(names.size(), names.find(' ') == std::string_view::npos ? names.size() : names.find(' ') + 1));
            }
        }
    }

    static void add_field(std::vector<Keyword>& fields, std::size_t app, std::size_t row) {
        const Field& field = protocols()[app].fields[row];
        if (field.keyword.empty()) return;
        const bool is_number = field.kind == FieldKind::number;
        fields.push_back({field.keyword, "", is_number ? number : buffer, is_number ? Argument::required : Argument::none, field.doc, "",
                          is_number ? parse_field_number : parse_field_buffer, static_cast<ProtocolId>(app),
                          static_cast<std::uint16_t>(row)});
    }
};

const Table& table() {
    static const Table made;
    return made;
}

// ---------------------------------------------------------------- what else Suricata knows

// Keywords of Suricata's manual that no row above or field table may provide yet: refused by name, not as unknown.
constexpr std::string_view suricata_keywords =
    " absent app-layer-event app-layer-state asn1 base64_data base64_decode bypass byte_extract byte_jump byte_math byte_test cip_service "
    "config"
    " dataset datarep dcerpc.iface dcerpc.opnum dcerpc.stub_data dce_iface dce_opnum dce_stub_data decode-event dhcp.leasetime"
    " dhcp.rebinding_time dhcp.renewal_time dnp3.data dnp3.func dnp3.ind dnp3.obj dnp3_data dnp3_func dnp3_ind dnp3_obj "
    "dns.additionals.rrname"
    " dns.answer.name dns.answers.rrname dns.authorities.rrname dns.opcode dns.queries.rrname dns.query dns.query.name dns.rcode "
    "dns.response"
    " dns.response.rrname dns.rrtype dns_query engine-event enip_command entropy file.data file.magic file.name file_data fileext filemagic"
    " filemd5 filename filesha1 filesha256 filesize filestore flow.age flow.bytes flow.bytes_toclient flow.bytes_toserver flow.pkts"
    " flow.pkts_toclient flow.pkts_toserver flowint flowvar frame ftp.command ftp.command_data ftp.completion_code ftp.dynamic_port "
    "ftp.mode"
    " ftp.received ftp.reply ftp.reply_received ftpbounce ftpdata_command geoip hostbits hostvar http.accept http.accept_enc "
    "http.accept_lang"
    " http.connection http.content_len http.content_type http.cookie http.header http.header.raw http.header_names http.host http.host.raw"
    " http.location http.method http.protocol http.referer http.request_body http.request_header http.request_line http.response_body"
    " http.response_header http.response_line http.server http.start http.stat_code http.stat_msg http.uri http.uri.raw http.user_agent"
    " http2.errorcode http2.frametype http2.header http2.header_name http2.priority http2.settings http2.size_update http2.window "
    "http_accept"
    " http_accept_enc http_accept_lang http_client_body http_connection http_content_len http_content_type http_cookie http_header"
    " http_header_names http_host http_method http_protocol http_raw_header http_raw_host http_raw_uri http_referer http_request_line"
    " http_response_line http_server_body http_start http_stat_code http_stat_msg http_uri http_user_agent icmpv6.mtu igmp.hdr igmp.type"
    " ike.chosen_sa_attribute ike.exchtype ike.init_spi ike.key_exchange_payload ike.key_exchange_payload_length ike.nonce_payload"
    " ike.nonce_payload_length ike.resp_spi ike.vendor ip.dst ip.src iprep ja3.hash ja3.string ja3_hash ja3_string ja3s.hash ja3s.string"
    " ja4.hash krb5.cname krb5.ticket_encryption krb5.sname krb5_cname krb5_err_code krb5_msg_type krb5_sname ldap.request.dn"
    " ldap.request.operation ldap.responses.operation lua luaxform luajit modbus mqtt.CONNACK.sessionpresent mqtt.connack.return_code"
    " mqtt.connack.session_present mqtt.connect.clientid mqtt.connect.flags mqtt.connect.password mqtt.connect.protocol_string"
    " mqtt.connect.username mqtt.connect.willmessage mqtt.connect.willtopic mqtt.flags mqtt.protocol_version mqtt.publish.message"
    " mqtt.publish.topic mqtt.qos mqtt.reason_code mqtt.subscribe.topic mqtt.type mqtt.unsubscribe.topic ndpi-protocol ndpi-risk "
    "nfs.version"
    " nfs_procedure nfq_set_mark pcrexform pktvar quic.cyu.hash quic.cyu.string quic.sni quic.ua quic.version requires rfb.name "
    "rfb.secresult"
    " rfb.sectype rpc rule_type sctp.chunk_cnt sctp.chunk_data sctp.chunk_type sctp.hdr sip.content_length sip.content_type sip.from"
    " sip.method sip.protocol sip.request_line sip.response_line sip.stat_code sip.stat_msg sip.to sip.ua sip.uri sip.via smb.named_pipe"
    " smb.ntlmssp_domain smb.ntlmssp_user smb.share smb.version smb_named_pipe smb_share smtp.helo smtp.mail_from smtp.rcpt_to "
    "snmp.community"
    " snmp.pdu_type snmp.trap_type snmp.usm snmp.version ssh.hassh ssh.hassh.server ssh.hassh.server.string ssh.hassh.string ssh.proto"
    " ssh.protoversion ssh.software ssh.softwareversion ssh_proto ssh_software ssl_state ssl_version stream-event strip_pseudo_headers tag"
    " tcp.wscale tls.alpn tls.cert_chain_len tls.cert_fingerprint tls.cert_issuer tls.cert_serial tls.cert_subject tls.certs "
    "tls.fingerprint"
    " tls.issuerdn tls.random tls.random_bytes tls.random_time tls.sni tls.store tls.subject tls.subjectaltname tls.version "
    "tls_cert_expired"
    " tls_cert_fingerprint tls_cert_issuer tls_cert_notafter tls_cert_notbefore tls_cert_serial tls_cert_subject tls_cert_valid tls_sni"
    " to_base64 from_base64 uricontent urilen vlan.id vlan.layers websocket.flags websocket.mask websocket.opcode websocket.payload xbits "
    "xor"
    " header_lowercase gunzip zlib_deflate ";

constexpr std::string_view suricata_protocols =
    " bittorrent-dht dcerpc dhcp dnp3 dns doh2 enip failed ftp ftp-data http http1 http2 ike ikev2 imap irc jabber krb5 ldap llmnr mdns "
    "modbus"
    " mqtt msn mysql nfs ntp pgsql pkthdr pop3 quic rdp rfb sip smb smtp snmp socks ssh telnet template tftp tls unknown websocket ";

/// Whether the word stands in a list of words between blanks.
bool has_word(std::string_view words, std::string_view word) {
    if (word.empty() || word.find(' ') != std::string_view::npos) return false;
    for (std::size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1))
        if (words[at - 1] == ' ' && words[at + word.size()] == ' ') return true;
    return false;
}

std::string markdown(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

}  // namespace

std::string_view name_of(KeywordKind kind) noexcept {
    constexpr std::array<std::string_view, 8> names{"meta", "session", "header", "payload", "buffer", "number", "transform", "policy"};
    return names[static_cast<std::size_t>(kind)];
}

std::span<const Keyword> keywords() { return table().rows; }

const Keyword* find_keyword(std::string_view name) {
    const auto row = table().by_name.find(name);
    return row == table().by_name.end() ? nullptr : &table().rows[row->second];
}

bool is_suricata_keyword(std::string_view name) { return has_word(suricata_keywords, name); }
bool is_suricata_protocol(std::string_view name) { return has_word(suricata_protocols, name); }

std::string keywords_markdown() {
    constexpr std::array titles{
        std::pair{meta, "About the rule"},
        std::pair{session, "The session"},
        std::pair{policy, "The policy: weir's own"},
        std::pair{header, "The packet's headers"},
        std::pair{payload, "The payload, and any buffer"},
        std::pair{buffer, "Buffers of every protocol"},
        std::pair{number, "Numbers in other words"},
        std::pair{transform, "Transforms"},
    };
    std::string out;
    for (const auto& [kind, title] : titles) {
        out += "### " + std::string(title) + "\n\n| keyword | what it does | example |\n|---|---|---|\n";
        for (const Keyword& row : built_in) {
            if (row.kind != kind) continue;
            out += "| `" + std::string(row.name) + (row.aliases.empty() ? "`" : "`, `" + std::string(row.aliases) + "`");
            out += " | " + markdown(row.doc) + " | `" + markdown(row.example) + ";` |\n";
        }
        out += '\n';
    }
    out += "### Older spellings\n\n| spelling | field | form |\n|---|---|---|\n";
    for (const OldSpelling& old : old_spellings) {
        constexpr std::array<std::string_view, 3> forms{"another name", "behind the content that it moves", "a content itself"};
        out += "| `" + std::string(old.name) + "` | `" + std::string(old.field) + "` | " +
               std::string(forms[static_cast<std::size_t>(old.form)]) + " |\n";
    }
    return out;
}

}  // namespace weir::rules
