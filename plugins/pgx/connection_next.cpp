// next(): sends, receives and waits until there is something to tell.
#include "connection.hpp"

#include <dbway/sdk/growth.hpp>

#include <poll.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace dbway::pgx {

[[gnu::hot]] dbway_status Connection::next(dbway_event* out) {
    if (out == nullptr || out->struct_size < offsetof(dbway_event, affected)) return DBWAY_ERR_INVALID;
    // A host of this version is written to directly.
    dbway_event other;
    dbway_event& event = out->struct_size == sizeof other ? *out : other;
    event = dbway_event{};
    event.struct_size = sizeof event;
    event.affected = -1;
    if (std::exchange(given_, false)) rows_.clear();
    if (std::exchange(shapes_done_, false)) old_shapes_.clear();
    source_waits_ = more_to_send_ = dry_ = false;
    dbway_status status = DBWAY_OK;
    try {
        for (;;) {
            const std::optional<dbway_status> stepped = step(event);
            if (!stepped) continue;
            status = *stepped;
            break;
        }
    } catch (const sdk::Failure& failure) {
        status = lose(failure.diagnostic(), event);
    } catch (const std::bad_alloc&) {
        sdk::Diagnostic why;
        why.status = DBWAY_ERR_NOMEM;
        why.message = "out of memory in the middle of a conversation with the server";
        status = lose(std::move(why), event);
    }
    if (status == DBWAY_OK && &event != out) sdk::detail::write_struct(event, out);
    return status;
}

// One thing after the other; nothing: look again.
[[gnu::hot]] std::optional<dbway_status> Connection::step(dbway_event& event) {
    if (connector_) return advance_open(event);
    if (dead_) return DBWAY_ERR_CONNECTION;
    if (!queue_.empty() && queue_.front().plain && take_plain_answer(queue_.front(), event) == Taken::event)
        return DBWAY_OK;
    if (step_locally(event) == Taken::event) return DBWAY_OK;
    if (dead_) return DBWAY_ERR_CONNECTION;
    if (!awaiting_types_) {
        Message message;
        while (in_.peek(message)) {
            if (take(message, event) == Taken::event) return DBWAY_OK;
            if (dead_) return DBWAY_ERR_CONNECTION;
            if (awaiting_types_) return std::nullopt;
            if (!queue_.empty() && !queue_.front().sent)
                return std::nullopt;  // it may end without the server
        }
        if (rows_.rows() != 0) {
            give_rows(event);
            return DBWAY_OK;
        }
    }
    if (host_requests_ > 0) fill();
    if (conversation_ && out_.size() - sent_ < 64 * 1024) {
        const dbway_status produced = conversation_->produce();
        source_waits_ = produced == DBWAY_AGAIN;
        more_to_send_ = produced == DBWAY_OK;
    }
    flush();
    if (check_time(event) == Taken::event) return DBWAY_OK;
    if (dead_) return DBWAY_ERR_CONNECTION;
    return receive(event);
}

// What the oldest request needs no server for.
[[gnu::hot]] Connection::Taken Connection::step_locally(dbway_event& event) {
    Request* const request = head();
    if (request == nullptr) return Taken::nothing;
    if (awaiting_types_) {
        if (!types_arrived()) return Taken::nothing;
        awaiting_types_ = false;
        if (conversation_ && !conversation_->has_rows()) return Taken::nothing;
        return announce(*request, event);
    }
    if (final_due_) return finish(event);
    if (request->internal()) return Taken::nothing;
    if (chain_broken_ && (!request->sent || (segment_failed_ && !request->own_sync))) return finish(event);
    if (request->refusal && !request->sent)
        return fail_head(*std::exchange(request->refusal, nullptr), event);
    return Taken::nothing;
}

[[gnu::hot]] Clock::time_point Connection::limit() const noexcept {
    for (std::size_t i = 0; i < queue_.size(); ++i)
        if (!queue_[i].internal()) return queue_[i].timed_out ? grace_ : queue_[i].deadline;
    return Clock::time_point::max();
}

// R10: a request whose time is over is cancelled; one that does not end even so takes the connection with it.
[[gnu::hot]] Connection::Taken Connection::check_time(dbway_event& event) {
    const Clock::time_point until = limit();
    if (until == Clock::time_point::max()) return Taken::nothing;
    const Clock::time_point now = Clock::now();
    if (now < until) return Taken::nothing;
    Request& request = queue_.front();
    sdk::Diagnostic late;
    late.status = DBWAY_ERR_TIMEOUT;
    late.sqlstate = "57014";
    if (!request.internal() && !request.sent) {
        late.flags = DBWAY_DIAG_NOT_EXECUTED;
        late.message = "the time of the request was over before it could be sent";
        return fail_head(late, event);
    }
    if (!request.internal() && !request.timed_out) {
        request.timed_out = true;
        grace_ = now + options_.cancel_timeout;
        canceller_->cancel_running();
        return Taken::nothing;
    }
    late.message =
        "the request did not end in time, and the server did not answer when it was to be cancelled";
    return lose(std::move(late), event) == DBWAY_OK ? Taken::event : Taken::nothing;
}

