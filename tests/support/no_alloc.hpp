// SPDX-License-Identifier: Apache-2.0
// A scope in which the heap is forbidden: `NoAlloc guard;` aborts at the first operator new. Replaces operator new, so it is
// included by one source file of a program only.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <new>

namespace weir::test {

inline thread_local bool heap_forbidden = false;

class NoAlloc {
public:
    NoAlloc() noexcept { heap_forbidden = true; }
    ~NoAlloc() { heap_forbidden = false; }
    NoAlloc(const NoAlloc&) = delete;
    NoAlloc& operator=(const NoAlloc&) = delete;
};

inline void* allocate(std::size_t size, std::size_t alignment) {
    if (heap_forbidden) {
        heap_forbidden = false;
        std::fputs("operator new in a scope that forbids it\n", stderr);
        std::abort();
    }
    void* const memory = alignment == 0 ? std::malloc(size == 0 ? 1 : size) : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace weir::test

[[gnu::noinline]] void* operator new(std::size_t size) { return weir::test::allocate(size, 0); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return weir::test::allocate(size, 0); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) { return weir::test::allocate(size, static_cast<std::size_t>(alignment)); }
[[gnu::noinline]] void* operator new[](std::size_t size, std::align_val_t alignment) { return weir::test::allocate(size, static_cast<std::size_t>(alignment)); }
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return weir::test::allocate(size, 0); }
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return weir::test::allocate(size, 0); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
