#ifndef DBWAY_CONFORMANCE_ROW_SOURCE_HPP
#define DBWAY_CONFORMANCE_ROW_SOURCE_HPP

#include <deque>
#include <vector>

#include "conformance/driver.hpp"

namespace dbway::conformance {

// A dbway_row_source that plays a list of chunks, pauses and aborts. Each pull() makes the cells of the one
// before stale, so that a provider that kept them reads garbage. Used by one connection at a time.
class ScriptedSource {
  public:
    explicit ScriptedSource(Connection& connection, std::uint32_t n_columns) : connection_(connection) {
        abi_.struct_size = sizeof abi_;
        abi_.n_columns = n_columns;
        abi_.ctx = this;
        abi_.pull = pull;
    }
    ScriptedSource(const ScriptedSource&) = delete;
    ScriptedSource& operator=(const ScriptedSource&) = delete;

    ScriptedSource& rows(std::vector<OwnedRow> chunk) {
        steps_.push_back({DBWAY_OK, std::move(chunk)});
        return *this;
    }
    // (from, from), (from + 1, from + 1) … in one chunk.
    ScriptedSource& numbers(std::int64_t from, std::int64_t count) {
        std::vector<OwnedRow> chunk;
        for (std::int64_t i = 0; i < count; ++i)
            chunk.push_back({OwnedValue::i64(from + i), OwnedValue::i64(from + i)});
        return rows(std::move(chunk));
    }
    ScriptedSource& again(int times = 1) {
        for (int i = 0; i < times; ++i) steps_.push_back({DBWAY_AGAIN, {}});
        return *this;
    }
    ScriptedSource& abort(dbway_status status) {
        steps_.push_back({status, {}});
        return *this;
    }
    const dbway_row_source* abi() const { return &abi_; }
    int pulls() const { return pulls_; }
    int pulls_after_end() const { return pulls_after_end_; }

  private:
    struct Step {
        dbway_status status;
        std::vector<OwnedRow> rows;
    };

    static dbway_status DBWAY_CALL pull(void* self, const dbway_value** cells,
                                        std::uint32_t* n_rows) noexcept {
        return static_cast<ScriptedSource*>(self)->give(cells, n_rows);
    }
    dbway_status give(const dbway_value** cells, std::uint32_t* n_rows) {
        connection_.sink().check_thread("pull");
        ++pulls_;
        for (auto& row : current_)
            for (auto& value : row) std::fill(value.bytes.begin(), value.bytes.end(), '\xdb');
        current_.clear();
        cells_.clear();
        if (steps_.empty()) {
            if (ended_) ++pulls_after_end_;
            ended_ = true;
            return DBWAY_END;
        }
        Step step = std::move(steps_.front());
        steps_.pop_front();
        if (step.status != DBWAY_OK) {
            if (step.status < 0) ended_ = true;
            return step.status;
        }
        current_ = std::move(step.rows);
        for (const auto& row : current_) cells_.append(row);
        *cells = cells_.data();
        *n_rows = static_cast<std::uint32_t>(current_.size());
        return DBWAY_OK;
    }

    Connection& connection_;
    dbway_row_source abi_{};
    std::deque<Step> steps_;
    std::vector<OwnedRow> current_;
    CellBuffer cells_;
    int pulls_ = 0;
    int pulls_after_end_ = 0;
    bool ended_ = false;
};

}  // namespace dbway::conformance

#endif
