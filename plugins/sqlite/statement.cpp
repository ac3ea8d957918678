#include "statement.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/scanner.hpp>
#include <dbway/sdk/sqlite_types.hpp>

#include <cstring>
#include <utility>

namespace dbway::sqlite {
namespace {

sdk::Failure not_executed(dbway_status status, std::string message, const char* sqlstate) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = std::move(message);
    return sdk::Failure(std::move(diagnostic));
}

StatementHandle prepare_one(Database& database, std::string_view sql) {
    // SQLite would take the text to end there.
    if (std::memchr(sql.data(), '\0', sql.size()) != nullptr)
        throw not_executed(DBWAY_ERR_SYNTAX, "the statement contains a NUL character", "42601");
    const char* tail = nullptr;
    StatementHandle statement = database.prepare(sql, &tail);
    if (statement == nullptr) throw not_executed(DBWAY_ERR_SYNTAX, "the statement is empty", "42601");
    const std::string_view rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
    if (!rest.empty() && !sdk::is_empty_statement(rest, sdk::Dialect::sqlite))
        throw not_executed(DBWAY_ERR_SYNTAX, "the text holds more than one statement; run it as a script",
                           "42601");
    return statement;
}

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

bool same_columns(const std::vector<sdk::Column>& a, const std::vector<sdk::Column>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i].name != b[i].name || a[i].native_name != b[i].native_name ||
            a[i].table_name != b[i].table_name || a[i].schema_name != b[i].schema_name ||
            a[i].flags != b[i].flags)
            return false;
    return true;
}

}  // namespace

SqlStatement::SqlStatement(Database& database, std::string_view sql)
    : database_(database),
      sql_(sql),
      handle_(prepare_one(database, sql_)),
      text_(sdk::read_sqlite_statement(sql_)),
      parameters_(parameter_map_of(handle_.get())) {
    if (parameters_.size() != 0) bind_room_.reset(new char[parameters_.size() * bind_room]);
    if (text_.kind == sdk::SqliteStatementKind::insert && !text_.table.empty())
        has_rowid_ = sqlite3_table_column_metadata(database_.handle(),
                                                   text_.schema.empty() ? nullptr : text_.schema.c_str(),
                                                   text_.table.c_str(), "rowid", nullptr, nullptr, nullptr,
                                                   nullptr, nullptr) == SQLITE_OK;
    describe();
}

void SqlStatement::describe() {
    sqlite3_stmt* const statement = handle_.get();
    const int count = sqlite3_column_count(statement);
    columns_.assign(static_cast<std::size_t>(count), {});
    plans_.assign(static_cast<std::size_t>(count), {});
    for (int i = 0; i < count; ++i) {
        sdk::Column& column = columns_[static_cast<std::size_t>(i)];
        column.name = text_or_empty(sqlite3_column_name(statement, i));
        column.native_name = text_or_empty(sqlite3_column_decltype(statement, i));
        column.schema_name = text_or_empty(sqlite3_column_database_name(statement, i));
        column.table_name = text_or_empty(sqlite3_column_table_name(statement, i));
        const sdk::SqliteType type = sdk::parse_sqlite_type(column.native_name);
        column.type = type.type;
        column.item_type = type.item_type;
        column.precision = type.precision;
        column.scale = type.scale;
        const char* origin = sqlite3_column_origin_name(statement, i);
        int not_null = 0;
        int primary = 0;
        if (origin != nullptr &&
            sqlite3_table_column_metadata(database_.handle(), column.schema_name.c_str(),
                                          column.table_name.c_str(), origin, nullptr, nullptr, &not_null,
                                          &primary, nullptr) == SQLITE_OK)
            column.flags = (not_null != 0 ? DBWAY_COL_NOT_NULL : 0) | (primary != 0 ? DBWAY_COL_PRIMARY : 0);
        plans_[static_cast<std::size_t>(i)] = {type.type, type.item_type, type.scale,
                                               database_.options().integer_time};
    }
}

// SQLite has prepared the statement anew because the schema had changed; its columns may be others now.
void SqlStatement::describe_again() {
    const std::vector<sdk::Column> before = std::move(columns_);
    describe();
    if (!same_columns(before, columns_)) ++version_;
}

void SqlStatement::bind(std::span<const dbway_value> values) {
    if (values.size() != parameters_.size())
        throw not_executed(DBWAY_ERR_INVALID,
                           "the statement takes " + std::to_string(parameters_.size()) + " parameters, but " +
                               std::to_string(values.size()) + " were given",
                           "07001");
    char* room = bind_room_.get();
    for (std::size_t i = 0; i < values.size(); ++i, room += bind_room) {
        const int index = parameters_.index(i);
        if (index == 0) continue;
        const int code = bind_cell(handle_.get(), index, values[i], room);
        if (code != SQLITE_OK) database_.fail(code, sql_);
    }
}

void SqlStatement::execute(std::span<const dbway_value> values, const sdk::Request& request) {
    database_.start(request.deadline);
    has_row_ = false;
    bind(values);
    database_.check_running();
    if (text_.kind == sdk::SqliteStatementKind::other) database_.mark_session_changed();
    step();
    const int preparations = sqlite3_stmt_status(handle_.get(), SQLITE_STMTSTATUS_REPREPARE, 0);
    if (preparations != preparations_) {
        preparations_ = preparations;
        describe_again();
    }
}

void SqlStatement::step() {
    const int code = sqlite3_step(handle_.get());
    has_row_ = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE) [[unlikely]]
        database_.fail(code, sql_, handle_.get());
}

bool SqlStatement::fetch(sdk::RowBatch& batch) {
    sqlite3_stmt* const statement = handle_.get();
    const int count = static_cast<int>(plans_.size());
    const CellPlan* const plans = plans_.data();
    while (has_row_) {
        if (batch.full()) return true;
        dbway_value* const row = batch.add_row();
        for (int i = 0; i < count; ++i) read_cell(statement, i, plans[i], row[i], batch.arena());
        step();
    }
    return false;
}

void SqlStatement::finish(bool ok, sdk::Outcome& outcome) {
    // Where rows are left, this is what ends the statement, so it may still fail.
    const int code = sqlite3_reset(handle_.get());
    has_row_ = false;
    if (ok && code != SQLITE_OK) [[unlikely]] {
        const sdk::Diagnostic diagnostic = database_.diagnostic(code, sql_);
        database_.stop();
        throw sdk::Failure(diagnostic);
    }
    database_.stop();
    if (ok) report(outcome);
}

void SqlStatement::report(sdk::Outcome& outcome) {
    const bool changes = text_.kind == sdk::SqliteStatementKind::insert ||
                         text_.kind == sdk::SqliteStatementKind::update ||
                         text_.kind == sdk::SqliteStatementKind::erase;
    if (!changes) {
        outcome.affected = 0;
        outcome.tag = text_.keyword;
        return;
    }
    outcome.affected = sqlite3_changes64(database_.handle());
    if (has_rowid_ && outcome.affected > 0) outcome.last_id = sqlite3_last_insert_rowid(database_.handle());
    const std::string_view keyword = text_.keyword;  // seven letters at most
    std::memcpy(tag_, keyword.data(), keyword.size());
    tag_[keyword.size()] = ' ';
    const std::size_t digits = sdk::write_integer(tag_ + keyword.size() + 1, outcome.affected);
    outcome.tag = std::string_view(tag_, keyword.size() + 1 + digits);
}

}  // namespace dbway::sqlite
