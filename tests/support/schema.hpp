// SPDX-License-Identifier: Apache-2.0
// Checks JSON against the part of JSON Schema (2020-12) that docs/eve.schema.json uses. A keyword that it does not know is an
// error: nothing goes unchecked in silence.
#pragma once

#include <regex.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace weir::test {

class Schema {
public:
    explicit Schema(nlohmann::json root) : root_(std::move(root)) {}
    static Schema load(const std::string& path) {
        std::ifstream file(path);
        if (!file) throw std::runtime_error("cannot read " + path);
        return Schema{nlohmann::json::parse(file)};
    }

    /// What is wrong with `value`, as a sentence; empty when it is valid.
    [[nodiscard]] std::string check(const nlohmann::json& value) const { return check(root_, value, "$"); }

private:
    using Json = nlohmann::json;

    static bool is_type(const std::string& type, const Json& value) {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        if (type == "string") return value.is_string();
        if (type == "integer") return value.is_number_integer();
        if (type == "number") return value.is_number();
        if (type == "boolean") return value.is_boolean();
        if (type == "null") return value.is_null();
        throw std::runtime_error("schema: unknown type " + type);
    }

    /// POSIX extended expressions: the patterns of the schema keep to what they and JSON Schema's have in common.
    static bool matches(const std::string& pattern, const std::string& text) {
        regex_t expression;
        if (::regcomp(&expression, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) throw std::runtime_error("schema: pattern " + pattern);
        const bool found = ::regexec(&expression, text.c_str(), 0, nullptr, 0) == 0;
        ::regfree(&expression);
        return found;
    }

    const Json& resolve(const std::string& reference) const {
        if (!reference.starts_with("#/")) throw std::runtime_error("schema: $ref " + reference);
        return root_.at(Json::json_pointer(reference.substr(1)));
    }

    std::string check(const Json& schema, const Json& value, const std::string& at) const {
        if (schema.is_boolean()) return schema.get<bool>() ? "" : at + " is not allowed";
        for (const auto& [keyword, rule] : schema.items()) {
            const std::string wrong = check_keyword(keyword, rule, schema, value, at);
            if (!wrong.empty()) return wrong;
        }
        return {};
    }

    std::string check_keyword(const std::string& keyword, const Json& rule, const Json& schema, const Json& value, const std::string& at) const {
        if (keyword == "$schema" || keyword == "$id" || keyword == "title" || keyword == "description" || keyword == "$defs" || keyword == "then") return {};
        if (keyword == "$ref") return check(resolve(rule), value, at);
        if (keyword == "type") {
            bool fits = false;
            if (rule.is_string()) fits = is_type(rule, value);
            else for (const auto& type : rule) fits = fits || is_type(type, value);
            return fits ? "" : at + " is not of type " + rule.dump();
        }
        if (keyword == "const") return value == rule ? "" : at + " is not " + rule.dump();
        if (keyword == "enum") return std::find(rule.begin(), rule.end(), value) != rule.end() ? "" : at + " is none of " + rule.dump();
        if (keyword == "minimum") return !value.is_number() || value.get<double>() >= rule.get<double>() ? "" : at + " is below " + rule.dump();
        if (keyword == "maximum") return !value.is_number() || value.get<double>() <= rule.get<double>() ? "" : at + " is above " + rule.dump();
        if (keyword == "minItems") return !value.is_array() || value.size() >= rule.get<std::size_t>() ? "" : at + " has too few elements";
        if (keyword == "pattern") return !value.is_string() || matches(rule, value) ? "" : at + " does not match " + rule.dump();
        if (keyword == "required") {
            if (!value.is_object()) return {};
            for (const auto& name : rule)
                if (!value.contains(name)) return at + " lacks " + name.dump();
            return {};
        }
        if (keyword == "properties") {
            if (!value.is_object()) return {};
            for (const auto& [name, member] : rule.items()) {
                if (!value.contains(name)) continue;
                const std::string wrong = check(member, value.at(name), at + '.' + name);
                if (!wrong.empty()) return wrong;
            }
            return {};
        }
        if (keyword == "additionalProperties") {
            if (!value.is_object()) return {};
            for (const auto& [name, member] : value.items()) {
                if (schema.contains("properties") && schema["properties"].contains(name)) continue;
                const std::string wrong = check(rule, member, at + '.' + name);
                if (!wrong.empty()) return wrong;
            }
            return {};
        }
        if (keyword == "items") {
            if (!value.is_array()) return {};
            for (std::size_t i = 0; i < value.size(); ++i) {
                const std::string wrong = check(rule, value[i], at + '[' + std::to_string(i) + ']');
                if (!wrong.empty()) return wrong;
            }
            return {};
        }
        if (keyword == "allOf") {
            for (const auto& part : rule) {
                const std::string wrong = check(part, value, at);
                if (!wrong.empty()) return wrong;
            }
            return {};
        }
        if (keyword == "anyOf") {
            std::string first;
            for (const auto& part : rule) {
                const std::string wrong = check(part, value, at);
                if (wrong.empty()) return {};
                if (first.empty()) first = wrong;
            }
            return first;
        }
        if (keyword == "if") return check(rule, value, at).empty() && schema.contains("then") ? check(schema["then"], value, at) : std::string{};
        throw std::runtime_error("schema: unknown keyword " + keyword);
    }

    nlohmann::json root_;
};

}  // namespace weir::test
