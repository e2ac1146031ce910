// SPDX-License-Identifier: Apache-2.0
#include "parsers/dns/dns_message.hpp"

#include <algorithm>

#include "parsers/base/colon_hex.hpp"
#include "parsers/dns/dns_codes.hpp"
#include "parsers/dns/dns_name.hpp"

namespace weir::dns {
namespace {

constexpr std::uint32_t dnssec_ok_bit = 0x8000;  // in the TTL of an OPT record, RFC 6891 section 6.1.3

/// A resource record from the outside, RFC 1035 section 4.1.3.
struct RawRecord {
    std::size_t name_at = 0;
    std::size_t data_at = 0;
    std::uint16_t type = 0, rclass = 0;
    std::uint32_t ttl = 0;
    Bytes data{};
};

RawRecord next_record(Cursor& cursor) noexcept {
    RawRecord record;
    record.name_at = cursor.position();
    skip_name(cursor);
    record.type = cursor.be16();
    record.rclass = cursor.be16();
    record.ttl = cursor.be32();
    const std::uint16_t size = cursor.be16();
    record.data_at = cursor.position();
    record.data = cursor.take(size);
    return record;
}

/// Rows that a record takes: a TXT record one per string, OPT none (it is no record of the zone), any other one.
std::size_t rows_of(const RawRecord& record) noexcept {
    if (record.type == rrtype::opt) return 0;
    if (record.type != rrtype::txt) return 1;
    std::size_t strings = 0;
    for (Cursor data{record.data}; !data.empty() && data.ok();) {
        data.skip(data.u8());
        if (data.ok()) ++strings;
    }
    return strings;
}

class Reader {
public:
    Reader(Bytes wire, Scratch& scratch, Message& message, Faults& faults) noexcept
        : cursor_(wire), scratch_(scratch), message_(message), faults_(faults) {}

    bool read() noexcept {
        const Header header = Header::read(cursor_);
        if (!cursor_.ok()) {
            faults_.add(Fault::malformed);
            return false;
        }
        message_.id = header.id;
        message_.flags = header.flags;
        if (!questions(header.questions)) {
            faults_.add(Fault::malformed);
            return false;
        }
        if (!section(header.answers, message_.answers))
            faults_.add(Fault::malformed);
        else if (!section(header.authorities, message_.authorities))
            faults_.add(Fault::invalid_authorities);
        else if (!section(header.additionals, message_.additionals))
            faults_.add(Fault::invalid_additionals);
        return true;
    }

private:
    bool questions(std::size_t count) noexcept {
        const auto rows = scratch_.array<Query>(std::min({count, max_records, cursor_.remaining() / min_question}));
        std::size_t used = 0;
        for (std::size_t i = 0; i < count && cursor_.ok(); ++i) {
            if (i >= max_records) {
                faults_.add(Fault::too_many_records);
                skip_name(cursor_);
                cursor_.skip(4);
                continue;
            }
            Query query;
            query.name = name_at(cursor_);
            query.type = cursor_.be16();
            cursor_.skip(2);  // class
            query.type_name = type_name(query.type);
            if (cursor_.ok() && used < rows.size()) rows[used++] = query;
        }
        message_.queries = rows.first(used);
        if (used > 0) first_question_ = message_.queries[0].name;
        return cursor_.ok();
    }

    /// Reads a section of `count` records into `rows`: first from the outside, to know how many rows it takes.
    bool section(std::size_t count, std::span<const Record>& rows) noexcept {
        Cursor ahead = cursor_;
        std::size_t wanted = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const RawRecord record = next_record(ahead);
            if (!ahead.ok()) break;
            wanted += rows_of(record);
        }
        const std::size_t allowed = std::min(wanted, max_records);
        rows_ = scratch_.array<Record>(allowed);
        used_ = 0;
        out_of_room_ = false;
        if (wanted > max_records || rows_.size() < allowed) faults_.add(Fault::too_many_records);
        for (std::size_t i = 0; i < count; ++i) {
            const RawRecord record = next_record(cursor_);
            if (!cursor_.ok()) break;
            if (!read_record(record)) faults_.add(out_of_room_ ? Fault::too_many_records : Fault::malformed);
            if (out_of_room_) rows_ = rows_.first(used_);  // no later row of this section would fit either
        }
        rows = rows_.first(used_);
        return cursor_.ok();
    }

    /// False when the record's name or data is broken: it is shown without data then, and the next record is read.
    bool read_record(const RawRecord& raw) noexcept {
        if (raw.type == rrtype::opt) return read_edns(raw);
        if (used_ == rows_.size()) return true;
        Cursor at = cursor_at(raw.name_at);
        Record record;
        record.name = name_at(at);
        if (out_of_room_) return false;
        record.type = raw.type;
        record.type_name = type_name(raw.type);
        record.ttl = raw.ttl;
        if (raw.type == rrtype::txt) return at.ok() && read_strings(raw, record);
        const bool good = at.ok() && read_data(raw, record);
        if (out_of_room_) return false;
        if (!good) record.data = Record::Data::other;
        rows_[used_++] = record;
        return good;
    }

    bool read_strings(const RawRecord& raw, Record& record) noexcept {
        record.data = Record::Data::text;
        Cursor data{raw.data};
        while (!data.empty()) {
            record.text = data.take(data.u8());
            if (!data.ok()) return false;
            if (used_ < rows_.size()) rows_[used_++] = record;
        }
        return true;
    }