// The connection is of no more use. The oldest request of the host's fails with it.
Connection::Taken Connection::give_up(sdk::Diagnostic& why, dbway_event& event) {
    why.flags |= DBWAY_DIAG_CONN_DEAD;
    dead_ = true;
    if (canceller_) canceller_->give_up();
    rows_.clear();
    while (!queue_.empty() && queue_.front().internal()) end_head();
    if (queue_.empty()) {
        report(why, 0);
        return Taken::nothing;
    }
    if (!queue_.front().sent) why.flags |= DBWAY_DIAG_NOT_EXECUTED;
    event = dbway_event{};
    event.struct_size = sizeof event;
    event.affected = -1;
    chain_broken_ = false;
    return fail_head(why, event);
}

dbway_status Connection::lose(sdk::Diagnostic why, dbway_event& event) {
    return give_up(why, event) == Taken::event ? DBWAY_OK : DBWAY_ERR_CONNECTION;
}

[[gnu::hot]] bool Connection::wait_to_receive() {
    const Clock::time_point until = limit();
    const bool in_time = until == Clock::time_point::max() || Clock::now() + 10 * ReceivePace::rest < until;
    // TLS hands over a record at a time, which tells nothing of what has come.
    if (!want_write_ && in_time && !transport_.encrypted() && pace_.rests()) {
        std::this_thread::sleep_for(ReceivePace::rest);
        return true;
    }
    const short events = static_cast<short>(POLLIN | (want_write_ ? POLLOUT : 0));
    return transport_.wait(events, until);
}

[[gnu::hot]] std::optional<dbway_status> Connection::receive(dbway_event& event) {
    const bool outstanding = host_requests_ > 0;
    if (dry_ && source_waits_ && !send_pending()) return DBWAY_AGAIN;
    const ReceiveBuffer::Room room = in_.room();
    if (outstanding && !nonblocking_ && (send_pending() || !(source_waits_ || more_to_send_))) {
        if (!wait_to_receive()) return std::nullopt;
    }
    const Transport::Result result = transport_.receive(room.at, room.size);
    pace_.received(result.size, room.size);
    switch (result.progress) {
        case Transport::Progress::done:
            in_.received(result.size);
            return std::nullopt;
        case Transport::Progress::want_write:
            want_write_ = true;
            break;
        case Transport::Progress::want_read:
            dry_ = true;
            break;
        case Transport::Progress::closed:
        case Transport::Progress::failed: {
            sdk::Diagnostic why;
            why.status = DBWAY_ERR_CONNECTION;
            why.sqlstate = "08006";
            why.message = result.progress == Transport::Progress::closed
                              ? "the server has closed the connection unexpectedly"
                              : std::string("the connection has failed: ") + transport_.failure();
            return lose(std::move(why), event);
        }
    }
    if (!outstanding) return DBWAY_END;
    if (more_to_send_ && !send_pending()) return std::nullopt;
    if (source_waits_ || nonblocking_) return DBWAY_AGAIN;
    return std::nullopt;
}

void Connection::discard() noexcept {
    std::size_t i = 0;
    while (i < queue_.size() && queue_[i].internal()) ++i;
    if (i == queue_.size()) return;
    queue_[i].discarded = true;
    rows_.clear();
}

void Connection::wait_info(dbway_wait& out) const noexcept {
    out.fd = -1;
    out.interest = 0;
    out.timeout_ns = 0;
    Clock::time_point until = Clock::time_point::max();
    if (connector_) {
        out.fd = connector_->descriptor();
        out.interest = connector_->events() == POLLOUT ? DBWAY_WAIT_WRITE : DBWAY_WAIT_READ;
        until = connector_->deadline();
    } else if (source_waits_ && !send_pending()) {
        return;
    } else if (!dead_) {
        out.fd = transport_.descriptor();
        // The answer to a request that ends by itself is there: next() does not wait.
        if (host_requests_ != 0 && !awaiting_types_ && in_.holds('Z')) return;
        out.interest = DBWAY_WAIT_READ | (want_write_ ? DBWAY_WAIT_WRITE : 0u);
        until = limit();
    }
    if (until == Clock::time_point::max()) return;
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(until - Clock::now()).count();
    out.timeout_ns = left > 0 ? static_cast<std::uint64_t>(left) : 1;
}

}  // namespace dbway::pgx
