#include "insert_in.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/mysql_statement.hpp>

namespace dbway::mysql {
namespace {

std::string_view checked(const sdk::CopyTarget& target) {
    const sdk::MysqlStatementText text = sdk::read_mysql_statement(target.table);
    if (!text.changes || text.returning)
        throw sdk::Failure(DBWAY_ERR_INVALID, "COPY_IN needs one statement that changes rows and yields none",
                           "42601");
    return target.table;
}

}  // namespace

InsertInto::InsertInto(Session& session, const sdk::CopyTarget& target)
    : session_(session),
      statement_(session, checked(target), SqlStatement::Use::prepared),
      scope_(session),
      columns_(target.column_count) {
    if (statement_.parameters().size() != columns_)
        throw sdk::Failure(DBWAY_ERR_INVALID,
                           "the rows of the COPY_IN have " + std::to_string(columns_) +
                               " cells, but the statement takes " +
                               std::to_string(statement_.parameters().size()),
                           "42601");
}

void InsertInto::write(const dbway_value* cells, std::uint32_t rows) {
    for (std::uint32_t row = 0; row < rows; ++row, cells += columns_) {
        try {
            affected_ += statement_.change({cells, columns_});
        } catch (const sdk::Failure& failure) {
            sdk::Diagnostic diagnostic = failure.diagnostic();
            diagnostic.context = "row " + std::to_string(rows_ + 1) + " of the COPY_IN";
            throw sdk::Failure(std::move(diagnostic));
        }
        ++rows_;
    }
}

void InsertInto::finish(sdk::Outcome& outcome) {
    const Session::Call call(session_, Session::Call::Kind::further);
    session_.check_running();
    scope_.keep();
    session_.forget_last_key();
    outcome.affected = affected_;
    tag_ = "COPY " + std::to_string(rows_);
    outcome.tag = tag_;
}

}  // namespace dbway::mysql
