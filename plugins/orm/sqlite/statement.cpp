#include "sqlite/statement.hpp"

#include "refusal.hpp"

#include <dbway/sdk/script.hpp>
#include <dbway/sdk/sqlite_types.hpp>

#include <algorithm>
#include <utility>

namespace dbway::orm::sqlite {
namespace {

// SOCI, as SQLite, takes the first statement of a text and does not tell of others.
SociStatement prepare_one(Database& database, const std::string& sql) {
    if (sql.find('\0') != std::string::npos)
        refuse(DBWAY_ERR_SYNTAX, "the statement contains a NUL character", "42601");
    SociStatement statement = database.prepare(sql);
    if (statement == nullptr) refuse(DBWAY_ERR_SYNTAX, "the statement is empty", "42601");
    const std::string_view text = sql;
    const std::size_t length = sdk::statement_length(text, sdk::Dialect::sqlite);
    if (!sdk::is_empty_statement(text.substr(length), sdk::Dialect::sqlite))
        refuse(DBWAY_ERR_SYNTAX, "the text holds more than one statement; run it as a script", "42601");
    return statement;
}

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

bool same_columns(const std::vector<sdk::Column>& a, const std::vector<sdk::Column>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& left, const auto& right) {
        return left.name == right.name && left.native_name == right.native_name &&
               left.table_name == right.table_name && left.schema_name == right.schema_name &&
               left.flags == right.flags;
    });
}

}  // namespace

SqlStatement::SqlStatement(Database& database, std::string_view sql)
    : database_(database),
      sql_(sql),
      statement_(prepare_one(database, sql_)),
      text_(sdk::read_sqlite_statement(sql_)),
      parameters_(read_parameters()),
      room_(parameters_.size()) {
    const int count = sqlite3_bind_parameter_count(statement_->stmt_);
    if (count > 0) {
        soci::sqlite3_column null{};
        null.isNull_ = true;
        statement_->useData_.assign(1, soci::sqlite3_row(static_cast<std::size_t>(count), null));
    }
    if (text_.kind == sdk::SqliteStatementKind::insert && !text_.table.empty())
        has_rowid_ = sqlite3_table_column_metadata(database_.handle(),
                                                   text_.schema.empty() ? nullptr : text_.schema.c_str(),
                                                   text_.table.c_str(), "rowid", nullptr, nullptr, nullptr,
                                                   nullptr, nullptr) == SQLITE_OK;
    describe();
}

sdk::SqliteParameterMap SqlStatement::read_parameters() const {
    return {sqlite3_bind_parameter_count(statement_->stmt_),
            [this](int i) { return sqlite3_bind_parameter_name(statement_->stmt_, i); }};
}

// SOCI's description has four types and no names of tables.
void SqlStatement::describe() {
    sqlite3_stmt* const statement = statement_->stmt_;
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

bool SqlStatement::only_changes() const {
    return columns_.empty() && sqlite3_stmt_readonly(statement_->stmt_) == 0;
}

void SqlStatement::bind(std::span<const dbway_value> values) {
    if (values.size() != parameters_.size()) refuse_count(parameters_.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int index = parameters_.index(i);
        if (index == 0) continue;
        bind_value(values[i], i + 1, statement_->useData_[0][static_cast<std::size_t>(index) - 1], room_[i]);
    }
}

template <class Step>
void SqlStatement::advance(Step&& step) {
    try {
        has_row_ = step() == soci::details::statement_backend::ef_success;
    } catch (const soci::sqlite3_soci_error&) {
        const sdk::Diagnostic diagnostic =
            database_.diagnostic(sqlite3_extended_errcode(database_.handle()), sql_);
        has_row_ = false;
        sqlite3_reset(statement_->stmt_);
        throw sdk::Failure(diagnostic);
    }
}

void SqlStatement::execute(std::span<const dbway_value> values, const sdk::Request&) {
    database_.start();
    run(values);
}

void SqlStatement::run(std::span<const dbway_value> values) {
    has_row_ = false;
    bind(values);
    database_.check_running();
    if (text_.kind == sdk::SqliteStatementKind::other) database_.mark_session_changed();
    advance([this] { return statement_->execute(1); });
    const int preparations = sqlite3_stmt_status(statement_->stmt_, SQLITE_STMTSTATUS_REPREPARE, 0);
    if (preparations != preparations_) [[unlikely]] {
        preparations_ = preparations;
        describe_again();
    }
}

bool SqlStatement::fetch(sdk::RowBatch& batch) {
    const int count = static_cast<int>(plans_.size());
    const DatabaseLock lock(database_.handle());
    while (has_row_) {
        if (batch.full()) return true;
        dbway_value* const row = batch.add_row();
        for (int i = 0; i < count; ++i)
            read_cell(statement_->stmt_, i, plans_[static_cast<std::size_t>(i)], row[i], batch.arena());
        advance([this] { return statement_->fetch(1); });
    }
    return false;
}

void SqlStatement::finish(bool ok, sdk::Outcome& outcome) {
    if (has_row_ || !ok) {
        // Where rows are left, this is what ends the statement, so it may still fail; SOCI would not tell.
        const int code = sqlite3_reset(statement_->stmt_);
        statement_->databaseReady_ = true;
        has_row_ = false;
        if (!ok) return;
        if (code != SQLITE_OK) [[unlikely]]
            database_.fail(code, sql_);
    }
    report(outcome);
}

void SqlStatement::report(sdk::Outcome& outcome) {
    tag_ = text_.keyword;
    const bool changes = text_.kind == sdk::SqliteStatementKind::insert ||
                         text_.kind == sdk::SqliteStatementKind::update ||
                         text_.kind == sdk::SqliteStatementKind::erase;
    outcome.affected = changes ? sqlite3_changes64(database_.handle()) : 0;
    if (changes) {
        if (has_rowid_ && outcome.affected > 0)
            outcome.last_id = sqlite3_last_insert_rowid(database_.handle());
        tag_ += ' ';
        tag_ += std::to_string(outcome.affected);
    }
    outcome.tag = tag_;
}

}  // namespace dbway::orm::sqlite
