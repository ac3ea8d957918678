#include <dbway/sdk/postgresql_dialect.hpp>
#include <dbway/sdk/postgresql_schema.hpp>
#include <dbway/sdk/postgresql_session.hpp>
#include <dbway/sdk/postgresql_types.hpp>

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace dbway::sdk {
namespace {

TEST(PostgresqlDialect, NamesEveryTypeThatHasOne) {
    EXPECT_EQ(postgresql_type_name(DBWAY_T_U64, -1, -1), "numeric(20,0)");
    EXPECT_EQ(postgresql_type_name(DBWAY_T_DECIMAL, 10, 2), "numeric(10,2)");
    EXPECT_EQ(postgresql_type_name(DBWAY_T_DECIMAL, -1, -1), "numeric");
    EXPECT_EQ(postgresql_type_name(DBWAY_T_DECIMAL, 5000, 2), "numeric");
    EXPECT_EQ(postgresql_type_name(DBWAY_T_DECIMAL, 10, -1), "numeric");
    EXPECT_EQ(postgresql_type_name(DBWAY_T_JSON, -1, -1), "json");
    EXPECT_EQ(postgresql_type_name(DBWAY_T_ARRAY, DBWAY_T_TIMESTAMPTZ, -1), "timestamptz[]");
    EXPECT_EQ(postgresql_type_name(DBWAY_T_ARRAY, DBWAY_T_ARRAY, -1), "");
    EXPECT_EQ(postgresql_type_name(DBWAY_T_NATIVE, -1, -1), "");
    for (std::uint32_t type = DBWAY_T_BOOL; type <= DBWAY_T_JSON; ++type)
        EXPECT_NE(postgresql_type_name(type, -1, -1), "") << type;
    // The same pointer for the same answer: it lives as long as the provider.
    const char* const name = postgresql_dialect.type_name(nullptr, DBWAY_T_DECIMAL, 12, 3);
    EXPECT_STREQ(name, "numeric(12,3)");
    EXPECT_EQ(postgresql_dialect.type_name(nullptr, DBWAY_T_DECIMAL, 12, 3), name);
}

TEST(PostgresqlDialect, Quotes) {
    EXPECT_EQ(quote_postgresql_identifier("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(quote_postgresql_literal("it's"), "'it''s'");
    EXPECT_EQ(quote_postgresql_literal("a\\'"), " E'a\\\\'''");
}

TEST(PostgresqlDialect, NamesOfTables) {
    EXPECT_EQ(quote_postgresql_name("Users"), "\"users\"");
    EXPECT_EQ(quote_postgresql_name(" public . \"My \"\"T\" "), "\"public\".\"My \"\"T\"");
    EXPECT_EQ(quote_postgresql_name("db.s.t"), "\"db\".\"s\".\"t\"");
    for (const char* text :
         {"", "a b", "a.", ".a", "a.b.c.d", "t; drop table t", "t(a)", "\"\"", "\"open", "'t'", "1t"})
        EXPECT_EQ(quote_postgresql_name(text), std::nullopt) << text;
    const std::array<std::string_view, 2> columns = {"a", "B"};
    EXPECT_EQ(postgresql_copy_target("\"t\"", columns), "\"t\" (\"a\", \"B\")");
    EXPECT_EQ(postgresql_copy_target("\"t\"", {}), "\"t\"");
}

TEST(PostgresqlDialect, Begin) {
    EXPECT_EQ(postgresql_begin(DBWAY_TX_DEFAULT), "BEGIN");
    EXPECT_EQ(postgresql_begin(DBWAY_TX_SNAPSHOT | DBWAY_TX_WRITE_LOCK),
              "BEGIN ISOLATION LEVEL REPEATABLE READ");
    EXPECT_EQ(postgresql_begin(DBWAY_TX_SERIALIZABLE | DBWAY_TX_READ_ONLY | DBWAY_TX_DEFERRABLE),
              "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE");
    EXPECT_EQ(postgresql_begin(DBWAY_TX_READ_WRITE), "BEGIN READ WRITE");
}

TEST(PostgresqlTypes, EveryOidStandsForOneType) {
    std::set<std::uint32_t> oids;
    for (const PostgresqlType& type : postgresql_types) {
        EXPECT_TRUE(oids.insert(type.oid).second) << type.name;
        EXPECT_TRUE(oids.insert(type.array_oid).second) << type.name;
        EXPECT_EQ(find_postgresql_type(type.oid), &type);
        EXPECT_EQ(find_postgresql_item(type.array_oid), &type);
    }
    EXPECT_EQ(find_postgresql_type(1007), nullptr);
    EXPECT_EQ(find_postgresql_item(23), nullptr);
}

TEST(PostgresqlSchema, AQueryForEachKind) {
    for (std::uint32_t kind = DBWAY_SCHEMA_SCHEMAS; kind <= DBWAY_SCHEMA_CONSTRAINTS; ++kind) {
        const std::string_view query = postgresql_schema_query(kind);
        EXPECT_NE(query.find("$1"), std::string_view::npos) << kind;
        EXPECT_NE(query.find("$2"), std::string_view::npos) << kind;
    }
    EXPECT_TRUE(postgresql_schema_query(0).empty());
    EXPECT_TRUE(postgresql_schema_query(DBWAY_SCHEMA_CONSTRAINTS + 1).empty());
}

TEST(PostgresqlSession, StylesThatItsSettingsHaveSet) {
    const auto expected = [](const char* date, const char* interval) {
        return has_postgresql_styles(
            [&](std::string_view name) { return name == "DateStyle" ? date : interval; });
    };
    EXPECT_TRUE(expected("ISO, DMY", "iso_8601"));
    EXPECT_FALSE(expected("German, DMY", "iso_8601"));
    EXPECT_FALSE(expected("ISO, DMY", "postgres"));
    // A pooler need not tell any.
    EXPECT_TRUE(expected(nullptr, nullptr));
}

TEST(PostgresqlSession, AResetSetsTheSettingsAfterItsResetAll) {
    const std::string settings = postgresql_session_settings(true);
    EXPECT_NE(settings.find("default_transaction_read_only = on"), std::string::npos);
    EXPECT_EQ(postgresql_session_settings(false).find("read_only"), std::string::npos);
    const std::string reset = postgresql_reset(settings);
    EXPECT_LT(reset.find("RESET ALL"), reset.find(settings));
    EXPECT_LT(reset.find(settings), reset.find("SELECT name"));
}

}  // namespace
}  // namespace dbway::sdk
