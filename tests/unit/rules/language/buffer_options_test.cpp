// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

namespace {

constexpr std::string_view ntp = "alert ntp any any -> any any";

}  // namespace

TEST_CASE("sticky buffers stay in force until the next one or pkt_data") {
    for (const Accepted& row : {
             Accepted{"content:\"a\"; ntp.reference_id; content:\"b\"; content:\"c\"; pkt_data; content:\"d\";",
                      "payload:\n  content \"a\"\n  content \"d\"\nntp.reference_id:\n  content \"b\"\n  content \"c\"\n", ntp},
             // one per transaction: a later mention goes on where the first stopped
             Accepted{"ntp.reference_id; content:\"a\"; pkt_data; content:\"x\"; ntp.reference_id; content:\"b\";",
                      "payload:\n  content \"x\"\nntp.reference_id:\n  content \"a\"\n  content \"b\"\n", ntp},
             // a list: each mention is about an element of its own
             Accepted{"dns.query; content:\"a\"; dns_query; content:\"b\";", "dns.query:\n  content \"a\"\ndns.query:\n  content \"b\"\n",
                      "alert dns any any -> any any"},
             Accepted{"ntp.reference_id; to_lowercase; compress_whitespace; content:\"a\"; ntp.reference_id; content:\"b\";",
                      "ntp.reference_id to_lowercase compress_whitespace:\n  content \"a\"\nntp.reference_id:\n  content \"b\"\n", ntp},
             Accepted{"ntp.reference_id; dotprefix; to_uppercase; strip_whitespace; url_decode; to_md5; to_sha1; to_sha256; bsize:32;",
                      "ntp.reference_id dotprefix to_uppercase strip_whitespace url_decode to_md5 to_sha1 to_sha256:\n  bsize 32\n", ntp},
             Accepted{"tcp.hdr; content:\"a\"; ipv4.hdr; content:\"b\";",
                      "ip_version 4\ntcp.hdr:\n  content \"a\"\nip.hdr:\n  content \"b\"\n"},
             Accepted{"icmpv6.hdr; content:\"a\"; ipv6.hdr; content:\"b\";",
                      "ip_proto 58\nip_version 6\nicmp.hdr:\n  content \"a\"\nip.hdr:\n  content \"b\"\n", "alert icmp any any -> any any"},
             Accepted{"udp.hdr; content:\"a\";", "udp.hdr:\n  content \"a\"\n", "alert udp any any -> any any"},
         })
        check_accepted(row);
}

TEST_CASE("numbers of a protocol") {
    for (const Accepted& row : {
             Accepted{"ntp.stratum:2;", "ntp.stratum 2\n", ntp},
             Accepted{"ntp.stratum:!1; ntp.mode:>=3; ntp.extra:1<>10;", "ntp.stratum !1\nntp.mode >=3\nntp.extra 1-10\n", ntp},
             Accepted{"ntp.mode:true;", "ntp.mode 1\n", "alert udp any any -> any any"},
             Accepted{"tls.version:1.2; tls.version:!1.0; tls.version:0x0304;", "tls.version 771\ntls.version !769\ntls.version 772\n"},
         })
        check_accepted(row);
}

TEST_CASE("older spellings") {
    constexpr std::string_view http = "alert http any any -> any any";
    for (const Accepted& row : {
             Accepted{"content:\"a\"; http_uri; nocase; content:\"b\"; http_header; content:\"c\"; http_uri; distance:0; content:\"p\";",
                      "payload:\n  content \"p\"\nhttp.uri:\n  content \"a\" nocase\n  content \"c\" distance 0\nhttp.header:\n  content "
                      "\"b\"\n",
                      http},
             Accepted{"uricontent:!\"a\"; nocase; urilen:>10; urilen:5<>9,raw; urilen:7,norm;",
                      "http.uri:\n  not content \"a\" nocase\n  bsize >10\n  bsize 7\nhttp.uri.raw:\n  bsize 5-9\n", http},
             Accepted{"tls_sni; content:\"a\"; tls.subject:\"CN=x\";",
                      "tls.sni:\n  content \"a\"\ntls.cert_subject:\n  content \"CN=x\"\n"},
         })
        check_accepted(row);
}

