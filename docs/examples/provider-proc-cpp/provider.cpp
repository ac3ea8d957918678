// provider.cpp - /proc as tables. The SDK turns these three classes into a plugin.
#include <dbway/ext/conformance.h>
#include <dbway/sdk/entry.hpp>
#include <dbway/sdk/option_reader.hpp>
#include <dbway/sdk/provider.hpp>

#include <condition_variable>
#include <limits>
#include <mutex>

#include "query.hpp"

namespace proc {
namespace {

namespace sdk = dbway::sdk;

constexpr std::uint64_t capabilities = DBWAY_CAP_STREAM | DBWAY_CAP_CANCEL | DBWAY_CAP_PREPARE |
                                       DBWAY_CAP_TIMEOUT | DBWAY_CAP_SCRIPT | DBWAY_CAP_BINARY;

// Sleeps that cancel() ends. Thread-safe.
class Pause {
  public:
    void reset() {
        const std::lock_guard lock(mutex_);
        cancelled_ = false;
    }
    void cancel() noexcept {
        {
            const std::lock_guard lock(mutex_);
            cancelled_ = true;
        }
        changed_.notify_all();
    }
    // Throws Failure when cancel() or the deadline comes first.
    void until(sdk::Request::Clock::time_point time, sdk::Request::Clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        if (changed_.wait_until(lock, std::min(time, deadline), [&] { return cancelled_; }))
            throw sdk::Failure(DBWAY_ERR_CANCELLED, "the request was cancelled", "57014");
        if (deadline <= time) throw sdk::Failure(DBWAY_ERR_TIMEOUT, "the time for the request is over");
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool cancelled_ = false;
};

dbway_value to_cell(const Value& value, sdk::RowBatch& batch) {
    dbway_value cell{};  // NULL
    if (const auto* text = std::get_if<std::string>(&value)) return batch.copy_text(*text);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        cell.type = DBWAY_T_I64;
        cell.v.i64 = *integer;
    } else if (const auto* number = std::get_if<double>(&value)) {
        cell.type = DBWAY_T_F64;
        cell.v.f64 = *number;
    }
    return cell;
}

// A row matches by the text or the integer that it holds; NULL matches nothing.
bool equal(const Value& value, const dbway_value& wanted) {
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return wanted.type == DBWAY_T_I64 && wanted.v.i64 == *integer;
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && wanted.type == DBWAY_T_TEXT &&
           *text == std::string_view(wanted.v.text, wanted.len);
}

// [serial], like its connection, which outlives it.
class ProcStatement final : public sdk::Statement {
  public:
    ProcStatement(Query query, Pause& pause) : query_(std::move(query)), pause_(pause) {
        for (const std::size_t i : query_.columns) {
            const TableColumn& from = query_.table->columns[i];
            sdk::Column column;
            column.name = from.name;
            column.type = from.type;
            column.table_name = query_.table->name;
            columns_.push_back(std::move(column));
        }
        parameters_.resize(query_.parameters);
    }

    const std::vector<sdk::Column>& columns() const override { return columns_; }
    const std::vector<sdk::Column>& parameters() const override { return parameters_; }

    void execute(std::span<const dbway_value> values, const sdk::Request& request) override {
        // The SDK has compared the counts for a statement with parameters; one without takes none.
        if (values.size() != query_.parameters)
            throw sdk::Failure(DBWAY_ERR_INVALID, "the statement takes " + std::to_string(query_.parameters) +
                                                      " parameters, the request has " +
                                                      std::to_string(values.size()));
        pause_.reset();
        deadline_ = request.deadline;
        wanted_ = query_.wanted != 0 ? values[query_.wanted - 1] : dbway_value{};  // the host keeps its text
        left_ =
            query_.limit != 0 ? limit(values[query_.limit - 1]) : std::numeric_limits<std::int64_t>::max();
        sample_ = 0;
        rows_.clear();
        at_ = 0;
    }

