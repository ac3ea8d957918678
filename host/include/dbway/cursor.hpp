// cursor.hpp - the machinery under Rows: a result set on its way from a provider. Applications use Rows.
#pragma once

#include <dbway/provider.h>
#include <dbway/export.hpp>
#include <dbway/query_options.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace dbway::sdk {
class Arena;
}

namespace dbway {

// A result column. `type` is a DBWAY_T_* to expect; each cell says its own.
struct Column {
    std::string name;
    std::uint32_t type = DBWAY_T_NULL;
    std::uint32_t item_type = DBWAY_T_NULL;  // of an array
    std::uint64_t native_type = 0;
    std::int32_t precision = -1;
    std::int32_t scale = -1;
    std::string native_name;
    std::string table_name;
    std::string schema_name;
    bool not_null = false;
    bool primary_key = false;
    bool generated = false;
};

namespace detail {

class BatchRun;
class Pool;
class Session;
// What few cursors need: buffered rows, a stop callback.
struct CursorExtras;
struct DBWAY_API CursorExtrasDeleter {
    void operator()(CursorExtras* extras) const noexcept;
};

using ColumnSet = std::vector<Column>;

// A statement with its parameters. Borrowed for the call it is passed to.
struct Call {
    std::string_view sql;
    const dbway_value* values = nullptr;
    const std::string_view* names = nullptr;  // null: positional parameters
    std::uint32_t count = 0;
    std::uint32_t kind = DBWAY_R_QUERY;  // or SCRIPT, SCHEMA, COPY_OUT
    std::uint32_t argument = 0;
    std::uint32_t flags = 0;            // DBWAY_RF_*
    const dbway_str* filter = nullptr;  // request.names of SCHEMA and COPY_OUT
    std::uint32_t filter_count = 0;
    const QueryOptions* options = nullptr;
};

// What a statement did.
struct Outcome {
    std::int64_t affected = -1;
    std::int64_t last_id = 0;
    bool has_last_id = false;
};

// A connection on loan from a pool, or pinned elsewhere (`pool` empty). Moves only.
class DBWAY_API Lease {
  public:
    Lease() noexcept = default;
    Lease(std::shared_ptr<Pool> pool, Session* session) noexcept
        : pool_(std::move(pool)), session_(session) {}
    Lease(Lease&& other) noexcept : pool_(std::move(other.pool_)), session_(other.session_) {
        other.session_ = nullptr;
    }
    Lease& operator=(Lease&& other) noexcept {
        if (this != &other) {
            release();
            pool_ = std::move(other.pool_);
            session_ = other.session_;
            other.session_ = nullptr;
        }
        return *this;
    }
    ~Lease() { release(); }

    void release() noexcept {
        if (session_ != nullptr && pool_ != nullptr) give_back();
        session_ = nullptr;
    }
    Session* session() const noexcept { return session_; }
    const std::shared_ptr<Pool>& pool() const noexcept { return pool_; }

  private:
    void give_back() noexcept;

    std::shared_ptr<Pool> pool_;
    Session* session_ = nullptr;
};

// One result, streamed batch by batch; or from a buffer after a second statement began. Used by one thread at
// a time, the one that uses its connection. Destruction discards what was not read.
class DBWAY_API Cursor {
  public:
    Cursor() noexcept = default;
    Cursor(Cursor&& other) noexcept;
    Cursor& operator=(Cursor&& other) noexcept;
    ~Cursor();

    // The current row's cells, or null before the first and after the last.
    const dbway_value* row() const noexcept { return row_; }
    std::uint32_t width() const noexcept { return width_; }

    // Moves to the next row; false at the end. Throws what the statement failed with.
    bool next() {
        if (row_ != nullptr) {
            row_ += stride_;
            if (row_ != end_) [[likely]]
                return true;
        }
        return next_batch();
    }

    const ColumnSet& columns() const noexcept;
    const std::shared_ptr<const ColumnSet>& shared_columns() const noexcept { return columns_; }
    // True if the statement yields rows at all, be it none.
    bool has_columns() const noexcept { return columns_ != nullptr; }
    // Valid once next() has returned false.
    const Outcome& outcome() const noexcept { return outcome_; }
    // Goes to the following result set of a script; false when there is none.
    bool next_set();
    // Reads no further; the connection is free again.
    void close() noexcept;

    // Keeps the connection until the result is done with; gives it back at once if it is already.
    void attach(Lease lease) noexcept {
        if (session_ != nullptr) lease_ = std::move(lease);
    }

    [[noreturn]] void throw_width(std::size_t wanted) const;
    // Adds the column to a conversion error that is being handled, and throws it on.
    [[noreturn]] void rethrow_for_column(std::size_t index) const;

  private:
    friend class BatchRun;
    friend class Session;

    bool next_batch();
    // Gets one more batch, result set or the end; false: nothing more will come.
    bool receive();
    // The columns are known before the first event.
    void begin_set(const std::shared_ptr<const ColumnSet>& columns);
    void take_columns(std::shared_ptr<const ColumnSet> columns);
    void take_rows(const dbway_value* cells, std::uint32_t rows);
    void finish() noexcept;
    void move_from(Cursor& other) noexcept;
    CursorExtras& extras();

    const dbway_value* row_ = nullptr;
    const dbway_value* end_ = nullptr;
    const dbway_value* pending_ = nullptr;  // a batch that has arrived and was not entered yet
    std::uint32_t pending_rows_ = 0;
    std::uint32_t width_ = 0;
    std::uint32_t stride_ = 1;  // cells from row to row: width_, or 1 for rows without columns
    bool final_ = false;        // the request has ended; its last rows may still be in the provider's memory
    bool set_open_ = false;
    bool rows_seen_ = false;      // of the open set
    bool set_pending_ = false;    // the next result set of a script has begun
    Session* session_ = nullptr;  // null: closed, or nothing of it is needed any more
    std::uint64_t request_id_ = 0;
    std::shared_ptr<const ColumnSet> columns_;
    std::optional<std::uint32_t> arriving_width_;  // of the columns announced last: of the rows to come
    Outcome outcome_;
    std::unique_ptr<CursorExtras, CursorExtrasDeleter> extras_;
    std::shared_ptr<const sdk::Arena> memory_;  // of a batch's results, where the pending rows are
    Lease lease_;
};

}  // namespace detail
}  // namespace dbway
