// SPDX-License-Identifier: Apache-2.0
// The fields of HTTP that are worked out: those of the message being reported, and blocks put together for rules.
#include <algorithm>
#include <charconv>

#include "parsers/base/management_api.hpp"
#include "parsers/http/http.hpp"

namespace weir::http {
namespace {

enum class Of : std::uint8_t { request, response, both };

/// A view of the message's head, for the first index, where the message is of that side.
Value view(const Transaction& transaction, std::size_t index, Of side, Bytes Head::*member) noexcept {
    if (index != 0) return {};
    if (transaction.message == nullptr) return Value::none();
    if (side != Of::both && (side == Of::response) != transaction.response) return Value::none();
    const Bytes bytes = transaction.message->*member;
    return bytes.data() == nullptr ? Value::none() : Value::of(bytes);
}

Value plain(std::size_t index, Bytes bytes, bool present) noexcept {
    if (index != 0) return {};
    return present && bytes.data() != nullptr ? Value::of(bytes) : Value::none();
}

/// Puts pieces one behind the other into scratch memory.
class Joined {
public:
    explicit Joined(Scratch& scratch, std::size_t size) noexcept : out_(scratch.take(size)) {}
    void add(Bytes piece) noexcept {
        const Bytes fits = first_of(piece, out_.size() - used_);
        std::copy(fits.begin(), fits.end(), out_.begin() + static_cast<std::ptrdiff_t>(used_));
        used_ += fits.size();
    }
    void add(std::string_view piece) noexcept { add(as_bytes(piece)); }
    [[nodiscard]] Value value() const noexcept { return Value::of(Bytes{out_.data(), used_}); }

private:
    std::span<std::uint8_t> out_;
    std::size_t used_ = 0;
};

bool is_cookie(const Header& header) noexcept { return equal_nocase(header.name, "cookie") || equal_nocase(header.name, "set-cookie"); }

Value nth_header(const Transaction& transaction, std::size_t index, bool response) noexcept {
    if (transaction.message == nullptr || transaction.response != response || index >= transaction.message->headers.size()) return {};
    const Header& header = transaction.message->headers[index];
    Joined line{*transaction.scratch, header.name.size() + header.value.size() + 2};
    line.add(header.name);
    line.add(": ");
    line.add(header.value);
    return line.value();
}

}  // namespace

Value method(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::request, &Head::method); }
Value uri(const Transaction& t, std::size_t i) noexcept { return plain(i, t.uri, t.message != nullptr && !t.response); }
Value raw_uri(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::request, &Head::target); }
Value request_line(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::request, &Head::start_line); }
Value response_line(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::response, &Head::start_line); }
Value protocol(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::both, &Head::protocol); }
Value host(const Transaction& t, std::size_t i) noexcept { return plain(i, t.host, t.message != nullptr && !t.response); }
Value raw_host(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::request, &Head::host); }
Value user_agent(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::request, &Head::user_agent); }
Value referer(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::request, &Head::referer); }
Value api(const Transaction& t, std::size_t i) noexcept { return i == 0 ? detail::value_of(management_api(t.target).name) : Value{}; }
Value api_resource(const Transaction& t, std::size_t i) noexcept { return plain(i, management_api(t.target).resource, true); }
Value authorization(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::request, &Head::authorization); }
Value cookie(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::both, &Head::cookie); }
Value accept(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::request, &Head::accept); }
Value accept_encoding(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::request, &Head::accept_encoding); }
Value accept_language(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::request, &Head::accept_language); }
Value connection(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::both, &Head::connection); }
Value content_type(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::both, &Head::content_type); }
Value content_length(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::both, &Head::content_length_text); }
Value raw_header_block(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::both, &Head::raw_headers); }
Value start(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::both, &Head::raw); }
Value status_message(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::response, &Head::status_text); }
Value server(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::response, &Head::server); }
Value location(const Transaction& t, std::size_t i) noexcept { return view(t, i, Of::response, &Head::location); }
Value request_body(const Transaction& t, std::size_t i) noexcept { return plain(i, t.body, t.message != nullptr && !t.response); }
Value response_body(const Transaction& t, std::size_t i) noexcept { return plain(i, t.body, t.message != nullptr && t.response); }
Value request_headers(const Transaction& t, std::size_t i) noexcept { return nth_header(t, i, false); }
Value response_headers(const Transaction& t, std::size_t i) noexcept { return nth_header(t, i, true); }

Value status_code(const Transaction& t, std::size_t i) noexcept {
    if (i != 0) return {};
    if (t.message == nullptr || !t.response) return Value::none();
    const std::span<std::uint8_t> digits = t.scratch->take(3);
    if (digits.size() < 3) return Value::none();
    std::to_chars(reinterpret_cast<char*>(digits.data()), reinterpret_cast<char*>(digits.data() + 3), t.status);
    return Value::of(Bytes{digits.data(), 3});
}

Value header_block(const Transaction& t, std::size_t i) noexcept {
    if (i != 0) return {};
    if (t.message == nullptr) return Value::none();
    Joined block{*t.scratch, t.message->raw_headers.size() + 2 * t.message->headers.size()};
    for (const Header& header : t.message->headers) {
        if (is_cookie(header)) continue;
        block.add(header.name);
        block.add(": ");
        block.add(header.value);
        block.add("\r\n");
    }
    return block.value();
}

Value header_names(const Transaction& t, std::size_t i) noexcept {
    if (i != 0) return {};
    if (t.message == nullptr) return Value::none();
    Joined names{*t.scratch, t.message->raw_headers.size() + 4};
    names.add("\r\n");
    for (const Header& header : t.message->headers) {
        names.add(header.name);
        names.add("\r\n");
    }
    names.add("\r\n");
    return names.value();
}

Value log_port(const Transaction& t, std::size_t i) noexcept {
    if (i != 0) return {};
    return t.port == 0 ? Value::none() : Value::of(t.port);
}
Value log_content_type(const Transaction& t, std::size_t i) noexcept { return plain(i, t.content_type, true); }
Value log_status(const Transaction& t, std::size_t i) noexcept {
    if (i != 0) return {};
    return t.status == 0 ? Value::none() : Value::of(t.status);
}
Value log_redirect(const Transaction& t, std::size_t i) noexcept { return plain(i, t.location, t.status / 100 == 3); }

}  // namespace weir::http
