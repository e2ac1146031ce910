// SPDX-License-Identifier: Apache-2.0
// Events of application protocols: whatever a parser's field table says, at the paths that it says.
#include "sensor/output/eve_plans.hpp"

namespace weir {

void Eve::app_object(JsonWriter& json, const ParserInfo& parser, const void* transaction, std::uint32_t tx_id) noexcept {
    if (const DnsV2* const special = plans_->special(parser))
        special->render_whole(json, transaction, tx_id);
    else
        plans_->by_protocol[id_of(parser)].render(json, transaction);
}

std::size_t Eve::app_lines(const AppEvent& event) const noexcept {
    const DnsV2* const special = plans_->special(*event.parser);
    return special != nullptr ? special->lines(event.transaction) : 1;
}

std::size_t Eve::app(std::span<char> out, const AppEvent& event, std::size_t line) noexcept {
    JsonWriter json{out};
    header(json, event.place, event.parser->event);
    json.member("tx_id", event.tx_id);
    if (event.place.session != nullptr) app_proto(json, *event.place.session);
    const AppPlan& plan = plans_->by_protocol[id_of(*event.parser)];
    if (const DnsV2* const special = plans_->special(*event.parser))
        special->render(json, event.transaction, line, event.tx_id);
    else
        plan.render(json, event.transaction);
    const JsonWriter::Mark mark = json.mark();
    json.begin_object("weir");
    plan.render_extra(json, event.transaction);
    json.note_truncation();
    json.end_object_unless_empty(mark);
    return finish(json);
}

}  // namespace weir
