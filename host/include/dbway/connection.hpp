// connection.hpp - a pinned connection, and transactions.
#pragma once

#include <dbway/operations.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace dbway {

class Source;

// What a connection knows of its server.
struct ServerInfo {
    std::string product;               // "SQLite", "PostgreSQL"
    std::string version;               // as the server words it
    std::uint64_t version_number = 0;  // major * 1000000 + minor * 1000 + patch
    std::string database;
    std::string user;
    std::int64_t session_id = -1;    // backend pid, thread id
    std::uint64_t capabilities = 0;  // DBWAY_CAP_*
};

// A transaction that has begun. commit() makes it permanent; destruction without it rolls back. One thread at
// a time; nothing else may use its connection meanwhile.
class DBWAY_API Transaction : public Operations<Transaction> {
  public:
    Transaction(Transaction&&) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    // Throws InvalidUse if the transaction is over; Error with outcome_unknown() if the connection is lost
    // before the answer.
    void commit();
    // Also legal when the transaction is over already, and then without effect.
    void rollback();
    bool active() const noexcept { return active_; }
    // Whether statements can still succeed in it: active, connected, and none has failed.
    bool usable() const noexcept;
    // The table of an extension of the provider, as the header of that extension describes it, alive as long
    // as the Host; null: it has none of that id.
    const void* extension(const char* id) const;
    // The same; throws Unsupported, naming the providers found that have it, if there is none.
    const void* require_extension(const char* id) const;
    // What the functions of such tables take, alive as long as they are.
    dbway_provider* native_provider() const;
    // What the transaction's connection knows of its server.
    ServerInfo info() const;

    // Runs `function` inside a savepoint: released if it returns, rolled back to if it throws. Nests.
    template <typename Function>
    decltype(auto) savepoint(Function&& function) {
        Savepoint point(*this);
        if constexpr (std::is_void_v<decltype(function())>) {
            std::forward<Function>(function)();
            point.release();
        } else {
            auto result = std::forward<Function>(function)();
            point.release();
            return result;
        }
    }

  private:
    friend class Connection;
    friend class Source;
    friend class Operations<Transaction>;

    // Rolls back to its start when destroyed unreleased.
    class DBWAY_API Savepoint {
      public:
        explicit Savepoint(Transaction& transaction);
        Savepoint(const Savepoint&) = delete;
        Savepoint& operator=(const Savepoint&) = delete;
        ~Savepoint();
        void release();

      private:
        Transaction& transaction_;
        std::uint32_t depth_;
        bool released_ = false;
    };

    Transaction(detail::Lease lease, const TransactionOptions& options);

    detail::Cursor start(const detail::Call& call);
    detail::Outcome run_to_end(const detail::Call& call);
    BatchResults run_batch(const Batch& batch, const QueryOptions& options);
    CopyIn start_copy(const detail::CopyTarget& target, const QueryOptions& options);
    // `options` bound by the transaction's deadline and stop token.
    QueryOptions bounded(const QueryOptions* options) const;
    void check_active() const;

    detail::Lease lease_;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
    std::stop_token stop_;
    std::uint32_t savepoints_ = 0;
    bool active_ = false;
};

// One connection, yours until it is destroyed. One thread at a time, except cancel(). A second statement may
// run while rows of the first are being read: what is left of the first is then read into memory.
class DBWAY_API Connection : public Operations<Connection> {
  public:
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    Transaction begin(const TransactionOptions& options = {});
    // Runs `function(Transaction&)`, then commits; rolls back if it throws. No retry: see
    // Source::transaction().
    template <typename Function>
    decltype(auto) transaction(const TransactionOptions& options, Function&& function);
    template <typename Function>
    decltype(auto) transaction(Function&& function) {
        return transaction(TransactionOptions{}, std::forward<Function>(function));
    }

    // [any thread] Asks the server to stop the statement that is running.
    void cancel();
    // Throws if the connection does not answer.
    void ping();
    // Session as new: what the provider can reset of settings, temporary tables, locks.
    void reset();
    ServerInfo info() const;
    std::uint64_t capabilities() const;  // DBWAY_CAP_* of this server
    bool in_transaction() const;
    // See Transaction.
    const void* extension(const char* id) const;
    const void* require_extension(const char* id) const;
    dbway_provider* native_provider() const;

  private:
    friend class Source;
    friend class Listener;
    friend class Operations<Connection>;
    explicit Connection(detail::Lease lease) noexcept;

    detail::Cursor start(const detail::Call& call);
    detail::Outcome run_to_end(const detail::Call& call);
    BatchResults run_batch(const Batch& batch, const QueryOptions& options);
    CopyIn start_copy(const detail::CopyTarget& target, const QueryOptions& options);
    detail::Session& session() const;

    detail::Lease lease_;
};

namespace detail {

// The function of a transaction: commits what it did, whatever it returns.
template <typename Function>
decltype(auto) run_transaction(Transaction& transaction, Function& function) {
    if constexpr (std::is_void_v<decltype(function(transaction))>) {
        function(transaction);
        if (transaction.active()) transaction.commit();
    } else {
        auto result = function(transaction);
        if (transaction.active()) transaction.commit();
        return result;
    }
}

}  // namespace detail

template <typename Function>
decltype(auto) Connection::transaction(const TransactionOptions& options, Function&& function) {
    Transaction transaction = begin(options);
    return detail::run_transaction(transaction, function);
}

}  // namespace dbway
