// SPDX-License-Identifier: Apache-2.0
#include "rules/language/builder.hpp"

#include <algorithm>

namespace weir::rules::language {
namespace {

constexpr std::size_t most_names = 65'535;
constexpr std::size_t most_variables = 127;

std::string protocol_name(ProtocolId app) { return std::string(protocols()[app].name); }

/// Whether a protocol is spoken in IP datagrams with this protocol number.
bool carries(const ParserInfo& parser, std::uint8_t ip_protocol) {
    switch (ip_protocol) {
        case 6: return parser.runs_over(Transport::tcp) || parser.runs_over(Transport::inside);
        case 17: return parser.runs_over(Transport::udp);
        case 132: return parser.runs_over(Transport::sctp);
        default:
            return std::ranges::any_of(parser.hints, [ip_protocol](const Hint& hint) {
                return hint.transport == Transport::ip && hint.port == ip_protocol;
            });
    }
}

/// Whether packets over this transport can reach the rule at all.
bool allows(const Header& header, std::uint8_t ip_protocol) {
    constexpr std::uint8_t tcp = 6, udp = 17, sctp = 132;
    switch (header.protocol) {
        case Protocol::ip: return true;
        case Protocol::tcp:
        case Protocol::tcp_packet:
        case Protocol::tcp_stream: return ip_protocol == tcp;
        case Protocol::udp: return ip_protocol == udp;
        case Protocol::ip_number: return ip_protocol == header.ip_number;
        case Protocol::application:
            return carries(protocols()[header.app], ip_protocol);
        case Protocol::sctp: return ip_protocol == sctp;
        case Protocol::icmp:
        case Protocol::icmpv6: return false;
    }
    return false;
}

/// Whether a rule with this header sees any session of the protocol.
bool admits(const Header& header, const ParserInfo& parser) {
    for (unsigned number = 0; number < 256; ++number)
        if (carries(parser, static_cast<std::uint8_t>(number)) && allows(header, static_cast<std::uint8_t>(number))) return true;
    return false;
}

}  // namespace

bool is_list(const Field& field) noexcept { return field.path.empty() || field.path.find("[]") != std::string_view::npos; }

std::uint16_t NameTable::number(Text name) {
    const std::string kind(kind_);
    if (name.empty()) refuse(name, "the name of a " + kind + " is missing");
    if (name.text.find_first_of(" \t,") != std::string_view::npos)
        refuse(name, shown(name.text) + " is no name of a " + kind + ": expected one word");
    const auto [known, is_new] = numbers_.try_emplace(std::string(name.text), static_cast<std::uint16_t>(names_.size()));
    if (is_new) {
        if (names_.size() >= most_names) {
            numbers_.erase(known);
            refuse(name, "more than " + std::to_string(most_names) + " names of a " + kind + " in one rule set");
        }
        names_.emplace_back(name.text);
    }
    return known->second;
}

void RuleBuilder::only_once(const Option& option) {
    if (std::ranges::find(seen_, &option.keyword) != seen_.end())
        refuse(option.name, std::string(option.keyword.name) + " stands twice in the rule");
    seen_.push_back(&option.keyword);
}

void RuleBuilder::require_tcp(Text what) const {
    if (!allows(rule.header, 6)) refuse(what, std::string(what.text) + " asks for TCP, which the rule's protocol rules out");
}

void RuleBuilder::require_udp(Text what) const {
    if (!allows(rule.header, 17)) refuse(what, std::string(what.text) + " asks for UDP, which the rule's protocol rules out");
}

void RuleBuilder::require_app(ProtocolId app, Text what) {
    const std::string subject = std::string(what.text) + " belongs to " + protocol_name(app);
    const Header& header = rule.header;
    if (header.protocol == Protocol::application) {
        if (header.app != app) refuse(what, subject + ", the rule's header says " + protocol_name(header.app));
    } else if (header.protocol == Protocol::tcp_packet) {
        refuse(what, subject + ", which a tcp-pkt rule does not see: expected tcp or " + protocol_name(app));
    } else if (!admits(header, protocols()[app])) {
        refuse(what, subject + ", which the rule's protocol does not carry");
    }
    if (app_ != no_protocol && app_ != app)
        refuse(what, subject + ", an earlier keyword to " + protocol_name(app_) + ": a rule looks at one protocol");
    app_ = app;
}

// ---------------------------------------------------------------- buffers

std::size_t RuleBuilder::slot_of(const Slot& slot) {
    if (!slot.list) {
        const auto same = [&](const Slot& other) {
            return !other.list && other.buffer == slot.buffer && other.transforms == slot.transforms;
        };
        const auto known = std::ranges::find_if(slots_, same);
        if (known != slots_.end()) return static_cast<std::size_t>(known - slots_.begin());
    }
    slots_.push_back(slot);
    return slots_.size() - 1;
}

void RuleBuilder::close_mention() const {
    if (mention_)
        refuse(mention_->where,
               std::string(mention_->where.text) + " is followed by nothing that looks at it: expected content, pcre, bsize or the like");
}

void RuleBuilder::open(const BufferRef& buffer, bool list, Text mention) {
    close_mention();
    mention_ = Mention{Slot{buffer, list}, mention};
}

void RuleBuilder::open_payload() {
    close_mention();
    in_force_ = payload_;
}

void RuleBuilder::transform(const Transform& transform, Text mention) {
    if (!mention_) refuse(mention, std::string(mention.text) + " stands right behind the buffer that it changes: expected one before it");
    mention_->slot.transforms.push_back(transform);
}

void RuleBuilder::add(Check check, Text where) {
    if (mention_) {
        in_force_ = slot_of(mention_->slot);
        mention_.reset();
    }
    items_.push_back({std::move(check), where, in_force_});
}

void RuleBuilder::add_to(const BufferRef& buffer, Check check, Text where) {
    if (in_sticky_buffer()) refuse(where, "this form names a buffer itself, and a sticky buffer is in force: expected pkt_data before it");
    add_aside(buffer, std::move(check), where);
}

void RuleBuilder::add_aside(const BufferRef& buffer, Check check, Text where) {
    items_.push_back({std::move(check), where, slot_of(Slot{buffer}), true});
}

Content& RuleBuilder::last_content(const Option& modifier) {
    const auto is_content = [&](const Item& item) {
        return std::holds_alternative<Content>(item.check) && (item.slot == in_force_ || (item.moved && in_force_ == payload_));
    };
    const auto last = std::find_if(items_.rbegin(), items_.rend(), is_content);
    if (last == items_.rend() || mention_)
        refuse(modifier.name, std::string(modifier.name.text) + " modifies a content: expected one before it");
    return std::get<Content>(last->check);
}

bool RuleBuilder::looks_at_payload(const Content& content) const {
    return std::ranges::any_of(items_,
                               [&](const Item& item) { return std::get_if<Content>(&item.check) == &content && item.slot == payload_; });
}

void RuleBuilder::move_last_content(const BufferRef& buffer, const Option& modifier) {
    Content& content = last_content(modifier);
    const std::string name(modifier.name.text);
    if (in_sticky_buffer())
        refuse(modifier.name,
               name + " modifies a content on the payload, and a sticky buffer is in force: expected pkt_data before the content");
    const auto item =
        std::ranges::find_if(items_, [&](const Item& candidate) { return std::get_if<Content>(&candidate.check) == &content; });
    if (item->moved) refuse(modifier.name, name + ": the content looks at another buffer already");
    if (content.rawbytes || content.replacement)
        refuse(modifier.name, name + " and " + (content.rawbytes ? "rawbytes" : "replace") + " contradict each other");
    item->slot = slot_of(Slot{buffer});
    item->moved = true;
}

// ---------------------------------------------------------------- variables

std::int8_t RuleBuilder::define_variable(Text name) {
    if (name.empty() || name.text.find_first_of("0123456789+-!\"") == 0)
        refuse(name, shown(name.text) + " is no name of a variable: expected one that begins with a letter");
    const auto known = std::ranges::find(rule.variables, name.text);
    if (known == rule.variables.end()) {
        if (rule.variables.size() >= most_variables) refuse(name, "more than " + std::to_string(most_variables) + " variables in one rule");
        rule.variables.emplace_back(name.text);
        return static_cast<std::int8_t>(rule.variables.size() - 1);
    }
    return static_cast<std::int8_t>(known - rule.variables.begin());
}

std::int8_t RuleBuilder::variable(Text name) const {
    const auto known = std::ranges::find(rule.variables, name.text);
    if (known == rule.variables.end())
        refuse(name,
               "unknown variable " + shown(name.text) + ": expected a number, or a name that byte_extract or byte_math has set before");
    return static_cast<std::int8_t>(known - rule.variables.begin());
}

Number RuleBuilder::number(Text text, std::int32_t min, std::int32_t max) const {
    const bool is_name = !text.empty() && text.text.find_first_of("0123456789+-") != 0;
    if (is_name) return {0, variable(text)};
    return {static_cast<std::int32_t>(parse_signed(text, min, max)), -1};
}

void RuleBuilder::finish(Text end) {
    close_mention();
    check_rule(*this, end);
    rule.priority = own_priority.value_or(class_priority);
    std::vector<BufferGroup> groups;
    for (Slot& slot : slots_) groups.push_back({slot.buffer, std::move(slot.transforms), {}});
    for (Item& item : items_) groups[item.slot].checks.push_back(std::move(item.check));
    for (BufferGroup& group : groups)
        if (!group.checks.empty()) rule.groups.push_back(std::move(group));
}

}  // namespace weir::rules::language
