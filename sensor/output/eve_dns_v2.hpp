// SPDX-License-Identifier: Apache-2.0
// The `dns` event as Suricata 7 wrote it (version 2), from the same fields: an event per query, one per answer.
#pragma once

#include <string_view>
#include <vector>

#include "sensor/output/app_plan.hpp"

namespace weir {

class DnsV2 {
public:
    /// `parser` is the registry's row for DNS.
    explicit DnsV2(const ParserInfo& parser);
    DnsV2(const DnsV2&) = delete;
    DnsV2& operator=(const DnsV2&) = delete;

    [[nodiscard]] const ParserInfo& parser() const noexcept { return *parser_; }
    /// Events that a message makes: one per question of a request, one for a response.
    [[nodiscard]] std::size_t lines(const void* transaction) const noexcept;
    /// Writes `dns` for one of them.
    void render(JsonWriter& json, const void* transaction, std::size_t line, std::uint32_t tx_id) const noexcept;
    /// Writes `dns` for an alert: `dns.query[]` or `dns.answer`.
    void render_whole(JsonWriter& json, const void* transaction, std::uint32_t tx_id) const noexcept;

private:
    /// Questions of one message that become events; more are left out.
    static constexpr std::size_t max_questions = 64;
    [[nodiscard]] const Field* find(std::string_view path) const noexcept;
    [[nodiscard]] static Value get(const Field* field, const void* transaction, std::size_t index) noexcept;
    [[nodiscard]] bool is_response(const void* transaction) const noexcept;
    void question(JsonWriter& json, const void* transaction, std::size_t index, std::uint32_t tx_id) const noexcept;

    const ParserInfo* parser_;
    const Field *type_, *id_, *opcode_, *query_name_, *query_type_;  ///< null where the table has no such row
    std::vector<Field> answer_fields_;                               ///< rows of `answer_`, paths below `dns`
    AppPlan answer_;
};

}  // namespace weir
