// sdk_memory_provider.hpp - a provider whose statements are commands that say what shall happen, so that the
// tests can bring about every turn of the SDK. What its classes are asked is written to a journal.
//
//   rows N            N rows of one column: 1 to N           series     the same, N is $1
//   add               no rows; adds $1 to the table, 666 is refused; affected 1
//   returning         adds $1 and yields it
//   nothing           no rows, affected unknown              tagged     affected 7, last id 42, tag "TAG 7"
//   bad               cannot be prepared, position 3         fail       fails when executed
//   fail_after N      fails after N rows                     fail_finish  fails when it ends
//   throw std|int|memory    throws that                      die        fails and kills the connection
//   wait              blocks until it is cancelled           reshape    one column more with each execution
#pragma once

#include <dbway/sdk/entry.hpp>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace dbway::sdk::test {

// Shared by the provider and the test; thread-safe.
struct World {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> journal;
    std::vector<std::int64_t> table;
    std::vector<Notification> notifications;
    std::size_t live_statements = 0;
    int cancels = 0;
    bool waiting = false;
    bool cancelled = false;
    bool can_cancel = true;

    void note(std::string line) {
        const std::lock_guard lock(mutex);
        journal.push_back(std::move(line));
    }
    bool noted(const std::string& line) {
        const std::lock_guard lock(mutex);
        for (const std::string& one : journal)
            if (one == line) return true;
        return false;
    }
    void await_waiting() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return waiting; });
    }
};

inline World*& world() {
    static World* current = nullptr;
    return current;
}

class MemoryStatement final : public Statement {
  public:
    explicit MemoryStatement(std::string_view text, bool& dead) : dead_(dead) {
        const std::size_t space = text.find(' ');
        verb_ = text.substr(0, space);
        if (space != std::string_view::npos) argument_ = text.substr(space + 1);
        if (verb_ == "bad") {
            Diagnostic diagnostic;
            diagnostic.status = DBWAY_ERR_SYNTAX;
            diagnostic.sqlstate = "42601";
            diagnostic.position = 3;
            diagnostic.message = "bad statement";
            throw Failure(diagnostic);
        }
        if (verb_ == "unplaced") throw Failure(DBWAY_ERR_SYNTAX, "no position known");
        if (verb_ == "rows" || verb_ == "series" || verb_ == "returning" || verb_ == "reshape" ||
            verb_ == "fail_after" || verb_ == "fail_finish")
            columns_.push_back(column("n"));
        if (verb_ == "series" || verb_ == "add" || verb_ == "returning") parameters_.push_back(column("p"));
        const std::lock_guard lock(world()->mutex);
        ++world()->live_statements;
    }
    ~MemoryStatement() override {
        const std::lock_guard lock(world()->mutex);
        --world()->live_statements;
    }

    const std::vector<Column>& columns() const override { return columns_; }
    const std::vector<Column>& parameters() const override { return parameters_; }
    std::uint64_t version() const override { return version_; }

    void execute(std::span<const dbway_value> values, const Request&) override {
        if (!journal_is_quiet()) world()->note("execute " + verb_);
        next_ = 0;
        outcome_ = {};
        rows_ = std::atoll(argument_.c_str());
        if (verb_ == "series") rows_ = values[0].v.i64;
        if (verb_ == "add" || verb_ == "returning") add(values[0].v.i64);
        if (verb_ == "returning") rows_ = 1;
        if (verb_ == "tagged") outcome_ = {7, 42, "TAG 7"};
        if (verb_ == "reshape") {
            rows_ = 1;
            if (version_++ != 0) columns_.push_back(column("n" + std::to_string(version_)));
        }
        if (verb_ == "fail") throw Failure(DBWAY_ERR_DATABASE, "told to fail", "58000");
        if (verb_ == "throw") misbehave();
        if (verb_ == "die") {
            dead_ = true;
            throw Failure(DBWAY_ERR_CONNECTION, "the server went away");
        }
        if (verb_ == "wait") wait();
    }

