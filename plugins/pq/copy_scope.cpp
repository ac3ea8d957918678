#include "copy_scope.hpp"

namespace dbway::pq {

CopyScope::CopyScope(Session& session) : session_(session), nested_(session.in_transaction()) {
    session_.run(nested_ ? "SAVEPOINT dbway_copy_in" : "BEGIN");
    open_ = true;
}

void CopyScope::keep() {
    session_.run(nested_ ? "RELEASE dbway_copy_in" : "COMMIT");
    open_ = false;
}

void CopyScope::take_back() noexcept {
    if (!open_) return;
    open_ = false;
    if (!session_.open() || !session_.in_transaction()) return;
    try {
        session_.clean_up(nested_ ? "ROLLBACK TO dbway_copy_in; RELEASE dbway_copy_in" : "ROLLBACK");
    } catch (...) {
        // See above.
    }
}

}  // namespace dbway::pq
