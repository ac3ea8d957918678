// statement_run.hpp - executes a statement for all sets of its parameters and collects its rows in batches.
#pragma once

#include <dbway/provider.h>
#include <dbway/sdk/column_table.hpp>
#include <dbway/sdk/inlining.hpp>
#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/statement_map.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace dbway::sdk::detail {

// How much of the rows the host wants.
enum class Rows : std::uint8_t {
    wanted,
    drained,  // none, but the statement runs to its end (DBWAY_RF_NO_ROWS)
    stopped,  // no more: the statement ends as soon as it has begun to yield (discard)
};

// The one statement that runs on a connection. Reused from request to request. Not thread-safe.
class StatementRun {
  public:
    struct Parameters {
        const dbway_value* values = nullptr;
        std::uint32_t count = 0;  // per set
        std::uint32_t sets = 1;
    };

    // A request begins: forgets the totals of the one before.
    void start_request(std::uint32_t batch_rows, Rows rows) noexcept {
        capacity_ = batch_rows == 0                ? default_batch_rows
                    : batch_rows < most_batch_rows ? batch_rows
                                                   : most_batch_rows;
        rows_ = rows;
        affected_ = -1;
        last_id_.reset();
        tag_ = {};
    }

    // `prepared` is null for a statement that lives no longer than the request. `columns_known`: the host
    // keeps those that `prepared` holds.
    void open(Statement& statement, PreparedStatement* prepared, const Parameters& parameters,
              bool columns_known) noexcept {
        statement_ = &statement;
        prepared_ = prepared;
        parameters_ = parameters;
        set_ = 0;
        columns_ = prepared != nullptr ? prepared->columns.get() : nullptr;
        version_ = prepared != nullptr ? prepared->version : 0;
        announce_ = !columns_known;
        batch_rows_ = 0;
    }

    // Works until there are rows to hand out or the statement has ended. False: it has ended, with the last
    // rows, if any, in the batch. `checkpoint` throws when the request must stop.
    template <class Checkpoint>
    DBWAY_SDK_HOT bool advance(const Request& request, Checkpoint&& checkpoint) {
        bool batch_started = false;
        batch_rows_ = 0;
        if (pending_ != nullptr) adopt_columns();
        for (;;) {
            if (!executing_) {
                execute(request);
                if (pending_ != nullptr) {
                    // Rows of the old form go out before those of the new one.
                    if (batch_rows_ != 0) return true;
                    adopt_columns();
                    batch_started = false;
                }
            }
            if (columns_->size() != 0) {
                if (!batch_started) batch_.start(columns_->size(), capacity_);
                batch_started = true;
                if (fetch()) {
                    if (batch_rows_ != 0) return true;
                    checkpoint();
                    continue;
                }
            }
            finish();
            if (++set_ >= parameters_.sets) return false;
            if (batch_started && batch_.full() && batch_rows_ != 0) return true;
            checkpoint();
        }
    }

    // After advance(): must an event announce the columns?
    bool announces() const noexcept { return announce_ && rows_ == Rows::wanted && columns_->size() != 0; }
    void announced() noexcept {
        announce_ = false;
        if (prepared_ == nullptr || own_columns_.empty() || own_columns_.back().get() != columns_) return;
        // The host now keeps these; what it kept before lives on until the request ends.
        std::swap(prepared_->columns, own_columns_.back());
        prepared_->version = version_;
    }

    const ColumnTable& columns() const noexcept { return *columns_; }
    const dbway_value* cells() const noexcept { return batch_.cells(); }
    std::uint32_t batch_rows() const noexcept { return batch_rows_; }

    void discard() noexcept { rows_ = Rows::stopped; }
    bool wants_rows() const noexcept { return rows_ == Rows::wanted; }

    // Ends an execution that has failed.
    void abandon() noexcept {
        pending_.reset();
        if (!std::exchange(executing_, false)) return;
        try {
            Outcome ignored;
            statement_->finish(false, ignored);
        } catch (...) {
            // The failure before it is the one to report.
        }
    }

    // Frees what only the events of the ended request referred to.
    void forget_columns() noexcept { own_columns_.clear(); }
    bool has_own_columns() const noexcept { return !own_columns_.empty(); }

    void add(const Outcome& outcome) noexcept {
        if (outcome.affected >= 0) affected_ = outcome.affected + (affected_ > 0 ? affected_ : 0);
        if (outcome.last_id) last_id_ = outcome.last_id;
        tag_ = outcome.tag;
    }
    std::int64_t affected() const noexcept { return affected_; }
    const std::optional<std::int64_t>& last_id() const noexcept { return last_id_; }
    std::string_view tag() const noexcept { return tag_; }

    std::uint32_t set() const noexcept { return set_; }
    std::uint32_t sets() const noexcept { return parameters_.sets; }

  private:
    static constexpr std::uint32_t default_batch_rows = 256;
    static constexpr std::uint32_t most_batch_rows = 65536;

    DBWAY_SDK_HOT void execute(const Request& request) {
        executing_ = true;
        fetched_ = false;
        const std::size_t count = parameters_.count;
        statement_->execute({parameters_.values + set_ * count, count}, request);
        const std::uint64_t version = statement_->version();
        if (columns_ != nullptr && version == version_) [[likely]]
            return;
        describe(version);
    }

    DBWAY_SDK_COLD void describe(std::uint64_t version) {
        pending_ = std::make_unique<ColumnTable>(statement_->columns());
        pending_version_ = version;
    }

    DBWAY_SDK_COLD void adopt_columns() {
        announce_ = true;
        own_columns_.push_back(std::move(pending_));
        columns_ = own_columns_.back().get();
        version_ = pending_version_;
    }

    // True: there may be more rows and they matter.
    DBWAY_SDK_HOT bool fetch() {
        if (rows_ == Rows::stopped && fetched_) return false;
        fetched_ = true;
        const bool more = statement_->fetch(batch_);
        if (rows_ == Rows::wanted) [[likely]] {
            batch_rows_ = batch_.rows();
            return more;
        }
        batch_.start(columns_->size(), capacity_);
        return more && rows_ == Rows::drained;
    }

    DBWAY_SDK_HOT void finish() {
        Outcome outcome;
        executing_ = false;
        statement_->finish(true, outcome);
        add(outcome);
    }

    Statement* statement_ = nullptr;
    PreparedStatement* prepared_ = nullptr;
    Parameters parameters_;
    std::uint32_t set_ = 0;
    std::uint32_t capacity_ = default_batch_rows;
    std::uint32_t batch_rows_ = 0;
    Rows rows_ = Rows::wanted;
    bool executing_ = false;
    bool fetched_ = false;   // at least once in this execution
    bool announce_ = false;  // the host does not know `columns_` yet
    const ColumnTable* columns_ = nullptr;
    std::uint64_t version_ = 0;             // of columns_
    std::unique_ptr<ColumnTable> pending_;  // new columns that no event has used
    std::uint64_t pending_version_ = 0;
    std::vector<std::unique_ptr<ColumnTable>> own_columns_;  // live until the request's end
    RowBatch batch_;
    std::int64_t affected_ = -1;
    std::optional<std::int64_t> last_id_;
    std::string_view tag_;
};

}  // namespace dbway::sdk::detail
