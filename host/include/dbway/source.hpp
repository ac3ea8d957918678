// source.hpp - a named database of the configuration.
#pragma once

#include <dbway/provider.h>
#include <dbway/connection.hpp>
#include <dbway/listener.hpp>
#include <dbway/options.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace dbway {

// What a source's pool is doing at this moment.
struct PoolStatistics {
    std::uint32_t open = 0;  // connections, idle and lent
    std::uint32_t idle = 0;
    std::uint32_t opening = 0;
    std::uint32_t waiting = 0;    // threads that wait for one
    std::uint64_t acquired = 0;   // since the start
    std::uint64_t opened = 0;     // since the start
    std::uint64_t timeouts = 0;   // acquires that gave up
    std::uint64_t discarded = 0;  // connections closed because they were dead, dirty or too old
    std::uint64_t shared = 0;     // statements that went out with those of other threads (`share`)
};

// A cheap handle, copied freely; all members are thread-safe. Each call takes a connection from the pool and
// gives it back when it, or the Rows it returned, is done.
class DBWAY_API Source : public Operations<Source> {
  public:
    const std::string& name() const noexcept;
    const std::string& provider() const noexcept;
    const SourceOptions& options() const noexcept;
    std::uint64_t capabilities() const noexcept;  // DBWAY_CAP_*, the provider's upper bound
    // True if all of `capabilities` are there.
    bool can(std::uint64_t capabilities) const noexcept {
        return (this->capabilities() & capabilities) == capabilities;
    }
    // How the server declares a column for values of a DBWAY_T_* type; empty if the provider does not say.
    std::string type_name(std::uint32_t type, std::int32_t precision = -1, std::int32_t scale = -1) const;
    // `name` quoted for the server; a double-quoted identifier if the provider does not say how.
    std::string quote_identifier(std::string_view name) const;

    // The provider's table of that extension (dbway/ext/NAME.h), or null, and the object that the functions
    // of such tables take. Both live as long as any copy of this Source.
    const void* extension(const char* id) const noexcept;
    dbway_provider* native_provider() const noexcept;
    // The table of an extension, that of a connection where only connections have it. Throws Unsupported,
    // naming the providers found that have it, if there is none.
    const void* require_extension(const char* id) const;

    // Waits for a connection at most for the pool's acquire_timeout, or the deadline if that is sooner;
    // throws PoolTimeout.
    Connection connection(const QueryOptions& options = {});
    Transaction begin(const TransactionOptions& options = {});

    // Runs `function(Transaction&)` and commits. With `retries`, runs it again from the start, on a conflict
    // such as a serialization failure, a deadlock or a busy database: it must not have other effects.
    template <typename Function>
    decltype(auto) transaction(const TransactionOptions& options, Function&& function);
    template <typename Function>
    decltype(auto) transaction(Function&& function) {
        return transaction(TransactionOptions{}, std::forward<Function>(function));
    }

    // Throws Unsupported, naming the providers found that can, if this one has no notifications.
    Listener listen(std::string_view channel);

    PoolStatistics statistics() const;

  private:
    friend class Host;
    friend class Operations<Source>;
    explicit Source(std::shared_ptr<detail::Pool> pool) noexcept : pool_(std::move(pool)) {}

    detail::Cursor start(const detail::Call& call);
    detail::Outcome run_to_end(const detail::Call& call);
    BatchResults run_batch(const Batch& batch, const QueryOptions& options);
    CopyIn start_copy(const detail::CopyTarget& target, const QueryOptions& options);

    std::shared_ptr<detail::Pool> pool_;
};

namespace detail {

// Decides whether a transaction runs again, and waits before it does. Not thread-safe.
class DBWAY_API TransactionRetry {
  public:
    explicit TransactionRetry(const TransactionOptions& options);
    // What is left of the whole deadline for the next attempt.
    TransactionOptions attempt() const;
    // True: run again. Called with the error that ended an attempt.
    bool again(const Error& error);

  private:
    TransactionOptions options_;
    std::chrono::steady_clock::time_point deadline_;
    std::uint32_t attempts_ = 0;
};

}  // namespace detail

template <typename Function>
decltype(auto) Source::transaction(const TransactionOptions& options, Function&& function) {
    detail::TransactionRetry retry(options);
    while (true) {
        try {
            Transaction transaction = begin(retry.attempt());
            return detail::run_transaction(transaction, function);
        } catch (const Error& error) {
            if (!retry.again(error)) throw;
        }
    }
}

}  // namespace dbway
