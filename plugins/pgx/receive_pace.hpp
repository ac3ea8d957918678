// receive_pace.hpp - letting a long result pile up a little before it is received.
//
// The server sends 8 KiB at a time. A client that is faster sleeps after each of them, so that every 8 KiB
// cost it a poll(), a recv() and a change of context, and the server the waking of its reader. As network
// cards put off their interrupts, a reader that is in the middle of a long result puts off its next look.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace dbway::pgx {

// Not thread-safe.
class ReceivePace {
  public:
    // The socket's buffer takes several times what a server sends in this time. Shorter, it gains less;
    // longer, the server is held up. Linux adds 50 microseconds of its own (timer slack).
    static constexpr std::chrono::microseconds rest{70};

    // A request has gone out: its answer may be short, and is wanted at once.
    void sent() noexcept { answer_ = 0; }

    // Asked before a look at the socket: whether to rest first, and then to look without waiting.
    bool rests() noexcept {
        if (answer_ < long_answer || more_) return false;
        if (waits_ > 0) {
            --waits_;
            return false;
        }
        return rested_ = true;
    }

    // What a look has brought, 0 for nothing, of what there was room for: where that was filled, more has
    // come already, and the server is the faster one.
    void received(std::size_t size, std::size_t room) noexcept {
        answer_ += size;
        more_ = size == room;
        if (rested_ && size <= one_send) waits_ = pause;
        rested_ = false;
    }

  private:
    // Below, a rest would be felt: it takes a server about a millisecond.
    static constexpr std::size_t long_answer = 128 * 1024;
    // A rest that brings no more than the server sends at a time was in vain: the network is slower than the
    // server.
    static constexpr std::size_t one_send = 8192;
    static constexpr std::uint32_t pause = 64;

    std::size_t answer_ = 0;
    std::uint32_t waits_ = 0;
    bool rested_ = false;
    bool more_ = false;
};

}  // namespace dbway::pgx
