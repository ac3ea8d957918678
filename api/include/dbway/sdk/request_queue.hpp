// request_queue.hpp - the requests of a connection, first in, first out.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/provider.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dbway::sdk::detail {

// What the host submitted. The struct is a copy (with the fields its host does not know set to zero); what it
// points to is borrowed until the final event.
struct QueuedRequest {
    dbway_request request;
    Request::Clock::time_point deadline;
};

// A ring that is reused, so that the steady state allocates nothing. Each request has an ordinal, its place
// in the order of submission. Not thread-safe.
class RequestQueue {
  public:
    bool empty() const noexcept { return head_ == tail_; }
    std::size_t size() const noexcept { return static_cast<std::size_t>(tail_ - head_); }
    std::uint64_t front_ordinal() const noexcept { return head_; }
    std::uint64_t end_ordinal() const noexcept { return tail_; }
    QueuedRequest& front() noexcept { return ring_[head_ & (ring_.size() - 1)]; }
    void pop() noexcept { ++head_; }

    // Room for `count` more. Invalidates references. Strong exception guarantee.
    void reserve(std::size_t count) {
        if (empty() && ring_.size() > keep_limit && count <= keep_limit) resize(keep_limit);
        std::size_t want = ring_.empty() ? 16 : ring_.size();
        while (want < size() + count) want *= 2;
        if (want != ring_.size()) resize(want);
    }

    // The slot `ahead` of the end. It counts only after commit(); until then it may be written and dropped.
    QueuedRequest& slot(std::size_t ahead) noexcept { return ring_[(tail_ + ahead) & (ring_.size() - 1)]; }
    void commit(std::size_t count) noexcept { tail_ += count; }

  private:
    static constexpr std::size_t keep_limit = 1024;

    void resize(std::size_t capacity) {
        std::vector<QueuedRequest> bigger(capacity);
        for (std::uint64_t i = head_; i != tail_; ++i)
            bigger[i & (capacity - 1)] = ring_[i & (ring_.size() - 1)];
        ring_.swap(bigger);
    }

    std::vector<QueuedRequest> ring_;  // a power of two
    std::uint64_t head_ = 0;
    std::uint64_t tail_ = 0;
};

}  // namespace dbway::sdk::detail
