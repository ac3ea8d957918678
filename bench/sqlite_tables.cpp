#include "sides.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace bench {

namespace {

void check(sqlite3* database, int code, int wanted) {
    if (code != wanted) throw std::runtime_error(std::string("sqlite3: ") + sqlite3_errmsg(database));
}

}  // namespace

void make_sqlite_database(const std::string& file) {
    sqlite3* db = nullptr;
    check(db, sqlite3_open(file.c_str(), &db), SQLITE_OK);
    const char* schema =
        "create table t (id integer primary key, val double, name text, ts timestamp);"
        "create table w (id integer primary key, val double, name text, ts timestamp);"
        "create table account (id integer primary key, balance integer); begin;"
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)"
        " insert into account select i, 0 from n";
    check(db, sqlite3_exec(db, schema, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    check(db, sqlite3_prepare_v2(db, "insert into t values (?, ?, ?, ?)", -1, &statement, nullptr),
          SQLITE_OK);
    for (std::int64_t id = 1; id <= table_rows; ++id) {
        const Row row = make_row(id);
        sqlite3_bind_int64(statement, 1, row.id);
        sqlite3_bind_double(statement, 2, row.val);
        sqlite3_bind_text(statement, 3, row.name.data(), static_cast<int>(row.name.size()), SQLITE_STATIC);
        sqlite3_bind_text(statement, 4, row.time_text.data(), static_cast<int>(row.time_text.size()),
                          SQLITE_STATIC);
        check(db, sqlite3_step(statement), SQLITE_DONE);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    check(db, sqlite3_exec(db, "commit", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
}

}  // namespace bench
