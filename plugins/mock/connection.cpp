#include "connection.hpp"

#include "copy_in.hpp"
#include "findings.hpp"
#include "schema_columns.hpp"

#include <dbway/sdk/mysql_dialect.hpp>
#include <dbway/sdk/orm_planner.hpp>
#include <dbway/sdk/postgresql_dialect.hpp>
#include <dbway/sdk/sqlite_dialect.hpp>
#include <dbway/sdk/sqlstate.hpp>

#include <atomic>
#include <utility>

namespace dbway::mock {
namespace {

// Not the address of anything, so that a log of one run compares with that of the next.
std::int64_t next_session_id() noexcept {
    static std::atomic<std::int64_t> last{0};
    return ++last;
}

[[noreturn]] void refuse(const char* sqlstate, std::string message) {
    sdk::Diagnostic diagnostic;
    diagnostic.sqlstate = sqlstate;
    diagnostic.status = sdk::status_of_sqlstate(sqlstate);
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.message = std::move(message);
    throw sdk::Failure(std::move(diagnostic));
}

// "serializable read only": what a script may ask of a BEGIN.
std::string begin_text(std::uint32_t flags) {
    static constexpr const char* levels[] = {
        "", "read uncommitted", "read committed", "repeatable read", "snapshot", "serializable"};
    const std::uint32_t level = flags & 0xFU;
    std::string text = level < std::size(levels) ? levels[level] : "";
    const auto add = [&](std::uint32_t bit, const char* words) {
        if ((flags & bit) != 0) text.append(text.empty() ? "" : " ").append(words);
    };
    add(DBWAY_TX_READ_ONLY, "read only");
    add(DBWAY_TX_READ_WRITE, "read write");
    add(DBWAY_TX_DEFERRABLE, "deferrable");
    add(DBWAY_TX_WRITE_LOCK, "write lock");
    return text;
}

const dbway_ext_dialect* table_of(sdk::Dialect dialect) noexcept {
    switch (dialect) {
        case sdk::Dialect::sqlite:
            return &sdk::sqlite_dialect;
        case sdk::Dialect::postgresql:
            return &sdk::postgresql_dialect;
        case sdk::Dialect::mysql:
            return &sdk::mysql_dialect;
        default:
            return nullptr;
    }
}

}  // namespace

std::uint64_t capabilities() noexcept {
    return DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE | DBWAY_CAP_COPY_IN | DBWAY_CAP_COPY_OUT |
           DBWAY_CAP_NOTIFY | DBWAY_CAP_SAVEPOINT | DBWAY_CAP_RETURNING | DBWAY_CAP_ARRAYS |
           DBWAY_CAP_SCRIPT | DBWAY_CAP_SCHEMA | DBWAY_CAP_TRANSACTION | DBWAY_CAP_WRITE | DBWAY_CAP_TIMEOUT |
           DBWAY_CAP_BINARY;
}

MockConnection::MockConnection(std::shared_ptr<Stage> stage, std::string name, std::string report,
                               const sdk::OpenRequest& request)
    : stage_(std::move(stage)),
      name_(std::move(name)),
      report_(std::move(report)),
      reporter_(request.reporter) {
    info_.capabilities = capabilities();
    const sdk::Dialect dialect = stage_->dialect();
    // So that what changes the schema is sent as to the database.
    if (dialect == sdk::Dialect::sqlite || dialect == sdk::Dialect::postgresql)
        info_.capabilities |= DBWAY_CAP_TX_DDL;
    const Server server = stage_->server();
    info_.product = server.product;
    info_.version = server.version;
    info_.server_version = server.number;
    info_.database = server.database.value_or(name_);
    info_.session_id = next_session_id();
    stage_->join(seat_);
    try {
        sdk::Request opening;
        opening.deadline = request.deadline;
        simple(DBWAY_MOCK_OPEN, {}, opening);
    } catch (...) {
        stage_->leave(seat_);
        throw;
    }
}

MockConnection::~MockConnection() {
    if (stage_->leave(seat_) == 0) report_findings();
}

void MockConnection::report_findings() noexcept {
    try {
        const std::string text = findings_text(*stage_, name_);
        if (!text.empty() && reporter_ != nullptr) reporter_->log(DBWAY_LOG_WARN, text);
        if (!report_.empty()) write_findings(report_, text);
    } catch (const std::exception& error) {
        if (reporter_ != nullptr) reporter_->log(DBWAY_LOG_ERROR, error.what());
    }
}

void MockConnection::lose(bool before) {
    dead_ = true;
    transaction_ = DBWAY_TX_STATE_UNKNOWN;
    throw_lost(before);
}

void MockConnection::check_alive() {
    if (seat_.mailbox.lost()) lose(true);
}

std::shared_ptr<const Answer> MockConnection::perform(const Arrival& arrival, const sdk::Request& request,
                                                      bool rows_first) {
    seat_.mailbox.start();
    check_alive();
    const bool ends_transaction = arrival.kind == DBWAY_R_ROLLBACK || arrival.kind == DBWAY_R_ROLLBACK_TO;
    if (transaction_ == DBWAY_TX_STATE_FAILED && !ends_transaction)
        refuse("25P02", "the transaction has failed; only ROLLBACK and ROLLBACK TO are possible");
    std::shared_ptr<const Answer> answer = stage_->take(arrival, seat_);
    if (answer == nullptr) return nullptr;
    if (answer->delay.count() > 0) {
        try {
            seat_.mailbox.wait(answer->delay, request.deadline);
        } catch (const sdk::Failure&) {
            if (seat_.mailbox.lost()) lose(false);
            throw;
        }
    }
    if (answer->lost == Lost::before) lose(true);
    if (!rows_first) conclude(*answer);
    return answer;
}

void MockConnection::conclude(const Answer& answer) {
    if (answer.lost == Lost::after) lose(false);
    if (answer.error) {
        if ((answer.error->flags & DBWAY_DIAG_CONN_DEAD) != 0) {
            dead_ = true;
            transaction_ = DBWAY_TX_STATE_UNKNOWN;
        } else if (transaction_ == DBWAY_TX_STATE_ACTIVE && stage_->failing_transactions()) {
            transaction_ = DBWAY_TX_STATE_FAILED;
        }
        throw sdk::Failure(*answer.error);
    }
    for (const sdk::Notification& notification : answer.notifications) stage_->notify(notification);
}

void MockConnection::simple(std::uint32_t kind, std::string_view text, const sdk::Request& request) {
    Arrival arrival;
    arrival.kind = kind;
    arrival.text = text;
    arrival.dialect = stage_->dialect();
    perform(arrival, request, false);
}

std::unique_ptr<sdk::Statement> MockConnection::prepare(std::string_view sql, std::span<const dbway_value>) {
    check_alive();
    return std::make_unique<MockStatement>(static_cast<Performer&>(*this), DBWAY_MOCK_STATEMENT,
                                           std::string(sql), stage_->dialect(),
                                           stage_->columns_of(sql, seat_));
}

void MockConnection::check_transaction(const char* what) const {
    if (transaction_ == DBWAY_TX_STATE_IDLE)
        refuse("25P01", std::string(what) + " without a transaction: there was no BEGIN");
}

void MockConnection::begin(std::uint32_t flags, const sdk::Request& request) {
    if (transaction_ != DBWAY_TX_STATE_IDLE) refuse("25001", "BEGIN inside a transaction");
    simple(DBWAY_R_BEGIN, begin_text(flags), request);
    transaction_ = DBWAY_TX_STATE_ACTIVE;
}

void MockConnection::commit(const sdk::Request& request) {
    check_transaction("COMMIT");
    if (transaction_ == DBWAY_TX_STATE_FAILED) {
        // As PostgreSQL does it: the transaction is rolled back, and the caller learns of it.
        simple(DBWAY_R_ROLLBACK, {}, request);
        transaction_ = DBWAY_TX_STATE_IDLE;
        savepoints_.clear();
        sdk::Diagnostic diagnostic;
        diagnostic.sqlstate = "40000";
        diagnostic.status = DBWAY_ERR_CONFLICT;
        diagnostic.message = "the transaction had failed and was rolled back";
        throw sdk::Failure(std::move(diagnostic));
    }
    try {
        simple(DBWAY_R_COMMIT, {}, request);
    } catch (const sdk::Failure& failure) {
        // A COMMIT that was refused has rolled back; one that did not reach the server has done nothing.
        if (!dead_ && (failure.diagnostic().flags & DBWAY_DIAG_NOT_EXECUTED) == 0) {
            transaction_ = DBWAY_TX_STATE_IDLE;
            savepoints_.clear();
        }
        throw;
    }
    transaction_ = DBWAY_TX_STATE_IDLE;
    savepoints_.clear();
}

void MockConnection::rollback(const sdk::Request& request) {
    check_transaction("ROLLBACK");
    simple(DBWAY_R_ROLLBACK, {}, request);
    transaction_ = DBWAY_TX_STATE_IDLE;
    savepoints_.clear();
}

std::size_t MockConnection::find_savepoint(std::string_view name) const {
    for (std::size_t i = savepoints_.size(); i-- > 0;)
        if (savepoints_[i] == name) return i;
    refuse("3B001", "there is no savepoint \"" + std::string(name) + "\"");
}

void MockConnection::savepoint(std::string_view name, const sdk::Request& request) {
    check_transaction("SAVEPOINT");
    simple(DBWAY_R_SAVEPOINT, name, request);
    savepoints_.emplace_back(name);
}

void MockConnection::release(std::string_view name, const sdk::Request& request) {
    check_transaction("RELEASE");
    const std::size_t place = find_savepoint(name);
    simple(DBWAY_R_RELEASE, name, request);
    savepoints_.resize(place);
}

void MockConnection::rollback_to(std::string_view name, const sdk::Request& request) {
    check_transaction("ROLLBACK TO");
    const std::size_t place = find_savepoint(name);
    simple(DBWAY_R_ROLLBACK_TO, name, request);
    savepoints_.resize(place + 1);
    transaction_ = DBWAY_TX_STATE_ACTIVE;
}

std::unique_ptr<sdk::CopyIn> MockConnection::copy_in(const sdk::CopyTarget& target,
                                                     const sdk::Request& request) {
    Arrival arrival;
    arrival.kind = DBWAY_R_COPY_IN;
    arrival.text = target.table;
    arrival.dialect = stage_->dialect();
    return std::make_unique<MockCopyIn>(static_cast<Performer&>(*this), perform(arrival, request, true),
                                        target.column_count);
}

std::unique_ptr<sdk::Statement> MockConnection::copy_out(const sdk::CopyTarget& target, const sdk::Request&) {
    return std::make_unique<MockStatement>(static_cast<Performer&>(*this), DBWAY_R_COPY_OUT,
                                           std::string(target.table), stage_->dialect(),
                                           std::vector<sdk::Column>{});
}

std::unique_ptr<sdk::Statement> MockConnection::schema(std::uint32_t kind, std::string_view schema_filter,
                                                       std::string_view table_filter) {
    return std::make_unique<MockStatement>(static_cast<Performer&>(*this), DBWAY_R_SCHEMA,
                                           schema_text(kind, schema_filter, table_filter), stage_->dialect(),
                                           schema_columns(kind), true);
}

void MockConnection::listen(std::string_view channel, const sdk::Request& request) {
    // First, so that what the answer itself notifies arrives as well.
    seat_.mailbox.listen(channel);
    try {
        simple(DBWAY_R_LISTEN, channel, request);
    } catch (...) {
        seat_.mailbox.unlisten(channel);
        throw;
    }
}

void MockConnection::unlisten(std::string_view channel, const sdk::Request& request) {
    simple(DBWAY_R_UNLISTEN, channel, request);
    seat_.mailbox.unlisten(channel);
}

std::optional<sdk::Notification> MockConnection::poll_notification() {
    if (auto notification = seat_.mailbox.take()) return notification;
    if (seat_.mailbox.lost() && !dead_) lose(true);
    return std::nullopt;
}

void MockConnection::ping(const sdk::Request&) { check_alive(); }

void MockConnection::reset(const sdk::Request&) {
    check_alive();
    transaction_ = DBWAY_TX_STATE_IDLE;
    savepoints_.clear();
    seat_.mailbox.unlisten({});
}

const void* MockConnection::extension(std::string_view id) {
    const dbway_ext_dialect* const dialect = table_of(stage_->dialect());
    if (dialect == nullptr) return nullptr;
    if (id == DBWAY_EXT_DIALECT) return dialect;
    return id == DBWAY_EXT_ORM ? sdk::orm_extension_of(*dialect) : nullptr;
}

}  // namespace dbway::mock
