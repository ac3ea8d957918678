// SCHEMA requests and the reading of table definitions.
#include <dbway/sdk/sqlite_definition.hpp>
#include "raw_connection.hpp"

namespace dbway::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows texts(const Answer& answer) {
    EXPECT_TRUE(answer.ok()) << show(answer);
    Rows result;
    for (const auto& row : answer.rows) {
        result.emplace_back();
        for (const Cell& cell : row) result.back().push_back(cell.type == DBWAY_T_NULL ? "-" : cell.text);
    }
    return result;
}

std::vector<std::string> names(const Answer& answer) {
    std::vector<std::string> result;
    for (const ColumnInfo& column : answer.columns) result.push_back(column.name);
    return result;
}

class SqliteSchema : public ::testing::Test {
  protected:
    void SetUp() override {
        db.must(
            "create table author(id integer primary key, name text not null constraint named_well check "
            "(name <> ''))");
        db.must(
            "create table book(isbn text, edition int, author int constraint by_author references author on "
            "delete cascade, "
            "title varchar(80) not null default 'untitled', price numeric(10,2), label text generated always "
            "as (title || '!'), "
            "constraint book_key primary key (isbn, edition), unique (title, price), "
            "constraint \"odd name\" unique (label), check (price > 0 and price < 1000), "
            "foreign key (isbn) references other(code) on update set null)");
        db.must("create index by_title on book(title, lower(isbn))");
        db.must("create view cheap as select * from book where price < 10");
        db.must("create virtual table notes using fts5(body)");
        db.must("create temp table scratch(x)");
    }
    RawConnection db;
};

TEST_F(SqliteSchema, Schemas) {
    const auto answer = db.schema(DBWAY_SCHEMA_SCHEMAS);
    EXPECT_EQ(names(answer), (std::vector<std::string>{"schema"}));
    EXPECT_EQ(texts(answer), (Rows{{"main"}, {"temp"}}));
    EXPECT_EQ(texts(db.schema(DBWAY_SCHEMA_SCHEMAS, {"MAIN"})), (Rows{{"main"}}));
    EXPECT_EQ(texts(db.schema(DBWAY_SCHEMA_SCHEMAS, {"none"})), Rows{});
}

TEST_F(SqliteSchema, Tables) {
    const auto all = db.schema(DBWAY_SCHEMA_TABLES);
    EXPECT_EQ(names(all), (std::vector<std::string>{"schema", "table", "kind", "definition"}));
    std::map<std::string, std::string> kinds;
    for (const auto& row : texts(all)) kinds[row[0] + "." + row[1]] = row[2];
    EXPECT_EQ(kinds["main.author"], "table");
    EXPECT_EQ(kinds["main.cheap"], "view");
    EXPECT_EQ(kinds["main.notes"], "virtual");
    EXPECT_EQ(kinds["main.notes_data"], "shadow");
    EXPECT_EQ(kinds["temp.scratch"], "table");
    EXPECT_EQ(kinds.count("main.sqlite_schema"), 0u);
    EXPECT_EQ(texts(db.schema(DBWAY_SCHEMA_TABLES, {"", "cheap"})),
              (Rows{{"main", "cheap", "view", "CREATE VIEW cheap as select * from book where price < 10"}}));
    EXPECT_EQ(texts(db.schema(DBWAY_SCHEMA_TABLES, {"temp"})).size(), 1u);
    EXPECT_TRUE(texts(db.schema(DBWAY_SCHEMA_TABLES, {"temp", "book"})).empty());
}

TEST_F(SqliteSchema, Columns) {
    const auto answer = db.schema(DBWAY_SCHEMA_COLUMNS, {"main", "book"});
    EXPECT_EQ(names(answer),
              (std::vector<std::string>{"schema", "table", "column", "position", "type", "nullable",
                                        "default_value", "primary_key", "generated"}));
    EXPECT_EQ(texts(answer),
              (Rows{
                  {"main", "book", "isbn", "1", "TEXT", "true", "-", "1", "false"},
                  {"main", "book", "edition", "2", "INT", "true", "-", "2", "false"},
                  {"main", "book", "author", "3", "INT", "true", "-", "0", "false"},
                  {"main", "book", "title", "4", "varchar(80)", "false", "'untitled'", "0", "false"},
                  {"main", "book", "price", "5", "numeric(10,2)", "true", "-", "0", "false"},
                  {"main", "book", "label", "6", "TEXT", "true", "-", "0", "true"},
              }));
    EXPECT_EQ(answer.type(0, 3), static_cast<std::uint32_t>(DBWAY_T_I64));
    EXPECT_EQ(answer.type(0, 5), static_cast<std::uint32_t>(DBWAY_T_BOOL));
    EXPECT_EQ(answer.columns[5].type, static_cast<std::uint32_t>(DBWAY_T_BOOL));
    EXPECT_EQ(texts(db.schema(DBWAY_SCHEMA_COLUMNS, {"main", "author"}))[0][5], "false");
    EXPECT_EQ(texts(db.schema(DBWAY_SCHEMA_COLUMNS, {"", "scratch"})),
              (Rows{{"temp", "scratch", "x", "1", "-", "true", "-", "0", "false"}}));
}

