#include "conversation.hpp"

#include "connection.hpp"
#include "copy_in.hpp"
#include "copy_out.hpp"
#include "reset.hpp"
#include "script.hpp"

namespace dbway::pgx {

std::unique_ptr<Conversation> Conversation::make(Connection& connection, Request& request) {
    switch (request.host.kind) {
        case DBWAY_R_COPY_IN:
            return std::make_unique<CopyIn>(connection, request);
        case DBWAY_R_COPY_OUT:
            return std::make_unique<CopyOut>(connection, request);
        case DBWAY_R_SCRIPT:
            return std::make_unique<Script>(connection, request);
        default:
            return std::make_unique<Reset>(connection, request);
    }
}

Conversation::Taken Conversation::take(const Message& message, dbway_event& event) {
    return connection_.take_answer(message, event);
}

Buffer& Conversation::out() noexcept { return connection_.out_; }
const TypeCatalog& Conversation::types() const noexcept { return connection_.database_->types; }
std::uint32_t Conversation::transaction_state() const noexcept { return connection_.transaction_state_; }
bool Conversation::read_only() const noexcept { return connection_.read_only_; }

void Conversation::forget_statements() noexcept { connection_.statements_.clear(); }

Conversation::Taken Conversation::finish(dbway_event& event) { return connection_.finish(event); }

void Conversation::fail(const sdk::Diagnostic& why) {
    if (request_.failed) return;
    connection_.report(why, request_.host.id);
    request_.failed = true;
    request_.status = why.status;
}

// The next result set of the request, which has its columns announced anew.
void Conversation::begin_result_set() {
    connection_.shape_ = nullptr;
    connection_.decoding_ = false;
    request_.announced = false;
    request_.completions = 0;
}

// Its rows that are left, or its columns if there were none.
Conversation::Taken Conversation::end_result_set(dbway_event& event) {
    const bool untold = connection_.rows_.rows() != 0 || !request_.announced;
    if (connection_.shape_ == nullptr || !request_.wants_rows() || !untold) return Taken::nothing;
    return connection_.give_rows(event);
}

const Shape* Conversation::result_columns() const noexcept { return connection_.shape_; }

bool Conversation::next_copy_data(Message& message) {
    if (!connection_.in_.peek(message) || message.type != 'd') return false;
    connection_.in_.skip(message);
    return true;
}

bool Conversation::types_known(Shape& shape) {
    const bool known = connection_.types_known({&shape});
    connection_.awaiting_types_ = !known;
    return known;
}

}  // namespace dbway::pgx
