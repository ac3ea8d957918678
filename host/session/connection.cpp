#include <dbway/connection.hpp>

#include <dbway/error.hpp>
#include <pool/pool.hpp>
#include <session/copy_state.hpp>
#include <session/session.hpp>

#include <utility>

namespace dbway {

namespace {

std::uint32_t begin_flags(const TransactionOptions& options) {
    std::uint32_t flags = 0;
    switch (options.isolation) {
        case Isolation::server_default:
            flags = DBWAY_TX_DEFAULT;
            break;
        case Isolation::read_uncommitted:
            flags = DBWAY_TX_READ_UNCOMMITTED;
            break;
        case Isolation::read_committed:
            flags = DBWAY_TX_READ_COMMITTED;
            break;
        case Isolation::repeatable_read:
            flags = DBWAY_TX_REPEATABLE_READ;
            break;
        case Isolation::snapshot:
            flags = DBWAY_TX_SNAPSHOT;
            break;
        case Isolation::serializable:
            flags = DBWAY_TX_SERIALIZABLE;
            break;
    }
    if (options.read_only) flags |= DBWAY_TX_READ_ONLY;
    if (options.deferrable) flags |= DBWAY_TX_DEFERRABLE;
    return flags;
}

}  // namespace

// ---- Connection

Connection::Connection(detail::Lease lease) noexcept : lease_(std::move(lease)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

detail::Session& Connection::session() const {
    if (lease_.session() == nullptr) throw_error(Category::invalid, "the connection was moved away");
    return *lease_.session();
}

[[gnu::hot]] detail::Cursor Connection::start(const detail::Call& call) {
    detail::Cursor cursor;
    session().start(call, cursor);
    return cursor;
}

[[gnu::hot]] detail::Outcome Connection::run_to_end(const detail::Call& call) {
    return session().run_to_end(call);
}

BatchResults Connection::run_batch(const Batch& batch, const QueryOptions& options) {
    return session().run_batch(batch, options);
}

CopyIn Connection::start_copy(const detail::CopyTarget& target, const QueryOptions& options) {
    return detail::make_copy(session(), {}, target, options);
}

Transaction Connection::begin(const TransactionOptions& options) {
    return Transaction(detail::Lease(nullptr, &session()), options);
}

void Connection::cancel() { session().cancel(); }
void Connection::ping() { session().command(DBWAY_R_PING); }
void Connection::reset() { session().command(DBWAY_R_RESET); }
ServerInfo Connection::info() const { return session().info(); }
std::uint64_t Connection::capabilities() const { return session().capabilities(); }
bool Connection::in_transaction() const { return session().in_transaction(); }

// ---- Transaction

Transaction::Transaction(detail::Lease lease, const TransactionOptions& options)
    : lease_(std::move(lease)), deadline_(detail::deadline_of(options.deadline)), stop_(options.stop) {
    if (lease_.session()->in_transaction())
        throw_error(Category::invalid,
                    "this connection is in a transaction already; use savepoint() to nest");
    lease_.session()->command(DBWAY_R_BEGIN, {}, begin_flags(options), bounded(nullptr));
    active_ = true;
}

Transaction::Transaction(Transaction&& other) noexcept
    : lease_(std::move(other.lease_)),
      deadline_(other.deadline_),
      stop_(std::move(other.stop_)),
      savepoints_(other.savepoints_),
      active_(std::exchange(other.active_, false)) {}

Transaction::~Transaction() {
    try {
        rollback();
    } catch (...) {
        // The connection is lost or will be closed by its pool; either way the server rolls back.
    }
}

QueryOptions Transaction::bounded(const QueryOptions* options) const {
    QueryOptions result = options != nullptr ? *options : QueryOptions{};
    if (!result.stop.stop_possible()) result.stop = stop_;
    if (deadline_ != std::chrono::steady_clock::time_point::max()) {
        const std::chrono::nanoseconds left = deadline_ - std::chrono::steady_clock::now();
        if (!result.deadline || left < *result.deadline) result.deadline = left;
    }
    return result;
}

void Transaction::check_active() const {
    if (!active_) throw_error(Category::invalid, "the transaction is over");
}

bool Transaction::usable() const noexcept {
    return active_ && !lease_.session()->dead() &&
           lease_.session()->transaction_state() == DBWAY_TX_STATE_ACTIVE;
}

void Transaction::commit() {
    check_active();
    const bool failed = lease_.session()->transaction_state() == DBWAY_TX_STATE_FAILED;
    active_ = false;
    if (failed) {
        lease_.session()->command(DBWAY_R_ROLLBACK);
        lease_.release();
        throw_error(
            Category::invalid,
            "the transaction had failed and was rolled back: a statement in it ended with an error that was "
            "not undone by a savepoint");
    }
    try {
        lease_.session()->command(DBWAY_R_COMMIT, {}, 0, bounded(nullptr));
    } catch (...) {
        // A COMMIT that the server refuses, such as a busy one, leaves a transaction that nobody will end.
        active_ = lease_.session()->in_transaction() && !lease_.session()->dead();
        throw;
    }
    lease_.release();
}

void Transaction::rollback() {
    if (!active_) return;
    active_ = false;
    if (lease_.session()->in_transaction() && !lease_.session()->dead())
        lease_.session()->command(DBWAY_R_ROLLBACK);
    lease_.release();
}

[[gnu::hot]] detail::Cursor Transaction::start(const detail::Call& call) {
    check_active();
    const QueryOptions options = bounded(call.options);
    detail::Call bound = call;
    bound.options = &options;
    detail::Cursor cursor;
    lease_.session()->start(bound, cursor);
    return cursor;
}

[[gnu::hot]] detail::Outcome Transaction::run_to_end(const detail::Call& call) {
    check_active();
    const QueryOptions options = bounded(call.options);
    detail::Call bound = call;
    bound.options = &options;
    return lease_.session()->run_to_end(bound);
}

BatchResults Transaction::run_batch(const Batch& batch, const QueryOptions& options) {
    check_active();
    return lease_.session()->run_batch(batch, bounded(&options));
}

CopyIn Transaction::start_copy(const detail::CopyTarget& target, const QueryOptions& options) {
    check_active();
    return detail::make_copy(*lease_.session(), {}, target, bounded(&options));
}

// ---- Savepoint

Transaction::Savepoint::Savepoint(Transaction& transaction)
    : transaction_(transaction), depth_(++transaction.savepoints_) {
    transaction.check_active();
    transaction.lease_.session()->command(DBWAY_R_SAVEPOINT, "dbway_" + std::to_string(depth_), 0,
                                          transaction.bounded(nullptr));
}

void Transaction::Savepoint::release() {
    transaction_.check_active();
    transaction_.lease_.session()->command(DBWAY_R_RELEASE, "dbway_" + std::to_string(depth_));
    released_ = true;
    --transaction_.savepoints_;
}

Transaction::Savepoint::~Savepoint() {
    if (released_) return;
    --transaction_.savepoints_;
    if (!transaction_.active_) return;
    try {
        const std::string name = "dbway_" + std::to_string(depth_);
        transaction_.lease_.session()->command(DBWAY_R_ROLLBACK_TO, name);
        transaction_.lease_.session()->command(DBWAY_R_RELEASE, name);
    } catch (...) {
        // The error that brought us here is the one to report; the transaction itself cannot commit any more.
    }
}

}  // namespace dbway