TEST_CASE("refused") {
    for (const Refused& row : {
             Refused{"@ntp.reference_id;",
                     "ntp.reference_id is followed by nothing that looks at it: expected content, pcre, bsize or the like", ntp},
             Refused{"@ntp.reference_id; pkt_data; content:\"a\";",
                     "ntp.reference_id is followed by nothing that looks at it: expected content, pcre, bsize or the like", ntp},
             Refused{"ntp.reference_id:@x;", "ntp.reference_id takes no value", ntp},
             Refused{"@ntp.stratum;", "ntp.stratum lacks its value", ntp},
             Refused{"@ntp.stratum:1;", "ntp.stratum belongs to ntp, which the rule's protocol does not carry"},
             Refused{"@ntp.stratum:1;", "ntp.stratum belongs to ntp, the rule's header says tls", "alert tls any any -> any any"},
             Refused{"ntp.stratum:1; @tls.sni; content:\"a\";",
                     "tls.sni belongs to tls, an earlier keyword to ntp: a rule looks at one protocol", "alert ip any any -> any any"},
             Refused{"@tls.sni; content:\"a\";", "tls.sni belongs to tls, which a tcp-pkt rule does not see: expected tcp or tls",
                     "alert tcp-pkt any any -> any any"},
             Refused{"@to_md5; content:\"a\";", "to_md5 stands right behind the buffer that it changes: expected one before it"},
             Refused{"ntp.reference_id; content:\"a\"; @to_md5;",
                     "to_md5 stands right behind the buffer that it changes: expected one before it", ntp},
             Refused{"@udp.hdr; content:\"a\";", "udp.hdr asks for UDP, which the rule's protocol rules out"},
             Refused{"http.uri; content:\"a\"; @http_uri;",
                     "http_uri modifies a content on the payload, and a sticky buffer is in force: expected pkt_data before the content"},
             Refused{"content:\"a\"; http_uri; @http_header;", "http_header: the content looks at another buffer already"},
             Refused{"content:\"a\"; rawbytes; @http_uri;", "http_uri and rawbytes contradict each other"},
             Refused{"urilen:5,@cooked;", "unknown word \"cooked\": expected norm or raw"},
             Refused{"tls.version:@1.9;", "\"1.9\" is not a number: expected 0 to 18446744073709551615"},
         })
        check_refused(row);
}

TEST_CASE("buffers of the packet's ends, decoded text, transforms with a value, versions in words") {
    for (const Accepted& row : {
             Accepted{"ip.src; content:\"a\"; ip.dst; content:\"b\";", "ip.src:\n  content \"a\"\nip.dst:\n  content \"b\"\n"},
             Accepted{"content:\"a\"; base64_decode:bytes 5, offset 2, relative; base64_data; content:\"b\";",
                      "payload:\n  content \"a\"\n  base64_decode offset 2 bytes 5 relative\nbase64_data:\n  content \"b\"\n"},
             Accepted{"base64_decode; base64_data; bsize:>3;", "payload:\n  base64_decode offset 0\nbase64_data:\n  bsize >3\n"},
             Accepted{"http.uri; xor:\"6162\"; content:\"a\";", "http.uri xor\"ab\":\n  content \"a\"\n"},
             Accepted{"http.uri; pcrexform:\"a(b)\"; header_lowercase; content:\"b\";",
                      "http.uri pcrexform\"a(b)\" header_lowercase:\n  content \"b\"\n"},
             Accepted{"ssl_version:sslv3,tls1.0;", "tls.version 768 or 769\n"},
             Accepted{"ssl_version:!tls1.2,!tls1.3;", "tls.version !771\ntls.version !772\n"},
         })
        check_accepted(row);
    for (const Refused& row : {
             Refused{"@base64_data; content:\"a\";", "base64_data looks at what base64_decode has decoded: expected that before it"},
             Refused{"@base64_decode;", "base64_decode is for base64_data, which the rule lacks"},
             Refused{"base64_decode:bytes 5,@bytes 6; base64_data; content:\"a\";", "unknown word \"bytes 6\" in base64_decode"},
             Refused{"base64_decode; base64_data; to_md5; @content:\"a\";", "base64_data takes no transforms"},
             Refused{"http.uri; xor:\"6@g\"; content:\"a\";", "the key is hexadecimal, two digits a byte, as in `xor:\"0d0ac8ff\"`"},
             Refused{"http.uri; xor:\"616@\"; content:\"a\";", "the key is hexadecimal, two digits a byte, as in `xor:\"0d0ac8ff\"`"},
             Refused{"http.uri; pcrexform:\"@ab\"; content:\"a\";",
                     "the buffer becomes what the expression's first group matches: expected one in brackets"},
             Refused{"@xor:\"61\"; content:\"a\";", "xor stands right behind the buffer that it changes: expected one before it"},
             Refused{"ssl_version:tls1.0,@tls9;", "unknown version \"tls9\": expected sslv2, sslv3, tls1.0, tls1.1, tls1.2 or tls1.3"},
         })
        check_refused(row);
}
