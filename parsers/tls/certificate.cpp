// SPDX-License-Identifier: Apache-2.0
#include "parsers/tls/certificate.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "parsers/base/ber.hpp"
#include "parsers/base/digest.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::tls {
namespace {

constexpr std::uint32_t max_chain = 256;  // certificates that are counted
constexpr std::size_t max_names = 128;    // subjectAltName entries that are shown
constexpr std::uint8_t explicit_version = 0xa0, issuer_unique_id = 0x81, subject_unique_id = 0x82, explicit_extensions = 0xa3;
constexpr std::uint8_t bmp_string = 0x1e;
namespace general_name {  // RFC 5280 section 4.2.1.6
constexpr std::uint8_t email = 0x81, dns = 0x82, uri = 0x86, ip = 0x87;
}
constexpr std::string_view subject_alt_name{"\x55\x1d\x11", 3};  // 2.5.29.17

/// Attribute types by their short names (RFC 4519, RFC 5280 appendix A); any other is shown as dotted numbers.
struct AttributeName {
    std::string_view oid;
    std::string_view name;
};
constexpr std::array attribute_names{
    AttributeName{{"\x55\x04\x03", 3}, "CN"},
    AttributeName{{"\x55\x04\x0a", 3}, "O"},
    AttributeName{{"\x55\x04\x06", 3}, "C"},
    AttributeName{{"\x55\x04\x0b", 3}, "OU"},
    AttributeName{{"\x55\x04\x07", 3}, "L"},
    AttributeName{{"\x55\x04\x08", 3}, "ST"},
    AttributeName{{"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9}, "emailAddress"},
    AttributeName{{"\x55\x04\x05", 3}, "serialNumber"},
    AttributeName{{"\x55\x04\x04", 3}, "SN"},
    AttributeName{{"\x55\x04\x2a", 3}, "GN"},
    AttributeName{{"\x55\x04\x09", 3}, "STREET"},
    AttributeName{{"\x55\x04\x0c", 3}, "title"},
    AttributeName{{"\x55\x04\x0f", 3}, "businessCategory"},
    AttributeName{{"\x55\x04\x11", 3}, "postalCode"},
    AttributeName{{"\x55\x04\x61", 3}, "organizationIdentifier"},
    AttributeName{{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01", 11}, "jurisdictionL"},
    AttributeName{{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02", 11}, "jurisdictionST"},
    AttributeName{{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03", 11}, "jurisdictionC"},
    AttributeName{{"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 10}, "DC"},
    AttributeName{{"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", 10}, "UID"},
};

void put_attribute_type(TextWriter& writer, Bytes oid) noexcept {
    for (const AttributeName& row : attribute_names) {
        if (as_text(oid) != row.oid) continue;
        writer.put(row.name);
        return;
    }
    std::array<std::uint8_t, 128> dotted;
    writer.put(Bytes{dotted}.first(ber::write_oid(oid, dotted)));
}

/// UTF-16BE without surrogates, as BMPString is (X.680), to UTF-8.
void put_bmp(TextWriter& writer, Bytes content) noexcept {
    for (std::size_t i = 0; i + 1 < content.size(); i += 2) {
        const unsigned unit = content[i] << 8 | content[i + 1];
        if (unit < 0x80) {
            writer.put(static_cast<char>(unit));
            continue;
        }
        if (unit >= 0x800) {
            writer.put(static_cast<char>(0xe0 | unit >> 12)).put(static_cast<char>(0x80 | (unit >> 6 & 0x3f)));
        } else {
            writer.put(static_cast<char>(0xc0 | unit >> 6));
        }
        writer.put(static_cast<char>(0x80 | (unit & 0x3f)));
    }
}

/// Name ::= SEQUENCE OF SET OF SEQUENCE { type, value } (RFC 5280 section 4.1.2.4), in the order of the certificate.
Bytes name_text(Bytes name, Scratch& scratch, bool& intact) noexcept {
    return write_in(scratch, [&](TextWriter& writer) {
        ber::Reader relative_names{name};
        while (!relative_names.empty()) {
            ber::Reader attributes{relative_names.expect(ber::tag::set)};
            std::string_view separator = ", ";
            while (!attributes.empty()) {
                ber::Reader attribute{attributes.expect(ber::tag::sequence)};
                const Bytes type = attribute.expect(ber::tag::oid);
                const ber::Element value = attribute.next();
                if (!attribute.ok()) intact = false;
                if (!writer.empty()) writer.put(separator);
                separator = " + ";
                put_attribute_type(writer, type);
                writer.put('=');
                if (value.tag == bmp_string)
                    put_bmp(writer, value.content);
                else
                    writer.put(value.content);
            }
            if (!attributes.ok()) intact = false;
        }
        if (!relative_names.ok()) intact = false;
    });
}

Bytes colon_hex(Bytes bytes, bool upper, Scratch& scratch) noexcept {
    return write_in(scratch, [&](TextWriter& writer) {
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            if (i != 0) writer.put(':');
            writer.hex(bytes[i], upper);
        }
    });
}

/// The digits of a SHA-1 with colons between its bytes.
Bytes fingerprint_text(Bytes der, Scratch& scratch) noexcept {
    const auto digest = sha1(der);
    const std::string_view digits = digest.text();
    if (digits.empty()) return {};
    return write_in(scratch, [&](TextWriter& writer) {
        for (std::size_t i = 0; i < digits.size(); i += 2) {
            if (i != 0) writer.put(':');
            writer.put(digits.substr(i, 2));
        }
    });
}

/// UTCTime `YYMMDDhhmmssZ` and GeneralizedTime `YYYYMMDDhhmmssZ` (RFC 5280 section 4.1.2.5); absent when it is neither.
Bytes time_text(const ber::Element& time, Scratch& scratch) noexcept {
    const bool utc = time.tag == ber::tag::utc_time;
    if (!utc && time.tag != ber::tag::generalized_time) return {};
    const std::string_view text = as_text(time.content);
    const std::size_t year_digits = utc ? 2 : 4, digits = year_digits + 10;
    if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), [](char c) { return c >= '0' && c <= '9'; })) return {};
    return write_in(scratch, [&](TextWriter& writer) {
        if (utc) writer.put(text[0] >= '5' ? "19" : "20");
        std::size_t at = year_digits;
        writer.put(text.substr(0, at));
        for (const char before : {'-', '-', 'T', ':', ':'}) {
            writer.put(before).put(text.substr(at, 2));
            at += 2;
        }
    });
}

Bytes general_name_text(const ber::Element& name, Scratch& scratch) noexcept {
    if (name.tag != general_name::ip) return name.content;
    char text[INET6_ADDRSTRLEN];
    const int family = name.content.size() == 4 ? AF_INET : AF_INET6;
    if (name.content.size() != 4 && name.content.size() != 16) return {};
    if (inet_ntop(family, name.content.data(), text, sizeof text) == nullptr) return {};
    return write_in(scratch, [&](TextWriter& writer) { writer.put(std::string_view{text}); });
}

bool is_shown(std::uint8_t tag) noexcept {
    return tag == general_name::dns || tag == general_name::email || tag == general_name::uri || tag == general_name::ip;
}

/// GeneralNames, those that are text or an address.
std::span<const Bytes> alternative_names(Bytes content, Scratch& scratch, bool& intact) noexcept {
    const ber::Reader start{ber::Reader{content}.expect(ber::tag::sequence)};
    std::size_t count = 0;
    ber::Reader counter = start;
    while (!counter.empty()) count += is_shown(counter.next().tag) ? 1 : 0;
    if (!counter.ok()) intact = false;
    const auto names = scratch.array<Bytes>(std::min(count, max_names));
    ber::Reader reader = start;
    for (std::size_t i = 0; i < names.size();) {
        const ber::Element name = reader.next();
        if (!reader.ok()) break;
        if (is_shown(name.tag)) names[i++] = general_name_text(name, scratch);
    }
    return names;
}

void read_extensions(Bytes wrapped, Scratch& scratch, Certificate& certificate) noexcept {
    ber::Reader extensions{ber::Reader{wrapped}.expect(ber::tag::sequence)};
    while (!extensions.empty()) {
        ber::Reader extension{extensions.expect(ber::tag::sequence)};
        const Bytes type = extension.expect(ber::tag::oid);
        if (extension.peek_tag() == ber::tag::boolean) (void)extension.next();  // critical
        const Bytes value = extension.expect(ber::tag::octet_string);
        if (!extension.ok()) certificate.intact = false;
        if (as_text(type) == subject_alt_name) certificate.names = alternative_names(value, scratch, certificate.intact);
    }
    if (!extensions.ok()) certificate.intact = false;
}

void read_certificate(Scratch& scratch, Certificate& certificate) noexcept {
    certificate.fingerprint = fingerprint_text(certificate.der, scratch);
    ber::Reader outer{certificate.der};
    ber::Reader signed_part{outer.expect(ber::tag::sequence)};
    ber::Reader body{signed_part.expect(ber::tag::sequence)};
    if (body.peek_tag() == explicit_version) (void)body.next();
    const Bytes serial = body.expect(ber::tag::integer);
    (void)body.expect(ber::tag::sequence);  // signature algorithm
    const Bytes issuer = body.expect(ber::tag::sequence);
    ber::Reader validity{body.expect(ber::tag::sequence)};
    const ber::Element not_before = validity.next(), not_after = validity.next();
    const Bytes subject = body.expect(ber::tag::sequence);
    if (!body.ok()) {
        certificate.intact = false;
        return;
    }
    certificate.serial = colon_hex(serial, true, scratch);
    certificate.issuer = name_text(issuer, scratch, certificate.intact);
    certificate.subject = name_text(subject, scratch, certificate.intact);
    certificate.self_signed = std::ranges::equal(issuer, subject);
    certificate.not_before = time_text(not_before, scratch);
    certificate.not_after = time_text(not_after, scratch);
    if (certificate.not_before.data() == nullptr || certificate.not_after.data() == nullptr) certificate.intact = false;
    (void)body.expect(ber::tag::sequence);  // public key
    while (!body.empty()) {
        const ber::Element element = body.next();
        if (element.tag == explicit_extensions)
            read_extensions(element.content, scratch, certificate);
        else if (element.tag != issuer_unique_id && element.tag != subject_unique_id)
            certificate.intact = false;
    }
    if (!body.ok()) certificate.intact = false;
}

}  // namespace

bool read_certificate_message(Bytes body, Scratch& scratch, Certificate& certificate) noexcept {
    Cursor message{body};
    Cursor chain = message.sub(message.be24());
    while (!chain.empty() && certificate.chain_length < max_chain) {
        const Bytes der = chain.take(chain.be24());
        if (!chain.ok()) break;
        if (certificate.chain_length++ == 0) certificate.der = der;
    }
    if (!message.ok() || !chain.ok()) certificate.intact = false;
    if (certificate.chain_length == 0) return false;
    read_certificate(scratch, certificate);
    return true;
}

}  // namespace weir::tls
