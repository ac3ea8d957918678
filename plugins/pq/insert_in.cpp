#include "insert_in.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/postgresql_statement.hpp>

#include <utility>

namespace dbway::pq {
namespace {

std::string checked(const sdk::CopyTarget& target) {
    const sdk::PostgresqlStatement text = sdk::read_postgresql_statement(target.table);
    if (!text.changes || text.parameters != target.column_count)
        throw sdk::Failure(DBWAY_ERR_INVALID,
                           "COPY_IN needs a COPY statement, or one that changes rows and takes the " +
                               std::to_string(target.column_count) +
                               " cells of a row as its parameters; this one takes " +
                               std::to_string(text.parameters),
                           "42601");
    return std::string(target.table);
}

}  // namespace

InsertInto::InsertInto(Session& session, const sdk::CopyTarget& target)
    : session_(session),
      name_(session.prepare(checked(target))),
      scope_(session),
      columns_(target.column_count) {}

InsertInto::~InsertInto() {
    scope_.take_back();
    session_.forget(std::move(name_));
}

void InsertInto::write(const dbway_value* cells, std::uint32_t rows) {
    for (std::uint32_t row = 0; row < rows; ++row, cells += columns_) {
        try {
            affected_ +=
                static_cast<std::int64_t>(session_.run_prepared(name_, {cells, columns_}).affected_rows());
        } catch (const sdk::Failure& failure) {
            sdk::Diagnostic diagnostic = failure.diagnostic();
            diagnostic.context = "row " + std::to_string(rows_ + 1) + " of the COPY_IN";
            throw sdk::Failure(std::move(diagnostic));
        }
        ++rows_;
    }
}

void InsertInto::finish(sdk::Outcome& outcome) {
    scope_.keep();
    outcome.affected = affected_;
    tag_ = "COPY " + std::to_string(rows_);
    outcome.tag = tag_;
}

}  // namespace dbway::pq
