#include <dbway/sdk/postgresql_statement.hpp>

#include <gtest/gtest.h>

namespace dbway::sdk {
namespace {

TEST(PostgresqlStatementText, TheStatementProper) {
    EXPECT_EQ(read_postgresql_statement("  /* x */ (select 1)").keyword, "SELECT");
    EXPECT_FALSE(read_postgresql_statement("select 1").changes);
    const PostgresqlStatement with = read_postgresql_statement(
        "with a as (delete from t returning *), b as (select 1) insert into u select * from a where x = $2");
    EXPECT_EQ(with.keyword, "INSERT");
    EXPECT_TRUE(with.changes);
    EXPECT_TRUE(with.common_tables);
    EXPECT_EQ(with.parameters, 2u);
    EXPECT_EQ(read_postgresql_statement("select '$3', \"$4\", $$ $5 $$ -- $6").parameters, 0u);
    EXPECT_EQ(read_postgresql_statement("").keyword, "");
}

TEST(PostgresqlStatementText, SettingsThatTheServerDoesNotReport) {
    for (const char* sql : {"set local BYTEA_OUTPUT to escape", "SET extra_float_digits = 0", "reset all",
                            "discard all", "/* x */ Reset bytea_output"})
        EXPECT_TRUE(read_postgresql_statement(sql).silent_settings) << sql;
    for (const char* sql : {"set DateStyle = German", "select 'set bytea_output'", "update t set a = 1", ""})
        EXPECT_FALSE(read_postgresql_statement(sql).silent_settings) << sql;
}

}  // namespace
}  // namespace dbway::sdk
