// From the server's messages to events of the oldest request.
#include "connection.hpp"
#include "frontend.hpp"
#include "request_encoder.hpp"

#include <dbway/sdk/option_text.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

namespace dbway::pgx {
namespace {

// "INSERT 0 3", "UPDATE 3", "SELECT 3": the rows that were changed. What only reads changes none.
std::int64_t affected_rows(std::string_view tag) noexcept {
    if (tag.starts_with("SELECT")) return 0;
    const std::size_t space = tag.rfind(' ');
    if (space == std::string_view::npos) return 0;
    const std::string_view command = tag.substr(0, tag.find(' '));
    if (command != "INSERT" && command != "UPDATE" && command != "DELETE" && command != "MERGE" &&
        command != "COPY")
        return 0;
    return sdk::detail::parse_number<std::int64_t>(tag.substr(space + 1)).value_or(0);
}

// A statement of the host's that the server has forgotten, behind a pooler or after DISCARD, or whose result
// it would have to change. `message` is in the server's language, so that the second takes the routine's
// word.
bool is_lost_statement(const sdk::Diagnostic& error) noexcept {
    return error.sqlstate == "26000" || error.sqlstate == "0A000";
}

bool may_answer_in_text_only(const sdk::Diagnostic& error) noexcept { return error.sqlstate == "42883"; }

}  // namespace

void Connection::report(const sdk::Diagnostic& diagnostic, std::uint64_t request_id) const noexcept {
    sdk::detail::FailureContext context;
    context.request_id = request_id;
    sink_.report(diagnostic, context, diagnostic.status == DBWAY_OK);
}

[[gnu::hot]] Request* Connection::head() noexcept {
    if (queue_.empty()) return nullptr;
    Request& request = queue_.front();
    if (!request.started) start_head();
    return &request;
}

[[gnu::hot]] void Connection::start_head() {
    Request& request = queue_.front();
    request.started = true;
    grace_ = Clock::time_point::max();
    if (canceller_->gate().start(request.host.id, queue_.ordinal(0))) return;
    if (request.sent) {
        canceller_->cancel_running();
    } else if (!request.refusal) {
        request.refusal = std::make_unique<sdk::Diagnostic>();
        request.refusal->status = DBWAY_ERR_CANCELLED;
        request.refusal->flags = DBWAY_DIAG_NOT_EXECUTED;
        request.refusal->sqlstate = "57014";
        request.refusal->message = "the request was cancelled before it was sent";
    }
}

// The request has ended: what was its alone goes away.
[[gnu::hot]] void Connection::end_head() {
    Request& request = queue_.front();
    const bool good = request.status == DBWAY_OK && !request.failed && !request.refusal && !chain_broken_;
    if (request.host.kind == DBWAY_R_PREPARE) {
        if (good) {
            request.statement->described = true;
        } else {
            request.statement->failed = true;
        }
    }
    if (!request.internal()) {
        chain_broken_ = !good && request.chained();
        --host_requests_;
    }
    conversation_.reset();
    decoding_ = false;
    shape_ = nullptr;
    final_due_ = false;
    if (request.sent) --n_sent_;
    shapes_done_ = true;
    // Of a lost connection nothing can be cancelled, and somebody may still be trying to.
    if (!dead_) canceller_->gate().end();
    queue_.pop();
    if (!dead_) head();
}

[[gnu::hot]] Connection::Taken Connection::finish(dbway_event& event) {
    Request& request = queue_.front();
    if (request.internal()) {
        if (request.host.kind == kind_describe_types && !request.discarded) add_described_types();
        end_head();
        return Taken::nothing;
    }
    event.request_id = request.host.id;
    event.tx_state = transaction_state_;
    if (chain_broken_ && !request.failed && !request.refusal) {
        event.kind = DBWAY_E_SKIPPED;
    } else if (request.failed || request.refusal) {
        event.kind = DBWAY_E_FAILED;
        event.status = request.status;
    } else {
        event.kind = DBWAY_E_DONE;
        event.affected = request.affected;
        event.tag = {tag_.data(), tag_size_};
        if (shape_ != nullptr && request.wants_rows() && (rows_.rows() != 0 || !request.announced)) {
            give_rows(event);
            event.flags |= DBWAY_EF_FINAL;
        }
    }
    end_head();
    return Taken::event;
}

// Ends the oldest request with a failure of this side; it was not sent, or the server says no more about it.
Connection::Taken Connection::fail_head(const sdk::Diagnostic& diagnostic, dbway_event& event) {
    Request& request = queue_.front();
    report(diagnostic, request.host.id);
    request.failed = true;
    request.status = diagnostic.status;
    return finish(event);
}

[[gnu::hot]] Connection::Taken Connection::take(const Message& message, dbway_event& event) {
    if (ignored_syncs_ > 0 && message.type != 'N' && message.type != 'S' && message.type != 'A') {
        if (message.type == 'Z') --ignored_syncs_;
        in_.skip(message);
        return Taken::nothing;
    }
    switch (message.type) {
        case 'D':
            if (!queue_.empty() && !queue_.front().internal() &&
                (!conversation_ || conversation_->has_rows()))
                return take_rows(message, event);
            break;
        case 'N':
            in_.skip(message);
            take_notice(message);
            return Taken::nothing;
        case 'S':
            in_.skip(message);
            take_parameter(message);
            return Taken::nothing;
        default:
            break;
    }
    // Rows that are ready come before whatever follows them, but for the end that they can carry.
    if (rows_.rows() != 0 && !given_ && message.type != 'C' && message.type != 'Z') return give_rows(event);
    in_.skip(message);
    switch (message.type) {
        case 'A':
            return take_notification(message, event);
        case 'E':
            return take_error(message, event);
        case 'Z':
            return take_ready(message, event);
        default:
            break;
    }
    if (head() == nullptr || !queue_.front().sent) return misplaced(message);
    return conversation_ ? conversation_->take(message, event) : take_answer(message, event);
}

// An answer in the extended query protocol.
[[gnu::hot]] Connection::Taken Connection::take_answer(const Message& message, dbway_event& event) {
    Request& request = queue_.front();
    switch (message.type) {
        case '1':  // ParseComplete
            return Taken::nothing;
        case '2':  // BindComplete
            if (shape_ == nullptr && request.host.kind == DBWAY_R_EXECUTE && request.statement->columns) {
                shape_ = request.statement->columns.get();
                request.announced = (request.host.flags & DBWAY_RF_COLUMNS_KNOWN) != 0;
            }
            return Taken::nothing;
        case '3':  // CloseComplete
            if (request.host.kind != DBWAY_R_UNPREPARE) return Taken::nothing;
            request.completed = true;
            return request.own_sync ? Taken::nothing : finish(event);
        case 't':
            if (request.statement == nullptr) return misplaced(message);
            // The host may still look at those it was told first.
            if (request.statement->parameters)
                old_shapes_.push_back(std::move(request.statement->parameters));
            request.statement->parameters = Shape::of_parameters(message);
            request.statement->reshaped();
            return Taken::nothing;
        case 'T':
            take_columns(request, message);
            return announce(request, event);
        case 'n':
            if (request.statement != nullptr && request.statement->columns) {
                old_shapes_.push_back(std::move(request.statement->columns));
                request.statement->reshaped();
                shape_ = nullptr;
            }
            return announce(request, event);
        case 'D':
            if (request.host.kind == kind_describe_types && !request.discarded) take_described_types(message);
            return Taken::nothing;
        case 'C':
            return take_completion(request, BodyReader(message).string(), event);
        case 'I':
            return take_completion(request, {}, event);
        case 'G':
            // A COPY FROM STDIN as a query: it must be told that nothing comes, and the Sync it has swallowed
            // must be sent again.
            if (n_sent_ > 1 || segment_open_)
                throw ProtocolError("COPY FROM STDIN in the middle of a batch; use copy_in()");
            put_copy_fail(out_, "use copy_in() for COPY FROM STDIN");
            put_sync(out_);
            return Taken::nothing;
        case 'H':  // COPY TO STDOUT as a query: its data go nowhere
        case 'd':
        case 'c': {
            if (request.failed) return Taken::nothing;
            sdk::Diagnostic wrong;
            wrong.status = DBWAY_ERR_INVALID;
            wrong.message = "COPY TO STDOUT is no query; use copy_out()";
            report(wrong, request.host.id);
            request.failed = true;
            request.status = wrong.status;
            return Taken::nothing;
        }
        default:
            return misplaced(message);
    }
}

Connection::Taken Connection::misplaced(const Message& message) {
    throw ProtocolError(std::string("a message of type '") + message.type + "' out of place");
}

[[gnu::hot]] Connection::Taken Connection::take_completion(Request& request, std::string_view tag,
                                                           dbway_event& event) {
    tag_size_ = std::min(tag.size(), tag_.size());
    if (tag_size_ != 0) std::memcpy(tag_.data(), tag.data(), tag_size_);
    if (!tag.empty()) request.affected += affected_rows(tag);
    if (request.host.kind == DBWAY_R_COMMIT && tag == "ROLLBACK") {
        sdk::Diagnostic failed;
        failed.status = DBWAY_ERR_CONFLICT;
        failed.sqlstate = "25P02";
        failed.message = "COMMIT of a transaction that had failed: the server has rolled it back";
        report(failed, request.host.id);
        request.failed = true;
        request.status = failed.status;
    }
    if (request.host.kind == DBWAY_R_BEGIN && transaction_state_ == DBWAY_TX_STATE_IDLE)
        transaction_state_ = DBWAY_TX_STATE_ACTIVE;
    if (request.host.kind == DBWAY_R_ROLLBACK_TO && transaction_state_ == DBWAY_TX_STATE_FAILED)
        transaction_state_ = DBWAY_TX_STATE_ACTIVE;
    if (++request.completions < request.sets()) return Taken::nothing;
    request.completed = true;
    return request.own_sync ? Taken::nothing : finish(event);
}

Connection::Taken Connection::take_error(const Message& message, dbway_event& event) {
    ServerMessage error = read_server_message(message);
    sdk::Diagnostic& diagnostic = error.diagnostic;
    Request* const request = head();
    if (error.fatal) {
        return give_up(diagnostic, event);
    }
    if (request == nullptr || !request->sent) {
        report(diagnostic, 0);  // nobody asked; the server says it all the same
        return Taken::nothing;
    }
    if (request->internal()) {
        if (request->host.kind == kind_set_up) {
            diagnostic.flags |= DBWAY_DIAG_CONN_DEAD;
            return give_up(diagnostic, event);
        }
        return Taken::nothing;
    }
    // The first error counts; a second one, of the same Sync, only repeats it.
    if (request->failed) return Taken::nothing;
    // The cancel may have been meant for the one before it, whose time was over as well.
    const bool late =
        diagnostic.sqlstate == "57014" && (request->timed_out || request->deadline <= Clock::now());
    if (diagnostic.sqlstate == "57014" && request->stopped && !late) return Taken::nothing;
    if (late) {
        diagnostic.status = DBWAY_ERR_TIMEOUT;
        diagnostic.message = "the request did not end in time and was cancelled";
    }
    const bool alone = request->own_sync && n_sent_ == 1 + internal_behind_head() &&
                       transaction_state_ == DBWAY_TX_STATE_IDLE && !conversation_;
    const bool untouched = alone && !request->retried && !request->gave_rows && !request->timed_out;
    if (untouched && ((request->host.kind == DBWAY_R_EXECUTE && is_lost_statement(diagnostic)) ||
                      (may_answer_in_text_only(diagnostic) && shape_ != nullptr && !shape_->all_binary()))) {
        request->again = true;
        request->failed = true;
        return Taken::nothing;
    }
    if (conversation_ && conversation_->recover(diagnostic)) return Taken::nothing;
    if (conversation_) conversation_->explain(diagnostic);
    report(diagnostic, request->host.id);
    request->failed = true;
    request->status = diagnostic.status;
    if (transaction_state_ == DBWAY_TX_STATE_ACTIVE) transaction_state_ = DBWAY_TX_STATE_FAILED;
    segment_failed_ = true;
    if (request->own_sync) return Taken::nothing;
    if (segment_open_) close_segment(n_sent_ - 1);
    if (request->own_sync) return Taken::nothing;
    return finish(event);
}

// Requests of our own that were sent behind the oldest one.
std::size_t Connection::internal_behind_head() noexcept {
    std::size_t count = 0;
    for (std::size_t i = 1; i < n_sent_; ++i)
        if (queue_[i].internal()) ++count;
    return count;
}

[[gnu::hot]] Connection::Taken Connection::take_ready(const Message& message, dbway_event& event) {
    switch (BodyReader(message).u8()) {
        case 'I':
            transaction_state_ = DBWAY_TX_STATE_IDLE;
            break;
        case 'T':
            transaction_state_ = DBWAY_TX_STATE_ACTIVE;
            break;
        case 'E':
            transaction_state_ = DBWAY_TX_STATE_FAILED;
            break;
        default:
            throw ProtocolError("ReadyForQuery with an unknown state");
    }
    segment_failed_ = false;
    if (orphan_syncs_ > 0) {
        --orphan_syncs_;
        return Taken::nothing;
    }
    Request* const request = head();
    if (request == nullptr || !request->sent || !request->own_sync) return misplaced(message);
    if (request->again) {
        if (request->host.kind == DBWAY_R_QUERY) request->columns = shape_;
        send_again(*request);
        return Taken::nothing;
    }
    if (n_sent_ == 1) in_transaction_ = transaction_state_ != DBWAY_TX_STATE_IDLE;
    if (conversation_) {
        // What was asked about types has been read ahead; when it comes by, nobody waits for it.
        while (n_sent_ > 1) {
            queue_.erase(1);
            --n_sent_;
            ++ignored_syncs_;
        }
        return conversation_->ready(event);
    }
    return finish(event);
}

void Connection::take_notice(const Message& message) {
    const ServerMessage notice = read_server_message(message);
    const Request* const request = head();
    report(notice.diagnostic, request == nullptr ? 0 : request->host.id);
}

void Connection::take_parameter(const Message& message) {
    BodyReader body(message);
    const std::string_view name = body.string();
    const std::string_view value = body.string();
    if (name == "client_encoding" && value != "UTF8")
        throw sdk::Failure(DBWAY_ERR_CONNECTION, "client_encoding was changed to " + std::string(value) +
                                                     ", but dbway's text is UTF-8; leave it at UTF8");
}

Connection::Taken Connection::take_notification(const Message& message, dbway_event& event) {
    BodyReader body(message);
    const std::uint32_t sender = body.u32();
    const std::string_view texts[] = {body.string(), body.string()};
    for (std::size_t i = 0; i < 2; ++i) {
        note_[i] = dbway_value{};
        note_[i].v.text = texts[i].data();
        note_[i].len = static_cast<std::uint32_t>(texts[i].size());
        note_[i].type = DBWAY_T_TEXT;
    }
    note_[2] = dbway_value{};
    note_[2].v.i64 = sender;
    note_[2].type = DBWAY_T_I64;
    event.kind = DBWAY_E_NOTIFY;
    event.cells = note_.data();
    event.n_rows = 1;
    event.n_columns = 3;
    return Taken::event;
}

}  // namespace dbway::pgx
