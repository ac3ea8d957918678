// session.hpp - one session on the server: running statements in it through libpqxx, and what is left to do
// when they fail.
//
// libpqxx runs statements in transaction objects only, whose isolation level is a template argument and whose
// destructor rolls back. The transactions of dbway begin and end by requests, so every statement runs in a
// pqxx::nontransaction, which sends nothing of its own, and BEGIN, COMMIT and savepoints are statements.
#pragma once

#include "canceller.hpp"
#include "connect.hpp"
#include "options.hpp"
#include "parameter.hpp"

#include <dbway/sdk/postgresql_type_catalog.hpp>
#include <dbway/sdk/provider.hpp>

#include <pqxx/pqxx>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::pq {

// [serial], except cancel(). Everything throws Failure.
class Session {
  public:
    Session(const sdk::OpenRequest& request, const ConnectOptions& options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    ServerConnection& connection() noexcept { return connection_; }
    bool open() const noexcept { return connection_.is_open() && !canceller_.lost(); }
    std::uint32_t transaction_state() const noexcept;  // DBWAY_TX_STATE_*
    int socket() const noexcept { return connection_.sock(); }
    bool in_transaction() const noexcept { return transaction_state() != DBWAY_TX_STATE_IDLE; }

    // A request begins: what an earlier cancel left behind concerns it no more.
    void start() noexcept { canceller_.start(); }
    bool cancelled() const noexcept { return canceller_.cancelled(); }
    bool cancel() noexcept {
        canceller_.cancel();
        return true;
    }
    // Asks the server to stop what runs; in limited time.
    void tell() noexcept { canceller_.tell(); }

    // One or several statements without parameters (the simple protocol); the last one's result.
    pqxx::result run(const std::string& sql);
    // One statement.
    pqxx::result run(const std::string& sql, std::span<const dbway_value> values);
    // One that prepare() has made.
    pqxx::result run_prepared(const std::string& name, std::span<const dbway_value> values);

    // Prepares on the server; the name.
    std::string prepare(const std::string& sql);
    ServerConnection::Description describe_prepared(const std::string& name);
    // The statement is of no use any more. Its DEALLOCATE waits until no transaction is open, which a failing
    // one would abort.
    void forget(std::string name) noexcept;

    // The transaction object that libpqxx's streams want. They leave their errors in it, so it goes when they
    // do; it must also go before notifications are asked for.
    pqxx::nontransaction& work();
    void end_work() noexcept { work_.reset(); }
    // After a COPY that has failed: libpqxx leaves the end of the server's answer unread.
    void settle() noexcept;

    // Runs `step`, which may block, and turns libpqxx's exceptions into Failures. Not if the request is
    // cancelled: a cancel that came between two steps has reached no statement.
    template <class Step>
    auto translated(Step&& step) {
        check_running();
        return limited(Canceller::Way::stop, std::forward<Step>(step));
    }
    // The same for what is to be done in a cancelled request as well, which then has limited time.
    template <class Step>
    auto limited(Canceller::Way way, Step&& step) {
        try {
            const Canceller::Call call(canceller_, way);
            return step();
        } catch (...) {
            fail();
        }
    }
    // Statements that take back what a request has begun.
    void clean_up(const std::string& sql);

    // Completes columns that have a name and a native type, and tells how to read each. May ask the server.
    void describe(std::vector<sdk::Column>& columns, std::vector<sdk::PostgresqlCellPlan>& plans);

    // Settings that the text format depends on, as one statement list. A RESET ALL undoes them.
    const std::string& settings() const noexcept { return settings_; }
    // A statement may have changed one that the server does not tell.
    void doubt_settings() noexcept { doubtful_settings_ = true; }

  private:
    void check_running() const;
    [[noreturn]] void fail();
    void keep_settings();
    void check_copy_state();
    void deallocate();

    class Notices final : public pqxx::errorhandler {
      public:
        Notices(pqxx::connection_base& connection, sdk::Reporter* reporter)
            : pqxx::errorhandler(connection), reporter_(reporter) {}
        bool operator()(const char message[]) noexcept override;

      private:
        sdk::Reporter* reporter_;
    };

    const std::string settings_;
    ServerConnection connection_;
    Canceller canceller_;
    Notices notices_;
    std::optional<pqxx::nontransaction> work_;
    sdk::PostgresqlTypeCatalog types_;
    bool doubtful_settings_ = false;
    std::uint64_t last_name_ = 0;
    std::vector<std::string> forgotten_;
};

// The columns of a result, by name and native type.
std::vector<sdk::Column> columns_of(const pqxx::result& result);

}  // namespace dbway::pq
