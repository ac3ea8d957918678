// session.hpp - one session of the server: what runs on it, how it is cancelled, and what state it is in.
#pragma once

#include "connect.hpp"
#include "options.hpp"

#include <dbway/sdk/mysql_column_notes.hpp>
#include <dbway/sdk/mysql_statement.hpp>
#include <dbway/sdk/provider.hpp>

#include <cppconn/statement.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sql {
class SQLException;
}

namespace dbway::mysql {

// [serial], except cancel().
class Session {
  public:
    Session(const ConnectOptions& options, sdk::Request::Clock::time_point deadline);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    const ConnectOptions& options() const noexcept { return options_; }
    const ServerFacts& facts() const noexcept { return connected_.facts; }
    sql::Connection& connection() noexcept { return *connected_.connection; }
    bool open() const noexcept { return !lost_; }
    int descriptor() const noexcept { return descriptor_; }  // -1: not known
    // Changes when the session is replaced: what was prepared on the one before is gone.
    std::uint64_t generation() const noexcept { return generation_; }
    // A new session in place of this one, without anything that was set, locked or prepared on it. What this
    // one has locked is given back when this returns, as far as the server tells within the time.
    void renew(sdk::Request::Clock::time_point deadline);

    // While one lives, the thread is inside the connector, and cancel() waits for it to come out.
    class Call {
      public:
        enum class Kind : std::uint8_t {
            first,  // of a request: what an earlier cancel left behind concerns it no more
            further
        };
        explicit Call(Session& session, Kind kind = Kind::first) : session_(session) { session_.enter(kind); }
        ~Call() { session_.leave(); }
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;

      private:
        Session& session_;
    };
    // Before a further round trip of a request. A cancel that came between two of them has reached no
    // statement.
    void check_running() const;
    bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
    bool cancel() noexcept;
    // Tells the server to end the statement that is sending rows which nobody wants. What is under way still
    // has to be read, for which there is as much time as for a cancel.
    void stop_sending() noexcept;

    // While nothing runs: throws Failure if the server has closed the connection.
    void check_idle();

    // One statement whose rows, if any, are thrown away; its affected rows.
    std::uint64_t run(const std::string& sql);
    std::vector<sdk::MysqlTextRow> rows(const std::string& sql);

    // Runs `step` and turns the connector's exceptions into Failures.
    template <class Step>
    auto translated(Step&& step) {
        try {
            return step();
        } catch (const sql::SQLException& error) {
            fail(error);
        }
    }
    [[noreturn]] void fail(const sql::SQLException& error);

    // ---- the transaction, of which the connector tells nothing: it is followed by the statements, and asked
    // for where they do not tell (MariaDB's @@in_transaction).
    std::uint32_t transaction_state() const noexcept { return state_; }  // DBWAY_TX_STATE_*
    bool in_transaction() const noexcept { return state_ == DBWAY_TX_STATE_ACTIVE; }
    // BEGIN and COMMIT of the ABI: between them a COMMIT is in place even if the server has committed
    // already.
    bool begun() const noexcept { return begun_; }
    void transaction_begun() noexcept;
    void transaction_ended() noexcept;
    // After a statement of the application, which has ended as `ok` tells. No result may be open.
    void follow(const sdk::MysqlStatementText& text, bool ok);

    // ---- generated keys
    // The column with AUTO_INCREMENT of what an INSERT has changed; empty if there is none.
    const std::string& key_column(const sdk::MysqlStatementText& text);
    // The key that the statement which has just run has generated.
    std::optional<std::int64_t> generated_key(const sdk::MysqlStatementText& text);
    // Something has run of which no key was asked.
    void forget_last_key() noexcept { last_key_.reset(); }

    // What the columns of a table hold. No result may be open. Remembered for some seconds.
    const sdk::MysqlColumnNotes& notes(const std::string& schema, const std::string& table);

  private:
    void enter(Call::Kind kind);
    void leave() noexcept;
    void give_back(sdk::Request::Clock::time_point deadline) noexcept;
    void ask_state();
    std::uint64_t last_insert_id();

    ConnectOptions options_;
    Connected connected_;
    std::unique_ptr<sql::Statement> direct_;  // for run(); null until needed
    std::uint64_t generation_ = 0;
    bool lost_ = false;

    std::atomic<bool> cancelled_{false};
    std::atomic<bool> killed_{false};     // a KILL was sent, which may hit the next statement
    std::atomic<bool> shut_down_{false};  // the peer did not answer, so the socket was closed
    // A call that ends says so before it looks whether a cancel() waits for that; cancel() says that it waits
    // before it looks whether a call lives. Both in one order for all threads, so that one of them sees the
    // other, and a call for which nobody waits needs no mutex.
    std::atomic<bool> busy_{false};  // inside a Call
    std::atomic<bool> awaited_{false};
    std::mutex mutex_;  // of the waiting, and of a change of the descriptor
    std::condition_variable idle_;
    std::atomic<int> descriptor_{-1};
    std::atomic<std::int64_t> session_id_{-1};

    std::uint32_t state_ = DBWAY_TX_STATE_IDLE;
    bool begun_ = false;
    bool autocommit_ = true;

    struct RememberedNotes {
        sdk::MysqlColumnNotes notes;
        std::chrono::steady_clock::time_point until;
    };

    std::map<std::string, std::string> key_columns_;
    std::map<std::string, RememberedNotes> notes_;
    std::optional<std::uint64_t> last_key_ = 0;
};

}  // namespace dbway::mysql
