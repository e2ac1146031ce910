// SPDX-License-Identifier: Apache-2.0
#include "parsers/http2/hpack.hpp"

#include "parsers/base/cursor.hpp"
#include "parsers/http2/huffman.hpp"

namespace weir::http2 {
namespace {

struct StaticHeader {
    std::string_view name, value;
};
/// RFC 7541 appendix A; index 1 is the first.
constexpr std::array<StaticHeader, 61> static_table{{{":authority", ""},
                                                     {":method", "GET"},
                                                     {":method", "POST"},
                                                     {":path", "/"},
                                                     {":path", "/index.html"},
                                                     {":scheme", "http"},
                                                     {":scheme", "https"},
                                                     {":status", "200"},
                                                     {":status", "204"},
                                                     {":status", "206"},
                                                     {":status", "304"},
                                                     {":status", "400"},
                                                     {":status", "404"},
                                                     {":status", "500"},
                                                     {"accept-charset", ""},
                                                     {"accept-encoding", "gzip, deflate"},
                                                     {"accept-language", ""},
                                                     {"accept-ranges", ""},
                                                     {"accept", ""},
                                                     {"access-control-allow-origin", ""},
                                                     {"age", ""},
                                                     {"allow", ""},
                                                     {"authorization", ""},
                                                     {"cache-control", ""},
                                                     {"content-disposition", ""},
                                                     {"content-encoding", ""},
                                                     {"content-language", ""},
                                                     {"content-length", ""},
                                                     {"content-location", ""},
                                                     {"content-range", ""},
                                                     {"content-type", ""},
                                                     {"cookie", ""},
                                                     {"date", ""},
                                                     {"etag", ""},
                                                     {"expect", ""},
                                                     {"expires", ""},
                                                     {"from", ""},
                                                     {"host", ""},
                                                     {"if-match", ""},
                                                     {"if-modified-since", ""},
                                                     {"if-none-match", ""},
                                                     {"if-range", ""},
                                                     {"if-unmodified-since", ""},
                                                     {"last-modified", ""},
                                                     {"link", ""},
                                                     {"location", ""},
                                                     {"max-forwards", ""},
                                                     {"proxy-authenticate", ""},
                                                     {"proxy-authorization", ""},
                                                     {"range", ""},
                                                     {"referer", ""},
                                                     {"refresh", ""},
                                                     {"retry-after", ""},
                                                     {"server", ""},
                                                     {"set-cookie", ""},
                                                     {"strict-transport-security", ""},
                                                     {"transfer-encoding", ""},
                                                     {"user-agent", ""},
                                                     {"vary", ""},
                                                     {"via", ""},
                                                     {"www-authenticate", ""}}};

constexpr unsigned max_continued = 4;  // octets behind the prefix of an integer: 28 bits are more than any length here

/// Section 5.1: `bits` of the next octet, and octets behind it where they are all ones.
std::uint32_t integer(Cursor& cursor, unsigned bits) noexcept {
    const std::uint32_t full = (1u << bits) - 1;
    std::uint32_t value = cursor.u8() & full;
    if (value < full) return value;
    for (unsigned i = 0; i < max_continued; ++i) {
        const std::uint8_t octet = cursor.u8();
        value += static_cast<std::uint32_t>(octet & 0x7f) << (7 * i);
        if ((octet & 0x80) == 0) return value;
    }
    cursor.fail();
    return 0;
}

/// One block on its way through the decoder.
class BlockReader {
public:
    BlockReader(Bytes block, DynamicTable& table, Scratch& scratch) noexcept
        : cursor_(block), table_(table), scratch_(scratch), headers_(scratch.array<Header>(max_headers)) {}

    HeaderBlock read() noexcept {
        while (!cursor_.empty() && !too_large_) field();
        HeaderBlock block;
        block.headers = headers_.first(count_);
        block.size_update = size_update_;
        if (too_large_)
            block.status = HeaderBlock::Status::too_large;
        else if (!cursor_.ok())
            block.status = HeaderBlock::Status::broken;
        if (block.status != HeaderBlock::Status::ok) table_.lose();
        return block;
    }

private:
    void field() noexcept {
        const std::uint8_t first = cursor_.peek();
        if ((first & 0x80) != 0) {  // section 6.1: an indexed field
            show(indexed(integer(cursor_, 7)));
        } else if ((first & 0xe0) == 0x20) {  // section 6.3: a new size of the table
            size_update_ = integer(cursor_, 5);
        } else {  // section 6.2: a literal, with or without indexing
            const bool kept = (first & 0xc0) == 0x40;
            const std::uint32_t index = integer(cursor_, kept ? 6 : 4);
            Header header;
            header.name = index == 0 ? text() : indexed(index).name;
            header.value = text();
            if (!cursor_.ok() || too_large_) return;
            if (kept) table_.insert(header);
            if (header.known()) show(header);
        }
    }

