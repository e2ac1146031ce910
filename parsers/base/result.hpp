// SPDX-License-Identifier: Apache-2.0
// Value or error, for the control side: std::expected's names, so that it can be swapped in when g++ 12 is history.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace weir {

/// Wraps an error on its way into a Result.
template <class E>
struct Unexpected {
    E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

/// Either a value or the reason why there is none.
template <class T, class E>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
    Result(Unexpected<E> unexpected) : state_(std::in_place_index<1>, std::move(unexpected.error)) {}  // NOLINT

    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] T& value() & { return std::get<0>(state_); }
    [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
    [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
    [[nodiscard]] T& operator*() & { return value(); }
    [[nodiscard]] const T& operator*() const& { return value(); }
    [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
    [[nodiscard]] T* operator->() { return &value(); }
    [[nodiscard]] const T* operator->() const { return &value(); }

    [[nodiscard]] const E& error() const& { return std::get<1>(state_); }
    [[nodiscard]] E&& error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, E> state_;
};

/// A place in a file that somebody wrote: policy, rules, configuration, capture.
struct FileError {
    std::string file;
    unsigned line = 0;    ///< 1-based; 0 where the whole file is meant
    unsigned column = 0;  ///< 1-based; 0 where the whole line is meant
    std::string reason;   ///< what is wrong, what was expected

    /// `file:line: reason`, as compilers print it.
    [[nodiscard]] std::string text() const {
        std::string out = file;
        if (line != 0) out += ':' + std::to_string(line);
        return out + ": " + reason;
    }
};

}  // namespace weir
