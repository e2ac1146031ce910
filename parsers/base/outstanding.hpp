// SPDX-License-Identifier: Apache-2.0
// Requests that wait for their answers, in the order in which they came.
#pragma once

#include "parsers/base/inline_vector.hpp"

namespace weir {

template <class T, std::size_t Capacity>
class Outstanding {
public:
    /// Appends `request`. Where there is no room the oldest is handed to `lost(const T&)` first, and forgotten.
    template <class Lost>
    T& add(const T& request, Lost&& lost) noexcept {
        if (list_.full()) {
            lost(*list_.begin());
            remove(*list_.begin());
        }
        (void)list_.push_back(request);
        return list_.back();
    }
    /// The oldest request for which `fits(const T&)` holds; null when there is none.
    template <class Fits>
    [[nodiscard]] T* find(Fits&& fits) noexcept {
        for (T& request : list_)
            if (fits(static_cast<const T&>(request))) return &request;
        return nullptr;
    }
    /// Forgets `request`, which is one of these.
    void remove(const T& request) noexcept {
        for (T* at = list_.begin() + (&request - list_.begin()); at + 1 != list_.end(); ++at) *at = at[1];
        list_.pop_back();
    }
    [[nodiscard]] const T* begin() const noexcept { return list_.begin(); }
    [[nodiscard]] const T* end() const noexcept { return list_.end(); }
    [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
    void clear() noexcept { list_.clear(); }

private:
    InlineVector<T, Capacity> list_;
};

}  // namespace weir