    bool fetch(sdk::RowBatch& batch) override {
        for (;;) {
            for (; at_ < rows_.size() && left_ > 0 && !batch.full(); ++at_) add(rows_[at_], batch);
            if (left_ == 0) return false;
            if (at_ < rows_.size()) return true;  // the batch is full
            const bool again = sample_ == 0 || query_.every.has_value();
            if (!again || batch.full()) return again;
            if (sample_ != 0 && query_.every->count() > 0) {
                if (batch.rows() > 0) return true;  // hand out what there is before waiting
                pause_.until(read_at_ + *query_.every, deadline_);
            }
            read_at_ = sdk::Request::Clock::now();
            rows_ = query_.table->read(++sample_);
            at_ = 0;
            if (query_.every && rows_.empty()) return true;  // lets the SDK look for a cancel()
        }
    }

    void finish(bool, sdk::Outcome& outcome) override {
        rows_.clear();
        outcome.affected = 0;
    }

  private:
    static std::int64_t limit(const dbway_value& rows) {
        if (rows.type != DBWAY_T_I64 || rows.v.i64 < 0)
            throw sdk::Failure(DBWAY_ERR_DATA, "LIMIT is not a number of rows", "2201W");
        return rows.v.i64;
    }

    void add(const Row& row, sdk::RowBatch& batch) {
        if (query_.where && !equal(row[*query_.where], wanted_)) return;
        dbway_value* cells = batch.add_row();
        for (const std::size_t i : query_.columns) *cells++ = to_cell(row[i], batch);
        --left_;
    }

    Query query_;
    Pause& pause_;
    std::vector<sdk::Column> columns_, parameters_;
    sdk::Request::Clock::time_point deadline_, read_at_;
    dbway_value wanted_{};
    std::int64_t left_ = 0;
    std::int64_t sample_ = 0;
    std::vector<Row> rows_;
    std::size_t at_ = 0;
};

// [serial] but for cancel(), which may come from any thread.
class ProcConnection final : public sdk::Connection {
  public:
    ProcConnection() {
        info_.capabilities = capabilities;
        info_.product = "Linux /proc";
        info_.database = "/proc";
    }
    std::unique_ptr<sdk::Statement> prepare(std::string_view sql, std::span<const dbway_value>) override {
        return std::make_unique<ProcStatement>(parse_query(sql), pause_);
    }
    const sdk::ConnectionInfo& info() const override { return info_; }
    void reset(const sdk::Request&) override {}
    bool cancel() noexcept override {
        pause_.cancel();
        return true;
    }

  private:
    sdk::ConnectionInfo info_;
    Pause pause_;
};

// [any]
class ProcProvider final : public sdk::Provider {
  public:
    explicit ProcProvider(const sdk::Options& options) { sdk::OptionReader(options).finish(); }
    std::uint64_t capabilities() const override { return proc::capabilities; }
    std::unique_ptr<sdk::Connection> open(const sdk::OpenRequest& request) override {
        sdk::OptionReader(request.options).finish();
        return std::make_unique<ProcConnection>();
    }
    const void* extension(std::string_view id) override {
        static constexpr dbway_ext_conformance conformance = {
            sizeof(dbway_ext_conformance),
            0,
            "select * from filesystems",
            "select sample from load limit $1 every 0",
            "select missing from load",
            "select * from load every 60",
            "select * from filesystems where name = $1",
            "proc",
        };
        return id == DBWAY_EXT_CONFORMANCE ? &conformance : nullptr;
    }
};

}  // namespace
}  // namespace proc

DBWAY_PROVIDER(proc::ProcProvider, "proc", "1.0.0", "Linux /proc", "dbway examples",
               "https://docs.kernel.org/filesystems/proc.html", DBWAY_ENTRY_UNLOAD_SAFE, DBWAY_SCHEMES(),
               R"(license = "MIT"
description = "memory, load and file systems of this machine as tables")");