    bool fetch(RowBatch& batch) override {
        while (!batch.full()) {
            if (verb_ == "fail_after" && next_ == rows_) throw Failure(DBWAY_ERR_DATABASE, "failed midway");
            if (next_ == rows_) return false;
            dbway_value* row = batch.add_row();
            for (std::uint32_t i = 0; i < batch.columns(); ++i) {
                row[i].type = DBWAY_T_I64;
                row[i].v.i64 = verb_ == "returning" ? added_ : next_ + 1;
            }
            ++next_;
        }
        return true;
    }

    void finish(bool ok, Outcome& outcome) override {
        if (!journal_is_quiet()) world()->note(std::string("finish ") + (ok ? "ok " : "failed ") + verb_);
        if (ok && verb_ == "fail_finish") throw Failure(DBWAY_ERR_CONSTRAINT, "failed at the end");
        outcome = outcome_;
    }

  private:
    static Column column(std::string name) {
        Column made;
        made.name = std::move(name);
        made.type = DBWAY_T_I64;
        return made;
    }

    // The tests that count instructions or run in loops want no journal.
    bool journal_is_quiet() const { return verb_ == "series"; }

    void add(std::int64_t value) {
        if (value == 666) throw Failure(DBWAY_ERR_CONSTRAINT, "666 is refused", "23514");
        added_ = value;
        const std::lock_guard lock(world()->mutex);
        world()->table.push_back(value);
        outcome_.affected = 1;
    }

    [[noreturn]] void misbehave() const {
        if (argument_ == "std") throw std::runtime_error("a standard exception");
        if (argument_ == "memory") throw std::bad_alloc();
        throw 42;
    }

    void wait() {
        World& shared = *world();
        std::unique_lock lock(shared.mutex);
        shared.cancelled = false;
        shared.waiting = true;
        shared.changed.notify_all();
        shared.changed.wait(lock, [&] { return shared.cancelled; });
        shared.waiting = false;
        throw Failure(DBWAY_ERR_CANCELLED, "interrupted", "57014");
    }

    bool& dead_;
    std::string verb_;
    std::string argument_;
    std::vector<Column> columns_;
    std::vector<Column> parameters_;
    Outcome outcome_;
    std::uint64_t version_ = 0;
    std::int64_t next_ = 0;
    std::int64_t rows_ = 0;
    std::int64_t added_ = 0;
};

class MemoryCopy final : public CopyIn {
  public:
    explicit MemoryCopy(std::uint32_t columns) : columns_(columns) {}
    ~MemoryCopy() override { world()->note(finished_ ? "copy kept" : "copy taken back"); }
    void write(const dbway_value* cells, std::uint32_t rows) override {
        for (std::uint32_t i = 0; i < rows; ++i) rows_.push_back(cells[i * columns_].v.i64);
    }
    void finish(Outcome&) override {
        const std::lock_guard lock(world()->mutex);
        world()->table.insert(world()->table.end(), rows_.begin(), rows_.end());
        finished_ = true;
    }

  private:
    std::uint32_t columns_;
    std::vector<std::int64_t> rows_;
    bool finished_ = false;
};

class MemoryConnection : public Connection {
  public:
    explicit MemoryConnection(Reporter* reporter) : reporter_(reporter) {
        info_.product = "Memory";
        info_.version = "1.2.3";
        info_.server_version = 1002003;
        info_.session_id = 77;
        info_.capabilities = DBWAY_CAP_CANCEL | DBWAY_CAP_NONBLOCK;
    }
    ~MemoryConnection() override { world()->note("closed"); }