TEST_F(SqliteSchema, Indexes) {
    const auto answer = db.schema(DBWAY_SCHEMA_INDEXES, {"main", "book"});
    EXPECT_EQ(names(answer), (std::vector<std::string>{"schema", "table", "index", "position", "column",
                                                       "unique", "definition"}));
    const Rows rows = texts(answer);
    ASSERT_EQ(rows.size(), 7u);
    EXPECT_EQ(rows[0], (std::vector<std::string>{"main", "book", "by_title", "1", "title", "false",
                                                 "CREATE INDEX by_title on book(title, lower(isbn))"}));
    EXPECT_EQ(rows[1][4], "-");
    EXPECT_EQ(rows[2], (std::vector<std::string>{"main", "book", "sqlite_autoindex_book_1", "1", "isbn",
                                                 "true", "-"}));
}

TEST_F(SqliteSchema, Constraints) {
    const auto answer = db.schema(DBWAY_SCHEMA_CONSTRAINTS, {"main", "book"});
    EXPECT_EQ(names(answer),
              (std::vector<std::string>{"schema", "table", "constraint", "kind", "position", "column",
                                        "referenced_table", "referenced_column", "definition"}));
    const std::string key = "PRIMARY KEY (\"isbn\", \"edition\")";
    const std::string pair = "UNIQUE (\"title\", \"price\")";
    EXPECT_EQ(texts(answer),
              (Rows{
                  {"main", "book", "-", "foreign key", "1", "isbn", "other", "code",
                   "FOREIGN KEY (\"isbn\") REFERENCES \"other\" (\"code\") ON UPDATE SET NULL"},
                  {"main", "book", "-", "check", "1", "-", "-", "-", "check (price > 0 and price < 1000)"},
                  {"main", "book", "book_key", "primary key", "1", "isbn", "-", "-", key},
                  {"main", "book", "book_key", "primary key", "2", "edition", "-", "-", key},
                  {"main", "book", "by_author", "foreign key", "1", "author", "author", "id",
                   "FOREIGN KEY (\"author\") REFERENCES \"author\" (\"id\") ON DELETE CASCADE"},
                  {"main", "book", "odd name", "unique", "1", "label", "-", "-", "UNIQUE (\"label\")"},
                  {"main", "book", "sqlite_autoindex_book_2", "unique", "1", "title", "-", "-", pair},
                  {"main", "book", "sqlite_autoindex_book_2", "unique", "2", "price", "-", "-", pair},
              }));
    EXPECT_EQ(texts(db.schema(DBWAY_SCHEMA_CONSTRAINTS, {"", "author"})),
              (Rows{{"main", "author", "-", "primary key", "1", "id", "-", "-", "PRIMARY KEY (\"id\")"},
                    {"main", "author", "named_well", "check", "1", "name", "-", "-", "check (name <> '')"}}));
}

TEST_F(SqliteSchema, UnknownKindsAreRefused) {
    EXPECT_EQ(db.schema(99).status, DBWAY_ERR_UNSUPPORTED);
    EXPECT_EQ(db.must("select 1").text(), "1");
}

TEST(SqliteTableDefinition, OddTextsDoNotConfuseIt) {
    using sdk::SqliteConstraint;
    const auto defined = sdk::parse_sqlite_definition(
        "CREATE TABLE x(\"check\" int default (1 + (2)), [primary] text /* unique, check(1) */ collate "
        "nocase, -- check(2)\n"
        "c decimal(10, 2) constraint nn not null check (c in ('a)', 'b')) on conflict abort, d int unique, "
        "constraint fk foreign key (d, \"check\") references y(a, b) match full deferrable) strict");
    ASSERT_EQ(defined.size(), 3u);
    EXPECT_EQ(defined[0].kind, SqliteConstraint::Kind::check);
    EXPECT_EQ(defined[0].text, "check (c in ('a)', 'b'))");
    EXPECT_EQ(defined[0].name, "");
    EXPECT_EQ(defined[0].columns, (std::vector<std::string>{"c"}));
    EXPECT_EQ(defined[1].kind, SqliteConstraint::Kind::unique);
    EXPECT_EQ(defined[2].name, "fk");
    EXPECT_EQ(defined[2].columns, (std::vector<std::string>{"d", "check"}));
    for (const char* sql : {"", "select 1", "create table", "create table x", "create table x(",
                            "create table x(a check (", "create virtual table v using fts5(check)",
                            "create table x(constraint", "create table x(primary key (a"})
        EXPECT_TRUE(sdk::parse_sqlite_definition(sql).size() <= 1) << sql;
}

}  // namespace
}  // namespace dbway::test
