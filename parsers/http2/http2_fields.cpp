// SPDX-License-Identifier: Apache-2.0
// The fields of HTTP/2 that are worked out: those of the message being reported, and texts put together for rules.
#include <algorithm>

#include "parsers/base/management_api.hpp"
#include "parsers/base/single_value.hpp"
#include "parsers/base/text_writer.hpp"
#include "parsers/http2/http2.hpp"

namespace weir::http2 {
namespace {

bool is_side(const Transaction& t, Of side) noexcept { return side == Of::both || (side == Of::response) == t.response; }

Bytes find(const Transaction& t, std::string_view name) noexcept {
    for (const Header& header : t.headers)
        if (as_text(header.name) == name) return header.value;
    return {};
}

/// host[:port] behind an optional `user@`.
struct Authority {
    Bytes host{};
    std::uint32_t port = 0;  ///< 0: none
    explicit Authority(Bytes text) noexcept {
        const auto at = std::ranges::find(text, '@');
        if (at != text.end()) text = text.subspan(static_cast<std::size_t>(at - text.begin()) + 1);
        const auto bracket = std::ranges::find(text, ']');
        const auto from = bracket != text.end() ? bracket : text.begin();
        const auto colon = std::find(from, text.end(), ':');
        host = text.first(static_cast<std::size_t>(colon - text.begin()));
        if (colon == text.end()) return;
        for (auto digit = colon + 1; digit != text.end() && *digit >= '0' && *digit <= '9' && port <= 0xffff; ++digit)
            port = port * 10 + (*digit - '0');
        if (port > 0xffff) port = 0;
    }
};

Value lower_host(const Transaction& t, std::size_t index, Bytes authority) noexcept {
    if (index != 0) return {};
    if (authority.data() == nullptr) return Value::none();
    const Bytes host = Authority{authority}.host;
    const Bytes lower = write_in(*t.scratch, [&](TextWriter& writer) {
        for (const std::uint8_t octet : host) writer.put(static_cast<char>(to_lower(octet)));
    });
    return detail::value_of(lower);
}

/// `/package.Service/Method` (gRPC over HTTP/2, "Request-Headers").
struct Call {
    Bytes service{}, method{}, both{};
    explicit Call(const Transaction& t) noexcept {
        if (!t.grpc || t.path.size() < 2 || t.path.front() != '/') return;
        const Bytes path = t.path.subspan(1);
        const auto slash = std::ranges::find(path, '/');
        if (slash == path.end()) return;
        both = path;
        service = path.first(static_cast<std::size_t>(slash - path.begin()));
        method = path.subspan(service.size() + 1);
    }
};

Value nth_header(const Transaction& t, std::size_t index, Of side) noexcept {
    if (index >= t.headers.size() || !is_side(t, side)) return {};
    const Header& header = t.headers[index];
    if (!header.known()) return Value::none();
    return detail::value_of(write_in(*t.scratch, [&](TextWriter& writer) { writer.put(header.name).put(": ").put(header.value); }));
}

constexpr std::array<std::string_view, 11> names{":method",        ":path",           "user-agent",      "referer",
                                                 "accept",         "accept-encoding", "accept-language", "content-type",
                                                 "content-length", "server",          "location"};

}  // namespace

Value header(const Transaction& t, std::size_t i, Name name, Of side) noexcept {
    return single(i, is_side(t, side) ? find(t, names[static_cast<std::size_t>(name)]) : Bytes{});
}

Value operation(const Transaction& t, std::size_t i) noexcept {
    const Call call{t};
    return single(i, call.both.empty() ? t.method : call.both);
}
Value grpc_service(const Transaction& t, std::size_t i) noexcept { return single(i, Call{t}.service); }
Value grpc_method(const Transaction& t, std::size_t i) noexcept { return single(i, Call{t}.method); }
Value grpc_status(const Transaction& t, std::size_t i) noexcept { return single(i, t.grpc_status); }
Value frame_type(const Transaction& t, std::size_t i) noexcept { return single(i, true, Value::of(static_cast<std::uint64_t>(t.frame))); }
Value error_code(const Transaction& t, std::size_t i) noexcept { return single(i, t.error); }
Value size_update(const Transaction& t, std::size_t i) noexcept { return single(i, t.size_update); }
Value header_name(const Transaction& t, std::size_t i) noexcept {
    return i < t.headers.size() ? detail::value_of(t.headers[i].name) : Value{};
}
Value version(const Transaction& t, std::size_t i) noexcept { return single(i, t.exchange, Value::of(std::string_view{"2"})); }
Value hostname(const Transaction& t, std::size_t i) noexcept { return lower_host(t, i, t.authority); }
Value port(const Transaction& t, std::size_t i) noexcept {
    const std::uint32_t number = Authority{t.authority}.port;
    return single(i, number != 0, Value::of(number));
}
Value status(const Transaction& t, std::size_t i) noexcept { return single(i, t.status != 0, Value::of(t.status)); }
Value length(const Transaction& t, std::size_t i) noexcept { return single(i, t.exchange, Value::of(t.length)); }
Value raw_host(const Transaction& t, std::size_t i) noexcept {
    if (t.response) return single(i, Bytes{});
    const Bytes authority = find(t, ":authority");
    return single(i, authority.data() != nullptr ? authority : find(t, "host"));
}
Value host(const Transaction& t, std::size_t i) noexcept { return lower_host(t, i, i == 0 ? raw_host(t, 0).bytes : Bytes{}); }
Value api(const Transaction& t, std::size_t i) noexcept { return i == 0 ? detail::value_of(management_api(t.path).name) : Value{}; }
Value api_resource(const Transaction& t, std::size_t i) noexcept { return single(i, management_api(t.path).resource); }
Value authorization(const Transaction& t, std::size_t i) noexcept { return single(i, find(t, "authorization")); }
Value cookie(const Transaction& t, std::size_t i) noexcept { return single(i, find(t, t.response ? "set-cookie" : "cookie")); }
Value status_code(const Transaction& t, std::size_t i) noexcept { return single(i, t.response ? find(t, ":status") : Bytes{}); }
Value request_headers(const Transaction& t, std::size_t i) noexcept { return nth_header(t, i, Of::request); }
Value response_headers(const Transaction& t, std::size_t i) noexcept { return nth_header(t, i, Of::response); }

Value header_lines(const Transaction& t, std::size_t i) noexcept {
    if (i != 0) return {};
    if (t.headers.empty()) return Value::none();
    return detail::value_of(write_in(*t.scratch, [&](TextWriter& writer) {
        for (const Header& field : t.headers) {
            const std::string_view name = as_text(field.name);
            if (field.known() && !name.starts_with(':') && name != "cookie" && name != "set-cookie")
                writer.put(field.name).put(": ").put(field.value).put("\r\n");
        }
    }));
}
Value header_names(const Transaction& t, std::size_t i) noexcept {
    if (i != 0) return {};
    if (t.headers.empty()) return Value::none();
    return detail::value_of(write_in(*t.scratch, [&](TextWriter& writer) {
        writer.put("\r\n");
        for (const Header& field : t.headers)
            if (field.known()) writer.put(field.name).put("\r\n");
        writer.put("\r\n");
    }));
}

}  // namespace weir::http2
