// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_expect.hpp"

#include <array>
#include <filesystem>
#include <ostream>
#include <vector>

#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/session_question.hpp"
#include "sensor/config/yaml.hpp"
#include "sensor/contract/explain.hpp"
#include "sensor/contract/schedule.hpp"

namespace weir::cli {
namespace {

/// What a policy may make of a session, beside the kinds of findings.
constexpr std::string_view allowed = "allowed", refused = "refused", ignored = "ignored", unwatched = "unwatched";

struct Expectation {
    SessionQuestion question;
    std::string verdict;
    Time at = 0;
    unsigned line = 0;
};

bool is_verdict(std::string_view text) noexcept {
    return text == allowed || text == refused || text == ignored || text == unwatched || find_kind(text);
}

class Reader {
public:
    Reader(const std::string& file, Time now) : errors_(file), now_(now) {}

    bool read(const yaml::Node& root) {
        yaml::MapReader map{root, errors_, "a file of expectations"};
        if (const yaml::Node* const node = map.require("policy"))
            if (const auto text = yaml::text_of(*node, errors_, "the policy's file")) policy_ = *text;
        const yaml::Node* const list = map.require("expect");
        map.finish();
        if (list == nullptr) return false;
        if (list->type != yaml::Type::list) {
            errors_.add(*list, "expected a list, such as `- {from: gnb-1, to: 10.30.0.10, service: udp/162/snmp, verdict: allowed}`");
            return false;
        }
        for (const yaml::Node& node : list->children) read_one(node);
        return errors_.empty();
    }

    [[nodiscard]] const std::string& policy() const noexcept { return policy_; }
    [[nodiscard]] const std::vector<Expectation>& list() const noexcept { return list_; }
    [[nodiscard]] yaml::Errors& errors() noexcept { return errors_; }

private:
    void read_one(const yaml::Node& node) {
        yaml::MapReader map{node, errors_, "an expectation"};
        Expectation out;
        out.line = node.line;
        out.at = now_;
        const auto text = [&](std::string_view key, std::string_view expected, std::string& into) {
            if (const yaml::Node* const value = map.require(key))
                if (const auto said = yaml::text_of(*value, errors_, expected)) into = *said;
        };
        text("from", "an address or the name of equipment", out.question.from);
        text("to", "an address or the name of equipment", out.question.to);
        text("service", "a service such as `tcp/22/ssh`", out.question.service);
        if (const yaml::Node* const value = map.require("verdict")) {
            out.verdict = value->text;
            if (value->type != yaml::Type::scalar || !is_verdict(out.verdict))
                errors_.add(*value, "expected a verdict: allowed, refused, ignored, unwatched or a kind of finding such as `unexpected-service`");
        }
        if (const yaml::Node* const value = map.find("at")) {
            constexpr Time half_day = 12 * 3600 * second;
            const auto end = value->type == yaml::Type::scalar ? end_of_day(value->text) : std::nullopt;
            if (!end) errors_.add(*value, "expected a date such as `2027-01-31`; the session begins at its noon, UTC");
            out.at = end.value_or(0) - half_day;
        }
        map.finish();
        list_.push_back(std::move(out));
    }

    yaml::Errors errors_;
    Time now_;
    std::string policy_;
    std::vector<Expectation> list_;
};

struct Answer {
    std::string verdict = std::string{unwatched};
    std::string why;
};

/// Both ends are asked; what one of them refuses is refused.
Answer answer(const Policy& policy, const SessionFacts& facts) {
    Answer out;
    for (const Facing facing : {Facing::egress, Facing::ingress}) {
        const EquipmentId equipment = facts.equipment(facing);
        if (equipment == no_equipment) continue;
        const Judgement judgement = judge(policy, facing, equipment, facts);
        if (judgement.allowed) {
            if (out.verdict == unwatched) out.verdict = allowed;
            if (judgement.line != no_line) out.why = "line " + std::to_string(policy.line(judgement.line).file_line) + " allows it";
            continue;
        }
        if (const auto id = find_ignore(policy, facing, equipment, facts)) {
            out = {std::string{ignored}, "line " + std::to_string(policy.ignores()[*id].file_line) + " ignores it"};
            continue;
        }
        return {std::string{name_of(judgement.kind)}, explain(policy, judgement, facts).why};
    }
    return out;
}

bool fits(std::string_view expected, std::string_view verdict) noexcept {
    return expected == verdict || (expected == refused && find_kind(verdict).has_value());
}

int tell(const std::vector<FileError>& errors, std::ostream& err) {
    for (const FileError& error : errors) err << error.text() << '\n';
    return exit_code::usage;
}

}  // namespace

int policy_test(const std::string& file, Time now, std::ostream& out, std::ostream& err) {
    const auto text = yaml::read_text(file);
    if (!text) return tell({text.error()}, err);
    const auto document = yaml::parse(file, *text);
    if (!document) return tell({document.error()}, err);
    Reader reader{file, now};
    if (!reader.read(document->root())) return tell(reader.errors().take(), err);
    // Beside the expectations, unless it says where.
    const auto loaded = load_policy_file((std::filesystem::path{file}.parent_path() / reader.policy()).string());
    if (!loaded) return tell(loaded.error(), err);

    std::size_t wrong = 0;
    for (const Expectation& expectation : reader.list()) {
        const SessionQuestion& question = expectation.question;
        const auto facts = session_of(**loaded, question, expectation.at);
        if (!facts) {
            reader.errors().add(expectation.line, 0, facts.error());
            continue;
        }
        const Answer got = answer(**loaded, *facts);
        if (fits(expectation.verdict, got.verdict)) continue;
        ++wrong;
        out << file << ':' << expectation.line << ": " << question.from << " to " << question.to << ' ' << question.service << ": expected "
            << expectation.verdict << ", got " << got.verdict << (got.why.empty() ? "" : ": ") << got.why << '\n';
    }
    if (!reader.errors().empty()) return tell(reader.errors().take(), err);
    out << reader.list().size() << (reader.list().size() == 1 ? " expectation, " : " expectations, ");
    if (wrong == 0)
        out << "all met\n";
    else
        out << wrong << " not met\n";
    return wrong == 0 ? exit_code::done : exit_code::alerts;
}

}  // namespace weir::cli
