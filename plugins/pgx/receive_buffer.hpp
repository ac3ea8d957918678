// Bytes that have come from the server, and the messages in them. Cells point into it, so that nothing moves
// until the host has given the rows back.
#pragma once

#include "message.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

namespace dbway::pgx {

// Not thread-safe.
class ReceiveBuffer {
  public:
    // The complete message at `at` bytes behind the current position, or false. Throws ProtocolError.
    bool peek(Message& message, std::size_t at = 0) const {
        const std::size_t left = end_ - begin_;
        if (left < at + header) return false;
        const std::uint8_t* from = bytes_.get() + begin_ + at;
        const std::uint32_t length = load<std::uint32_t>(from + 1);
        if (length < 4 || length > message_limit) [[unlikely]]
            refuse(from[0], length);
        if (left - at < length + 1) return false;
        message.type = static_cast<char>(from[0]);
        message.body = from + header;
        message.size = length - 4;
        return true;
    }
    // Whether a complete message of this type is among those that have come.
    bool holds(char type) const noexcept {
        std::size_t at = begin_;
        while (end_ - at >= header) {
            const std::size_t whole = std::size_t{load<std::uint32_t>(bytes_.get() + at + 1)} + 1;
            if (whole < header || end_ - at < whole) return false;
            if (static_cast<char>(bytes_[at]) == type) return true;
            at += whole;
        }
        return false;
    }
    // The current message is done with.
    void skip(const Message& message) noexcept { begin_ += message.size + header; }

    // What has arrived and was not skipped.
    std::size_t pending() const noexcept { return end_ - begin_; }

    // Room to receive into. Moves what is there: no cell may point into the buffer any more.
    struct Room {
        std::uint8_t* at;
        std::size_t size;
    };
    Room room() {
        if (begin_ == end_) {
            begin_ = end_ = 0;
            if (capacity_ > keep_limit)
                replace(usual_size);  // one wide row does not hold its memory for ever
        }
        const std::size_t need = needed();
        if (capacity_ - begin_ < need) {
            if (need > capacity_) {
                replace(std::max({need, usual_size, std::min(capacity_ * 2, need * 2)}));
            } else {
                std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
                end_ -= begin_;
                begin_ = 0;
            }
        }
        return {bytes_.get() + end_, capacity_ - end_};
    }
    void received(std::size_t size) noexcept { end_ += size; }

  private:
    static constexpr std::size_t header = 5;
    static constexpr std::size_t usual_size = 64 * 1024;
    static constexpr std::size_t keep_limit = 1024 * 1024;
    static constexpr std::uint32_t message_limit = 0x7FFFFFFF;  // the server's own limit is 1 GB

    // Bytes from the current position to the end of the message there, or a part that is worth a receive.
    std::size_t needed() const noexcept {
        // A record of TLS holds no more: nothing of it stays with the TLS library while poll() waits.
        constexpr std::size_t least = 16 * 1024;
        const std::size_t left = end_ - begin_;
        if (left < header) return left + least;
        const std::size_t whole = std::size_t{load<std::uint32_t>(bytes_.get() + begin_ + 1)} + 1;
        // A length is believed only as far as bytes follow it: memory grows with what has arrived.
        return std::max(std::min(whole, left * 2), left + least);
    }

    [[noreturn, gnu::noinline, gnu::cold]] static void refuse(std::uint8_t type, std::uint32_t length) {
        throw ProtocolError("a message of type " + std::to_string(type) + " and length " +
                            std::to_string(length));
    }

    void replace(std::size_t capacity) {
        std::unique_ptr<std::uint8_t[]> bigger(new std::uint8_t[capacity]);
        const std::size_t left = end_ - begin_;
        if (left != 0) std::memcpy(bigger.get(), bytes_.get() + begin_, left);
        bytes_ = std::move(bigger);
        capacity_ = capacity;
        begin_ = 0;
        end_ = left;
    }

    std::unique_ptr<std::uint8_t[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace dbway::pgx
