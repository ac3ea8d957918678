#include "copy_scope.hpp"

namespace dbway::mysql {

CopyScope::CopyScope(Session& session) : session_(session), nested_(session.in_transaction()) {
    session_.run(nested_ ? "SAVEPOINT dbway_copy_in" : "START TRANSACTION");
    if (!nested_) session_.transaction_begun();
    open_ = true;
}

void CopyScope::keep() {
    session_.run(nested_ ? "RELEASE SAVEPOINT dbway_copy_in" : "COMMIT");
    if (!nested_) session_.transaction_ended();
    open_ = false;
}

void CopyScope::take_back() noexcept {
    if (!open_) return;
    open_ = false;
    if (!session_.open()) return;
    try {
        const Session::Call call(session_, Session::Call::Kind::further);
        if (nested_) {
            session_.run("ROLLBACK TO SAVEPOINT dbway_copy_in");
            session_.run("RELEASE SAVEPOINT dbway_copy_in");
        } else {
            session_.run("ROLLBACK");
        }
    } catch (...) {
        // See above; or a deadlock has taken the transaction with its savepoints.
    }
    if (!nested_) session_.transaction_ended();
}

}  // namespace dbway::mysql
