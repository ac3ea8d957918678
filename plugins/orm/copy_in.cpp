#include "copy_in.hpp"

#include "refusal.hpp"

#include <dbway/sdk/failure.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace dbway::orm {
namespace {

std::string values_of(std::uint32_t rows, std::uint32_t columns) {
    std::string sql;
    for (std::uint32_t row = 0, number = 1; row < rows; ++row) {
        sql += row == 0 ? "(" : ",(";
        for (std::uint32_t i = 0; i < columns; ++i, ++number) {
            if (i != 0) sql += ',';
            sql += '$';
            sql += std::to_string(number);
        }
        sql += ')';
    }
    return sql;
}

}  // namespace

CopyInto::CopyInto(OrmConnection& connection, std::uint32_t cells)
    : connection_(connection), columns_(cells), nested_(connection.in_transaction()) {}

CopyInto::CopyInto(OrmConnection& connection, TableTarget target, std::uint32_t cells)
    : CopyInto(connection, cells) {
    if (target.columns.size() != cells)
        refuse(DBWAY_ERR_INVALID,
               "the rows have " + std::to_string(cells) + " cells, but table " + target.table + " takes " +
                   std::to_string(target.columns.size()),
               "42601");
    insert_ = "INSERT INTO " + target.table + " (";
    for (std::size_t i = 0; i < target.columns.size(); ++i)
        insert_.append(i == 0 ? "" : ", ").append(target.columns[i]);
    insert_ += ") VALUES ";
    most_rows_ = std::bit_floor(std::max(connection.rows_per_insert(cells), 1u));
    open(insert_ + values_of(1, cells));
}

CopyInto::CopyInto(OrmConnection& connection, std::string sql, std::uint32_t cells)
    : CopyInto(connection, cells) {
    open(sql);
    OrmStatement& statement = statement_for(1);
    if (!statement.only_changes() || statement.parameters().size() != cells)
        refuse(DBWAY_ERR_INVALID,
               "COPY_IN needs one statement that changes rows, yields none, and takes the " +
                   std::to_string(cells) + " cells of a row as its parameters; this one takes " +
                   std::to_string(statement.parameters().size()),
               "42601");
}

// What does not exist shows before the first row.
void CopyInto::open(const std::string& sql) {
    statements_[1] = connection_.make_statement(sql, true);
    connection_.run(nested_ ? "SAVEPOINT dbway_copy_in" : "BEGIN");
    open_ = true;
}

CopyInto::~CopyInto() {
    statements_.clear();
    if (open_) connection_.clean_up(nested_ ? "ROLLBACK TO SAVEPOINT dbway_copy_in" : "ROLLBACK");
    if (open_ && nested_) connection_.clean_up("RELEASE SAVEPOINT dbway_copy_in");
}

OrmStatement& CopyInto::statement_for(std::uint32_t rows) {
    std::unique_ptr<OrmStatement>& statement = statements_[rows];
    if (statement == nullptr)
        statement = connection_.make_statement(insert_ + values_of(rows, columns_), true);
    return *statement;
}

void CopyInto::insert(const dbway_value* cells, std::uint32_t rows) {
    try {
        affected_ += statement_for(rows).change({cells, std::size_t{rows} * columns_});
    } catch (const sdk::Failure& failure) {
        sdk::Diagnostic diagnostic = failure.diagnostic();
        diagnostic.context = "row " + std::to_string(rows_ + 1) + " of the COPY_IN";
        if (rows > 1)
            diagnostic.context = "rows " + std::to_string(rows_ + 1) + " to " + std::to_string(rows_ + rows) +
                                 " of the COPY_IN";
        diagnostic.position = 0;
        throw sdk::Failure(std::move(diagnostic));
    }
    rows_ += rows;
}

// In powers of two, so that few statements serve every number of rows.
void CopyInto::write(const dbway_value* cells, std::uint32_t rows) {
    connection_.check_running();
    while (rows != 0) {
        const std::uint32_t now = std::min(most_rows_, std::bit_floor(rows));
        insert(cells, now);
        cells += std::size_t{now} * columns_;
        rows -= now;
    }
}

void CopyInto::finish(sdk::Outcome& outcome) {
    statements_.clear();
    connection_.check_running();
    connection_.run(nested_ ? "RELEASE SAVEPOINT dbway_copy_in" : "COMMIT");
    open_ = false;
    outcome.affected = insert_.empty() ? affected_ : rows_;
    tag_ = "COPY " + std::to_string(rows_);
    outcome.tag = tag_;
}

}  // namespace dbway::orm
