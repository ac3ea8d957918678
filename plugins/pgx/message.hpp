// Messages of the server, version 3.0 of the protocol (PostgreSQL documentation, 55.7): one byte of type, a
// 32-bit length that counts itself, and the body.
#pragma once

#include "buffer.hpp"

#include <dbway/sdk/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbway::pgx {

// Not what the protocol allows: the connection cannot be used any more.
class ProtocolError : public sdk::Failure {
  public:
    explicit ProtocolError(const std::string& what)
        : sdk::Failure(DBWAY_ERR_CONNECTION, "the server broke the protocol: " + what, "08P01") {}
};

// Borrows the receive buffer.
struct Message {
    char type = 0;
    const std::uint8_t* body = nullptr;
    std::uint32_t size = 0;
};

// Reads a body from its beginning to its end; throws ProtocolError where it is too short.
class BodyReader {
  public:
    explicit BodyReader(const Message& message)
        : at_(message.body), end_(message.body + message.size), type_(message.type) {}

    bool at_end() const noexcept { return at_ == end_; }
    std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    std::uint8_t u8() { return *take(1); }
    std::uint16_t u16() { return load<std::uint16_t>(take(2)); }
    std::uint32_t u32() { return load<std::uint32_t>(take(4)); }
    // Without its NUL.
    std::string_view string() {
        const void* nul = left() == 0 ? nullptr : std::memchr(at_, 0, left());
        if (nul == nullptr) fail();
        const auto* begin = reinterpret_cast<const char*>(at_);
        at_ = static_cast<const std::uint8_t*>(nul) + 1;
        return {begin, static_cast<std::size_t>(static_cast<const char*>(nul) - begin)};
    }
    const std::uint8_t* take(std::size_t size) {
        if (left() < size) fail();
        const std::uint8_t* begin = at_;
        at_ += size;
        return begin;
    }

  private:
    [[noreturn]] void fail() const {
        throw ProtocolError(std::string("a message of type '") + type_ + "' is too short");
    }

    const std::uint8_t* at_;
    const std::uint8_t* end_;
    char type_;
};

}  // namespace dbway::pgx
