// Requests that have been submitted and not ended.
#pragma once

#include "statement.hpp"
#include "transport.hpp"

#include <dbway/provider.h>
#include <dbway/sdk/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dbway::pgx {

// Kinds of our own, beside DBWAY_R_*.
inline constexpr std::uint32_t kind_describe_types = 1001;  // asks for types that the catalog lacks
inline constexpr std::uint32_t kind_set_up = 1002;  // a statement that makes the session what it must be

// What has become of a request so far, and how it is to be treated.
struct RequestState {
    Clock::time_point deadline = Clock::time_point::max();
    Statement* statement = nullptr;
    const Shape* columns = nullptr;  // of a QUERY that is sent again

    bool plain = false;      // it asks a prepared statement for rows of columns that are known
    bool sent = false;       // its messages are in the send buffer, or gone
    bool own_sync = false;   // ReadyForQuery ends it, not the answer to its last message
    bool started = false;    // it is the oldest: what the server says concerns it
    bool announced = false;  // the host knows the columns
    bool gave_rows = false;
    bool discarded = false;  // no more rows wanted
    bool stopped = false;    // the server was told so
    bool failed = false;     // the server has refused it, which has been reported
    bool again = false;      // it is to be sent once more: the server had lost the statement
    bool retried = false;
    bool timed_out = false;
    bool completed = false;  // every answer but ReadyForQuery is there
    dbway_status status = DBWAY_OK;
    std::uint32_t completions = 0;
    std::size_t unread = 0;  // bytes of rows that were not wanted
    std::int64_t affected = 0;
};

struct Request : RequestState {
    dbway_request host{};                      // what it points to is the host's until the final event
    std::unique_ptr<Statement> doomed;         // goes away with the request
    std::unique_ptr<sdk::Diagnostic> refusal;  // why it cannot be sent; reported when its turn comes
    std::string text;                          // SQL of our own making

    // As new, but for `host`, which whoever uses it next writes as a whole.
    void clear() noexcept {
        static_cast<RequestState&>(*this) = RequestState{};
        if (doomed) doomed.reset();
        if (refusal) refusal.reset();
        if (!text.empty()) text = {};
    }

    bool internal() const noexcept { return host.kind >= kind_describe_types; }
    // Whether it is messages in a pipeline, not a conversation of its own.
    bool pipelined() const noexcept {
        switch (host.kind) {
            case DBWAY_R_SCRIPT:
            case DBWAY_R_COPY_IN:
            case DBWAY_R_RESET:
                return false;
            case DBWAY_R_COPY_OUT:
                return (host.flags & DBWAY_RF_RAW) == 0;
            default:
                return true;
        }
    }
    bool chained() const noexcept { return (host.flags & DBWAY_RF_CHAIN) != 0; }
    std::uint32_t sets() const noexcept { return host.n_sets > 1 ? host.n_sets : 1; }
    bool wants_rows() const noexcept { return (host.flags & DBWAY_RF_NO_ROWS) == 0 && !discarded; }
};

// First in, first out, in a ring that is reused, so that the steady state allocates nothing. Not thread-safe.
class RequestRing {
  public:
    bool empty() const noexcept { return head_ == tail_; }
    std::size_t size() const noexcept { return static_cast<std::size_t>(tail_ - head_); }
    // The place of a request in the order of all of the connection.
    std::uint64_t ordinal(std::size_t i) const noexcept { return head_ + i; }
    std::uint64_t end_ordinal() const noexcept { return tail_; }
    Request& front() noexcept { return ring_[head_ & mask_]; }
    const Request& front() const noexcept { return ring_[head_ & mask_]; }
    Request& operator[](std::size_t i) noexcept { return ring_[(head_ + i) & mask_]; }
    const Request& operator[](std::size_t i) const noexcept { return ring_[(head_ + i) & mask_]; }

    // Room for `count` more. Invalidates references. Strong exception guarantee.
    void reserve(std::size_t count) {
        std::size_t want = ring_.empty() ? 16 : ring_.size();
        while (want < size() + count) want *= 2;
        if (want == ring_.size()) return;
        std::vector<Request> bigger(want);
        for (std::uint64_t i = head_; i != tail_; ++i) bigger[i & (want - 1)] = std::move(ring_[i & mask_]);
        ring_ = std::move(bigger);
        mask_ = want - 1;
    }
    // A new last one; there must be room.
    Request& push() noexcept { return ring_[tail_++ & mask_]; }
    // Takes the last one back.
    void drop_last() noexcept { ring_[--tail_ & mask_].clear(); }
    // A new one before the `at`th; there must be room.
    Request& insert(std::size_t at) noexcept {
        push();
        for (std::size_t i = size() - 1; i > at; --i) (*this)[i] = std::move((*this)[i - 1]);
        return (*this)[at] = Request{};
    }
    void erase(std::size_t at) noexcept {
        for (std::size_t i = at; i + 1 < size(); ++i) (*this)[i] = std::move((*this)[i + 1]);
        drop_last();
    }
    void pop() noexcept {
        ring_[head_ & mask_].clear();
        ++head_;
    }

  private:
    std::vector<Request> ring_;
    std::size_t mask_ = 0;
    std::uint64_t head_ = 0;
    std::uint64_t tail_ = 0;
};

}  // namespace dbway::pgx
