#include "error_text.hpp"

#include "handle.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace dbway::sqlite {
namespace {

enum class Names : std::uint8_t { none, table, column };

struct Wording {
    const char* prefix;  // or, with `anywhere`, a part
    bool anywhere;
    dbway_status status;
    const char* sqlstate;
    Names rest;  // what stands behind the prefix
};

constexpr Wording wordings[] = {
    {"no such table: ", false, DBWAY_ERR_SYNTAX, "42P01", Names::table},
    {"no such view: ", false, DBWAY_ERR_SYNTAX, "42P01", Names::table},
    {"no such column: ", false, DBWAY_ERR_SYNTAX, "42703", Names::column},
    {" has no column named ", true, DBWAY_ERR_SYNTAX, "42703", Names::column},
    {"no such function: ", false, DBWAY_ERR_SYNTAX, "42883", Names::none},
    {"wrong number of arguments", false, DBWAY_ERR_SYNTAX, "42883", Names::none},
    {"no such savepoint: ", false, DBWAY_ERR_INVALID, "3B001", Names::none},
    {"no such ", false, DBWAY_ERR_SYNTAX, "42704", Names::none},
    {"ambiguous column name: ", false, DBWAY_ERR_SYNTAX, "42702", Names::column},
    {"duplicate column name: ", false, DBWAY_ERR_SYNTAX, "42701", Names::column},
    {" already exists", true, DBWAY_ERR_SYNTAX, "42P07", Names::none},
    {": syntax error", true, DBWAY_ERR_SYNTAX, "42601", Names::none},
    {"incomplete input", false, DBWAY_ERR_SYNTAX, "42601", Names::none},
    {"unrecognized token", false, DBWAY_ERR_SYNTAX, "42601", Names::none},
    {" values for ", true, DBWAY_ERR_SYNTAX, "42601", Names::none},
    {" values were supplied", true, DBWAY_ERR_SYNTAX, "42601", Names::none},
    {"cannot start a transaction within", false, DBWAY_ERR_INVALID, "25001", Names::none},
    {"cannot commit - no transaction", false, DBWAY_ERR_INVALID, "25P01", Names::none},
    {"cannot rollback - no transaction", false, DBWAY_ERR_INVALID, "25P01", Names::none},
    {" may not be modified", true, DBWAY_ERR_PERMISSION, "42501", Names::none},
    {"integer overflow", false, DBWAY_ERR_DATA, "22003", Names::none},
    {"malformed JSON", false, DBWAY_ERR_DATA, "22P02", Names::none},
};

// The part of "name", "t.name", "schema.t.name" behind the last point.
std::string_view last_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

// "t.a, t.b" of "… constraint failed: t.a, t.b".
struct FailedColumns {
    std::string table;
    std::vector<std::string> columns;
};

FailedColumns failed_columns(std::string_view message) {
    FailedColumns result;
    const std::size_t colon = message.find(": ");
    if (colon == std::string_view::npos) return result;
    std::string_view rest = message.substr(colon + 2);
    while (!rest.empty()) {
        const std::size_t comma = rest.find(", ");
        const std::string_view item = rest.substr(0, comma);
        const std::size_t point = item.find('.');
        if (point == std::string_view::npos) return {};
        result.table = item.substr(0, point);
        result.columns.emplace_back(item.substr(point + 1));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 2);
    }
    return result;
}

}  // namespace

void diagnose_message(std::string_view message, bool preparing, sdk::Diagnostic& diagnostic) {
    diagnostic.status = preparing ? DBWAY_ERR_SYNTAX : DBWAY_ERR_DATABASE;
    diagnostic.sqlstate = preparing ? "42000" : "";
    for (const Wording& wording : wordings) {
        const std::string_view part = wording.prefix;
        const std::size_t at =
            wording.anywhere ? message.find(part) : (message.starts_with(part) ? 0 : message.npos);
        if (at == message.npos) continue;
        diagnostic.status = wording.status;
        diagnostic.sqlstate = wording.sqlstate;
        const std::string_view rest = message.substr(at + part.size());
        if (wording.rest == Names::table) diagnostic.table_name = last_part(rest);
        if (wording.rest == Names::column) diagnostic.column_name = last_part(rest);
        if (wording.anywhere && wording.rest == Names::column && message.starts_with("table "))
            diagnostic.table_name = message.substr(6, at - 6);
        break;
    }
    if (preparing) diagnostic.flags |= DBWAY_DIAG_NOT_EXECUTED;
}

void name_constraint(int code, std::string_view message, sdk::Diagnostic& diagnostic) {
    constexpr std::string_view by_index = "UNIQUE constraint failed: index '";
    constexpr std::string_view by_check = "CHECK constraint failed: ";
    if (message.starts_with(by_index) && message.ends_with('\'')) {
        diagnostic.constraint_name = message.substr(by_index.size(), message.size() - by_index.size() - 1);
    } else if (message.starts_with(by_check)) {
        diagnostic.constraint_name = message.substr(by_check.size());
    } else if (code == SQLITE_CONSTRAINT_DATATYPE) {
        const std::string_view name = message.substr(message.rfind(' ') + 1);
        const std::size_t point = name.find('.');
        if (point == std::string_view::npos) return;
        diagnostic.table_name = name.substr(0, point);
        diagnostic.column_name = name.substr(point + 1);
    } else {
        const FailedColumns failed = failed_columns(message);
        if (failed.columns.empty()) return;
        diagnostic.table_name = failed.table;
        diagnostic.column_name = failed.columns.front();
    }
}

std::string find_unique_index(sqlite3* database, std::string_view message) {
    const FailedColumns failed = failed_columns(message);
    if (failed.columns.empty()) return {};
    StatementHandle statement =
        try_prepare(database,
                    "SELECT l.name, i.name FROM pragma_index_list(?1) AS l, pragma_index_info(l.name) AS i "
                    "WHERE l.\"unique\" AND l.origin = 'c' ORDER BY l.seq, i.seqno");
    if (statement == nullptr) return {};
    bind_text(statement.get(), 1, failed.table);

    const std::multiset<std::string> wanted(failed.columns.begin(), failed.columns.end());
    std::string index;
    std::multiset<std::string> columns;
    for (;;) {
        const bool row = sqlite3_step(statement.get()) == SQLITE_ROW;
        const std::string name(row ? column_text(statement.get(), 0) : "");
        if (!index.empty() && name != index) {
            if (columns == wanted) return index;
            columns.clear();
        }
        if (!row) return {};
        index = name;
        columns.emplace(column_text(statement.get(), 1));
    }
}

std::uint32_t character_position(std::string_view text, std::size_t offset) {
    text = text.substr(0, std::min(offset, text.size()));
    return 1 + static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
               return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
           }));
}

}  // namespace dbway::sqlite
