// request_queue.hpp - the requests of a connection, first in, first out.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/inlining.hpp>
#include <dbway/sdk/provider.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

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
    QueuedRequest& front() noexcept { return ring_[head_ & mask_]; }
    void pop() noexcept { ++head_; }

    // Room for `count` more. Invalidates references. Strong exception guarantee.
    void reserve(std::size_t count) {
        if (count > capacity() - size() || (capacity() > keep_limit && empty())) [[unlikely]]
            resize_for(count);
    }

    // The slot `ahead` of the end. It counts only after commit(); until then it may be written and dropped.
    QueuedRequest& slot(std::size_t ahead) noexcept { return ring_[(tail_ + ahead) & mask_]; }
    void commit(std::size_t count) noexcept { tail_ += count; }

  private:
    static constexpr std::size_t first_capacity = 16;
    static constexpr std::size_t keep_limit = 1024;

    std::size_t capacity() const noexcept { return ring_ == nullptr ? 0 : mask_ + 1; }

    // A long queue is forgotten once it is empty.
    DBWAY_SDK_COLD void resize_for(std::size_t count) {
        std::size_t want = empty() ? first_capacity : capacity();
        while (want < size() + count) want *= 2;
        if (want == capacity()) return;
        std::unique_ptr<QueuedRequest[]> bigger(new QueuedRequest[want]);
        for (std::uint64_t i = head_; i != tail_; ++i) bigger[i & (want - 1)] = ring_[i & mask_];
        ring_ = std::move(bigger);
        mask_ = want - 1;
    }

    std::unique_ptr<QueuedRequest[]> ring_;
    std::size_t mask_ = 0;  // the capacity, a power of two, less 1
    std::uint64_t head_ = 0;
    std::uint64_t tail_ = 0;
};

}  // namespace dbway::sdk::detail
