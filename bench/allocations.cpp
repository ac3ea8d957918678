// libdbway_bench_allocations.so: loaded by LD_PRELOAD, it counts a process's allocations of memory.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

// glibc's own functions under the names that do not come back here.
extern "C" void* __libc_malloc(std::size_t);
extern "C" void* __libc_calloc(std::size_t, std::size_t);
extern "C" void* __libc_realloc(void*, std::size_t);
extern "C" void* __libc_memalign(std::size_t, std::size_t);

namespace {

std::atomic<std::uint64_t> allocations{0};

void count() noexcept { allocations.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

#pragma GCC visibility push(default)

extern "C" std::uint64_t dbway_bench_allocations() { return allocations.load(std::memory_order_relaxed); }

extern "C" void* malloc(std::size_t size) {
    count();
    return __libc_malloc(size);
}

extern "C" void* calloc(std::size_t items, std::size_t size) {
    count();
    return __libc_calloc(items, size);
}

// Growing a block counts as one more.
extern "C" void* realloc(void* block, std::size_t size) {
    count();
    return __libc_realloc(block, size);
}

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

extern "C" int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
    count();
    void* const made = __libc_memalign(alignment, size);
    if (made == nullptr) return ENOMEM;
    *block = made;
    return 0;
}

#pragma GCC visibility pop
