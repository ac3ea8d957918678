// Bytes on their way to the server: a growing block to which messages and values are appended in network byte
// order (PostgreSQL documentation, 55.1 and 55.6).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace dbway::pgx {

inline std::uint16_t swap_bytes(std::uint16_t value) noexcept { return __builtin_bswap16(value); }
inline std::uint32_t swap_bytes(std::uint32_t value) noexcept { return __builtin_bswap32(value); }
inline std::uint64_t swap_bytes(std::uint64_t value) noexcept { return __builtin_bswap64(value); }

// An unsigned integer to or from network byte order.
template <class Unsigned>
Unsigned network_order(Unsigned value) noexcept {
    if constexpr (std::endian::native == std::endian::little) return swap_bytes(value);
    return value;
}

// Reads an integer in network byte order; `from` needs no alignment.
template <class Unsigned>
Unsigned load(const std::uint8_t* from) noexcept {
    Unsigned value;
    std::memcpy(&value, from, sizeof value);
    return network_order(value);
}

// Not thread-safe. Throws std::bad_alloc when it cannot grow, and then holds what it held before.
class Buffer {
  public:
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { std::free(data_); }

    const std::uint8_t* data() const noexcept { return data_; }
    std::uint8_t* data() noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

    // Room for `size` more bytes, which the caller fills before advance().
    std::uint8_t* reserve(std::size_t size) {
        if (size > capacity_ - size_) grow(size);
        return data_ + size_;
    }
    void advance(std::size_t size) noexcept { size_ += size; }
    // For a writer that appends many values: the end of the room, and what was written up to `end`.
    const std::uint8_t* room_end() const noexcept { return data_ + capacity_; }
    void advance_to(const std::uint8_t* end) noexcept { size_ = static_cast<std::size_t>(end - data_); }

    void put(const void* bytes, std::size_t size) {
        if (size != 0) std::memcpy(reserve(size), bytes, size);
        size_ += size;
    }
    void put(std::string_view text) { put(text.data(), text.size()); }
    void put_u8(std::uint8_t value) {
        *reserve(1) = value;
        ++size_;
    }
    void put_u16(std::uint16_t value) { put_integer(value); }
    void put_u32(std::uint32_t value) { put_integer(value); }
    void put_u64(std::uint64_t value) { put_integer(value); }
    // Text that ends with a NUL, as names and statements do in the protocol.
    void put_string(std::string_view text) {
        std::uint8_t* to = reserve(text.size() + 1);
        if (!text.empty()) std::memcpy(to, text.data(), text.size());
        to[text.size()] = 0;
        size_ += text.size() + 1;
    }

    // A 32-bit length that is not known yet: hold() leaves room for it and says where, fill() writes the
    // number of bytes since then, `extra` added.
    std::size_t hold() {
        reserve(4);
        size_ += 4;
        return size_ - 4;
    }
    void fill(std::size_t at, std::uint32_t extra = 0) noexcept {
        set_u32(at, static_cast<std::uint32_t>(size_ - at - 4) + extra);
    }
    void set_u32(std::size_t at, std::uint32_t value) noexcept {
        value = network_order(value);
        std::memcpy(data_ + at, &value, sizeof value);
    }

    // Takes back what was appended since the buffer had this size.
    void truncate(std::size_t size) noexcept { size_ = size; }
    void clear() noexcept { size_ = 0; }
    // Gives the memory back when it is more than `keep` bytes. The buffer is empty afterwards.
    void shrink(std::size_t keep) noexcept {
        size_ = 0;
        if (capacity_ <= keep) return;
        std::free(std::exchange(data_, nullptr));
        capacity_ = 0;
    }

  private:
    template <class Unsigned>
    void put_integer(Unsigned value) {
        value = network_order(value);
        std::memcpy(reserve(sizeof value), &value, sizeof value);
        size_ += sizeof value;
    }

    [[gnu::noinline, gnu::cold]] void grow(std::size_t size) {
        std::size_t want = capacity_ == 0 ? 4096 : capacity_ * 2;
        if (want - size_ < size) want = size_ + size;
        void* grown = std::realloc(data_, want);
        if (grown == nullptr) throw std::bad_alloc();
        data_ = static_cast<std::uint8_t*>(grown);
        capacity_ = want;
    }

    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace dbway::pgx
