// The rows of the oldest request, and what their columns are.
#include "connection.hpp"

#include <dbway/sdk/value_text_number.hpp>

#include <string>
#include <utility>

namespace dbway::pgx {
namespace {

// What nobody reads is received all the same, up to so many bytes: to ask the server to stop costs a
// connection.
constexpr std::size_t unread_limit = 256 * 1024;

// Whether a statement is a query by its first word, so that nothing is lost if it does not run to its end.
bool is_query(std::string_view sql) noexcept {
    const std::size_t start = sql.find_first_not_of(" \t\r\n(");
    if (start == std::string_view::npos) return false;
    const std::string_view word = sql.substr(start);
    return sdk::detail::equals_ignoring_case(word.substr(0, 6), "select") ||
           sdk::detail::equals_ignoring_case(word.substr(0, 6), "values") ||
           sdk::detail::equals_ignoring_case(word.substr(0, 5), "table");
}

}  // namespace

[[gnu::hot]] Connection::Taken Connection::give_rows(dbway_event& event) {
    Request& request = queue_.front();
    event.kind = DBWAY_E_ROWS;
    event.request_id = request.host.id;
    event.cells = rows_.cells();
    event.n_rows = rows_.rows();
    event.n_columns = shape_->size();
    event.columns = shape_->columns();
    if (!std::exchange(request.announced, true)) event.flags |= DBWAY_EF_SET;
    given_ = true;
    request.gave_rows = true;
    return Taken::event;
}

void Connection::take_columns(Request& request, const Message& message) {
    std::unique_ptr<Shape> shape = Shape::of_columns(message);
    auto& place = request.statement != nullptr ? request.statement->columns : own_shape_;
    if (place && place->same_as(*shape) && (request.statement != nullptr || request.retried)) {
        shape_ = place.get();
        if (request.host.kind == DBWAY_R_EXECUTE && !request.retried)
            request.announced = (request.host.flags & DBWAY_RF_COLUMNS_KNOWN) != 0;
        return;
    }
    if (place) old_shapes_.push_back(std::move(place));
    if (request.statement != nullptr) request.statement->reshaped();
    place = std::move(shape);
    shape_ = place.get();
    decoding_ = false;
    request.announced = false;
}

// The columns are known: they are told with the first rows, or at once if the request asks for nothing else.
Connection::Taken Connection::announce(Request& request, dbway_event& event) {
    const bool prepare = request.host.kind == DBWAY_R_PREPARE;
    Shape* const columns = request.statement != nullptr ? request.statement->columns.get()
                           : shape_ != nullptr          ? own_shape_.get()
                                                        : nullptr;
    Shape* const parameters = prepare ? request.statement->parameters.get() : nullptr;
    if (prepare && parameters == nullptr) throw ProtocolError("a statement without its parameters");
    if (!types_known({columns, parameters})) {
        awaiting_types_ = true;
        return Taken::nothing;
    }
    if (!prepare) return Taken::nothing;
    event.kind = DBWAY_E_COLUMNS;
    event.request_id = request.host.id;
    event.columns = columns == nullptr ? nullptr : columns->columns();
    event.n_columns = columns == nullptr ? 0 : columns->size();
    event.params = parameters->columns();
    event.n_params = parameters->size();
    shape_ = nullptr;
    request.announced = true;
    request.completed = true;
    final_due_ = !request.own_sync;
    // What follows in the same flight can use the types.
    request.statement->described = true;
    return Taken::event;
}

[[gnu::hot]] Connection::Taken Connection::take_rows(Message message, dbway_event& event) {
    Request* const request = &queue_.front();
    if (shape_ == nullptr || !request->sent) return misplaced(message);
    if (!request->wants_rows() || request->failed) {
        in_.skip(message);
        if (request->discarded) stop_unread(*request, message.size);
        return Taken::nothing;
    }
    if (!decoding_) {
        rows_.start(*shape_, request->host.batch_rows == 0 ? 256 : request->host.batch_rows, database_->types,
                    database_->types.money_scale());
        decoding_ = true;
        given_ = false;
    }
    do {
        if (rows_.full()) return give_rows(event);
        try {
            rows_.add(message);
        } catch (const ProtocolError&) {
            throw;
        } catch (const sdk::Failure& failure) {
            // The bytes of one value are wrong; the conversation is in order.
            report(failure.diagnostic(), request->host.id);
            request->failed = true;
            request->status = failure.diagnostic().status;
            in_.skip(message);
            rows_.clear();
            return Taken::nothing;
        }
        in_.skip(message);
    } while (in_.peek(message) && message.type == 'D');
    return Taken::nothing;
}

[[gnu::hot]] Connection::Taken Connection::take_plain_answer(Request& request, dbway_event& event) {
    if (!request.sent || shape_ != nullptr || chain_broken_ || ignored_syncs_ != 0 || request.failed ||
        request.discarded || !request.statement->columns)
        return Taken::nothing;
    if (!request.started) start_head();
    Message message;
    if (!in_.peek(message) || message.type != '2') return Taken::nothing;
    in_.skip(message);
    shape_ = request.statement->columns.get();
    request.announced = true;
    if (!in_.peek(message)) return Taken::nothing;
    if (message.type == 'D') {
        if (take_rows(message, event) == Taken::event) return Taken::event;
        if (!in_.peek(message)) return Taken::nothing;
    }
    if (message.type != 'C' || request.failed) return Taken::nothing;
    in_.skip(message);
    constexpr std::string_view select = "SELECT ";
    const std::string_view tag(reinterpret_cast<const char*>(message.body), message.size);
    if (request.own_sync || !tag.starts_with(select) || tag.back() != '\0') {
        if (take_completion(request, BodyReader(message).string(), event) == Taken::event)
            return Taken::event;
        if (!in_.peek(message) || message.type != 'Z') return Taken::nothing;
        in_.skip(message);
        return take_ready(message, event);
    }
    event.kind = DBWAY_E_DONE;
    event.affected = 0;
    event.tag = {tag.data(), tag.size() - 1};
    event.tx_state = transaction_state_;
    event.request_id = request.host.id;
    if (decoding_ && rows_.rows() != 0) {
        give_rows(event);
        event.flags |= DBWAY_EF_FINAL;
    }
    end_head();
    return Taken::event;
}

// A result that is discarded early is stopped, but in a transaction, which would fail with it, and with
// requests behind it, which the cancel could find.
void Connection::stop_unread(Request& request, std::size_t size) {
    if (request.stopped || (request.unread += size) < unread_limit) return;
    const std::string_view sql = request.statement != nullptr
                                     ? std::string_view(request.statement->sql)
                                     : std::string_view(request.host.sql.ptr, request.host.sql.len);
    if (conversation_ || !request.own_sync || n_sent_ > 1 || in_transaction_ ||
        transaction_state_ != DBWAY_TX_STATE_IDLE || !is_query(sql)) {
        request.unread = 0;
        return;
    }
    request.stopped = true;
    canceller_->tell();
}

}  // namespace dbway::pgx
