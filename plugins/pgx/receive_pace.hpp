// receive_pace.hpp - letting a long result, or many short ones, pile up a little before they are received.
//
// The server sends 8 KiB at a time, and the answers to requests that end by themselves one by one. A client
// that is faster sleeps after each of them, so that each costs it a poll(), a recv() and a change of context,
// and the server the waking of its reader. As network cards put off their interrupts, a reader that is in the
// middle of a long answer puts off its next look.
#pragma once

#include <algorithm>
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

    // Asked before a look at the socket: whether to rest first, and then to look without waiting. `answers`:
    // those that the server sends one by one, and of which none is there.
    bool rests(std::size_t answers) noexcept {
        const bool is_long = answer_ >= long_answer && !more_;
        if (!is_long && answers < many_answers) return false;
        if (waits_ > 0) {
            --waits_;
            return false;
        }
        least_ = is_long ? one_send + 1 : 1;
        return true;
    }

    // What a look has brought, 0 for nothing, of what there was room for: where that was filled, more has
    // come already, and the server is the faster one.
    void received(std::size_t size, std::size_t room) noexcept {
        answer_ += size;
        more_ = size == room;
        if (least_ == 0) return;
        const bool in_vain = size < least_;
        waits_ = in_vain ? pause_ : 0;
        pause_ = in_vain ? std::min(2 * pause_, longest_pause) : 1;
        least_ = 0;
    }

  private:
    // Below, a rest would be felt: it takes a server about a millisecond.
    static constexpr std::size_t long_answer = 128 * 1024;
    // It takes a server as long as a rest to give so many of the shortest answers.
    static constexpr std::size_t many_answers = 3;
    // A rest that brings no more than the server sends at a time was in vain: the network is slower than the
    // server.
    static constexpr std::size_t one_send = 8192;
    // Looks without a rest after one that was in vain, twice as many after each that follows.
    static constexpr std::uint32_t longest_pause = 64;

    std::size_t answer_ = 0;
    std::size_t least_ = 0;  // that the rest must bring; 0: there was none
    std::uint32_t waits_ = 0;
    std::uint32_t pause_ = 1;
    bool more_ = false;
};

}  // namespace dbway::pgx
