// Reads the parts of a binary value in order and never beyond its end, whatever the server says.
#pragma once

#include "buffer.hpp"
#include "type.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace dbway::pgx {

using Bytes = std::span<const std::uint8_t>;

// Throws sdk::Failure(DBWAY_ERR_INTERNAL): the bytes are no value of the type, since `what`.
[[noreturn, gnu::noinline, gnu::cold]] void malformed(const Type& type, std::string_view what);

// Not thread-safe. Throws as malformed() does.
class Reader {
  public:
    Reader(const Type& type, Bytes data) noexcept : type_(type), data_(data) {}

    std::size_t left() const noexcept { return data_.size(); }
    const Type& type() const noexcept { return type_; }

    std::uint8_t u8() { return take(1)[0]; }
    std::uint16_t u16() { return load<std::uint16_t>(take(2)); }
    std::uint32_t u32() { return load<std::uint32_t>(take(4)); }
    std::uint64_t u64() { return load<std::uint64_t>(take(8)); }
    std::int16_t i16() { return static_cast<std::int16_t>(u16()); }
    std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
    std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
    double f64() { return std::bit_cast<double>(u64()); }
    Bytes bytes(std::size_t size) { return {take(size), size}; }

    // What follows a 32-bit length; `null`: the length was -1.
    Bytes field(bool& null) {
        const std::int32_t size = i32();
        null = size == -1;
        if (null) return {};
        if (size < 0) malformed(type_, "a negative length within it");
        return bytes(static_cast<std::size_t>(size));
    }

    // Text up to a NUL, which is skipped.
    std::string_view string() {
        const void* end = data_.empty() ? nullptr : std::memchr(data_.data(), 0, data_.size());
        if (end == nullptr) malformed(type_, "text within it has no end");
        const auto size = static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - data_.data());
        const auto* text = reinterpret_cast<const char*>(take(size + 1));
        return {text, size};
    }

    // A count of things that follow, each of which takes `each` bytes or more.
    std::size_t count(std::size_t each) {
        const std::int32_t value = i32();
        if (value < 0 || static_cast<std::size_t>(value) > left() / each)
            malformed(type_, "a count within it is larger than the value");
        return static_cast<std::size_t>(value);
    }

    void end() const {
        if (!data_.empty()) malformed(type_, "bytes are left over at its end");
    }

  private:
    const std::uint8_t* take(std::size_t size) {
        if (size > data_.size()) malformed(type_, "it ends too early");
        const std::uint8_t* from = data_.data();
        data_ = data_.subspan(size);
        return from;
    }

    const Type& type_;
    Bytes data_;
};

}  // namespace dbway::pgx
