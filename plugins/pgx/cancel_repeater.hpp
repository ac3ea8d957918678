// Cancelling again what the server has not ended.
#pragma once

#include "transport.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace dbway::pgx {

class Canceller;

// The server ignores a cancel that reaches it before it has begun with the request, and the thread that waits
// for the request sleeps until there is an answer: a thread here, which the first cancel starts, tells the
// server again, with growing pauses, while the request runs. One for all connections of a provider. [any]
class CancelRepeater {
  public:
    CancelRepeater() = default;
    ~CancelRepeater();
    CancelRepeater(const CancelRepeater&) = delete;
    CancelRepeater& operator=(const CancelRepeater&) = delete;

    // Of a request that has been cancelled. `canceller` stays until it is forgotten. Throws when there is no
    // memory or no thread to be had.
    void watch(Canceller& canceller, std::uint64_t run);
    // When it returns nobody uses the canceller any more, nor will.
    void forget(const Canceller& canceller) noexcept;

  private:
    struct Watch {
        Canceller* canceller;
        std::uint64_t run;
        Clock::time_point next;
        Clock::duration pause;
    };
    void serve() noexcept;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Watch> watches_;
    const Canceller* telling_ = nullptr;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace dbway::pgx