    bool read_data(const RawRecord& raw, Record& record) noexcept {
        Cursor data = cursor_at(raw.data_at);
        switch (raw.type) {
            case rrtype::a:
            case rrtype::aaaa:
                record.data = Record::Data::address;
                record.text = raw.data;
                return raw.data.size() == (raw.type == rrtype::a ? 4u : 16u);
            case rrtype::mx:
                data.skip(2);  // preference
                [[fallthrough]];
            case rrtype::cname:
            case rrtype::ns:
            case rrtype::ptr:
                record.data = Record::Data::text;
                record.text = name_at(data);
                break;
            case rrtype::null:
                record.data = Record::Data::text;
                record.text = raw.data;
                return true;
            case rrtype::soa:  // RFC 1035 section 3.3.13
                record.data = Record::Data::soa;
                record.text = name_at(data);
                record.rname = name_at(data);
                for (std::uint32_t& number : record.numbers) number = data.be32();
                break;
            case rrtype::srv:  // RFC 2782
                record.data = Record::Data::srv;
                for (std::size_t i = 0; i < 3; ++i) record.numbers[i] = data.be16();
                record.text = name_at(data);
                break;
            case rrtype::sshfp: return read_sshfp(raw.data, record);
            default: return true;
        }
        // The data must end where its length says; names may point elsewhere, but they must not begin elsewhere.
        return data.ok() && data.position() <= raw.data_at + raw.data.size();
    }

    /// RFC 4255 section 3.1: algorithm, fingerprint type, fingerprint.
    bool read_sshfp(Bytes wire, Record& record) noexcept {
        Cursor data{wire};
        record.data = Record::Data::sshfp;
        record.numbers[0] = data.u8();
        record.numbers[1] = data.u8();
        record.text = colon_hex(data.take_rest(), scratch_);
        return data.ok();
    }

    bool read_edns(const RawRecord& raw) noexcept {
        Edns& edns = message_.edns;
        edns.present = true;
        edns.udp_size = raw.rclass;
        edns.version = static_cast<std::uint8_t>(raw.ttl >> 16);
        edns.dnssec_ok = (raw.ttl & dnssec_ok_bit) != 0;
        if (raw.data.empty()) return true;
        const auto options = scratch_.array<Edns::Option>(max_options);
        std::size_t used = 0;
        Cursor data{raw.data};
        while (!data.empty()) {
            Edns::Option option;
            option.code = data.be16();
            option.data = data.take(data.be16());
            if (data.ok() && used < options.size()) options[used++] = option;
        }
        edns.options = options.first(used);
        return data.ok();
    }

    /// The name at `cursor`. The commonest of all, a pointer to the first question, is that question's text.
    Bytes name_at(Cursor& cursor) noexcept {
        if (cursor.peek() == 0xc0 && cursor.peek(1) == header_size && first_question_.data() != nullptr) {
            cursor.skip(2);
            return first_question_;
        }
        const Name name = read_name(cursor, scratch_);
        if (name.fault == NameFault::too_long) faults_.add(Fault::name_too_long);
        if (name.fault == NameFault::loop) faults_.add(Fault::name_loop);
        if (name.fault == NameFault::no_room) out_of_room_ = true;
        return name.text;
    }

    Bytes type_name(std::uint16_t type) noexcept {
        const std::string_view known = rrtype_name(type);
        if (!known.empty()) return as_bytes(known);
        return write_in(scratch_, [type](TextWriter& writer) { writer.decimal(type); });
    }

    [[nodiscard]] Cursor cursor_at(std::size_t position) const noexcept {
        Cursor cursor{cursor_.all()};
        cursor.skip(position);
        return cursor;
    }

    Cursor cursor_;
    Scratch& scratch_;
    Message& message_;
    Faults& faults_;
    Bytes first_question_{};
    std::span<Record> rows_{};
    std::size_t used_ = 0;
    bool out_of_room_ = false;
};

}  // namespace

Header Header::read(Cursor& cursor) noexcept {
    Header header;
    header.id = cursor.be16();
    header.flags.word = cursor.be16();
    header.questions = cursor.be16();
    header.answers = cursor.be16();
    header.authorities = cursor.be16();
    header.additionals = cursor.be16();
    return header;
}

bool Header::fits(std::size_t size) const noexcept {
    const std::size_t records = std::size_t{answers} + authorities + additionals;
    return size >= header_size + questions * min_question + records * min_record;
}

bool read_message(Bytes wire, Scratch& scratch, Message& message, Faults& faults) noexcept {
    return Reader{wire, scratch, message, faults}.read();
}

bool is_exact(Bytes wire) noexcept {
    Cursor cursor{wire};
    const Header header = Header::read(cursor);
    for (std::size_t i = 0; i < header.questions && cursor.ok(); ++i) {
        skip_name(cursor);
        cursor.skip(4);
    }
    const std::size_t records = std::size_t{header.answers} + header.authorities + header.additionals;
    for (std::size_t i = 0; i < records && cursor.ok(); ++i) (void)next_record(cursor);
    return cursor.ok() && cursor.remaining() == 0;
}

}  // namespace weir::dns
