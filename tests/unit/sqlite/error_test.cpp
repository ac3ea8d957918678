// Errors: categories, SQLSTATEs, names and positions.
#include "errors.hpp"

#include "raw_connection.hpp"

#include <sqlite3.h>

namespace dbway::test {
namespace {

class SqliteError : public ::testing::Test {
  protected:
    void SetUp() override {
        db.must("create table parent(id integer primary key)");
        db.must(
            "create table t(id integer primary key, a int not null, b int, c text check (length(c) < 5), p "
            "int "
            "references parent(id) deferrable, constraint b_small check (b < 100), unique (a, b))");
        db.must("create unique index by_c on t(c)");
        db.must("create table u(c text)");
        db.must("create unique index by_lower on u(lower(c))");
        db.must("insert into u values ('one')");
        db.must("insert into t values (1, 1, 1, 'one', null)");
    }
    Diagnostic error(std::string_view sql, const std::vector<dbway_value>& params = {}) {
        const auto answer = db.query(sql, params);
        EXPECT_FALSE(answer.ok()) << sql;
        EXPECT_EQ(db.must("select count(*) from t").text(), "1");
        return answer.error;
    }
    RawConnection db;
};

TEST_F(SqliteError, Constraints) {
    struct Case {
        const char* sql;
        const char* sqlstate;
        const char* table;
        const char* column;
        const char* constraint;
    };
    const std::vector<Case> cases = {
        {"insert into t values (1, 2, 2, 'two', null)", "23505", "t", "id", ""},
        {"insert into t values (2, 1, 1, 'two', null)", "23505", "t", "a", ""},
        {"insert into t values (2, 2, 2, 'one', null)", "23505", "t", "c", "by_c"},
        {"insert into u values ('ONE')", "23505", "", "", "by_lower"},
        {"insert into t values (2, null, 2, 'two', null)", "23502", "t", "a", ""},
        {"insert into t values (2, 2, 200, 'two', null)", "23514", "", "", "b_small"},
        {"insert into t values (2, 2, 2, 'too long', null)", "23514", "", "", "length(c) < 5"},
        {"insert into t values (2, 2, 2, 'two', 99)", "23503", "", "", ""},
    };
    for (const Case& one : cases) {
        const Diagnostic what = error(one.sql);
        EXPECT_EQ(what.status, DBWAY_ERR_CONSTRAINT) << one.sql;
        EXPECT_EQ(what.sqlstate, one.sqlstate) << one.sql;
        EXPECT_EQ(what.table, one.table) << one.sql;
        EXPECT_EQ(what.column, one.column) << one.sql;
        EXPECT_EQ(what.constraint, one.constraint) << one.sql;
        EXPECT_EQ(what.native_code & 0xFF, SQLITE_CONSTRAINT) << one.sql;
        EXPECT_GT(what.native_code, 0xFF) << one.sql;
        EXPECT_NE(what.message.find("constraint failed"), std::string::npos) << what.message;
    }
}

TEST_F(SqliteError, TriggersAndStrictTables) {
    db.must(
        "create trigger no_seven before insert on t when new.a = 7 begin select raise(abort, 'seven is not "
        "wanted'); end");
    Diagnostic what = error("insert into t values (7, 7, 7, 'x', null)");
    EXPECT_EQ(what.status, DBWAY_ERR_CONSTRAINT);
    EXPECT_EQ(what.message, "seven is not wanted");
    db.must("create table s(n int) strict");
    what = error("insert into s values ('abc')");
    EXPECT_EQ(what.status, DBWAY_ERR_DATA);
    EXPECT_EQ(what.sqlstate, "42804");
    EXPECT_EQ(what.table, "s");
    EXPECT_EQ(what.column, "n");
    EXPECT_EQ(error("insert into t(id, a) values ('abc', 1)").status, DBWAY_ERR_DATA);
}

TEST_F(SqliteError, StatementText) {
    struct Case {
        const char* sql;
        const char* sqlstate;
        std::uint32_t position;
        const char* table;
        const char* column;
    };
    const std::vector<Case> cases = {
        {"selekt 1", "42601", 1, "", ""},
        {"select 'é', * fro t", "42601", 15, "", ""},
        {"select (1", "42601", 0, "", ""},
        {"select @", "42601", 8, "", ""},
        {"select * from nowhere", "42P01", 0, "nowhere", ""},
        {"select * from main.nowhere", "42P01", 0, "nowhere", ""},
        {"select missing from t", "42703", 8, "", "missing"},
        {"select t.missing from t", "42703", 8, "", "missing"},
        {"insert into t(missing) values (1)", "42703", 0, "t", "missing"},
        {"create table t(x)", "42P07", 14, "", ""},
        {"create index by_c on t(a)", "42P07", 0, "", ""},
        {"select no_function(1)", "42883", 8, "", ""},
        {"select abs()", "42883", 8, "", ""},
        {"select id from t order by c collate missing", "42704", 0, "", ""},
        {"drop index missing", "42704", 0, "", ""},
        {"create table x(a, a)", "42701", 0, "", "a"},
        {"select id from t join t as u", "42702", 8, "", "id"},
        {"insert into t(a) values (1, 2)", "42601", 0, "", ""},
        {"insert into t values (1)", "42601", 0, "", ""},
    };
    for (const Case& one : cases) {
        const Diagnostic what = error(one.sql);
        EXPECT_EQ(what.status, DBWAY_ERR_SYNTAX) << one.sql << ": " << what.message;
        EXPECT_EQ(what.sqlstate, one.sqlstate) << one.sql << ": " << what.message;
        if (one.position != 0) {
            EXPECT_EQ(what.position, one.position) << one.sql << ": " << what.message;
        }
        EXPECT_EQ(what.table, one.table) << one.sql << ": " << what.message;
        EXPECT_EQ(what.column, one.column) << one.sql << ": " << what.message;
        EXPECT_NE(what.flags & DBWAY_DIAG_NOT_EXECUTED, 0u) << one.sql;
    }
}

TEST_F(SqliteError, Data) {
    EXPECT_EQ(error("select abs(-9223372036854775807 - 1)").sqlstate, "22003");
    EXPECT_EQ(error("select json_extract('{', '$')").status, DBWAY_ERR_DATA);
    const Diagnostic big = error("select zeroblob(2000000000)");
    EXPECT_EQ(big.sqlstate, "54000");
    EXPECT_EQ(big.status, DBWAY_ERR_DATA);
}

TEST(SqliteErrorTable, ResultCodes) {
    struct Case {
        int code;
        dbway_status status;
        const char* sqlstate;
        std::uint32_t flags;
    };
    constexpr std::uint32_t untouched = DBWAY_DIAG_NOT_EXECUTED;
    const std::vector<Case> cases = {
        {SQLITE_BUSY, DBWAY_ERR_CONFLICT, "55P03", DBWAY_DIAG_RETRY | untouched},
        {SQLITE_BUSY_RECOVERY, DBWAY_ERR_CONFLICT, "55P03", DBWAY_DIAG_RETRY | untouched},
        {SQLITE_BUSY_SNAPSHOT, DBWAY_ERR_CONFLICT, "40001", DBWAY_DIAG_RETRY_TX | untouched},
        {SQLITE_LOCKED_SHAREDCACHE, DBWAY_ERR_CONFLICT, "55P03", DBWAY_DIAG_RETRY | untouched},
        {SQLITE_CONSTRAINT_TRIGGER, DBWAY_ERR_CONSTRAINT, "23000", 0},
        {SQLITE_CONSTRAINT_ROWID, DBWAY_ERR_CONSTRAINT, "23505", 0},
        {SQLITE_READONLY_DBMOVED, DBWAY_ERR_PERMISSION, "25006", untouched},
        {SQLITE_FULL, DBWAY_ERR_RESOURCE, "53100", 0},
        {SQLITE_IOERR_WRITE, DBWAY_ERR_DATABASE, "58030", 0},
        {SQLITE_IOERR_NOMEM, DBWAY_ERR_NOMEM, "53200", 0},
        {SQLITE_NOMEM, DBWAY_ERR_NOMEM, "53200", 0},
        {SQLITE_CORRUPT_INDEX, DBWAY_ERR_DATABASE, "XX001", 0},
        {SQLITE_NOTADB, DBWAY_ERR_DATABASE, "XX001", untouched},
        {SQLITE_AUTH, DBWAY_ERR_PERMISSION, "42501", untouched},
        {SQLITE_PERM, DBWAY_ERR_PERMISSION, "42501", untouched},
        {SQLITE_INTERRUPT, DBWAY_ERR_CANCELLED, "57014", 0},
        {SQLITE_TOOBIG, DBWAY_ERR_DATA, "54000", untouched},
        {SQLITE_MISUSE, DBWAY_ERR_INTERNAL, "XX000", 0},
    };
    for (const Case& one : cases) {
        const sdk::Diagnostic what = sdk::diagnose_sqlite(one.code, "message", {});
        EXPECT_EQ(what.status, one.status) << one.code;
        EXPECT_EQ(what.sqlstate, one.sqlstate) << one.code;
        EXPECT_EQ(what.flags, one.flags) << one.code;
        EXPECT_EQ(what.native_code, one.code);
    }
    sqlite::ErrorContext context;
    context.in_transaction = true;
    EXPECT_NE(sdk::diagnose_sqlite(SQLITE_BUSY, "", context).flags & DBWAY_DIAG_RETRY_TX, 0u);
    context.committing = true;
    EXPECT_EQ(sdk::diagnose_sqlite(SQLITE_BUSY, "", context).flags & DBWAY_DIAG_RETRY_TX, 0u);
    EXPECT_NE(sdk::diagnose_sqlite(SQLITE_IOERR_FSYNC, "", context).detail.find("not known"),
              std::string::npos);
    context = {};
    context.timed_out = true;
    EXPECT_EQ(sdk::diagnose_sqlite(SQLITE_INTERRUPT, "", context).status, DBWAY_ERR_TIMEOUT);
    EXPECT_EQ(sdk::diagnose_sqlite(SQLITE_BUSY, "", context).status, DBWAY_ERR_TIMEOUT);
    EXPECT_EQ(sdk::diagnose_sqlite(SQLITE_BUSY_SNAPSHOT, "", context).status, DBWAY_ERR_CONFLICT);
}

}  // namespace
}  // namespace dbway::test
