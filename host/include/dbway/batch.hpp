// batch.hpp - several statements sent together: one round trip where the provider can.
#pragma once

#include <dbway/parameters.hpp>
#include <dbway/rows.hpp>
#include <dbway/sdk/row_batch.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace dbway {

namespace detail {

// A statement with parameters of its own.
struct BatchItem {
    std::string sql;
    std::vector<dbway_value> values;
    std::vector<std::string> names;
};

}  // namespace detail

// Statements and copies of their parameters. Plain data: may be run any number of times, on any source.
class DBWAY_API Batch {
  public:
    // Parameters are copied.
    template <typename... Args>
    Batch& add(std::string_view sql, const Args&... args) {
        const detail::ParameterPack<Args...> pack(args...);
        add_copy(sql, pack.values(), pack.names(), static_cast<std::uint32_t>(sizeof...(Args)));
        return *this;
    }

    // By default a batch is all or nothing: the first failing statement stops it, run() throws its error, and
    // nothing of the batch stays. It is a transaction of its own, or part of the one around it (and then that
    // one has failed). With a provider that has no transactions, what ran before a failure stays.
    // An independent batch executes every statement by itself whatever becomes of the others, and run() does
    // not throw for one that failed; see BatchResult::error(). It is also the way for statements that cannot
    // run in a transaction.
    Batch& independent(bool value = true) noexcept {
        independent_ = value;
        return *this;
    }
    bool is_independent() const noexcept { return independent_; }

    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }
    void clear() noexcept;

    const std::deque<detail::BatchItem>& items() const noexcept { return items_; }

  private:
    void add_copy(std::string_view sql, const dbway_value* values, const std::string_view* names,
                  std::uint32_t count);

    std::deque<detail::BatchItem> items_;
    sdk::Arena arena_;
    bool independent_ = false;
};

// What one statement of a batch did. Its rows are in memory and read once.
class DBWAY_API BatchResult {
  public:
    BatchResult(detail::Cursor cursor, std::int64_t affected, std::exception_ptr error) noexcept
        : rows_(std::move(cursor)), affected_(affected), error_(std::move(error)) {}

    std::int64_t affected() const noexcept { return affected_; }  // -1 unknown
    // Throws the statement's error, if it failed.
    Rows& rows() {
        if (error_) std::rethrow_exception(error_);
        return rows_;
    }
    bool failed() const noexcept { return error_ != nullptr; }
    const std::exception_ptr& error() const noexcept { return error_; }

  private:
    Rows rows_;
    std::int64_t affected_;
    std::exception_ptr error_;
};

// One result per statement, in order.
using BatchResults = std::vector<BatchResult>;

}  // namespace dbway
