// cell.hpp - columns and cells of the connector's results as the ABI's.
#pragma once

#include "options.hpp"

#include <dbway/provider.h>
#include <dbway/sdk/mysql_column_notes.hpp>
#include <dbway/sdk/provider.hpp>
#include <dbway/sdk/row_batch.hpp>

#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>

#include <cstdint>
#include <vector>

namespace dbway::mysql {

// How a column is read.
enum class CellKind : std::uint8_t {
    null,
    boolean,
    integer,
    unsigned_integer,
    single,  // a FLOAT: its text, unlike its binary form, has six digits only
    real,
    decimal,
    text,
    blob,
    date,
    time,
    timestamp,
    timestamptz,
    bits,
    json,
    native,
    // Types that MySQL has not got, kept in a text; see mysql_column_notes.hpp.
    uuid,
    interval,
    array,
};

struct CellPlan {
    CellKind kind = CellKind::text;
    bool fits_binary = true;                 // the connector can read it from a prepared statement
    std::uint32_t item_type = DBWAY_T_NULL;  // of an array
};

// `plans` gets a plan for each column.
std::vector<sdk::Column> describe_columns(sql::ResultSetMetaData& metadata, const ConnectOptions& options,
                                          std::vector<CellPlan>& plans);
// Takes a column of texts for what it holds.
void apply_note(const sdk::MysqlColumnNote& note, sdk::Column& column, CellPlan& plan);
// Is it the description that these columns came from? Compares names and types, without a copy of all.
bool same_columns(sql::ResultSetMetaData& metadata, const std::vector<sdk::Column>& columns);

// The column's value in the result's current row. `binary`: the result is of a prepared statement. `cell` is
// NULL before. Throws Failure, sql::SQLException.
void read_cell(sql::ResultSet& result, unsigned index, const CellPlan& plan, bool binary,
               ZeroDates zero_dates, dbway_value& cell, sdk::RowBatch& batch);

}  // namespace dbway::mysql
