#include "copy_out.hpp"

#include "copy_line.hpp"
#include "copy_text.hpp"
#include "statement.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_statement.hpp>

namespace dbway::pq {

CopyOut::CopyOut(Session& session, const sdk::CopyTarget& target)
    : session_(session), target_(copy_out_target(target)), raw_(target.raw) {
    if (raw_) {
        columns_.emplace_back();
        columns_.back().name = "line";
        columns_.back().type = DBWAY_T_BLOB;
        return;
    }
    // COPY tells neither names nor types.
    const std::string probe = "SELECT * FROM " + target_ + " AS dbway_copy_out LIMIT 0";
    columns_ = columns_of(session_.run(probe, {}));
    session_.describe(columns_, plans_);
}

CopyOut::~CopyOut() { end_stream(); }

void CopyOut::execute(std::span<const dbway_value>, const sdk::Request&) {
    rows_ = 0;
    ended_ = false;
    in_transaction_ = session_.in_transaction();
    session_.translated([&] { stream_ = std::make_unique<pqxx::stream_from>(session_.work(), target_); });
}

bool CopyOut::next_line() {
    if (ended_) return false;
    if (session_.translated([&] { return stream_->get_raw_line(line_); })) return true;
    ended_ = true;
    return false;
}

void CopyOut::read_line(dbway_value* cells, sdk::Arena& arena) {
    LineReader reader(line_.data(), line_.size());
    for (std::size_t i = 0; i < plans_.size() && reader.next(); ++i)
        if (!reader.null()) sdk::read_postgresql_cell(reader.text(), plans_[i], cells[i], arena, scratch_);
}

bool CopyOut::fetch(sdk::RowBatch& batch) {
    while (!batch.full()) {
        if (!next_line()) return false;
        dbway_value* const cells = batch.add_row();
        ++rows_;
        if (raw_)
            *cells = batch.copy(DBWAY_T_BLOB, line_.data(), line_.size());
        else
            read_line(cells, batch.arena());
    }
    return true;
}

void CopyOut::finish(bool ok, sdk::Outcome& outcome) {
    end_stream();
    line_ = std::string();
    if (!ok) return;
    outcome.affected = rows_;
    tag_ = "COPY " + std::to_string(rows_);
    outcome.tag = tag_;
}

// The rest has to be read, or the connection would wait for it. Outside a transaction, which the error would
// end, the server is told to stop first.
void CopyOut::end_stream() noexcept {
    if (stream_ == nullptr) return;
    try {
        if (*stream_ && session_.open()) {
            if (!in_transaction_ && !session_.cancelled()) session_.tell();
            session_.limited(Canceller::Way::stop, [this] {
                while (stream_->get_raw_line(line_)) continue;
            });
        }
    } catch (...) {
        // The cancellation, or what the caller knows already.
    }
    stream_.reset();
    session_.end_work();
    session_.settle();
}

std::unique_ptr<sdk::Statement> make_copy_out(Session& session, const sdk::CopyTarget& target) {
    if (target.is_sql) {
        const sdk::PostgresqlStatement text = sdk::read_postgresql_statement(target.table);
        const bool copies = text.keyword == "COPY";
        const bool query = text.keyword == "SELECT" || text.keyword == "VALUES" || text.keyword == "TABLE";
        if (text.parameters != 0)
            throw sdk::Failure(DBWAY_ERR_INVALID, "the statement of a COPY_OUT takes no parameters", "42P02");
        if (copies && !target.raw)
            throw sdk::Failure(
                DBWAY_ERR_INVALID,
                "a COPY statement does not tell the types of its columns: ask for raw rows, or "
                "give the query alone",
                "42601");
        if (!copies && (!query || text.common_tables) && !target.raw)
            return std::make_unique<SqlStatement>(session, copy_out_query(target),
                                                  SqlStatement::Mode::direct);
    }
    return std::make_unique<CopyOut>(session, target);
}

}  // namespace dbway::pq
