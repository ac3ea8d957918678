// session.hpp - a session of SOCI on MySQL or MariaDB and the request that runs on it.
#pragma once

#include "canceller.hpp"
#include "mysql/library.hpp"
#include "mysql/options.hpp"

#include <dbway/sdk/mysql_column_notes.hpp>
#include <dbway/sdk/provider.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::orm::mysql {

struct CloseStatement {
    void operator()(MYSQL_STMT* statement) const noexcept { mysql_stmt_close(statement); }
};
struct FreeResult {
    void operator()(MYSQL_RES* result) const noexcept { mysql_free_result(result); }
};

// The columns that a statement would yield. Their names are the statement's.
struct PreparedDescription {
    std::unique_ptr<MYSQL_STMT, CloseStatement> statement;
    std::unique_ptr<MYSQL_RES, FreeResult> fields;  // null: none, or the server cannot tell
};

// [serial], except cancel().
class Session {
  public:
    Session(const ConnectOptions& options, Canceller::Clock::time_point deadline);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    MYSQL* handle() const noexcept { return handle_; }
    soci::session& soci() noexcept { return soci_; }
    const ConnectOptions& options() const noexcept { return options_; }
    bool is_mariadb() const noexcept { return is_mariadb_; }
    bool open() const noexcept { return !lost_ && !canceller_.lost(); }
    bool in_transaction() const noexcept { return (handle_->server_status & SERVER_STATUS_IN_TRANS) != 0; }
    bool encrypted() const noexcept { return mysql_get_ssl_cipher(handle_) != nullptr; }

    void start();
    void continue_request() noexcept { canceller_.continue_request(); }
    void check_running() const;
    void cancel() noexcept { canceller_.cancel(); }

    // Of a statement with question marks. Throws Failure for what the server refuses.
    PreparedDescription describe(const std::string& sql);
    // Throws Failure if the connection has ended while nothing was asked of it.
    void check_idle();
    // Executes a statement that has its chunks and its literals. Throws Failure.
    void execute(soci::mysql_statement_backend& statement, std::string_view sql);
    void run(const std::string& sql) { rows(sql); }
    // A small result.
    std::vector<sdk::MysqlTextRow> rows(const std::string& sql);
    // Takes back what a request has begun.
    void clean_up(const std::string& sql) noexcept;

    // What the comments of a table's columns say of their types. May ask the server.
    const sdk::MysqlColumnNotes& notes(const std::string& schema, const std::string& table);
    // The session as it was when it was opened, but for its database.
    void reset();

    // The schema may have changed.
    void forget_notes() noexcept { notes_.clear(); }

  private:
    void connect(Canceller::Clock::time_point deadline);
    void set_up();
    void execute_now(soci::mysql_statement_backend& statement, std::string_view sql, Canceller::Way way);
    void drop_further_results(std::string_view sql);
    [[noreturn]] void fail(std::string_view sql);
    void absorb_kill() noexcept;

    const ConnectOptions options_;
    soci::session soci_;
    MYSQL* handle_ = nullptr;  // SOCI's
    Canceller canceller_;
    bool lost_ = false;
    bool killed_ = false;  // a KILL QUERY may hit the next statement
    bool is_mariadb_ = false;
    std::map<std::pair<std::string, std::string>, sdk::MysqlColumnNotes> notes_;
};

}  // namespace dbway::orm::mysql
