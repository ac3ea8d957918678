#include "reset.hpp"

#include "connection.hpp"
#include "frontend.hpp"

namespace dbway::pgx {

void Reset::start() {
    next_ = transaction_state() == DBWAY_TX_STATE_IDLE ? Step::discard : Step::roll_back;
    send_next();
}

void Reset::send_next() {
    request_.completions = 0;
    switch (next_) {
        case Step::roll_back:
            put_query(out(), "ROLLBACK");
            next_ = Step::discard;
            break;
        case Step::discard:
            put_query(out(), "DISCARD ALL");
            next_ = read_only() ? Step::set_up : Step::done;
            break;
        case Step::set_up:
            put_query(out(), "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
            next_ = Step::done;
            break;
        case Step::done:
            break;
    }
}

Conversation::Taken Reset::ready(dbway_event& event) {
    if (request_.failed) return finish(event);
    if (next_ == Step::done) {
        forget_statements();  // DISCARD ALL has deallocated them
        return finish(event);
    }
    send_next();
    return Taken::nothing;
}

}  // namespace dbway::pgx
