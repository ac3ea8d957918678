// batch.hpp - several statements sent together: one round trip where the provider can.
#pragma once

#include <dbway/parameters.hpp>
#include <dbway/rows.hpp>
#include <dbway/sdk/row_batch.hpp>

#include <cstdint>
#include <exception>
#include <string_view>
#include <vector>

namespace dbway {

namespace detail {

class Sharing;

// A statement with its parameters, in the memory of its batch.
struct BatchItem {
    std::string_view sql;
    const dbway_value* values = nullptr;
    const std::string_view* names = nullptr;  // null: positional parameters
    std::uint32_t count = 0;
};

}  // namespace detail

// Statements and copies of their parameters. Plain data: may be run any number of times, on any source.
// clear() keeps the memory for the next ones.
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

    const std::vector<detail::BatchItem>& items() const noexcept { return items_; }

  private:
    friend class detail::Sharing;

    void add_copy(std::string_view sql, const dbway_value* values, const std::string_view* names,
                  std::uint32_t count);

    std::vector<detail::BatchItem> items_;
    sdk::Arena arena_;
    bool independent_ = false;
};

// What one statement of a batch did. Its rows are in memory, which all results of the batch share, and read
// once.
class DBWAY_API BatchResult {
  public:
    // Of no statement.
    BatchResult() : rows_([] { return detail::Cursor(); }) {}

    std::int64_t affected() const noexcept { return affected_; }  // -1 unknown
    // Throws the statement's error, if it failed.
    Rows& rows() {
        if (error_) std::rethrow_exception(error_);
        return rows_;
    }
    bool failed() const noexcept { return error_ != nullptr; }
    const std::exception_ptr& error() const noexcept { return error_; }

  private:
    friend class detail::BatchRun;

    Rows rows_;
    std::int64_t affected_ = -1;
    std::exception_ptr error_;
};

// One result per statement, in order.
using BatchResults = std::vector<BatchResult>;

}  // namespace dbway
