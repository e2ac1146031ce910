// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/protocols.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "parsers/registry.hpp"

namespace weir::cli {
namespace {

std::string ports_of(const ParserInfo& parser) {
    std::string out;
    for (const Hint& hint : parser.hints) out += fmt::format("{}{}/{}", out.empty() ? "" : " ", name_of(hint.transport), hint.port);
    return out;
}

std::string transports_of(const ParserInfo& parser) {
    std::string out;
    for (std::size_t i = 0; i < parser.over.size(); ++i)
        if (parser.over[i]) out += (out.empty() ? "" : " ") + std::string{transport_names[i]};
    return out;
}

std::string_view kind_of(const Field& field) { return field.kind == FieldKind::number ? "number" : field.secret ? "secret" : "buffer"; }

nlohmann::ordered_json as_json() {
    auto all = nlohmann::ordered_json::array();
    for (const ParserInfo& parser : protocols()) {
        nlohmann::ordered_json one{{"name", parser.name},   {"event_type", parser.event}, {"doc", parser.doc},
                                   {"tcp", parser.runs_over(Transport::tcp)}, {"udp", parser.runs_over(Transport::udp)},
                                   {"transports", transports_of(parser)},     {"ports", ports_of(parser)},
                                   {"state_bytes", parser.state_size}};
        for (const Field& field : parser.fields)
            one["fields"].push_back({{"keyword", field.keyword},
                                     {"path", field.path},
                                     {"kind", field.kind == FieldKind::number ? "number" : "buffer"},
                                     {"secret", field.secret},
                                     {"doc", field.doc}});
        for (const Anomaly& anomaly : parser.anomalies) one["anomalies"].push_back({{"event", anomaly.event}, {"doc", anomaly.doc}});
        all.push_back(std::move(one));
    }
    return all;
}

/// docs/protocols.md's tables.
std::string as_markdown() {
    std::string out;
    for (const ParserInfo& parser : protocols()) {
        out += fmt::format("## {}\n\n{}. Ports that are tried first: {}. State per session: {} bytes.\n\n", parser.name, parser.doc,
                           parser.hints.empty() ? "none" : ports_of(parser), parser.state_size);
        out += "| rule keyword | EVE path | kind | meaning |\n|---|---|---|---|\n";
        for (const Field& field : parser.fields) {
            const auto code = [](std::string_view text) { return text.empty() ? std::string{} : fmt::format("`{}`", text); };
            out += fmt::format("| {} | {} | {} | {} |\n", code(field.keyword), code(field.path), kind_of(field), field.doc);
        }
        if (!parser.anomalies.empty()) {
            out += "\n| anomaly | meaning |\n|---|---|\n";
            for (const Anomaly& anomaly : parser.anomalies) out += fmt::format("| `{}` | {} |\n", anomaly.event, anomaly.doc);
        }
        out += '\n';
    }
    return out;
}

}  // namespace

void add_protocols(CLI::App& app, int&) {
    auto* const command = app.add_subcommand("protocols", "The application protocols that this build reads");
    enum class Form { text, json, markdown };
    auto form = std::make_shared<Form>(Form::text);
    command->add_flag_callback("--json", [form] { *form = Form::json; }, "As JSON, with fields and anomalies");
    command->add_flag_callback("--markdown", [form] { *form = Form::markdown; }, "As the tables of docs/protocols.md");
    command->callback([form] {
        if (*form == Form::json) {
            fmt::print("{}\n", as_json().dump(2));
        } else if (*form == Form::markdown) {
            fmt::print("{}", as_markdown());
        } else {
            for (const ParserInfo& parser : protocols())
                fmt::print("{:<10} {:<8} {:<30} {} fields, {} bytes a session\n           {}\n", parser.name, transports_of(parser),
                           ports_of(parser), parser.fields.size(), parser.state_size, parser.doc);
        }
    });
}

}  // namespace weir::cli
