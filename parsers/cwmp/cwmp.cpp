// SPDX-License-Identifier: Apache-2.0
#include "parsers/cwmp/cwmp.hpp"

#include <algorithm>

#include "parsers/base/quoted_text.hpp"
#include "parsers/base/url.hpp"
#include "parsers/base/xml_scan.hpp"

namespace weir::cwmp {
namespace {

constexpr std::string_view namespace_start = "urn:dslforum-org:cwmp-";
constexpr std::size_t searched = 2048;  // namespaces are declared in the envelope's tag

/// What is behind the namespace's start, up to its quote; absent (null) where it is not there.
Bytes version_of(Bytes message) noexcept {
    const std::string_view head = as_text(first_of(message, searched));
    const std::size_t at = head.find(namespace_start);
    if (at == std::string_view::npos) return {};
    const std::size_t begin = at + namespace_start.size(), end = head.find_first_of("\"'", begin);
    return end == std::string_view::npos ? Bytes{} : message.subspan(begin, end - begin);
}

bool is_upper(std::uint8_t byte) noexcept { return byte >= 'A' && byte <= 'Z'; }

/// `GetRPCMethods` as `get-rpc-methods`.
Bytes hyphenated(Bytes name, Scratch& scratch) noexcept {
    return write_in(scratch, [&](TextWriter& writer) {
        for (std::size_t i = 0; i < name.size(); ++i) {
            const bool follows_lower = i != 0 && !is_upper(name[i - 1]);
            const bool begins_word = i != 0 && i + 1 < name.size() && !is_upper(name[i + 1]);
            if (is_upper(name[i]) && (follows_lower || begins_word)) writer.put('-');
            writer.put(static_cast<char>(to_lower(name[i])));
        }
    });
}

struct Leaf {
    std::string_view element;
    Bytes Transaction::*text;
};
constexpr std::array leaves{Leaf{"ID", &Transaction::id},
                            Leaf{"Manufacturer", &Transaction::manufacturer},
                            Leaf{"OUI", &Transaction::oui},
                            Leaf{"ProductClass", &Transaction::product_class},
                            Leaf{"SerialNumber", &Transaction::serial},
                            Leaf{"CommandKey", &Transaction::command_key},
                            Leaf{"FileType", &Transaction::file_type},
                            Leaf{"URL", &Transaction::url},
                            Leaf{"Username", &Transaction::user},
                            Leaf{"Password", &Transaction::password},
                            Leaf{"TargetFileName", &Transaction::target_file},
                            Leaf{"ObjectName", &Transaction::object},
                            Leaf{"ParameterPath", &Transaction::object},
                            Leaf{"Status", &Transaction::status},
                            Leaf{"FaultCode", &Transaction::fault_code},
                            Leaf{"FaultString", &Transaction::fault_text}};

/// Takes from the elements of an envelope what is shown; texts are copied into scratch memory.
class Reader {
public:
    Reader(Transaction& transaction, Scratch& scratch) noexcept : transaction_(transaction), scratch_(scratch) {}

    void read(Bytes message) noexcept {
        for (const std::uint8_t byte : message) scan_.read(byte, *this);
    }

    void open(std::uint32_t depth, const StartTag& tag) noexcept {
        constexpr std::uint32_t method_depth = 3;  // Envelope, Body, method
        const std::string_view name = as_text(tag.name());
        wanted_ = Wanted::nothing;
        if (depth == method_depth - 1) in_body_ = name == "Body";
        if (in_body_ && depth == method_depth && transaction_.method.data() == nullptr) transaction_.method = copy(tag.name());
        if (depth < method_depth) return;
        if (const auto leaf = std::ranges::find(leaves, name, &Leaf::element); leaf != leaves.end()) {
            wanted_ = Wanted::leaf;
            target_ = leaf->text;
        } else if (name == "EventCode") {
            wanted_ = Wanted::event;
        } else if (name == "Name" || name == "string") {
            wanted_ = Wanted::name;
        } else if (name == "Value") {
            wanted_ = Wanted::value;
        }
        if (wanted_ != Wanted::nothing) scan_.want_text();
    }

    void close(std::uint32_t, Bytes text) noexcept {
        if (text.data() == nullptr || wanted_ == Wanted::nothing) return;
        const Bytes kept = copy(text);
        switch (wanted_) {
            case Wanted::leaf:
                if ((transaction_.*target_).data() == nullptr) transaction_.*target_ = kept;
                break;
            case Wanted::event: (void)transaction_.events.push_back(kept); break;
            case Wanted::name: named_ = transaction_.parameters.push_back({kept, {}}); break;
            case Wanted::value: value(kept); break;
            case Wanted::nothing: break;
        }
        wanted_ = Wanted::nothing;
    }

private:
    enum class Wanted : std::uint8_t { nothing, leaf, event, name, value };

    void value(Bytes text) noexcept {
        if (!named_) return;
        Parameter& parameter = transaction_.parameters.back();
        parameter.value = text = without_userinfo(text, scratch_);
        const std::string_view name = as_text(parameter.name);
        if (name.ends_with("ManagementServer.URL")) transaction_.management_url = text;
        if (name.ends_with("ManagementServer.ConnectionRequestURL")) transaction_.connection_request_url = text;
    }
    Bytes copy(Bytes text) noexcept {
        return write_in(scratch_, [text](TextWriter& writer) { writer.put(text); });
    }

    Transaction& transaction_;
    Scratch& scratch_;
    XmlScan scan_;
    Wanted wanted_ = Wanted::nothing;
    Bytes Transaction::*target_ = nullptr;
    bool in_body_ = false;
    bool named_ = false;  ///< the latest parameter awaits its value
};

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::inside) return Probe::no();
    const std::string_view head = as_text(first_of(offer.data, 64));
    const std::size_t first = head.find_first_not_of("\xef\xbb\xbf \t\r\n");  // a byte order mark may stand first
    if (first == std::string_view::npos || head[first] != '<') return Probe::no();
    return version_of(offer.data).data() != nullptr ? Probe::yes() : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    transaction.version = version_of(bytes);
    Reader{transaction, emit.scratch()}.read(bytes);
    if (transaction.method.data() == nullptr) {
        emit.anomaly(1, direction);
        return Fed::ok(bytes.size());
    }
    transaction.operation = hyphenated(transaction.method, emit.scratch());
    if (transaction.url.data() != nullptr) transaction.url = without_userinfo(transaction.url, emit.scratch());
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    return Fed::ok(bytes.size());
}

namespace fields {

Value parameter_name(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.parameters.size() ? detail::value_of(transaction.parameters[index].name) : Value{};
}
Value parameter_value(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.parameters.size() ? detail::value_of(transaction.parameters[index].value) : Value{};
}
Value value_for_log(const Transaction& transaction, std::size_t index) noexcept {
    if (index >= transaction.parameters.size()) return {};
    const Parameter& parameter = transaction.parameters[index];
    return names_secret(parameter.name) ? Value::none() : detail::value_of(parameter.value);
}

}  // namespace fields
}  // namespace weir::cwmp