    /// Fields of the dynamic table are copied: what this block inserts may take their place.
    Header indexed(std::uint32_t index) noexcept {
        if (index == 0) cursor_.fail();
        if (!cursor_.ok()) return {};
        if (index <= static_table.size()) return {as_bytes(static_table[index - 1].name), as_bytes(static_table[index - 1].value)};
        const std::optional<Header> found = table_.at(index - static_table.size() - 1);
        if (!found) {
            cursor_.fail();
            return {};
        }
        return found->known() ? Header{copy(found->name), copy(found->value)} : *found;
    }

    Bytes copy(Bytes text) noexcept {
        const auto memory = room(text.size());
        if (memory.size() == text.size() && !text.empty()) std::memcpy(memory.data(), text.data(), text.size());
        return memory;
    }

    /// Section 5.2. Never null where the cursor is good and memory is enough.
    Bytes text() noexcept {
        const bool huffman = (cursor_.peek() & 0x80) != 0;
        const Bytes raw = cursor_.take(integer(cursor_, 7));
        if (!huffman || !cursor_.ok()) return raw;
        const auto memory = room(huffman_bound(raw.size()));
        if (too_large_) return {};
        const std::optional<std::size_t> size = decode_huffman(raw, memory);
        if (!size) cursor_.fail();
        scratch_.give_back(memory.size() - size.value_or(0));
        return memory.first(size.value_or(0));
    }

    std::span<std::uint8_t> room(std::size_t size) noexcept {
        if (scratch_.remaining() <= size) {
            too_large_ = true;
            return {};
        }
        return scratch_.take(size);
    }

    void show(const Header& header) noexcept {
        if (cursor_.ok() && !too_large_ && count_ < headers_.size()) headers_[count_++] = header;
    }

    Cursor cursor_;
    DynamicTable& table_;
    Scratch& scratch_;
    std::span<Header> headers_;
    std::size_t count_ = 0;
    std::optional<std::uint32_t> size_update_{};
    bool too_large_ = false;
};

}  // namespace

void DynamicTable::insert(const Header& header) noexcept {
    const std::size_t size = header.name.size() + header.value.size();
    const bool kept = header.known() && size <= max_text;
    const auto begin_of = [&](std::size_t i) -> std::size_t { return i < places_.size() ? places_[i].begin : used_; };
    std::size_t gone = places_.full() ? 1 : 0;
    while (kept && used_ - begin_of(gone) + size > max_text) ++gone;
    if (gone != 0) drop_oldest(gone);
    if (!kept) {
        (void)places_.push_back({used_, unknown, unknown});
        return;
    }
    (void)places_.push_back({used_, static_cast<std::uint16_t>(header.name.size()), static_cast<std::uint16_t>(header.value.size())});
    for (const Bytes piece : {header.name, header.value}) {
        if (!piece.empty()) std::memcpy(text_.data() + used_, piece.data(), piece.size());
        used_ = static_cast<std::uint16_t>(used_ + piece.size());
    }
}

void DynamicTable::drop_oldest(std::size_t count) noexcept {
    const std::uint16_t begin = count < places_.size() ? places_[count].begin : used_;
    std::memmove(text_.data(), text_.data() + begin, used_ - begin);
    used_ = static_cast<std::uint16_t>(used_ - begin);
    for (std::size_t i = count; i < places_.size(); ++i) {
        places_[i - count] = places_[i];
        places_[i - count].begin = static_cast<std::uint16_t>(places_[i].begin - begin);
    }
    for (std::size_t i = 0; i < count; ++i) places_.pop_back();
    forgot_ = true;
}

std::optional<Header> DynamicTable::at(std::size_t index) const noexcept {
    if (index >= places_.size()) return forgot_ ? std::optional{Header{}} : std::nullopt;
    const Place& place = places_[places_.size() - 1 - index];
    if (place.name == unknown) return Header{};
    return Header{{text_.data() + place.begin, place.name}, {text_.data() + place.begin + place.name, place.value}};
}

void DynamicTable::lose() noexcept {
    places_.clear();
    used_ = 0;
    forgot_ = true;
}

Bytes HeaderBlock::get(std::string_view name) const noexcept {
    for (const Header& header : headers)
        if (as_text(header.name) == name) return header.value;
    return {};
}

HeaderBlock read_block(Bytes block, DynamicTable& table, Scratch& scratch) noexcept { return BlockReader{block, table, scratch}.read(); }

}  // namespace weir::http2