    std::unique_ptr<Statement> prepare(std::string_view sql, std::span<const dbway_value>) override {
        if (sql.starts_with("notice")) {
            Diagnostic notice;
            notice.severity = DBWAY_LOG_WARN;
            notice.message = "mind the gap";
            reporter_->notice(notice);
            return std::make_unique<MemoryStatement>("nothing", dead_);
        }
        const std::size_t begin = sql.find_first_not_of(" \n");
        return std::make_unique<MemoryStatement>(sql.substr(begin), dead_);
    }
    const ConnectionInfo& info() const override { return info_; }
    std::uint32_t transaction_state() const override { return state_; }
    bool dead() const noexcept override { return dead_; }
    void begin(std::uint32_t flags, const Request&) override {
        world()->note("begin " + std::to_string(flags));
        state_ = DBWAY_TX_STATE_ACTIVE;
    }
    void commit(const Request&) override { state_ = DBWAY_TX_STATE_IDLE; }
    void rollback(const Request&) override { state_ = DBWAY_TX_STATE_IDLE; }
    void savepoint(std::string_view name, const Request&) override {
        world()->note("savepoint " + std::string(name));
    }
    std::unique_ptr<CopyIn> copy_in(const CopyTarget& target, const Request&) override {
        std::string line = "copy_in " + std::string(target.table);
        for (const std::string_view name : target.columns) line.append(" ").append(name);
        world()->note(std::move(line));
        return std::make_unique<MemoryCopy>(target.column_count);
    }
    std::unique_ptr<Statement> copy_out(const CopyTarget& target, const Request&) override {
        return std::make_unique<MemoryStatement>(target.table, dead_);
    }
    std::unique_ptr<Statement> schema(std::uint32_t kind, std::string_view schema,
                                      std::string_view table) override {
        world()->note("schema " + std::to_string(kind) + " " + std::string(schema) + "." +
                      std::string(table));
        return std::make_unique<MemoryStatement>("rows 2", dead_);
    }
    void listen(std::string_view channel, const Request&) override {
        world()->note("listen " + std::string(channel));
    }
    void unlisten(std::string_view channel, const Request&) override {
        world()->note("unlisten " + std::string(channel));
    }
    std::optional<Notification> poll_notification() override {
        const std::lock_guard lock(world()->mutex);
        if (world()->notifications.empty()) return std::nullopt;
        Notification first = world()->notifications.front();
        world()->notifications.erase(world()->notifications.begin());
        return first;
    }
    bool cancel() noexcept override {
        World& shared = *world();
        const std::lock_guard lock(shared.mutex);
        ++shared.cancels;
        if (!shared.can_cancel) return false;
        shared.cancelled = true;
        shared.changed.notify_all();
        return true;
    }
    const void* extension(std::string_view id) override {
        if (id == "throws/1") throw 1;
        return id == "self/1" ? this : nullptr;
    }

  private:
    ConnectionInfo info_;
    Reporter* reporter_;
    std::uint32_t state_ = DBWAY_TX_STATE_IDLE;
    bool dead_ = false;
};

class MemoryProvider final : public Provider {
  public:
    explicit MemoryProvider(const Options& given) {
        OptionReader options(given);
        if (options.boolean("refuse", false)) throw Failure(DBWAY_ERR_AUTH, "told to refuse");
        options.finish();
    }
    std::uint64_t capabilities() const override { return DBWAY_CAP_CANCEL | DBWAY_CAP_NONBLOCK; }
    std::unique_ptr<Connection> open(const OpenRequest& request) override {
        OptionReader options(request.options);
        const bool none = options.boolean("none", false);
        const bool throws = options.boolean("throws", false);
        options.finish();
        world()->note(std::string("open") + (request.read_only ? " read-only" : "") +
                      (request.deadline != Request::Clock::time_point::max() ? " deadline" : ""));
        if (throws) throw std::runtime_error("open threw");
        if (none) return nullptr;
        return std::make_unique<MemoryConnection>(request.reporter);
    }
    const void* extension(std::string_view id) override { return id == "provider/1" ? this : nullptr; }
};

}  // namespace dbway::sdk::test
