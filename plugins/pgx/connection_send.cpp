// From requests to bytes on their way.
#include "connection.hpp"
#include "frontend.hpp"
#include "request_encoder.hpp"

#include <dbway/sdk/growth.hpp>
#include <dbway/sdk/request_check.hpp>

#include <cstring>
#include <utility>

namespace dbway::pgx {
namespace {

// So much waits to be sent at most, one request's messages aside; the rest stays with the host.
constexpr std::size_t send_limit = 64 * 1024;

std::string_view view(const dbway_str& text) noexcept { return {text.ptr, text.len}; }

bool has_nul(const dbway_str& text) noexcept {
    return text.len != 0 && std::memchr(text.ptr, 0, text.len) != nullptr;
}

// What the protocol, whose texts end with a NUL, cannot carry.
const char* check_texts(const dbway_request& request) noexcept {
    if (has_nul(request.sql)) return "the text of a request contains a NUL character";
    for (std::uint32_t i = 0; i < request.n_names; ++i)
        if (has_nul(request.names[i])) return "a name contains a NUL character";
    return nullptr;
}

std::unique_ptr<sdk::Diagnostic> refusal(dbway_status status, std::string message) {
    auto diagnostic = std::make_unique<sdk::Diagnostic>();
    diagnostic->status = status;
    diagnostic->flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic->message = std::move(message);
    return diagnostic;
}

}  // namespace

[[gnu::hot]] dbway_status Connection::submit(const dbway_request* const* requests, std::size_t count) {
    if (dead_) {
        sink_.report(DBWAY_ERR_CONNECTION, "the connection is lost; close it", 0, DBWAY_DIAG_CONN_DEAD);
        return DBWAY_ERR_CONNECTION;
    }
    if (requests == nullptr && count != 0) return DBWAY_ERR_INVALID;
    if (canceller_ && canceller_->doubtful() && queue_.empty()) {
        dead_ = true;
        sink_.report(
            DBWAY_ERR_CONNECTION,
            "a cancel was sent that the server has not acknowledged; the connection is given up, since it "
            "could stop the wrong request",
            0, DBWAY_DIAG_CONN_DEAD | DBWAY_DIAG_NOT_EXECUTED);
        return DBWAY_ERR_CONNECTION;
    }
    queue_.reserve(count + 4);  // and for requests of our own
    std::size_t accepted = 0;
    Clock::time_point now;
    sdk::detail::CheckResult fault;
    for (; accepted < count && fault.status == DBWAY_OK; ++accepted) {
        Request& request = queue_.push();
        fault.status =
            sdk::detail::read_struct(requests[accepted], offsetof(dbway_request, stmt), request.host);
        if (fault.status != DBWAY_OK) {
            fault.message = "a request is incomplete, or has a field this provider does not know";
            continue;
        }
        const dbway_request& host = request.host;
        if (!sdk::detail::is_good_execute(host)) {  // which has no texts
            fault = sdk::detail::check_any_request(host);
            if (fault.status != DBWAY_OK) continue;
            fault.message = check_texts(host);
        }
        if (fault.message == nullptr && host.params != nullptr)
            fault.message =
                sdk::detail::check_values(host.params, std::size_t{host.n_params} * request.sets());
        if (fault.message != nullptr) fault.status = DBWAY_ERR_INVALID;
        if (host.timeout_ns == 0) continue;
        if (now == Clock::time_point()) now = Clock::now();
        if (host.timeout_ns <= static_cast<std::uint64_t>((Clock::time_point::max() - now).count()))
            request.deadline = now + std::chrono::nanoseconds(host.timeout_ns);
    }
    if (fault.status != DBWAY_OK) {
        for (; accepted > 0; --accepted) queue_.drop_last();
        sink_.report(fault.status, fault.message, 0, DBWAY_DIAG_NOT_EXECUTED);
        return fault.status;
    }
    host_requests_ += count;
    for (std::size_t i = queue_.size() - count; i < queue_.size(); ++i) bind_statement(queue_[i]);
    if (connector_) return DBWAY_OK;
    canceller_->gate().submitted(queue_.end_ordinal());
    if (host_requests_ > 0) fill();
    flush();
    return DBWAY_OK;
}

// Connects a request with the statement it names, in the order of the requests.
[[gnu::hot]] void Connection::bind_statement(Request& request) {
    const std::uint64_t name = request.host.stmt;
    switch (request.host.kind) {
        case DBWAY_R_PREPARE: {
            auto statement = std::make_unique<Statement>();
            statement->sql = view(request.host.sql);
            if (options_.statement_mode == StatementMode::named)
                statement->name = "dbway_" + std::to_string(++last_statement_);
            request.statement = statement.get();
            bound_statement_ = nullptr;
            auto& place = statements_[name];
            request.doomed = std::exchange(place, std::move(statement));  // a host that uses a name twice
            break;
        }
        case DBWAY_R_EXECUTE:
            request.plain =
                request.sets() == 1 &&
                (request.host.flags & (DBWAY_RF_COLUMNS_KNOWN | DBWAY_RF_NO_ROWS)) == DBWAY_RF_COLUMNS_KNOWN;
            if (name == bound_ && bound_statement_ != nullptr) {  // as the one before
                request.statement = bound_statement_;
                break;
            }
            [[fallthrough]];
        case DBWAY_R_UNPREPARE: {
            const auto found = statements_.find(name);
            if (found == statements_.end()) {
                request.refusal = refusal(DBWAY_ERR_INVALID, "statement " + std::to_string(name) +
                                                                 " is not prepared on this connection");
                break;
            }
            request.statement = found->second.get();
            if (request.host.kind == DBWAY_R_EXECUTE) {
                bound_ = name;
                bound_statement_ = request.statement;
                break;
            }
            bound_statement_ = nullptr;
            request.doomed = std::move(found->second);
            statements_.erase(found);
            break;
        }
        default:
            break;
    }
}

[[gnu::hot]] void Connection::fill() {
    if (queue_.empty()) return;
    head();
    while (n_sent_ < queue_.size() && out_.size() - sent_ < send_limit && encode_next()) {
    }
}

// Whether the next request's messages can follow without a Sync, so that the server skips them if this one
// fails. Between two Syncs the server makes one transaction of everything, which nobody has asked for; so
// only inside a transaction that was begun, or behind a request that changes nothing.
[[gnu::hot]] bool Connection::joins_next(std::size_t index) {
    Request& request = queue_[index];
    if (!request.chained() || index + 1 >= queue_.size()) return false;
    Request& next = queue_[index + 1];
    if (!next.pipelined() || next.refusal) return false;
    switch (request.host.kind) {
        case DBWAY_R_PREPARE:
            return true;
        case DBWAY_R_PING:
        case DBWAY_R_UNPREPARE:
            return false;
        default:
            return in_transaction_;
    }
}

// Encodes queue_[n_sent_]. False: it has to wait.
[[gnu::hot]] bool Connection::encode_next() {
    const std::size_t index = n_sent_;
    Request& request = queue_[index];
    if (conversation_ || request.refusal) return false;
    if (index == 0 && chain_broken_) return false;
    if (index > 0) {
        if (queue_[index - 1].chained() && !segment_open_) return false;
        // A cancel that is on its way must not find a request that came after it.
        if (canceller_->gate().cancelled()) return false;
    }
    if (!request.pipelined()) {
        if (index > 0 || orphan_syncs_ > 0) return false;
        try {
            conversation_ = Conversation::make(*this, request);
            conversation_->start();
        } catch (const sdk::Failure& failure) {
            conversation_.reset();
            request.refusal = std::make_unique<sdk::Diagnostic>(failure.diagnostic());
            return false;
        }
        request.sent = true;
        request.own_sync = true;
        ++n_sent_;
        return true;
    }
    const std::size_t before = out_.size();
    try {
        if (request.host.kind != DBWAY_R_EXECUTE || !put_plain_execution(request, out_))
            encode_request(request, out_);
    } catch (const sdk::Failure& failure) {
        out_.truncate(before);
        request.refusal = std::make_unique<sdk::Diagnostic>(failure.diagnostic());
        request.refusal->flags |= DBWAY_DIAG_NOT_EXECUTED;
        if (segment_open_) close_segment(index - 1);
        return false;
    } catch (...) {
        out_.truncate(before);
        throw;
    }
    request.sent = true;
    ++n_sent_;
    if (request.host.kind == DBWAY_R_BEGIN) in_transaction_ = true;
    if (request.host.kind == DBWAY_R_COMMIT || request.host.kind == DBWAY_R_ROLLBACK) in_transaction_ = false;
    segment_open_ = joins_next(index);
    if (!segment_open_) {
        put_sync(out_);
        request.own_sync = true;
    } else if (request.host.kind == DBWAY_R_PREPARE) {
        // Otherwise the server keeps the answer back until what follows has ended, which may take its time.
        put_flush(out_);
    }
    return true;
}

// A Sync behind the last request that was sent, the `last`th of the queue, or one that has ended already.
void Connection::close_segment(std::size_t last) {
    put_sync(out_);
    segment_open_ = false;
    if (n_sent_ > 0 && last < queue_.size() && !queue_[last].completed) {
        queue_[last].own_sync = true;
    } else {
        ++orphan_syncs_;
    }
}

// Once more, after the server has lost the statement, or cannot send a column in binary.
void Connection::send_again(Request& request) {
    request.again = false;
    request.plain = false;
    request.retried = true;
    request.failed = false;
    request.completed = false;
    request.completions = 0;
    request.affected = 0;
    if (request.statement != nullptr && !request.statement->name.empty())
        encode_prepare_again(*request.statement, out_);
    encode_request(request, out_);
    put_sync(out_);
}

[[gnu::hot]] bool Connection::flush() {
    want_write_ = false;
    while (send_pending()) {
        const Transport::Result result = transport_.send(out_.data() + sent_, out_.size() - sent_);
        if (result.progress != Transport::Progress::done) {
            // A connection that has failed tells why when it is read from.
            want_write_ = result.progress == Transport::Progress::want_write;
            if (result.progress == Transport::Progress::closed ||
                result.progress == Transport::Progress::failed) {
                sent_ = 0;
                out_.clear();
                send_failed_ = true;
            }
            return false;
        }
        sent_ += result.size;
        dry_ = false;
        pace_.sent();
    }
    sent_ = 0;
    out_.shrink(4 * send_limit);
    return true;
}

}  // namespace dbway::pgx
