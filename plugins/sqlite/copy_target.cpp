#include "copy_target.hpp"

#include "copy_in.hpp"

#include <dbway/sdk/failure.hpp>
#include <dbway/sdk/sqlite_statement.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace dbway::sqlite {
namespace {

[[noreturn]] void refuse(dbway_status status, std::string message, const char* sqlstate,
                         std::string_view table = {}, std::string_view column = {}) {
    sdk::Diagnostic diagnostic;
    diagnostic.status = status;
    diagnostic.flags = DBWAY_DIAG_NOT_EXECUTED;
    diagnostic.sqlstate = sqlstate;
    diagnostic.message = std::move(message);
    diagnostic.table_name = table;
    diagnostic.column_name = column;
    throw sdk::Failure(std::move(diagnostic));
}

struct TableColumn {
    std::string name;
    bool generated = false;
};

// The columns that `SELECT *` would show.
std::vector<TableColumn> columns_of(Database& database, const sdk::SqliteTableName& name) {
    const StatementHandle statement = database.prepare(
        name.schema.empty() ? "SELECT name, hidden FROM pragma_table_xinfo(?1) WHERE hidden <> 1"
                            : "SELECT name, hidden FROM pragma_table_xinfo(?1, ?2) WHERE hidden <> 1");
    bind_text(statement.get(), 1, name.table);
    if (!name.schema.empty()) bind_text(statement.get(), 2, name.schema);
    std::vector<TableColumn> result;
    for (;;) {
        const int code = sqlite3_step(statement.get());
        if (code == SQLITE_DONE) return result;
        if (code != SQLITE_ROW) database.fail(code);
        result.push_back(
            {std::string(column_text(statement.get(), 0)), sqlite3_column_int(statement.get(), 1) != 0});
    }
}

struct Target {
    std::string table;                 // quoted
    std::vector<std::string> columns;  // quoted
};

// `writing`: without names, all columns but the generated ones.
Target resolve(Database& database, const sdk::CopyTarget& target, bool writing) {
    const sdk::SqliteTableName name = sdk::parse_sqlite_name(target.table);
    if (name.table.empty())
        refuse(DBWAY_ERR_INVALID, "\"" + std::string(target.table) + "\" is not the name of a table",
               "42602");
    const std::vector<TableColumn> known = columns_of(database, name);
    if (known.empty())
        refuse(DBWAY_ERR_SYNTAX, "no such table: " + std::string(target.table), "42P01", name.table);
    Target result;
    result.table =
        (name.schema.empty() ? "" : quote_identifier(name.schema) + ".") + quote_identifier(name.table);
    for (const std::string_view wanted : target.columns) {
        const auto found = std::find_if(known.begin(), known.end(), [wanted](const TableColumn& column) {
            return column.name.size() == wanted.size() &&
                   sqlite3_strnicmp(column.name.c_str(), wanted.data(), static_cast<int>(wanted.size())) == 0;
        });
        if (found == known.end())
            refuse(DBWAY_ERR_SYNTAX, "table " + name.table + " has no column named " + std::string(wanted),
                   "42703", name.table, wanted);
        if (writing && found->generated)
            refuse(DBWAY_ERR_INVALID, "column " + found->name + " of table " + name.table + " is generated",
                   "428C9", name.table, found->name);
        result.columns.push_back(quote_identifier(found->name));
    }
    if (target.columns.empty())
        for (const TableColumn& column : known)
            if (!writing || !column.generated) result.columns.push_back(quote_identifier(column.name));
    return result;
}

std::string join(const std::vector<std::string>& parts) {
    std::string result;
    for (const std::string& part : parts) result.append(result.empty() ? "" : ", ").append(part);
    return result;
}

}  // namespace

void refuse_raw(const sdk::CopyTarget& target) {
    if (target.raw) refuse(DBWAY_ERR_UNSUPPORTED, "SQLite has no copy format of its own", "0A000");
}

std::string copy_in_statement(Database& database, const sdk::CopyTarget& target) {
    const Target resolved = resolve(database, target, true);
    if (resolved.columns.size() != target.column_count)
        refuse(DBWAY_ERR_INVALID,
               "the rows have " + std::to_string(target.column_count) + " cells, but " +
                   (target.columns.empty() ? "table " + std::string(target.table) + " has "
                                           : "the list names ") +
                   std::to_string(resolved.columns.size()) + " columns",
               "42601");
    std::vector<std::string> placeholders;
    for (std::size_t i = 1; i <= resolved.columns.size(); ++i)
        placeholders.push_back(sdk::sqlite_parameter_name(i));
    return "INSERT INTO " + resolved.table + " (" + join(resolved.columns) + ") VALUES (" +
           join(placeholders) + ")";
}

std::string copy_out_statement(Database& database, const sdk::CopyTarget& target) {
    refuse_raw(target);
    if (target.is_sql) return std::string(target.table);
    const Target resolved = resolve(database, target, false);
    return "SELECT " + join(resolved.columns) + " FROM " + resolved.table;
}

}  // namespace dbway::sqlite
