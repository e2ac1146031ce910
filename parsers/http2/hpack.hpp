// SPDX-License-Identifier: Apache-2.0
// HPACK as a listener needs it (RFC 7541): header blocks to header fields.
#pragma once

#include <optional>

#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::http2 {

/// A header field. Both null: the sender refers to a field that is not known here.
struct Header {
    Bytes name{}, value{};
    [[nodiscard]] bool known() const noexcept { return name.data() != nullptr; }
};

/// The fields that one direction has put into its dynamic table.
///
/// Indexes count from the newest field, so that who only listens need not follow the sender's evictions: it keeps as many of the
/// newest fields as it has room for, whatever size of table the two ends have agreed on.
class DynamicTable {
public:
    static constexpr std::size_t max_fields = 80;
    static constexpr std::size_t max_text = 2304;

    /// Must not point into this table. A field that is not known, or that does not fit, takes its place without a text.
    void insert(const Header& header) noexcept;
    /// `index` 0 is the newest. Nothing where the sender cannot have one there.
    [[nodiscard]] std::optional<Header> at(std::size_t index) const noexcept;
    /// An unknown number of fields was inserted unseen.
    void lose() noexcept;

private:
    struct Place {
        std::uint16_t begin, name, value;
    };
    static constexpr std::uint16_t unknown = 0xffff;
    void drop_oldest(std::size_t count) noexcept;

    InlineVector<Place, max_fields> places_;  ///< the oldest first
    std::array<std::uint8_t, max_text> text_;
    std::uint16_t used_ = 0;
    bool forgot_ = false;  ///< older fields exist that are no longer here
};

inline constexpr std::size_t max_headers = 128;  ///< of one block; more are read and not shown

/// A header block, decoded. Views into the block and into scratch memory.
struct HeaderBlock {
    enum class Status : std::uint8_t {
        ok,
        broken,     ///< not HPACK, or a reference that cannot be
        too_large,  ///< decoded it does not fit into scratch memory
    };
    Status status = Status::ok;
    std::span<const Header> headers{};
    std::optional<std::uint32_t> size_update{};  ///< the last one in the block (section 6.3)

    /// The first field of that (lower case) name; absent (null) without one.
    [[nodiscard]] Bytes get(std::string_view name) const noexcept;
};

/// Decodes a whole block and brings `table` up to date. After anything but `ok` the table has lost its fields.
[[nodiscard]] HeaderBlock read_block(Bytes block, DynamicTable& table, Scratch& scratch) noexcept;

}  // namespace weir::http2
