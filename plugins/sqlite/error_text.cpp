#include "error_text.hpp"

#include "handle.hpp"

#include <dbway/sdk/sqlite_errors.hpp>

#include <set>

namespace dbway::sqlite {

std::string find_unique_index(sqlite3* database, std::string_view message) {
    const sdk::detail::SqliteFailedColumns failed = sdk::detail::failed_sqlite_columns(message);
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

}  // namespace dbway::sqlite
