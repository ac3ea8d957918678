// session.hpp - a session of SOCI on PostgreSQL and the request that runs on it.
#pragma once

#include "canceller.hpp"
#include "postgresql/library.hpp"
#include "postgresql/options.hpp"

#include <dbway/sdk/postgresql_type_catalog.hpp>
#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dbway::orm::postgresql {

// [serial], except cancel().
class Session {
  public:
    Session(const sdk::OpenRequest& request, const ConnectOptions& options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    PGconn* handle() const noexcept { return handle_; }
    bool open() const noexcept { return PQstatus(handle_) == CONNECTION_OK && !canceller_.lost(); }
    std::uint32_t transaction_state() const noexcept;
    bool in_transaction() const noexcept { return transaction_state() != DBWAY_TX_STATE_IDLE; }

    void start() noexcept { canceller_.start(); }
    void continue_request() noexcept { canceller_.continue_request(); }
    void check_running() const;
    void cancel() noexcept { canceller_.cancel(); }

    // A statement of SOCI's that holds this text and is not on the server.
    SociStatement make_statement(const std::string& sql);
    // One that the server has prepared, and what the server tells of it.
    struct Description {
        std::vector<sdk::Column> columns;  // names and native types
        std::vector<sdk::Column> parameters;
    };
    SociStatement prepare(const std::string& sql, Description& description);
    // The statement is of no use any more. SOCI's DEALLOCATE waits until no transaction is open, in which a
    // failing one would be lost, or abort it.
    void forget(SociStatement statement) noexcept;

    // Throws Failure if the connection has ended while nothing was asked of it.
    void check_idle();

    // Executes; the result is the statement's. `values` are texts, null for NULL. Throws Failure.
    void execute(soci::postgresql_statement_backend& statement, std::span<char*> values);
    // One or several statements without parameters; the last one's result.
    SociStatement run(const std::string& sql);
    // A statement of transactions, which neither takes nor yields values.
    void control(const std::string& sql);
    // Takes back what a request has begun.
    void clean_up(const std::string& sql) noexcept;

    // Completes columns that have a name and a native type, and tells how to read each. May ask the server;
    // throws Failure.
    void describe(std::vector<sdk::Column>& columns, std::vector<sdk::PostgresqlCellPlan>& plans);
    // Settings that the text format depends on, as one statement list. A RESET ALL undoes them.
    const std::string& settings() const noexcept { return settings_; }
    // A statement may have changed one that the server does not tell.
    void doubt_settings() noexcept { doubtful_settings_ = true; }

  private:
    void connect(const ConnectOptions& options, Canceller::Clock::time_point deadline);
    void attach_canceller();
    [[noreturn]] void fail(const PGresult* result);
    void keep_settings();
    bool has_expected_styles() const noexcept;
    void deallocate() noexcept;
    static void on_notice(void* self, const PGresult* result);

    const std::string settings_;
    sdk::Reporter* reporter_;
    soci::session soci_;
    PGconn* handle_ = nullptr;  // SOCI's
    Canceller canceller_;
    sdk::PostgresqlTypeCatalog types_;
    bool doubtful_settings_ = true;  // those of a new session are the server's
    std::uint64_t last_name_ = 0;
    std::vector<SociStatement> forgotten_;
};

// The result that a statement holds, with its columns' names and native types.
inline const PGresult* result_of(const soci::postgresql_statement_backend& statement) noexcept {
    return statement.result_.get_result();
}
std::vector<sdk::Column> columns_of(const PGresult* result);

}  // namespace dbway::orm::postgresql
