// session.hpp - one session on the server: running statements in it through libpqxx, and what is left to do
// when they fail.
//
// libpqxx runs statements in transaction objects only, whose isolation level is a template argument and whose
// destructor rolls back. The transactions of dbway begin and end by requests, so every statement runs in a
// pqxx::nontransaction, which sends nothing of its own, and BEGIN, COMMIT and savepoints are statements.
#pragma once

#include "connect.hpp"
#include "options.hpp"
#include "parameter.hpp"
#include "type_catalog.hpp"

#include <dbway/sdk/provider.hpp>

#include <pqxx/pqxx>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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
    bool open() const noexcept { return connection_.is_open(); }
    std::uint32_t transaction_state() const noexcept;  // DBWAY_TX_STATE_*
    int socket() const noexcept { return connection_.sock(); }
    bool in_transaction() const noexcept { return transaction_state() != DBWAY_TX_STATE_IDLE; }

    // A request begins: what an earlier cancel left behind concerns it no more.
    void start() noexcept { cancelled_.store(false, std::memory_order_relaxed); }
    // Before a further round trip of a request. A cancel that came between two of them has reached no
    // statement.
    void check_running() const;
    bool cancel() noexcept;

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

    // Runs `step` and turns libpqxx's exceptions into Failures.
    template <class Step>
    auto translated(Step&& step) {
        try {
            return step();
        } catch (...) {
            fail();
        }
    }

    TypeCatalog& types() noexcept { return types_; }

    // Settings that the text format depends on, as one statement list. A RESET ALL undoes them.
    const std::string& settings() const noexcept { return settings_; }

  private:
    [[noreturn]] void fail();
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

    ServerConnection connection_;
    Notices notices_;
    std::optional<pqxx::nontransaction> work_;
    std::atomic<bool> cancelled_{false};
    TypeCatalog types_;
    std::string settings_;
    std::uint64_t last_name_ = 0;
    std::vector<std::string> forgotten_;
};

}  // namespace dbway::pq
