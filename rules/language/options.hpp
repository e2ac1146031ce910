// SPDX-License-Identifier: Apache-2.0
// What each keyword does with its option: the functions that the table in rules/keywords.cpp names, by the file they stand in.
#pragma once

#include "rules/language/builder.hpp"

namespace weir::rules::language {

// ---- meta_options.cpp
void parse_msg(RuleBuilder& builder, const Option& option);
void parse_sid(RuleBuilder& builder, const Option& option);
void parse_rev(RuleBuilder& builder, const Option& option);
void parse_gid(RuleBuilder& builder, const Option& option);
void parse_classtype(RuleBuilder& builder, const Option& option);
void parse_priority(RuleBuilder& builder, const Option& option);
void parse_reference(RuleBuilder& builder, const Option& option);
void parse_metadata(RuleBuilder& builder, const Option& option);
void parse_target(RuleBuilder& builder, const Option& option);
void parse_noalert(RuleBuilder& builder, const Option& option);
void parse_tag(RuleBuilder& builder, const Option& option);
void parse_requires(RuleBuilder& builder, const Option& option);
/// Keywords that are accepted and change nothing.
void parse_nothing(RuleBuilder& builder, const Option& option);

// ---- session_options.cpp
void parse_flow(RuleBuilder& builder, const Option& option);
void parse_flowbits(RuleBuilder& builder, const Option& option);
void parse_threshold(RuleBuilder& builder, const Option& option);
void parse_detection_filter(RuleBuilder& builder, const Option& option);
void parse_app_layer_protocol(RuleBuilder& builder, const Option& option);
void parse_stream_size(RuleBuilder& builder, const Option& option);

// ---- state_options.cpp
void parse_xbits(RuleBuilder& builder, const Option& option);
void parse_hostbits(RuleBuilder& builder, const Option& option);
void parse_flowint(RuleBuilder& builder, const Option& option);
void parse_dataset(RuleBuilder& builder, const Option& option);
void parse_datarep(RuleBuilder& builder, const Option& option);
void parse_iprep(RuleBuilder& builder, const Option& option);

// ---- policy_options.cpp
void parse_equipment_word(RuleBuilder& builder, const Option& option, EquipmentCheck::Attribute attribute);
template <EquipmentCheck::Attribute attribute>
void parse_equipment(RuleBuilder& builder, const Option& option) {
    parse_equipment_word(builder, option, attribute);
}
void parse_contract_word(RuleBuilder& builder, const Option& option, bool egress);
template <bool egress>
void parse_contract_says(RuleBuilder& builder, const Option& option) {
    parse_contract_word(builder, option, egress);
}
void parse_direction(RuleBuilder& builder, const Option& option);
void parse_app_layer_event(RuleBuilder& builder, const Option& option);
void parse_decode_event(RuleBuilder& builder, const Option& option);
void parse_stream_event(RuleBuilder& builder, const Option& option);
void parse_engine_event(RuleBuilder& builder, const Option& option);

// ---- packet_options.cpp
void parse_packet_number(RuleBuilder& builder, const Option& option, PacketField field, std::uint64_t max);
/// A header keyword whose value is a number of the packet.
template <PacketField field, std::uint64_t max>
void parse_packet(RuleBuilder& builder, const Option& option) {
    parse_packet_number(builder, option, field, max);
}
void parse_ip_proto(RuleBuilder& builder, const Option& option);
void parse_sameip(RuleBuilder& builder, const Option& option);
void parse_ipopts(RuleBuilder& builder, const Option& option);
void parse_fragbits(RuleBuilder& builder, const Option& option);
void parse_flags(RuleBuilder& builder, const Option& option);

// ---- content_options.cpp
void parse_content(RuleBuilder& builder, const Option& option);
void parse_nocase(RuleBuilder& builder, const Option& option);
void parse_offset(RuleBuilder& builder, const Option& option);
void parse_depth(RuleBuilder& builder, const Option& option);
void parse_distance(RuleBuilder& builder, const Option& option);
void parse_within(RuleBuilder& builder, const Option& option);
void parse_startswith(RuleBuilder& builder, const Option& option);
void parse_endswith(RuleBuilder& builder, const Option& option);
void parse_fast_pattern(RuleBuilder& builder, const Option& option);
void parse_rawbytes(RuleBuilder& builder, const Option& option);
void parse_replace(RuleBuilder& builder, const Option& option);
void parse_pcre(RuleBuilder& builder, const Option& option);
/// `content` of the quoted value, with its escapes worked out; `negated` where `!` stands before the quotes.
[[nodiscard]] Content read_content(const Option& option);

// ---- byte_options.cpp
void parse_isdataat(RuleBuilder& builder, const Option& option);
void parse_bsize(RuleBuilder& builder, const Option& option);
void parse_byte_test(RuleBuilder& builder, const Option& option);
void parse_byte_jump(RuleBuilder& builder, const Option& option);
void parse_byte_extract(RuleBuilder& builder, const Option& option);
void parse_byte_math(RuleBuilder& builder, const Option& option);

void parse_base64_decode(RuleBuilder& builder, const Option& option);

// ---- buffer_options.cpp
void parse_base64_data(RuleBuilder& builder, const Option& option);
void parse_file_data(RuleBuilder& builder, const Option& option);
void parse_ip_address(RuleBuilder& builder, const Option& option, BufferRef::Source side);
template <BufferRef::Source side>
void parse_ip_end(RuleBuilder& builder, const Option& option) {
    parse_ip_address(builder, option, side);
}
void parse_pkt_data(RuleBuilder& builder, const Option& option);
/// Sticky buffers on headers.
void parse_ip_header(RuleBuilder& builder, const Option& option, std::uint8_t version);
template <std::uint8_t version>
void parse_ip_hdr(RuleBuilder& builder, const Option& option) {
    parse_ip_header(builder, option, version);
}
void parse_tcp_hdr(RuleBuilder& builder, const Option& option);
void parse_udp_hdr(RuleBuilder& builder, const Option& option);
void parse_icmp_header(RuleBuilder& builder, const Option& option, std::uint8_t ip_protocol);
template <std::uint8_t ip_protocol>
void parse_icmp_hdr(RuleBuilder& builder, const Option& option) {
    parse_icmp_header(builder, option, ip_protocol);
}
void parse_transform_word(RuleBuilder& builder, const Option& option, Transform::Kind transform);
template <Transform::Kind transform>
void parse_transform(RuleBuilder& builder, const Option& option) {
    parse_transform_word(builder, option, transform);
}
void parse_xor(RuleBuilder& builder, const Option& option);
void parse_pcrexform(RuleBuilder& builder, const Option& option);
void parse_urilen(RuleBuilder& builder, const Option& option);
void parse_ssl_version(RuleBuilder& builder, const Option& option);
/// The forms in which a protocol's field stands in a rule: `Keyword::app` and `Keyword::field` name it.
void parse_field_buffer(RuleBuilder& builder, const Option& option);    ///< `dns.query; content:"x"`
void parse_field_number(RuleBuilder& builder, const Option& option);    ///< `snmp.version:2`
void parse_field_modifier(RuleBuilder& builder, const Option& option);  ///< `content:"x"; http_uri`
void parse_field_content(RuleBuilder& builder, const Option& option);   ///< `uricontent:"x"`

// ---- meta_options.cpp: values in quotes

/// The value without its quotes, if it has any.
[[nodiscard]] Text unquoted(const Option& option);
/// A value that must stand in quotes, perhaps with `!` before them.
struct Quoted {
    bool negated = false;
    Text text;
};
[[nodiscard]] Quoted quoted_value(const Option& option);

}  // namespace weir::rules::language
